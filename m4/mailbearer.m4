# SPDX-License-Identifier: BSD-2-Clause

# MB_PROBE_FLAGS(VARIABLE, FLAGS): keep the flags this compiler accepts.
AC_DEFUN([MB_PROBE_FLAGS], [
$1=
mb_save_cflags=$CFLAGS
for mb_flag in $2; do
	AC_MSG_CHECKING([whether $CC accepts $mb_flag])
	CFLAGS="$mb_save_cflags -Werror $mb_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes]); $1="$$1 $mb_flag"],
		[AC_MSG_RESULT([no])])
done
CFLAGS=$mb_save_cflags
])

# MB_SASL_PLUGIN_DIR: where libsasl2 looks for plugins. libsasl2.pc does not
# say, so look for the PLAIN plugin that every distribution ships.
AC_DEFUN([MB_SASL_PLUGIN_DIR], [
AC_ARG_WITH([saslplugindir], [AS_HELP_STRING([--with-saslplugindir=DIR],
	[where libsasl2 looks for plugins @<:@where libplain.so lies@:>@])],
	[saslplugindir=$withval], [
	AC_MSG_CHECKING([for libsasl2's plugin directory])
	mb_libdir=`$PKG_CONFIG --variable=libdir libsasl2`
	saslplugindir=
	for mb_dir in "$mb_libdir/sasl2" /usr/lib/*/sasl2 /usr/lib64/sasl2 \
		/usr/lib/sasl2 /usr/local/lib/sasl2; do
		AS_IF([test -e "$mb_dir/libplain.so"],
			[saslplugindir=$mb_dir; break])
	done
	AS_IF([test "x$saslplugindir" = x],
		[saslplugindir=${mb_libdir:-'${libdir}'}/sasl2])
	AC_MSG_RESULT([$saslplugindir])])
AC_SUBST([saslplugindir])
])

# MB_CURL_IS_OPENSSL: the http module hands libcurl an OpenSSL X509_STORE.
AC_DEFUN([MB_CURL_IS_OPENSSL], [
AC_MSG_CHECKING([whether libcurl uses OpenSSL])
mb_save_libs=$LIBS
mb_save_cflags=$CFLAGS
LIBS="$CURL_LIBS $LIBS"
CFLAGS="$CURL_CFLAGS $CFLAGS"
AC_RUN_IFELSE([AC_LANG_PROGRAM([[
#include <string.h>
#include <curl/curl.h>
]], [[
	curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	return v->ssl_version && strncmp(v->ssl_version, "OpenSSL", 7) == 0 ? 0 : 1;
]])], [AC_MSG_RESULT([yes])],
	[AC_MSG_RESULT([no])
	 AC_MSG_ERROR([an OpenSSL-backed libcurl is needed (Debian: libcurl4-openssl-dev)])],
	[AC_MSG_RESULT([cross compiling, not checked])])
LIBS=$mb_save_libs
CFLAGS=$mb_save_cflags
])
