# SPDX-License-Identifier: BSD-2-Clause
# mailbearer doctor: each finding, by breaking exactly that thing.
. "$E2E/tap.sh"
. "$E2E/bed.sh"
suite_begin doctor
# No store of the suite before.
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"

mkdir -p "$RUN/home"
[ "$OTHER_UID" = "$(id -u)" ] || chown "$OTHER_UID" "$RUN/home"
AS="$AS_USER HOME=$RUN/home"
PLUGINS=$STAGE/lib/sasl2

# doctor STATUS [WORD...]: how it ends; its findings are in doctor.out.
doctor() {
	wanted=$1
	shift
	mb doctor "$@" >"$RUN/doctor.out" 2>"$RUN/doctor.err"
	got=$?
	[ "$got" -eq "$wanted" ] ||
		{ echo "exit $got"; cat "$RUN/doctor.out" "$RUN/doctor.err"; return 1; }
}
# finds STATUS GRADE CHECK TEXT [WORD...]
finds() {
	grade=$2 name=$3 text=$4
	doctor_status=$1
	shift 4
	doctor "$doctor_status" "$@" &&
	grep "^$grade *$name " "$RUN/doctor.out" | grep -qF -- "$text" ||
		{ cat "$RUN/doctor.out"; return 1; }
}
lacks_finding() {
	doctor 0 --offline && ! grep "^[a-z]* *$1 " "$RUN/doctor.out"
}
mends() {
	has "$RUN/doctor.out" "-> $1" || has "$RUN/doctor.out" "$1"
}

check "no store" finds 1 broken store no-store --offline
need "a store" mb --user init
check "no client credential" finds 0 warning credentials \
	"there is no client credential yet" --offline
need "a client credential" add_credential bed strict
check "nobody is enrolled" finds 0 note accounts "nobody is enrolled" --offline
need "an account" enrolled "$USER_NAME"

# All is well, but for the timer, that never ran.
check "the timer never ran" finds 0 warning timer "has never run"
check "nothing is broken" has "$RUN/doctor.out" " 0 broken"
check "the plugin is found" has "$RUN/doctor.out" "$PLUGINS/libmailbearer.so"
check "the endpoint answers" has "$RUN/doctor.out" "$ISSUER answers"
check "the clock is right" has "$RUN/doctor.out" "within "
mb refresh --due >"$RUN/due.out" 2>&1
check "after refresh --due" finds 0 ok timer "within two days" --offline

# Accounts.
check "one that is not enrolled" finds 1 broken account "is not enrolled" \
	stranger@example.test --offline
check "an address in capitals" finds 0 ok accounts "" \
	"$(echo "$USER_NAME" | tr '[:lower:]' '[:upper:]')" --offline

# What must not be told in public.
check "--report" doctor 1 stranger@example.test --report --offline
check "names no mailbox" lacks "$RUN/doctor.out" example.test
check "nor where somebody lives" lacks "$RUN/doctor.out" "$RUN/home"
check "nor its servers" lacks "$RUN/doctor.out" localhost
check "but the version" has "$RUN/doctor.out" "mailbearer "
check "--json" doctor 0 --json --offline
check "is JSON" node -e 'const d = JSON.parse(
	require("fs").readFileSync(process.argv[1]));
	if (d.worst !== "ok" || !d.findings.length) process.exit(1)' \
	"$RUN/doctor.out"

# Client secrets.
secret_ends() {
	mb set bed --secret-expires "$1"
}
check "a secret that ends soon" secret_ends "$(date -d +10days +%F)"
check "is a warning" finds 0 warning secret "its client secret expires" --offline
check "a secret that ended" secret_ends 2020-01-01
check "is broken" finds 1 broken secret "its client secret expired" --offline
secret_ends 2099-01-01 >/dev/null 2>&1

# Places: others who may write, a key that cannot be read.
KEY=$(find "$RUN/home" -name key -type f | head -n 1)
CONF=$(dirname "$KEY")
ETC=$(dirname "$(find "$RUN/home" -name credentials.conf | head -n 1)")
chmod 777 "$RUN/home"
check "a directory that others may write to" finds 0 warning path \
	"may be written to by others" --offline
chmod 700 "$RUN/home"
if [ "$OTHER_UID" -ne 0 ] && is_root; then
	chown 1 "$RUN/home"
	chmod 755 "$RUN/home"
	check "a directory of somebody else" finds 0 warning path \
		"belongs to user 1" --offline
	chown "$OTHER_UID" "$RUN/home"
	chmod 700 "$RUN/home"
fi
check "nobody else may" finds 0 ok path "nobody else" --offline
if [ "$OTHER_UID" -ne 0 ] && [ -n "$KEY" ]; then
	chmod 000 "$KEY"
	check "a key that cannot be read" finds 1 broken store "$CONF" --offline
	chmod 600 "$KEY"
fi
chmod 755 "$RUN/home"

# The network.
set_endpoint() {
	mb set bed --token-endpoint "$1"
}
check "an endpoint where nobody listens" \
	set_endpoint "https://localhost:$SPARE_PORT/token"
check "cannot be reached" finds 1 broken endpoint "cannot be reached"
check "with what may help" mends "does a firewall"
check "--offline does not ask" doctor 0 --offline
check "an endpoint without a name" \
	set_endpoint "https://nowhere.invalid/token"
check "is told apart" finds 1 broken endpoint "cannot be reached"
check "by its remedy" mends "name servers"
# Its certificate is of an authority that this client credential does not know.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$RUN/other.key" -out "$RUN/other.crt" -days 2 \
	-subj "/CN=another" >/dev/null 2>&1
check "the right one again" set_endpoint "$ISSUER/token"
check "and another authority" mb set bed --ca-file "$RUN/other.crt"
check "is not trusted" finds 1 broken endpoint "certificate"
check "says what then" mends "is the clock right"
mb set bed --ca-file "$CA" >/dev/null 2>&1

# A server with another opinion of the time.
# clock_at SECONDS: a plain server whose Date is off.
clock_at() {
	node -e 'const [port, off] = process.argv.slice(1).map(Number);
	require("https").createServer({
		key: require("fs").readFileSync(process.argv[3]),
		cert: require("fs").readFileSync(process.argv[4]) },
	(q, r) => { r.setHeader("Date",
		new Date(Date.now() - off * 1000).toUTCString()); r.end(); })
	.listen(port, "127.0.0.1")' "$SPARE_PORT" "$1" \
		"$RUN/oidc/server.key" "$RUN/oidc/server.crt" </dev/null &
	CLOCK=$!
	track "$CLOCK"
	await 10 listening "$SPARE_PORT"
}
set_endpoint "https://localhost:$SPARE_PORT/token" >/dev/null 2>&1
clock_at 200
check "a clock 200 s ahead" finds 0 warning clock "s ahead of"
end "$CLOCK"
clock_at -4000
check "a clock an hour behind" finds 1 broken clock "s behind"
end "$CLOCK"
set_endpoint https://marker.invalid/t >/dev/null 2>&1
check "--report with an endpoint of one's own" doctor 1 --report
check "tells what is wrong with it" has "$RUN/doctor.out" "cannot be reached"
check "and not where it is" lacks "$RUN/doctor.out" marker
set_endpoint "$ISSUER/token" >/dev/null 2>&1
check "all is well again" doctor 0

# A login, at the mail server that a provider's file names.
mkdir -p "$ETC/providers.d"
provider() {
	cat >"$ETC/providers.d/bed.conf"
	chown -R "$OTHER_UID" "$ETC/providers.d"
	chmod -R go-w "$ETC/providers.d"
}
provider <<END
providers = ( {
    name = "bed";
    title = "Bed";
    domains = ( "example.test" );
    servers = (
      { protocol = "imap"; host = "localhost"; port = $IMAP_PORT; security = "tls"; }
    );
} );
END
need "Dovecot starts" bed_dovecot
check "a login" finds 0 ok login "imaps://localhost:$IMAP_PORT" "$USER_NAME"
control '/kill?kind=AccessToken' >/dev/null
check "a token that the server refuses" finds 1 broken login \
	"$USER_NAME" "$USER_NAME"
mb refresh "$USER_NAME" --force >"$RUN/refresh.out" 2>&1
check "the next one is taken" finds 0 ok login "" "$USER_NAME"
echo "providers = {" | provider
check "a provider's file that is none" finds 1 broken providers bed.conf \
	"$USER_NAME"
rm -r "$ETC/providers.d"

# The client's SASL library.
mkdir -p "$RUN/bin"
printf '#!/bin/sh\n' >"$RUN/bin/mbsync"
chmod 755 "$RUN/bin" "$RUN/bin/mbsync"
WITH=$AS
AS="$WITH PATH=$RUN/bin:$PATH"
check "a program without a SASL library" finds 1 broken client \
	"no SASL library" mbsync --offline
echo "# libgsasl.so.18" >>"$RUN/bin/mbsync"
check "one with the other library" finds 1 broken client \
	"cannot load the plugin" mbsync --offline
echo "# libsasl2.so.2" >"$RUN/bin/mbsync"
check "one with the right one" finds 0 ok client "Cyrus SASL" mbsync --offline

# A crypto policy that takes everything away.
printf '%s\n' 'openssl_conf = start' '[start]' 'providers = some' '[some]' \
	'null = on' '[on]' 'activate = 1' >"$RUN/openssl.cnf"
AS="$WITH OPENSSL_CONF=$RUN/openssl.cnf"
check "no AES" finds 1 broken crypto "AES-256-GCM" --offline
AS=$WITH

# Nobody runs the timer any more.
status=$(find "$RUN/home" -name status.json | head -n 1)
touch -d "5 days ago" "$status"
check "a timer that has stopped" finds 0 warning timer "5 days ago" --offline
touch "$status"

# A credentials file that is no sealed one.
cp -p "$ETC/credentials.conf" "$RUN/credentials.conf"
echo nothing >"$ETC/credentials.conf"
check "credentials that are not sealed" finds 1 broken credentials \
	not-sealed --offline
cp -p "$RUN/credentials.conf" "$ETC/credentials.conf"
check "all is well again" doctor 0 --offline

# File systems: full, without inodes, read-only; in a name space.
records=$(dirname "$(find "$RUN/home" -name '*.rec' | head -n 1)")
# mounted OPTIONS: the next checks see such a file system there.
mounted() {
	printf 'mount -t tmpfs -o "%s" none "%s" && exec "$@"\n' \
		"mode=700,uid=$OTHER_UID,$1" "$records" >"$RUN/mounted"
	AS="unshare -m sh $RUN/mounted $WITH"
}
if is_root && unshare -m true 2>/dev/null; then
	mounted size=64k
	check "no room" finds 1 broken disk "KiB left" --offline
	mounted size=8m,nr_inodes=10
	check "no inodes" finds 1 broken disk "inodes left" --offline
	mounted size=8m,ro
	check "read-only" finds 1 broken disk "read-only" --offline
	printf '%s\n' 'mount -t tmpfs none /sys/fs && mkdir /sys/fs/selinux &&' \
		'echo 1 >/sys/fs/selinux/enforce && exec "$@"' >"$RUN/mounted"
	check "SELinux" finds 0 note selinux "is enforcing" --offline
	printf '%s\n' 'mount -t tmpfs none /sys/fs && exec "$@"' >"$RUN/mounted"
	check "none" lacks_finding selinux
	AS=$WITH
else
	skip "disks and SELinux" "needs root and name spaces"
fi

# What is installed.  This suite has the staged installation to itself.
if [ -w "$PLUGINS" ]; then
	mv "$PLUGINS/libmailbearer.so" "$RUN/plugin"
	check "no plugin" finds 1 broken plugin "is not there" --offline
	echo "no plugin" >"$PLUGINS/libmailbearer.so"
	check "a file that is none" finds 1 broken plugin \
		"cannot be loaded" --offline
	cc -shared -fPIC -o "$PLUGINS/libmailbearer.so" "$E2E/rival.c"
	check "a plugin of another build" finds 1 broken plugin \
		"of another build" --offline
	rm "$PLUGINS/libmailbearer.so"
	mv "$RUN/plugin" "$PLUGINS/libmailbearer.so"
	echo XOAUTH2 >"$PLUGINS/librival.so"
	check "another plugin" finds 1 broken rivals librival.so --offline
	rm "$PLUGINS/librival.so"
	http=$(find "$STAGE" -name http.so | head -n 1)
	mv "$http" "$RUN/http.so"
	check "a module is missing" finds 1 broken modules "is not there" --offline
	sed 's/^/x/' "$E2E/tap.sh" >"$http"
	check "a module of another build" finds 1 broken modules \
		"of another build" --offline
	mv "$RUN/http.so" "$http"
	helper=$(find "$STAGE" -name mailbearer-refresh -type f | head -n 1)
	chmod 644 "$helper"
	check "a helper that cannot be run" finds 0 warning modules \
		"cannot be executed" --offline
	mv "$helper" "$RUN/helper"
	check "no helper" finds 1 broken modules "is not there" --offline
	mv "$RUN/helper" "$helper"
	chmod 755 "$helper"
	check "all is well again" doctor 0
fi

# A sign-in that is over.
control '/kill?kind=RefreshToken' >/dev/null
mb refresh "$USER_NAME" --force >"$RUN/refresh.out" 2>&1
check "an account that needs somebody" finds 1 broken account \
	"$USER_NAME: " --offline
check "and what to do" mends "enroll"

check "words nobody knows" doctor 2 nonsense
check "a user nobody knows" doctor 2 --as no-such-user --offline
[ "$OTHER_UID" = "$(id -u)" ] || check "only root looks as others" \
	doctor 2 --as root --offline

# Postfix: a configuration of its own is enough.
if [ -n "${NO_POSTFIX:-}" ] || ! is_root; then
	skip "Postfix's configuration" "needs root and Postfix"
	tap_end
	exit
fi
AS=env
PF=$RUN/pf
mkdir -p "$PF" "$STAGE/etc" "$STAGE/var/lib"
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
need "a store for Postfix" mb init --service-user postfix
cat >"$PF/master.cf" <<'EOF'
smtp unix - - y - - smtp
EOF
# pf NAME=VALUE...: these settings and nothing else.
pf() {
	printf '%s\n' compatibility_level=3.6 "$@" >"$PF/main.cf"
}
postfix_finds() {
	finds "$@" postfix --offline --config-dir "$PF"
}
GOOD="smtp_sasl_auth_enable=yes smtp_tls_security_level=secure"
MAPS=smtp_sasl_password_maps=texthash:/nonexistent
# shellcheck disable=SC2086 # words wanted
{
pf
check "nothing logs in" postfix_finds 0 warning postfix "logs in anywhere"
pf $GOOD $MAPS
check "as it should be" postfix_finds 0 ok postfix "1 transport "
pf $GOOD
check "no configuration" finds 1 broken postfix "$RUN/none" \
	postfix --offline --config-dir "$RUN/none"
check "no password map" postfix_finds 1 broken postfix "says as whom"
pf $GOOD $MAPS smtp_sasl_auth_cache_name=proxy:btree:/x
check "the cache" postfix_finds 1 broken postfix smtp_sasl_auth_cache_name
pf $GOOD $MAPS smtp_sasl_mechanism_filter=plain,login
check "the filter" postfix_finds 1 broken postfix "lets no OAuth2"
pf $GOOD $MAPS "smtp_sasl_mechanism_filter=!xoauth2, plain"
check "a filter against it" postfix_finds 1 broken postfix "lets no OAuth2"
pf $GOOD $MAPS "smtp_sasl_mechanism_filter=plain, oauthbearer"
check "a filter for it" postfix_finds 0 ok postfix "1 transport "
pf smtp_sasl_auth_enable=yes smtp_tls_security_level=may $MAPS
check "no TLS" postfix_finds 1 broken postfix '"may"'
pf smtp_sasl_auth_enable=yes smtp_tls_security_level=encrypt $MAPS
check "TLS with anybody" postfix_finds 0 warning postfix '"encrypt"'
pf $GOOD $MAPS
echo "  -o smtp_tls_security_level=may" >>"$PF/master.cf"
check "master.cf counts more" postfix_finds 1 broken postfix '"may"'
}
check "as Postfix's user" finds 1 ok user "postfix may use" \
	postfix --offline --config-dir "$PF"
chown root "$STAGE/var/lib/mailbearer"
chmod 700 "$STAGE/var/lib/mailbearer"
check "--as: a user who may not" finds 1 broken user "cannot use" \
	--as nobody --offline --config-dir "$PF"

# AppArmor and msmtp's profile, as they would be: in a name space.
if [ -e /etc/apparmor.d/usr.bin.msmtp ] && [ -d /sys/kernel/security ] &&
   unshare -m true 2>/dev/null; then
	cp -a /etc/apparmor.d "$RUN/apparmor.d"
	rm -f "$RUN/apparmor.d/disable/usr.bin.msmtp"
	cat >"$RUN/confined" <<EOF
mount -t tmpfs none /sys/kernel/security &&
mkdir /sys/kernel/security/apparmor &&
mount --bind "$RUN/apparmor.d" /etc/apparmor.d && exec "\$@"
EOF
	AS="unshare -m sh $RUN/confined"
	check "a profile that denies the token command" finds 0 warning \
		apparmor "denies the token command" msmtp --offline
	remedy=$(sed -n "s/^ *-> sudo \(sed -i .*\) && .*/\1/p" \
		"$RUN/doctor.out")
	echo "$STAGE/bin/mailbearer pux," >"$RUN/apparmor.d/local/usr.bin.msmtp"
	check "a file in local/ does not allow it" finds 0 warning apparmor \
		"denies" msmtp --offline
	: >"$RUN/apparmor.d/local/usr.bin.msmtp"
	check "with the command that mends it" sh -c "$(echo "$remedy" |
		sed "s|/etc/apparmor.d|$RUN/apparmor.d|")"
	check "it is allowed" finds 0 ok apparmor "allows" msmtp --offline
	if command -v apparmor_parser >/dev/null; then
		check "and the profile is one still" apparmor_parser -Q -K \
			-b "$RUN/apparmor.d" "$RUN/apparmor.d/usr.bin.msmtp"
	else
		skip "and the profile is one still" "no apparmor_parser"
	fi
	ln -s ../usr.bin.msmtp "$RUN/apparmor.d/disable/"
	check "a profile that is switched off" finds 0 ok apparmor \
		"switched off" msmtp --offline
	AS=env
else
	skip "msmtp's profile" "needs name spaces and Debian's msmtp"
fi
rm -rf "${STAGE:?}/etc/mailbearer" "$STAGE/var/lib/mailbearer"
tap_end
