# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Which packages building, demo and tests need, and how they are installed
# without harm to a machine in use; sourced by bootstrap.

# Use, how to see that it is there, and its name for apt, dnf and apk.
package_table() {
	cat <<'EOF'
build cmd:gcc gcc gcc gcc
build hdr:stdio.h libc6-dev glibc-devel musl-dev
build cmd:make make make make
build cmd:autoreconf autoconf autoconf autoconf
build cmd:automake automake automake automake
build cmd:libtoolize libtool libtool libtool
build cmd:pkg-config pkg-config pkgconf-pkg-config pkgconf
build pc:libsasl2 libsasl2-dev cyrus-sasl-devel cyrus-sasl-dev
build pc:libcrypto libssl-dev openssl-devel openssl-dev
build pc:libcurl libcurl4-openssl-dev libcurl-devel curl-dev
build pc:libconfig libconfig-dev libconfig-devel libconfig-dev
build pc:jansson libjansson-dev jansson-devel jansson-dev
build pc:jose libjose-dev libjose-devel jose-dev
build pc:libmicrohttpd libmicrohttpd-dev libmicrohttpd-devel libmicrohttpd-dev
build pc:libqrencode libqrencode-dev qrencode-devel libqrencode-dev
demo cmd:node nodejs nodejs nodejs
demo cmd:npm npm nodejs-npm npm
demo file:/etc/ssl/certs ca-certificates ca-certificates ca-certificates
demo cmd:openssl openssl openssl openssl
demo cmd:curl curl curl curl
demo cmd:mbsync isync isync isync
demo cmd:dovecot dovecot-core dovecot dovecot
demo file:/usr/lib/dovecot/imap dovecot-imapd dovecot dovecot
demo file:/usr/lib/dovecot/submission dovecot-submissiond dovecot dovecot-submissiond
demo file:/usr/lib/dovecot/pop3 dovecot-pop3d dovecot dovecot-pop3d
demo file:/usr/lib/dovecot/lmtp dovecot-lmtpd dovecot dovecot-lmtpd
demo cmd:postfix postfix postfix postfix
check pc:cmocka libcmocka-dev libcmocka-devel cmocka-dev
check cmd:xxd xxd vim-common xxd
check cmd:mandoc mandoc mandoc mandoc
check perl:Authen::SASL::Cyrus libauthen-sasl-cyrus-perl perl-Authen-SASL-Cyrus perl-authen-sasl
check cmd:chromium chromium chromium chromium
check cmd:socat socat socat socat
check cmd:tmux tmux tmux tmux
check cmd:aerc aerc aerc aerc
check cmd:alpine alpine alpine alpine
check file:/usr/lib/git-core/git-send-email git-email git-email git-email
check cmd:mutt mutt mutt mutt
check cmd:neomutt neomutt neomutt neomutt
check cmd:msmtp msmtp msmtp msmtp
check cmd:mpop mpop mpop mpop
check cmd:fetchmail fetchmail fetchmail fetchmail
check cmd:getmail getmail6 getmail6 getmail6
check cmd:offlineimap offlineimap3 offlineimap offlineimap
check cmd:swaks swaks swaks swaks
check file:/usr/bin/mh nmh nmh nmh
check ld:libwrap.so.0 libwrap0 - -
check ld:libnsl.so.2 libnsl2 - -
check ld:libldap-2.5.so.0 libldap-2.5-0 - -
check ld:libgnutls-dane.so.0 libgnutls-dane0 - -
check ld:libidn.so.12 libidn12 - -
check cmd:clang clang clang clang
check cmd:valgrind valgrind valgrind valgrind
check cmd:gnuplot gnuplot-nox gnuplot gnuplot
EOF
}

# there KIND:WHAT
there() {
	what=${1#*:}
	case $1 in
	cmd:*) PATH=$PATH:/usr/sbin:/sbin command -v "$what" >/dev/null ;;
	hdr:*) [ -e "/usr/include/$what" ] ;;
	pc:*) pkg-config --exists "$what" 2>/dev/null ;;
	perl:*) perl "-M$what" -e 1 2>/dev/null ;;
	file:*) [ -e "$what" ] ;;
	# For the programs that unpack_mta gets, which are Debian 12's.
	ld:*)
		! command -v apt-get >/dev/null ||
			PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -qF "$what"
		;;
	esac
}

# missing COLUMN USE...: package names, column 3 apt, 4 dnf, 5 apk.
missing() {
	column=$1
	shift
	package_table | while read -r use probe names; do
		case " $* " in
		*" $use "*) ;;
		*) continue ;;
		esac
		there "$probe" || echo "$use $probe $names" |
			awk -v c="$column" '{ print $c }'
	done | sort -u | without - | without "${NO_POSTFIX:+postfix}" | paste -s -d ' ' -
}

MTA_PACKAGES="sendmail-bin sendmail-cf exim4-daemon-light"

# unpack_mta: sendmail and Exim, whose packages would take Postfix's place, into
# $BUILD/mta; nothing is installed.  Who is not root could not run them.
unpack_mta() {
	MTA=$BUILD/mta
	[ ! -e "$MTA/unpacked" ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		MTA=
		return 0
	fi
	mkdir -p "$MTA/packages" &&
		fetch_packages "$MTA" >"$BUILD/mta.log" 2>&1 &&
		: >"$MTA/unpacked" && return
	tail -n 5 "$BUILD/mta.log"
	MTA=
	return 1
}

fetch_packages() (
	cd "$1/packages" || exit
	# Stale package lists name versions that are gone.
	# shellcheck disable=SC2086 # words wanted
	apt-get -q download $MTA_PACKAGES ||
		{ apt-get -q update && apt-get -q download $MTA_PACKAGES; } ||
		exit
	for deb in *.deb; do
		dpkg -x "$deb" "$1" || exit
	done
)

without() {
	grep -vx -- "${1:-nothing}"
}

# Another mail server of this machine (installing Postfix would remove it).
other_mta() {
	# shellcheck disable=SC2016 # dpkg's own variables
	dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' |
		awk '$1 == "installed" && $2 != "postfix" &&
		/ mail-transport-agent/ { print $2; exit }'
}

# install_missing USE...: returns 0 when everything needed is there.
install_missing() {
	PATH=$PATH:/usr/sbin:/sbin
	wanted=$(missing 3 "$@")
	case " $wanted " in
	*" postfix "*)
		leave_out_postfix
		wanted=$(missing 3 "$@") ;;
	esac
	[ -n "$wanted" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "Packages are missing. Install them by hand:"
		echo "  Fedora, RHEL: dnf install $(missing 4 "$@")"
		echo "  Alpine:       apk add $(missing 5 "$@")"
		return 1
	fi
	AS_ROOT=
	if [ "$(id -u)" -ne 0 ]; then
		AS_ROOT=sudo
		command -v sudo >/dev/null || {
			echo "Packages are missing. As root, run:"
			echo "  apt-get install --no-remove $wanted"
			return 1
		}
	fi
	# shellcheck disable=SC2086 # words wanted
	apt_install $wanted || return
	wanted=$(missing 3 "$@")
	[ -z "$wanted" ] && return
	echo "still missing after installing: $wanted"
	return 1
}

leave_out_postfix() {
	mta=$(command -v dpkg-query >/dev/null && other_mta)
	[ -n "$mta" ] || return 0
	NO_POSTFIX="this machine's mail server is $mta; Postfix would replace it"
	echo "Postfix is left out: $NO_POSTFIX."
}

apt_get() {
	$AS_ROOT env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
		--no-remove --no-install-recommends "$@"
}

# apt_install PACKAGE...: list, ask, install with the services kept down.
apt_install() {
	if ! plan=$(apt_get -s install "$@" 2>&1); then
		step "Fetching the package lists"
		quiet "$BUILD/apt-update.log" apt_get update || return
		plan=$(apt_get -s install "$@" 2>&1) || {
			echo "$plan" | tail -n 15
			echo "apt cannot install these without removing others; nothing was changed"
			return 1
		}
	fi
	step "Packages to install (with apt; nothing is removed or started)"
	echo "$plan" | awk '/^Inst / { print $2 }' | sort | fmt -w 76 | sed 's/^/  /'
	agreed || return
	services_down "$@" || return
	if ! quiet "$BUILD/apt-install.log" apt_get -y install "$@"; then
		# Stale package lists name versions that are gone.
		quiet "$BUILD/apt-update.log" apt_get update &&
			quiet "$BUILD/apt-install.log" apt_get -y install "$@"
	fi
	result=$?
	services_after "$@"
	return "$result"
}

agreed() {
	[ -z "$YES" ] || return 0
	if ! [ -t 0 ]; then
		echo "No terminal to ask at; to agree: ./bootstrap ... --yes"
		return 1
	fi
	printf 'Install them? [y/N] '
	read -r answer
	case $answer in
	y*|Y*) ;;
	*) echo "Nothing was changed."; return 1 ;;
	esac
}

# Debian starts a service when its package is installed, unless this program
# says no.
GUARD=/usr/sbin/policy-rc.d
services_down() {
	GUARD_MADE=
	case " $* " in
	*" dovecot-core "*|*" postfix "*) ;;
	*) return 0 ;;
	esac
	if [ -e "$GUARD" ]; then
		"$GUARD" dovecot start >/dev/null 2>&1
		[ $? -eq 101 ] && return
		echo "$GUARD lets services start; install by hand: $*"
		return 1
	fi
	GUARD_MADE=yes
	trap 'guard_away; exit 130' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' |
		$AS_ROOT install -m 755 /dev/stdin "$GUARD" || return
	# No main.cf: Postfix stays unconfigured, its unit does not start.
	echo "postfix postfix/main_mailer_type select No configuration" |
		$AS_ROOT debconf-set-selections
}

guard_away() {
	[ -z "$GUARD_MADE" ] || $AS_ROOT rm -f "$GUARD"
	GUARD_MADE=
}

# Nor may what was installed start at the next boot.
services_after() {
	guard_away
	trap - HUP INT TERM
	for package; do
		case $package in
		dovecot-core) disable dovecot dovecot.service dovecot.socket ;;
		postfix) disable postfix postfix.service ;;
		esac
	done
}

# disable INIT-SCRIPT UNIT...: whichever init system there is.
disable() {
	script=$1
	shift
	for tool in systemctl deb-systemd-helper; do
		command -v "$tool" >/dev/null || continue
		for unit; do
			$AS_ROOT "$tool" disable "$unit" >/dev/null 2>&1
		done
	done
	$AS_ROOT update-rc.d "$script" disable >/dev/null 2>&1
	echo "   $script: installed, neither started nor enabled"
}
