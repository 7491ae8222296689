/* SPDX-License-Identifier: BSD-2-Clause */
/* What is installed: plugin, modules, helper; who else is; what confines. */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/paths.h"
#include "tools/binary.h"
#include "tools/doctor.h"
#include "tools/rivals.h"
#include "tools/setup.h"

#define PLUGIN "libmailbearer.so"

static const char another_build[] = "install all of mailbearer in one "
	"version, then restart the mail programs";

/* Built together?  The build's name is in each of them. */
static bool of_this_build(const char *path)
{
	return mb_binary_has(path, mb_build_id);
}

static void plugin(struct mb_doctor *d)
{
	char path[PATH_MAX + 32];
	const char *why;
	void *handle;

	(void)snprintf(path, sizeof(path), "%s/" PLUGIN, mb_path_plugins);
	if (access(path, R_OK) < 0) {
		mb_doctor_say(d, MB_GRADE_BROKEN, "plugin",
			      "install it again; programs look for plugins "
			      "where libsasl2's others are", "%s is not there",
			      path);
		return;
	}
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle || !dlsym(handle, "sasl_client_plug_init")) {
		why = dlerror();
		mb_doctor_say(d, MB_GRADE_BROKEN, "plugin",
			      "install it again", "%s cannot be loaded: %s",
			      path, why ? why : "it is no plugin");
	} else if (!of_this_build(path)) {
		mb_doctor_say(d, MB_GRADE_BROKEN, "plugin", another_build,
			      "%s is of another build than this tool", path);
	} else {
		mb_doctor_say(d, MB_GRADE_OK, "plugin", NULL, "%s", path);
	}
}

static void modules(struct mb_doctor *d)
{
	const char *const paths[] = {
		mb_path_engine, mb_path_http, mb_path_helper,
	};
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], R_OK) < 0) {
			mb_doctor_say(d, MB_GRADE_BROKEN, "modules",
				      "install mailbearer again",
				      "%s is not there", paths[i]);
			good = false;
		} else if (!of_this_build(paths[i])) {
			mb_doctor_say(d, MB_GRADE_BROKEN, "modules",
				      another_build, "%s is of another build "
				      "than this tool", paths[i]);
			good = false;
		}
	}
	if (good && access(mb_path_helper, X_OK) < 0)
		mb_doctor_say(d, MB_GRADE_WARNING, "modules",
			      "chmod 755 it", "%s cannot be executed",
			      mb_path_helper);
	else if (good)
		mb_doctor_say(d, MB_GRADE_OK, "modules", NULL,
			      "engine, http and helper are of one build");
}

/* Another plugin with the same mechanism: the stronger flags win, whatever the
 * order, and then it answers instead of ours. */
static void rivals(struct mb_doctor *d)
{
	struct mb_rivals all;
	char remedy[MB_ERR_REMEDY];
	size_t i;

	mb_rivals_find(&all);
	for (i = 0; i < all.n; i++) {
		(void)snprintf(remedy, sizeof(remedy), "remove %s%s, then "
			       "restart the mail programs; what it had: "
			       "mailbearer setup postfix --migrate",
			       all.list[i].package[0] ? "package " :
			       "that file", all.list[i].package);
		mb_doctor_say(d, MB_GRADE_BROKEN, "rivals", remedy,
			      "%s has the same mechanisms, and may be chosen "
			      "instead", all.list[i].path);
	}
	if (!all.n)
		mb_doctor_say(d, MB_GRADE_OK, "rivals", NULL,
			      "no other plugin for XOAUTH2 or OAUTHBEARER");
}

/* Programs that load plugins, if they are linked to the right library. */
static void sasl_library(struct mb_doctor *d)
{
	static const char *const programs[] = { "mbsync", "sendmail" };
	const char *library;
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!d->client || strcmp(d->client, programs[i]))
			continue;
		library = mb_setup_sasl_library(programs[i]);
		if (!library)
			mb_doctor_say(d, MB_GRADE_BROKEN, "client",
				      "install the flavour that has it",
				      "%s is not there, or is linked to no "
				      "SASL library", programs[i]);
		else if (strcmp(library, "libsasl2") != 0)
			mb_doctor_say(d, MB_GRADE_BROKEN, "client",
				      "use the token command or the tunnel: "
				      "mailbearer setup",
				      "%s is linked to %s and cannot load the "
				      "plugin", programs[i], library);
		else
			mb_doctor_say(d, MB_GRADE_OK, "client", NULL,
				      "%s is linked to Cyrus SASL",
				      programs[i]);
	}
}

#define MSMTP_PROFILE "/etc/apparmor.d/usr.bin.msmtp"

static bool mentions_us(const char *path)
{
	char text[16384];
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		(void)close(fd);
	}
	return n > 0 && memmem(text, (size_t)n, "/mailbearer", 11);
}

/* Debian can confine msmtp: its shell, and so a passwordeval, runs in a profile
 * inside msmtp's own, into which no file below local/ is included.  "pux" and not
 * "PUx": that one cleans the environment, and no user's store is looked for in a
 * program which has more rights than its caller. */
static void apparmor(struct mb_doctor *d)
{
	char remedy[PATH_MAX + 128];

	if (!d->client || strcmp(d->client, "msmtp") != 0 ||
	    access(MSMTP_PROFILE, F_OK) < 0 ||
	    access("/sys/kernel/security/apparmor", F_OK) < 0)
		return;
	if (access("/etc/apparmor.d/disable/usr.bin.msmtp", F_OK) == 0) {
		mb_doctor_say(d, MB_GRADE_OK, "apparmor", NULL,
			      "msmtp's profile is switched off");
		return;
	}
	if (mentions_us(MSMTP_PROFILE)) {
		mb_doctor_say(d, MB_GRADE_OK, "apparmor", NULL,
			      "msmtp's profile allows the command");
		return;
	}
	(void)snprintf(remedy, sizeof(remedy),
		       "sudo sed -i '/profile helpers {/a %s pux,' "
		       MSMTP_PROFILE " && sudo apparmor_parser -r "
		       MSMTP_PROFILE, mb_path_tool);
	mb_doctor_say(d, MB_GRADE_WARNING, "apparmor", remedy,
		      "msmtp's profile denies the token command, and a file in "
		      "local/ cannot allow it");
}

static void selinux(struct mb_doctor *d)
{
	char mode = '0';
	int fd = open("/sys/fs/selinux/enforce", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, &mode, 1) == 1 && mode == '1')
		mb_doctor_say(d, MB_GRADE_NOTE, "selinux",
			      "if logins are denied: ausearch -m avc -c smtp, "
			      "and see the policy module in contrib",
			      "SELinux is enforcing");
	(void)close(fd);
}

/* A crypto policy or a broken openssl.cnf can take away what seals. */
static void crypto(struct mb_doctor *d)
{
	EVP_CIPHER *gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	EVP_MD *sha = EVP_MD_fetch(NULL, "SHA256", NULL);

	if (gcm && sha)
		mb_doctor_say(d, MB_GRADE_OK, "crypto", NULL, "%s",
			      OpenSSL_version(OPENSSL_VERSION));
	else
		mb_doctor_say(d, MB_GRADE_BROKEN, "crypto",
			      "look at openssl.cnf and the system's crypto "
			      "policy", "%s has no %s",
			      OpenSSL_version(OPENSSL_VERSION),
			      gcm ? "SHA-256" : "AES-256-GCM");
	EVP_CIPHER_free(gcm);
	EVP_MD_free(sha);
}

void mb_doctor_host(struct mb_doctor *d)
{
	plugin(d);
	modules(d);
	rivals(d);
	sasl_library(d);
	crypto(d);
	apparmor(d);
	selinux(d);
}
