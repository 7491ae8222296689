/* SPDX-License-Identifier: BSD-2-Clause */
/* The mail programs, as data.  Every text here was run against real servers
 * (tests/e2e/clients.sh, mta.sh). */
#include "config.h"

#include <string.h>

#include "tools/setup.h"

#define IMAP MB_SETUP_IMAP
#define SMTP MB_SETUP_SMTP
#define POP MB_SETUP_POP

static const char mbsync[] =
"# ~/.mbsyncrc: the plugin does the login, no Pass line is needed.\n"
"IMAPAccount @ADDRESS@\n"
"Host @IMAP_HOST@\n"
"Port @IMAP_PORT@\n"
"User @ADDRESS@\n"
"AuthMechs XOAUTH2 OAUTHBEARER\n"
"# isync 1.5 and later call it TLSType.\n"
"SSLType @IMAP_SSLTYPE@\n"
"\n"
"IMAPStore @ADDRESS@-far\n"
"Account @ADDRESS@\n"
"\n"
"MaildirStore @ADDRESS@-near\n"
"Path ~/Mail/@ADDRESS@/\n"
"Inbox ~/Mail/@ADDRESS@/INBOX\n"
"SubFolders Verbatim\n"
"\n"
"Channel @ADDRESS@\n"
"Far :@ADDRESS@-far:\n"
"Near :@ADDRESS@-near:\n"
"Patterns *\n"
"Create Near\n"
"SyncState *\n";

static const char mutt[] =
"# ~/.muttrc, or neomutt's: both ask the command for a token.\n"
"?imap\n"
"set folder=\"@IMAP_URL@/\"\n"
"set spoolfile=\"+INBOX\"\n"
"set imap_user=\"@ADDRESS@\"\n"
"set imap_authenticators=\"oauthbearer:xoauth2\"\n"
"set imap_oauth_refresh_command=\"@COMMAND@ token @ADDRESS@\"\n"
"?\n"
"?smtp\n"
"set from=\"@ADDRESS@\"\n"
"set smtp_url=\"@SMTP_SCHEME@://@ADDRESS_URL@@@SMTP_HOST@:@SMTP_PORT@/\"\n"
"set smtp_authenticators=\"oauthbearer:xoauth2\"\n"
"set smtp_oauth_refresh_command=\"@COMMAND@ token @ADDRESS@\"\n"
"?\n"
"set ssl_starttls=yes\n"
"set ssl_force_tls=yes\n";

static const char msmtp[] =
"# ~/.msmtprc (mode 0600).  Where AppArmor confines msmtp, passwordeval is denied\n"
"# until the profile allows it: mailbearer doctor msmtp\n"
"account @ADDRESS@\n"
"host @SMTP_HOST@\n"
"port @SMTP_PORT@\n"
"tls on\n"
"tls_starttls @SMTP_STARTTLS_ONOFF@\n"
"auth xoauth2\n"
"user @ADDRESS@\n"
"from @ADDRESS@\n"
"passwordeval @COMMAND@ token @ADDRESS@\n";

static const char mpop[] =
"# ~/.mpoprc (mode 0600)\n"
"account @ADDRESS@\n"
"host @POP_HOST@\n"
"port @POP_PORT@\n"
"tls on\n"
"tls_starttls @POP_STARTTLS_ONOFF@\n"
"auth xoauth2\n"
"user @ADDRESS@\n"
"passwordeval @COMMAND@ token @ADDRESS@\n"
"delivery maildir ~/Mail/INBOX\n"
"keep on\n";

static const char fetchmail[] =
"# ~/.fetchmailrc (mode 0600): fetchmail talks to the tunnel, which does TLS\n"
"# and the login.  It needs both `auth external` and an empty sslproto.\n"
"poll @IMAP_HOST@ protocol imap\n"
"  plugin \"@COMMAND@ tunnel @IMAP_URL@ --user @ADDRESS@\"\n"
"  auth external\n"
"  user \"@ADDRESS@\" there is \"@LOCAL_USER@\" here\n"
"  sslproto ''\n";

static const char getmail[] =
"# ~/.config/getmail/getmailrc\n"
"[retriever]\n"
"type = SimpleIMAPSSLRetriever\n"
"server = @IMAP_HOST@\n"
"port = @IMAP_PORT@\n"
"username = @ADDRESS@\n"
"use_xoauth2 = True\n"
"password_command = (\"@COMMAND_PATH@\"@COMMAND_WORDS@, \"token\", \"@ADDRESS@\")\n"
"\n"
"[destination]\n"
"type = Maildir\n"
"path = ~/Mail/INBOX/\n";

static const char offlineimap[] =
"# ~/.offlineimaprc\n"
"[general]\n"
"accounts = mail\n"
"\n"
"[Account mail]\n"
"localrepository = near\n"
"remoterepository = far\n"
"\n"
"[Repository near]\n"
"type = Maildir\n"
"localfolders = ~/Mail/@ADDRESS@\n"
"\n"
"[Repository far]\n"
"type = IMAP\n"
"remotehost = @IMAP_HOST@\n"
"remoteport = @IMAP_PORT@\n"
"remoteuser = @ADDRESS@\n"
"ssl = @IMAP_TLS_YESNO@\n"
"starttls = @IMAP_STARTTLS_YESNO@\n"
"sslcacertfile = OS-DEFAULT\n"
"auth_mechanisms = XOAUTH2\n"
"oauth2_access_token_eval = __import__(\"subprocess\").check_output("
"\"@COMMAND@ token @ADDRESS@\".split()).decode().strip()\n";

static const char sendmail[] =
"# sendmail links Cyrus SASL: the plugin does the login, as root, with the\n"
"# system's store.  In /etc/mail/sendmail.mc, above the MAILER lines, each of\n"
"# these that is not there yet; all mail then leaves through that server:\n"
"define(`SMART_HOST', `[@RELAY_HOST@]')dnl\n"
"define(`RELAY_MAILER_ARGS', `TCP $h @RELAY_PORT@')dnl\n"
"define(`confDONT_EXPAND_CNAMES', `True')dnl\n"
"define(`confCACERT', `/etc/ssl/certs/ca-certificates.crt')dnl\n"
"define(`confCACERT_PATH', `/etc/ssl/certs')dnl\n"
"FEATURE(`access_db', , `skip')dnl\n"
"FEATURE(`check_cert_altnames')dnl\n"
"FEATURE(`authinfo', `hash -o /etc/mail/authinfo.db')dnl\n"
"# In /etc/mail/access: no login, and no mail, without a server that proves its\n"
"# name; sendmail asks for no proof otherwise:\n"
"TLS_Srv:@RELAY_HOST@ TEMP+VERIFY+CN\n"
"# In /etc/mail/authinfo (mode 0600); the password is asked for and not used:\n"
"AuthInfo:@RELAY_HOST@ \"U:@ADDRESS@\" \"I:@ADDRESS@\" \"P:unused\" \"M:XOAUTH2 OAUTHBEARER\"\n"
"# Then, in /etc/mail, and restart sendmail:\n"
"#   makemap hash access <access; makemap hash authinfo <authinfo\n"
"#   m4 sendmail.mc >sendmail.cf\n";

static const char nmh[] =
"# ~/.mh_profile: the plugin does the login.\n"
"?pop\n"
"inc: -host @POP_HOST@ -port @POP_PORT@ -user @ADDRESS@ -sasl "
"-saslmech OAUTHBEARER -initialtls\n"
"?\n"
"?smtp\n"
"send: -mts smtp -server @SMTP_HOST@ -port @SMTP_PORT@ -user @ADDRESS@ -sasl "
"-saslmech OAUTHBEARER @SMTP_NMH_TLS@\n"
"?\n"
"credentials: file:.netrc\n"
"# ~/.netrc (mode 0600); the password is asked for and not used:\n"
"?pop\n"
"machine @POP_HOST@ login @ADDRESS@ password unused\n"
"?\n"
"?smtp\n"
"machine @SMTP_HOST@ login @ADDRESS@ password unused\n"
"?\n";

static const char exim[] =
"# Exim has no Cyrus SASL for sending: it asks the command for a token, as its own\n"
"# user (exim -bP exim_user; Debian's here), who needs a store of its own:\n"
"#   sudo -H -u Debian-exim mailbearer init\n"
"# and likewise add and enroll.  In exim.conf, below the line begin authenticators:\n"
"mailbearer:\n"
"  driver = plaintext\n"
"  public_name = XOAUTH2\n"
"  client_condition = ${if eq{$transport_name}{mailbearer_smtp}}\n"
"  client_ignore_invalid_base64\n"
"  client_send = \"user=@ADDRESS@\\001auth=Bearer "
"${run{@COMMAND_ABSOLUTE@ token @ADDRESS@}{${sg{$value}{\\\\n}{}}}fail}\\001\\001\"\n"
"# Below the line begin transports:\n"
"mailbearer_smtp:\n"
"  driver = smtp\n"
"  port = @SMTP_PORT@\n"
"  protocol = @SMTP_SCHEME@\n"
"  hosts_require_auth = *\n"
"  hosts_require_tls = *\n"
"  tls_verify_hosts = *\n"
"  tls_verify_certificates = system\n"
"  tls_sni = @SMTP_HOST@\n"
"# Below the line begin routers, in place of the one that sends to other hosts:\n"
"mailbearer:\n"
"  driver = manualroute\n"
"  domains = ! +local_domains\n"
"  transport = mailbearer_smtp\n"
"  route_list = * @SMTP_HOST@\n"
"  host_find_failed = defer\n"
"  no_more\n";

static const char aerc[] =
"# ~/.config/aerc/accounts.conf (mode 0600)\n"
"[@ADDRESS@]\n"
"?imap\n"
"source = @IMAP_SCHEME@+xoauth2://@ADDRESS_URL@@@IMAP_HOST@:@IMAP_PORT@\n"
"source-cred-cmd = @COMMAND@ token @ADDRESS@\n"
"?\n"
"?smtp\n"
"outgoing = @SMTP_SCHEME@+xoauth2://@ADDRESS_URL@@@SMTP_HOST@:@SMTP_PORT@\n"
"outgoing-cred-cmd = @COMMAND@ token @ADDRESS@\n"
"# Up to aerc 0.14; later ones know by smtp:// and smtps://.\n"
"smtp-starttls = @SMTP_STARTTLS_YESNO@\n"
"?\n"
"from = <@ADDRESS@>\n";

static const char git[] =
"# git send-email has no OAuth2 of its own: let msmtp send\n"
"# (mailbearer setup msmtp @ADDRESS@).\n"
"git config --global sendemail.from @ADDRESS@\n"
"git config --global sendemail.sendmailCmd \"msmtp -a @ADDRESS@\"\n";

static const char curl[] =
"# The token goes through a pipe: on the command line all users could read it.\n"
"?imap\n"
"printf 'oauth2-bearer = \"%s\"\\n' \"$(@COMMAND@ token @ADDRESS@)\" |\n"
"  curl -K - --ssl-reqd --user '@ADDRESS@:' \\\n"
"    '@IMAP_URL@/INBOX;MAILINDEX=*'\n"
"?\n"
"?smtp\n"
"printf 'oauth2-bearer = \"%s\"\\n' \"$(@COMMAND@ token @ADDRESS@)\" |\n"
"  curl -K - --ssl-reqd --user '@ADDRESS@:' --mail-from '@ADDRESS@' \\\n"
"    --mail-rcpt RECIPIENT --upload-file MESSAGE "
"'@SMTP_SCHEME@://@SMTP_HOST@:@SMTP_PORT@'\n"
"?\n";

static const char swaks[] =
"# swaks has no OAuth2: the tunnel does TLS and the login.\n"
"swaks --pipe '@COMMAND@ tunnel @SMTP_URL@ --user @ADDRESS@' \\\n"
"  --from @ADDRESS@ --to RECIPIENT\n";

static const char alpine[] =
"# ~/.pinerc: alpine thinks that it uses ssh; a script @HOME@/bin/mail-tunnel\n"
"# with these two lines (chmod +x) does:\n"
"#   #!/bin/sh\n"
"#   exec @COMMAND@ tunnel @IMAP_URL@ --user @ADDRESS@\n"
"ssh-path=@HOME@/bin/mail-tunnel\n"
"ssh-command=%s %s -l %s exec /etc/r%sd\n"
"inbox-path={@IMAP_HOST@/user=@ADDRESS@/novalidate-cert}INBOX\n";

const struct mb_setup_client mb_setup_clients[] = {
	{ "aerc", IMAP | SMTP, IMAP, NULL, false, aerc },
	{ "alpine", IMAP, IMAP, NULL, false, alpine },
	{ "curl", IMAP | SMTP, 0, NULL, false, curl },
	{ "exim", SMTP, SMTP, NULL, true, exim },
	{ "fetchmail", IMAP, IMAP, NULL, false, fetchmail },
	{ "getmail", IMAP, IMAP, NULL, false, getmail },
	{ "git", SMTP, SMTP, NULL, false, git },
	{ "mbsync", IMAP, IMAP, "mbsync", false, mbsync },
	{ "mpop", POP, POP, NULL, false, mpop },
	{ "msmtp", SMTP, SMTP, NULL, false, msmtp },
	{ "mutt", IMAP | SMTP, IMAP, "mutt", false, mutt },
	{ "neomutt", IMAP | SMTP, IMAP, "neomutt", false, mutt },
	{ "nmh", POP | SMTP, 0, NULL, false, nmh },
	{ "offlineimap", IMAP, IMAP, NULL, false, offlineimap },
	{ "sendmail", SMTP, SMTP | MB_SETUP_LATER, "sendmail", true, sendmail },
	{ "swaks", SMTP, SMTP, NULL, false, swaks },
	{ NULL, 0, 0, NULL, false, NULL },
};

static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "exim4", "exim" },
	{ "getmail6", "getmail" },
	{ "git-send-email", "git" },
	{ "isync", "mbsync" },
	{ "offlineimap3", "offlineimap" },
};

const struct mb_setup_client *mb_setup_client(const char *name)
{
	const struct mb_setup_client *c;
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(name, aliases[i].alias))
			name = aliases[i].name;
	for (c = mb_setup_clients; c->name; c++)
		if (!strcmp(name, c->name))
			return c;
	return NULL;
}
