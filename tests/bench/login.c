/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login [-n COUNT] [-j PROCESSES] [-v] MECH[,MECH] ACCOUNT [HOST]
 *
 * The program that is measured: sasl_client_init, COUNT authentications by each
 * mechanism in turn (one process: their ratio is not the machine's doing),
 * sasl_done.  The plugins are those in $SASL_PATH, nothing is sent anywhere.
 * A "%d" in ACCOUNT is the number of the authentication, from 1.  MECH "none":
 * a program that does not authenticate.  login-tls is the same, its OpenSSL
 * ready for TLS beforehand.
 *
 * -v: what it cost, on stdout, one per line, times in microseconds:
 *	init US
 *	first.MECH US		further.MECH MEDIAN P10 P90
 *	libraries N		rss KIB
 *	stat US		read US
 * The last two, with MAILBEARER_HOME: what the kernel takes to look at a file
 * twice, and to open, read and close it; who looks whether a record changed,
 * or reads one, cannot be faster.
 * MECH's are the times of sasl_client_start and sasl_dispose, where plugins
 * work; sasl_client_new, the host's name and its random numbers, is the same
 * for everybody.
 * -j: that many processes, begun together; when the last and the middle one had
 * theirs, and how many had none:  last US   middle US   failed N
 */
#include "config.h"

#include <fcntl.h>
#include <sasl/sasl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef BENCH_TLS
#include <openssl/ssl.h>
#endif

enum { MECHS_MAX = 2, PROCESSES_MAX = 1000 };

static char *mechs[MECHS_MAX];
static int mechs_len;
static const char *account_format;
static const char *host = "smtp.example.org";
static char account[512];

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int on_name(void *context, int id, const char **result, unsigned *len)
{
	(void)context;
	(void)id;
	*result = account;
	if (len)
		*len = (unsigned)strlen(account);
	return SASL_OK;
}

static int on_pass(sasl_conn_t *conn, void *context, int id,
		   sasl_secret_t **secret)
{
	static sasl_secret_t *s;

	(void)conn;
	(void)context;
	(void)id;
	if (!s)
		s = calloc(1, sizeof(*s) + 16);
	if (!s)
		return SASL_NOMEM;
	s->len = 6;
	memcpy(s->data, "secret", 7);
	*secret = s;
	return SASL_OK;
}

static int on_log(void *context, int level, const char *message)
{
	(void)context;
	(void)level;
	(void)message;
	return SASL_OK;
}

/* Through the one type that every function may be cast to. */
#define PROC(function) ((int (*)(void))(void (*)(void))(function))

static int init(void)
{
	static sasl_callback_t callbacks[5];

	callbacks[0] = (sasl_callback_t){ SASL_CB_USER, PROC(on_name), NULL };
	callbacks[1] = (sasl_callback_t){ SASL_CB_AUTHNAME, PROC(on_name),
					  NULL };
	callbacks[2] = (sasl_callback_t){ SASL_CB_PASS, PROC(on_pass), NULL };
	callbacks[3] = (sasl_callback_t){ SASL_CB_LOG, PROC(on_log), NULL };
	callbacks[4] = (sasl_callback_t){ SASL_CB_LIST_END, NULL, NULL };
	return sasl_client_init(callbacks);
}

/* ACCOUNT with the number in place of its "%d". */
static void name_account(int number)
{
	const char *at = strstr(account_format, "%d");

	if (at)
		snprintf(account, sizeof(account), "%.*s%d%s",
			 (int)(at - account_format), account_format, number,
			 at + 2);
	else
		snprintf(account, sizeof(account), "%s", account_format);
}

/* As a client does that has one connection and one thing to send.  ns: how
 * long it took, or NULL. */
static int authenticate(const char *mech, int64_t *ns)
{
	sasl_conn_t *conn = NULL;
	const char *out, *chosen;
	unsigned len;
	int r = sasl_client_new("smtp", host, NULL, NULL, NULL, 0, &conn);
	int64_t begin = ns ? now_ns() : 0;

	if (r == SASL_OK)
		r = sasl_client_start(conn, mech, NULL, &out, &len, &chosen);
	if (r != SASL_OK && r != SASL_CONTINUE) {
		fprintf(stderr, "login: %s: %s\n", mech,
			conn ? sasl_errdetail(conn) : "no connection");
		r = -1;
	}
	sasl_dispose(&conn);
	if (ns)
		*ns = now_ns() - begin;
	return r < 0 ? -1 : 0;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double us(int64_t ns)
{
	return (double)ns / 1000;
}

static void print_times(const char *mech, int64_t *ns, int n)
{
	printf("first.%s %.2f\n", mech, us(ns[0]));
	if (n < 2)
		return;
	qsort(ns + 1, (size_t)n - 1, sizeof(*ns), by_value);
	printf("further.%s %.3f %.3f %.3f\n", mech, us(ns[1 + (n - 1) / 2]),
	       us(ns[1 + (n - 1) / 10]), us(ns[1 + (n - 1) * 9 / 10]));
}

/* Of all mappings with a name that looks like a library's, each file once. */
static int count_libraries(void)
{
	char line[1024], last[1024] = "";
	FILE *f = fopen("/proc/self/maps", "re");
	int n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		const char *path = strchr(line, '/');

		if (!path || !strstr(path, ".so") || strcmp(path, last) == 0)
			continue;
		snprintf(last, sizeof(last), "%s", path);
		n++;
	}
	if (f)
		fclose(f);
	return n;
}

static long resident(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	long kib = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Rss:", 4) == 0)
			kib = strtol(line + 4, NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

static int64_t look_twice(int dir)
{
	struct stat st;
	int64_t begin = now_ns();

	(void)fstatat(dir, "credentials.conf", &st, AT_SYMLINK_NOFOLLOW);
	(void)fstatat(dir, "credentials.conf", &st, AT_SYMLINK_NOFOLLOW);
	return now_ns() - begin;
}

static int64_t read_once(int dir)
{
	char buf[4096];
	int64_t begin = now_ns();
	int fd = openat(dir, "credentials.conf",
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
	return now_ns() - begin;
}

static void print_kernel(void)
{
	enum { N = 1001 };
	static int64_t stats[N], reads[N];
	const char *home = getenv("MAILBEARER_HOME");
	int dir = open(home ? home : "", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return;
	for (int i = 0; i < N; i++) {
		stats[i] = look_twice(dir);
		reads[i] = read_once(dir);
	}
	qsort(stats, N, sizeof(stats[0]), by_value);
	qsort(reads, N, sizeof(reads[0]), by_value);
	printf("stat %.2f\nread %.2f\n", us(stats[N / 2]), us(reads[N / 2]));
	close(dir);
}

/* ns: room for count times of each mechanism, or NULL. */
static int run(int count, int64_t *ns)
{
	for (int i = 0; i < count; i++) {
		name_account(i + 1);
		for (int m = 0; m < mechs_len; m++)
			if (authenticate(mechs[m],
					 ns ? ns + m * count + i : NULL) < 0)
				return -1;
	}
	return 0;
}

static int run_and_tell(int count)
{
	int64_t *ns = calloc((size_t)count * MECHS_MAX, sizeof(*ns));
	int64_t begin = now_ns();
	int ret = -1;

	if (!ns || init() != SASL_OK)
		goto out;
	printf("init %.2f\n", us(now_ns() - begin));
	if (run(count, ns) < 0)
		goto out;
	for (int m = 0; m < mechs_len; m++)
		print_times(mechs[m], ns + m * count, count);
	printf("libraries %d\n", count_libraries());
	printf("rss %ld\n", resident());
	print_kernel();
	ret = 0;
out:
	free(ns);
	return ret;
}

struct herd {
	atomic_int ready;
	atomic_bool go;
	int64_t done[PROCESSES_MAX];
};

static int one_of_herd(struct herd *h, int n)
{
	static const struct timespec moment = { .tv_nsec = 200000 };

	if (init() != SASL_OK)
		return 1;
	name_account(1);
	atomic_fetch_add(&h->ready, 1);
	while (!atomic_load(&h->go))
		nanosleep(&moment, NULL);
	if (authenticate(mechs[0], NULL) < 0)
		return 1;
	h->done[n] = now_ns();
	return 0;
}

static int herd(int processes)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	struct herd *h = mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, failed = 0;
	int64_t begin;

	if (h == MAP_FAILED)
		return -1;
	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			_exit(one_of_herd(h, i));
	while (atomic_load(&h->ready) < processes)
		nanosleep(&moment, NULL);
	begin = now_ns();
	atomic_store(&h->go, true);
	while (wait(&status) > 0)
		failed += status != 0;
	qsort(h->done, (size_t)processes, sizeof(h->done[0]), by_value);
	printf("last %.0f\nmiddle %.0f\nfailed %d\n",
	       us(h->done[processes - 1] - begin),
	       us(h->done[processes / 2] - begin), failed);
	return failed ? -1 : 0;
}

static int usage(void)
{
	fputs("usage: login [-n COUNT] [-j PROCESSES] [-v] MECH[,MECH] ACCOUNT "
	      "[HOST]\n", stderr);
	return 2;
}

static bool read_words(int argc, char **argv)
{
	char *comma;

	if (argc != 2 && argc != 3)
		return false;
	comma = strchr(argv[0], ',');
	if (comma)
		*comma = '\0';
	if (strcmp(argv[0], "none") != 0)
		mechs[mechs_len++] = argv[0];
	if (comma)
		mechs[mechs_len++] = comma + 1;
	account_format = argv[1];
	if (argc == 3)
		host = argv[2];
	return true;
}

int main(int argc, char **argv)
{
	int opt, count = 1, processes = 0, ret = -1;
	bool tell = false;

	while ((opt = getopt(argc, argv, "n:j:v")) != -1)
		switch (opt) {
		case 'n':
			count = (int)strtol(optarg, NULL, 10);
			break;
		case 'j':
			processes = (int)strtol(optarg, NULL, 10);
			break;
		case 'v':
			tell = true;
			break;
		default:
			return usage();
		}
	if (!read_words(argc - optind, argv + optind) || count < 1 ||
	    processes < 0 || processes > PROCESSES_MAX)
		return usage();
#ifdef BENCH_TLS
	/* A mail program keeps its own to the end. */
	if (!SSL_CTX_new(TLS_client_method()))
		return 1;
#endif
	if (processes)
		return herd(processes) < 0;
	if (tell)
		ret = run_and_tell(count);
	else if (init() == SASL_OK)
		ret = run(count, NULL);
	sasl_done();
	return ret < 0;
}
