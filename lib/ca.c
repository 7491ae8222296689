/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/ca.h"

#include <curl/curl.h>
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Built once, kept to the end of the process: the module is never unloaded. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static X509_STORE *system_store;
static bool system_whole;	/* the bundle was parsed, no file needed */

/* As libcurl does by itself: an intermediate that is named is trusted. */
static X509_STORE *new_store(void)
{
	X509_STORE *store = X509_STORE_new();

	if (store && X509_STORE_set_flags(store,
					  X509_V_FLAG_PARTIAL_CHAIN) != 1) {
		X509_STORE_free(store);
		store = NULL;
	}
	return store;
}

/* "5ed36f99.0", as c_rehash and update-ca-certificates make them. */
static bool is_hash_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] >= '0' && name[9] <= '9';
}

static bool is_hashed(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	bool found = false;

	if (!d)
		return false;
	while (!found && (entry = readdir(d)) != NULL)
		found = is_hash_name(entry->d_name);
	closedir(d);
	return found;
}

static const char *find_directory(void)
{
	const char *dirs[] = {
		curl_version_info(CURLVERSION_NOW)->capath,
		X509_get_default_cert_dir(),
		"/etc/ssl/certs",
		"/etc/pki/ca-trust/extracted/pem/directory-hash",
	};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (dirs[i] && is_hashed(dirs[i]))
			return dirs[i];
	return NULL;
}

static const char *find_bundle(void)
{
	const char *files[] = {
		curl_version_info(CURLVERSION_NOW)->cainfo,
		X509_get_default_cert_file(),
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
		"/usr/local/share/certs/ca-root-nss.crt",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i] && access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

static int build(bool whole, struct mb_err *e)
{
	const char *dir = whole ? NULL : find_directory();
	const char *file = dir ? NULL : find_bundle();
	X509_STORE *store = new_store();
	int ok = 0;

	ERR_set_mark();
	if (store && dir)
		ok = X509_STORE_load_path(store, dir);
	else if (store && file)
		ok = X509_STORE_load_file(store, file);
	ERR_pop_to_mark();
	if (!ok) {
		X509_STORE_free(store);
		mb_fail(e, MB_E_TLS, dir ? dir : file ? file :
			"the system's CA certificates", dir || file ?
			"cannot be read as CA certificates" :
			" are not where they usually are");
		return mb_remedy(e, "install the package ca-certificates");
	}
	/* Somebody else may hold a reference to the old one: that is counted. */
	X509_STORE_free(system_store);
	system_store = store;
	system_whole = whole;
	return 0;
}

int mb_ca_prepare(struct mb_err *e)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (!system_whole)
		ret = build(true, e);
	pthread_mutex_unlock(&lock);
	return ret;
}

int mb_ca_system(X509_STORE **store, struct mb_err *e)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (!system_store)
		ret = build(false, e);
	if (ret == 0 && X509_STORE_up_ref(system_store) != 1)
		ret = mb_fail(e, MB_E_TLS, "CA certificates",
			      "too many users");
	if (ret == 0)
		*store = system_store;
	pthread_mutex_unlock(&lock);
	return ret;
}

/* All certificates of a PEM text; how many, -1 if one is damaged. */
static int add_all(X509_STORE *store, BIO *bio)
{
	int n = 0;
	X509 *cert;

	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		int ok = X509_STORE_add_cert(store, cert);

		X509_free(cert);
		if (!ok)
			return -1;
		n++;
	}
	return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ?
	       n : -1;
}

int mb_ca_from_pem(const struct mb_secret *pem, const char *object,
		   X509_STORE **store, struct mb_err *e)
{
	X509_STORE *s = new_store();
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	int n = 0;

	ERR_set_mark();
	if (s && bio)
		n = add_all(s, bio);
	ERR_pop_to_mark();
	BIO_free(bio);
	if (n <= 0) {
		X509_STORE_free(s);
		mb_fail(e, MB_E_TLS, object,
			"its CA certificate cannot be read");
		return mb_remedy(e, "give it anew with --ca-file FILE "
				 "(PEM)");
	}
	*store = s;
	return 0;
}
