/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tools/explain.h"

static const char *const texts[] = {
	[MB_E_NONE] = "Nothing went wrong.",
	[MB_E_NO_STORE] =
	"A store is a host key, a credentials file and token records. Neither "
	"this user nor the system has one, or this user may not read its key.\n"
	"For mbsync, mutt and other programs of your own: mailbearer init. For "
	"Postfix: sudo mailbearer init.",
	[MB_E_NOT_PERMITTED] =
	"The file or directory named belongs to somebody else, or its mode "
	"keeps this user out.\n"
	"The system's store is changed by root (sudo mailbearer ...); your own "
	"is made by mailbearer --user init. Wrong owners and modes in a store "
	"are mended by running init again.",
	[MB_E_KEY_UNREADABLE] =
	"There is a store, but its host key may not be read by this user. "
	"Only root reads the system's key; services get it from systemd "
	"(LoadCredential) or read it before they give up root.",
	[MB_E_KEY_EXPOSED] =
	"Others than the owner may read or change the host key, so it does "
	"not protect anything. Take the permission away (chmod 0400), and if "
	"somebody may have read it: revoke the sign-ins and make a new store.",
	[MB_E_KEY_BAD] =
	"A host key is a file of exactly 32 bytes, or during a rekey 64. This one is not: restore "
	"it. Without the key the store opens only with a recovery key, if "
	"init --recovery-cert was used.",
	[MB_E_KEY_CHANGED] =
	"The file is whole, but sealed for another host key than the one in "
	"use. A running program may still hold the key of before a rekey "
	"(postfix reload), or files of two hosts were mixed.",
	[MB_E_RETIRED] =
	"Somebody said mailbearer retire here, because the accounts moved to "
	"another host: two hosts that refresh the same sign-in end it. Use "
	"that host. If this one is to go on after all: mailbearer retire "
	"--undo, and let the other one retire.",
	[MB_E_UNSAFE_FILE] =
	"A link, a pipe, a directory, a file of another owner or one with "
	"several names lies where a file of the store belongs. It is neither "
	"read nor replaced: look at it, find out who made it, move it away.",
	[MB_E_NOT_SEALED] =
	"The file is plain text where a sealed one is expected. Put it in "
	"through mailbearer apply FILE, then delete the plain one.",
	[MB_E_SEALED_BAD] =
	"The sealed file is cut off, damaged or forged: not a single bit of "
	"it is used. Restore it from a backup; an account can also be "
	"enrolled again.",
	[MB_E_RECORD_BAD] =
	"The token record opened, but its contents are not what mailbearer "
	"writes, or it lies under another account's name. Enrol the account "
	"again; nothing else is affected.",
	[MB_E_RECORD_OLD] =
	"The account's token record is older than one that the program has "
	"already used: a backup was restored over it. It is used, and may "
	"work; a provider that hands out a new refresh token each time will "
	"refuse the old one at the next refresh, and the account is enrolled "
	"again then. Leave the token records out of what is restored.",
	[MB_E_TOO_LARGE] =
	"Something is larger than mailbearer accepts (credentials file 4 MiB, "
	"token 16 KiB, reply 64 KiB).",
	[MB_E_DISK_FULL] =
	"There is no room (or no quota) to write. No token is requested then, "
	"because a new refresh token could not be kept; the old access token "
	"is used while it is valid. Make room: nothing was lost.",
	[MB_E_READ_ONLY] =
	"The store lies on a file system that is mounted read-only. No token "
	"is requested then; the old access token is used while it is valid.",
	[MB_E_IO] =
	"The system refused to read or write the file named; the reason is "
	"the system's own.",
	[MB_E_NO_LOCK] =
	"The store's file system cannot lock files, so two processes could "
	"use one refresh token at once and lose the account. Keep the store on "
	"a local file system.",
	[MB_E_BUSY] =
	"Another process is writing the same thing. Try again in a moment.",
	[MB_E_CONFIG_SYNTAX] =
	"The credentials file is not what its grammar allows; the line is "
	"named. See mailbearer-credentials(5), and mend it with mailbearer "
	"edit.",
	[MB_E_CONFIG_VALUE] =
	"A value of a client credential cannot be right: see the message for "
	"which, mailbearer-credentials(5) for what is allowed, and mailbearer "
	"set or edit to change it.",
	[MB_E_NO_CREDENTIAL] =
	"There is no client credential (app registration) of that name, or "
	"none at all. mailbearer list credentials shows them; mailbearer add "
	"makes one.",
	[MB_E_NO_PROVIDER] =
	"No service provider of that name is known. mailbearer provider list "
	"shows them; any other works as --provider custom with its endpoints "
	"given.",
	[MB_E_EXISTS] =
	"What was to be made is already there, and is different. Nothing was "
	"changed: use set for single fields, or --replace.",
	[MB_E_IN_USE] =
	"Accounts still use this client credential. Without it their sign-ins "
	"cannot be renewed; --force removes it all the same.",
	[MB_E_USE_EDIT] =
	"The credentials file is written in a way that cannot be changed in "
	"place without touching your text. Do it by hand: mailbearer edit.",
	[MB_E_BAD_ADDRESS] =
	"Not an address that can be a mailbox: exactly one @, no blanks, no "
	"control or direction-changing characters, at most 512 bytes.",
	[MB_E_BAD_NAME] =
	"Names of client credentials are 1 to 64 characters of a to z, 0 to "
	"9, dot, underscore and hyphen. A word with @ is an account.",
	[MB_E_BAD_ENDPOINT] =
	"An endpoint is an https address (http is for this machine's loopback "
	"only), without user name and fragment: secrets are sent there.",
	[MB_E_NOT_ENROLLED] =
	"The mail program logs in with a name that mailbearer holds no "
	"sign-in for.\n"
	"If that mailbox is to use OAuth2: mailbearer enroll ADDRESS, as root "
	"for Postfix. If it uses a password, name the mechanisms in the mail "
	"program, so that it does not choose XOAUTH2: AuthMechs PLAIN (mbsync), "
	"smtp_sasl_mechanism_filter = plain, login (Postfix).",
	[MB_E_SIGN_IN_NEEDED] =
	"The provider does not accept the stored refresh token any more, so "
	"no new access token can be had. What ends a sign-in: a changed "
	"password, revoked sessions, 90 days without use (Microsoft), six "
	"months without use (Google), 7 days while a Google app is in "
	"\"Testing\", a new policy.\n"
	"Its owner signs in again: mailbearer enroll ADDRESS.",
	[MB_E_SECRET_WRONG] =
	"The provider says that the client secret is wrong. At Microsoft copy "
	"\"Value\", never \"Secret ID\"; public clients must have none at all. "
	"Sign-ins are kept: mailbearer set NAME --client-secret-file -.",
	[MB_E_SECRET_EXPIRED] =
	"The client secret's time is over. Make a new one at the provider, "
	"then: mailbearer set NAME --client-secret-file -. Sign-ins are kept.",
	[MB_E_CLIENT_REFUSED] =
	"The provider refuses the client credential itself: wrong client id, "
	"tenant, endpoint or authentication method, or the app was deleted or "
	"blocked. Compare mailbearer show NAME with the provider's console.",
	[MB_E_REFRESH_REFUSED] =
	"The provider refused to renew the access token for a reason that "
	"lies in the configuration. The refresh token is kept.",
	[MB_E_WRONG_ACCOUNT] =
	"The browser was signed in as somebody else, and that sign-in was "
	"discarded. Use a private window, or sign out first. For a shared "
	"mailbox: mailbearer enroll SHARED --as OWNER.",
	[MB_E_NO_REFRESH_TOKEN] =
	"The provider gave an access token only, so the login would end "
	"within the hour; nothing was saved. Microsoft wants offline_access in "
	"the scope, Google access_type=offline and prompt=consent.",
	[MB_E_HOST_NOT_LISTED] =
	"The mail program is talking to a server that the client credential "
	"does not name. A token is as good as a password, so none was sent. "
	"If the server is the provider's: mailbearer set NAME --host HOST.",
	[MB_E_TOKEN_REFUSED] =
	"The mail server refused an access token that looked valid. The next "
	"login fetches a new one, once. If that is refused as well: is the "
	"protocol switched on for the mailbox, does the scope cover it, is it "
	"the right mailbox?",
	[MB_E_BAD_TOKEN] =
	"The provider's token has characters or a length that no mail "
	"protocol can carry.",
	[MB_E_NETWORK] =
	"The token endpoint could not be reached: name, route, firewall or "
	"proxy. The old access token is used while it is valid.",
	[MB_E_TLS] =
	"The endpoint's certificate does not prove that it is the provider. "
	"Nothing was sent. Wrong clock? A proxy that opens TLS? An own CA: "
	"mailbearer set NAME --ca-file FILE.",
	[MB_E_TIMEOUT] =
	"Somebody took too long: the provider to answer, or another process "
	"that was getting the token. Try again.",
	[MB_E_REPLY_BAD] =
	"The token endpoint answered with something that is no token "
	"response: an error page, a redirect, a cut-off text. Is the endpoint "
	"right? Else it is the provider's to mend.",
	[MB_E_PROVIDER_BUSY] =
	"The provider asked for patience (429 or 5xx). It is asked again "
	"after the time that it named, or after a growing pause.",
	[MB_E_DENIED] =
	"The sign-in ended with a no: the owner declined, or a policy or an "
	"administrator has to consent first. Nothing was saved.",
	[MB_E_BAD_REDIRECT] =
	"The address that came back does not belong to this sign-in: another "
	"state, another provider, no code, or a redirect URI that is not "
	"registered. Start again, and use the newest page only.",
	[MB_E_NO_TERMINAL] =
	"Something has to be asked, and there is no terminal to ask at: pass "
	"it as the options that the message names.",
	[MB_E_INTERRUPTED] = "Interrupted or timed out; nothing was saved.",
	[MB_E_USAGE] = "The command line is not one that mailbearer knows: "
	"mailbearer help VERB.",
	[MB_E_UPGRADED] =
	"mailbearer was upgraded while the program ran, and old and new parts "
	"do not mix. Restart the program (postfix reload is enough for "
	"Postfix).",
	[MB_E_UNSUPPORTED] =
	"This needs something that is not here: a library, a kernel feature, "
	"or a newer mailbearer.",
	[MB_E_CRYPTO] =
	"OpenSSL failed in a way that should not happen: is its configuration "
	"(a FIPS provider, a policy) in the way of AES-256-GCM or SHA-256?",
	[MB_E_NOMEM] = "There was not enough memory. Nothing was lost.",
	[MB_E_INTERNAL] =
	"An installation that does not fit together, or a fault of "
	"mailbearer's. Install it again; if it stays, please report it.",
};

_Static_assert(sizeof(texts) / sizeof(texts[0]) == MB_E_COUNT,
	       "a text for each id");

const char *mb_explain_text(enum mb_id id)
{
	unsigned int i = (unsigned int)id;

	return texts[i < MB_E_COUNT && texts[i] ? i : MB_E_INTERNAL];
}

const char *mb_explain_turn(enum mb_turn turn)
{
	static const char *const turns[] = {
		[MB_TURN_YOU] = "yours",
		[MB_TURN_OWNER] = "the mailbox owner's",
		[MB_TURN_ADMIN] = "the administrator's",
		[MB_TURN_PROVIDER] = "the provider's",
	};

	return turns[turn];
}
