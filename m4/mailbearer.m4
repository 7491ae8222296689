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

# MB_SYSTEMD_UNIT_DIR(VARIABLE, system|user): where units go.  systemd looks
# below /usr and /usr/local alone; what its .pc file names is outside of any
# other prefix, so it counts for /usr only.
AC_DEFUN([MB_SYSTEMD_UNIT_DIR], [
AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR],
	[directory of systemd's $2 units, no for none @<:@PREFIX/lib/systemd/$2@:>@])],
	[$1=$withval], [
	$1=
	AS_IF([test "x$prefix" = x/usr],
		[$1=`$PKG_CONFIG --variable=$1 systemd 2>/dev/null`])
	AS_IF([test "x$$1" = x], [$1='${prefix}/lib/systemd/$2'])])
AS_IF([test "x$$1" = xno], [$1=])
AC_SUBST([$1])
AM_CONDITIONAL([HAVE_]m4_toupper([$1]), [test "x$$1" != x])
])

# MB_COMPLETION_DIR(SHELL, DIR): where its completion scripts go, below datadir.
AC_DEFUN([MB_COMPLETION_DIR], [
AC_ARG_WITH([$1completiondir], [AS_HELP_STRING([--with-$1completiondir=DIR],
	[directory of $1's completion scripts @<:@DATADIR/$2@:>@])],
	[$1completiondir=$withval], [$1completiondir='${datadir}/$2'])
AC_SUBST([$1completiondir])
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
