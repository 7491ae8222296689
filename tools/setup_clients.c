/* SPDX-License-Identifier: BSD-2-Clause */
/* The mail programs, as data.  Every text here was run against real servers
 * (tests/e2e/clients.sh) unless its first line says otherwise. */
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
"# Not tried against a server here.  sendmail links Cyrus SASL: the plugin does\n"
"# the login.  In /etc/mail/sendmail.mc:\n"
"define(`SMART_HOST', `[@SMTP_HOST@]')dnl\n"
"define(`RELAY_MAILER', `esmtp')dnl\n"
"define(`RELAY_MAILER_ARGS', `TCP $h @SMTP_PORT@')dnl\n"
"define(`ESMTP_MAILER_ARGS', `TCP $h @SMTP_PORT@')dnl\n"
"define(`confAUTH_MECHANISMS', `XOAUTH2 OAUTHBEARER')dnl\n"
"FEATURE(`authinfo', `hash -o /etc/mail/authinfo.db')dnl\n"
"# In /etc/mail/authinfo (mode 0600; then: makemap hash authinfo <authinfo):\n"
"AuthInfo:@SMTP_HOST@ \"U:@ADDRESS@\" \"I:@ADDRESS@\" \"P:unused\" \"M:XOAUTH2\"\n";

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
"# Not tried against a server here.  Debian's Exim has no Cyrus SASL for\n"
"# sending; it runs the command as its own user, who must be able to read the\n"
"# store (mailbearer init --service-user Debian-exim).\n"
"begin authenticators\n"
"mailbearer:\n"
"  driver = plaintext\n"
"  public_name = XOAUTH2\n"
"  client_ignore_invalid_base64\n"
"  client_send = \"user=@ADDRESS@\\001auth=Bearer "
"${run{@COMMAND@ token @ADDRESS@}{${sg{$value}{\\n}{}}}fail}\\001\\001\"\n"
"begin transports\n"
"mailbearer_smtp:\n"
"  driver = smtp\n"
"  hosts = @SMTP_HOST@\n"
"  port = @SMTP_PORT@\n"
"  protocol = @SMTP_SCHEME@\n"
"  hosts_require_auth = *\n"
"  hosts_require_tls = *\n"
"  tls_verify_certificates = system\n";

static const char aerc[] =
"# ~/.config/aerc/accounts.conf (mode 0600); sending was not tried here.\n"
"[@ADDRESS@]\n"
"?imap\n"
"source = @IMAP_SCHEME@+xoauth2://@ADDRESS_URL@@@IMAP_HOST@:@IMAP_PORT@\n"
"source-cred-cmd = @COMMAND@ token @ADDRESS@\n"
"?\n"
"?smtp\n"
"outgoing = @SMTP_SCHEME@+xoauth2://@ADDRESS_URL@@@SMTP_HOST@:@SMTP_PORT@\n"
"outgoing-cred-cmd = @COMMAND@ token @ADDRESS@\n"
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
	{ "aerc", IMAP | SMTP, IMAP, NULL, aerc },
	{ "alpine", IMAP, IMAP, NULL, alpine },
	{ "curl", IMAP | SMTP, 0, NULL, curl },
	{ "exim", SMTP, SMTP, NULL, exim },
	{ "fetchmail", IMAP, IMAP, NULL, fetchmail },
	{ "getmail", IMAP, IMAP, NULL, getmail },
	{ "git", SMTP, SMTP, NULL, git },
	{ "mbsync", IMAP, IMAP, "mbsync", mbsync },
	{ "mpop", POP, POP, NULL, mpop },
	{ "msmtp", SMTP, SMTP, NULL, msmtp },
	{ "mutt", IMAP | SMTP, IMAP, "mutt", mutt },
	{ "neomutt", IMAP | SMTP, IMAP, "neomutt", mutt },
	{ "nmh", POP | SMTP, 0, NULL, nmh },
	{ "offlineimap", IMAP, IMAP, NULL, offlineimap },
	{ "sendmail", SMTP, SMTP, "sendmail", sendmail },
	{ "swaks", SMTP, SMTP, NULL, swaks },
	{ NULL, 0, 0, NULL, NULL },
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
