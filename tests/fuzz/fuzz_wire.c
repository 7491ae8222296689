/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server says when it refuses, and the response with a user, host, port
 * and token nobody has looked at.  Input: one byte (lowest bit: mechanism; the
 * next: how large the buffer is), four lines, and the challenge.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"
#include "lib/wire.h"
#include "tests/fuzz/fuzz.h"

static size_t count(const struct mb_secret *s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++)
		n += s->data[i] == c;
	return n;
}

static bool starts(const struct mb_secret *s, const char *prefix)
{
	return s->len >= strlen(prefix) &&
	       memcmp(s->data, prefix, strlen(prefix)) == 0;
}

/* Whatever came in: the separators are ours, and so is what they separate. */
static void check_response(const struct mb_wire *w, const struct mb_secret *s)
{
	const char *end;
	size_t want = 3;

	if (w->mech == MB_WIRE_XOAUTH2) {
		fuzz_check(starts(s, "user="));
	} else {
		fuzz_check(starts(s, "n,a="));
		end = memchr(s->data, 1, s->len);
		fuzz_check(end && end[-1] == ',');
		/* gs2-header = "n,a=" saslname ","; no other comma in it */
		fuzz_check(!memchr(s->data + 4, ',',
				   (size_t)(end - s->data) - 5));
		want += memmem(s->data, s->len, "\001host=", 6) != NULL;
		want += memmem(s->data, s->len, "\001port=", 6) != NULL;
	}
	fuzz_check(count(s, 1) == want);
	fuzz_check(s->data[s->len - 1] == 1 && s->data[s->len - 2] == 1);
	fuzz_check(s->len > w->token_len + 2 &&
		   memcmp(s->data + s->len - 2 - w->token_len, w->token,
			  w->token_len) == 0);
	for (size_t i = 0; i < s->len; i++)
		fuzz_check((unsigned char)s->data[i] >= 0x20 ||
			   s->data[i] == 1);
}

static void respond(struct fuzz_in *in, bool bearer)
{
	char *user = fuzz_line(in), *host = fuzz_line(in);
	char *port = fuzz_line(in), *line = fuzz_line(in);
	char *token = fuzz_copy(line, strlen(line));
	struct mb_secret out = { 0 };
	struct mb_err e = { 0 };
	size_t len = 0;
	struct mb_wire w = {
		.mech = bearer ? MB_WIRE_OAUTHBEARER : MB_WIRE_XOAUTH2,
		.user = user, .host = *host ? host : NULL,
		.port = mb_wire_port(port),
		.token = token, .token_len = strlen(line),
	};

	fuzz_check(!w.port || (*w.port >= '1' && *w.port <= '9' &&
			       strlen(w.port) <= 5));
	fuzz_check(mb_secret_reserve(&out, MB_WIRE_MAX) == 0);
	if (mb_wire_response(&w, out.data, out.cap, &len, &e) == 0) {
		out.len = len;
		check_response(&w, &out);
	} else {
		fuzz_check_err(&e);
		fuzz_check(len == 0);
		/* A blank might be the one between the error's parts. */
		if (w.token_len > 8 && !strpbrk(line, " :;") &&
		    !strstr(user, line) && !strstr(host, line))
			fuzz_check_kept(&e, line);
	}
	mb_secret_clear(&out);
	free(user);
	free(host);
	free(port);
	free(line);
	free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = fuzz_of(data, size);
	unsigned int how = fuzz_byte(&in);
	size_t room = how & 2 ? 16 : 256, n;
	char *buf = malloc(room), *challenge;

	fuzz_check(buf);
	respond(&in, how & 1);
	challenge = fuzz_copy(in.p, in.n);
	mb_wire_describe(challenge, in.n, buf, room);
	n = strlen(buf);
	fuzz_check(n < room);
	/* A cut may be anywhere; who shows it escapes it (lib/err.c). */
	if (room == 256)
		fuzz_check(fuzz_printable(buf) && n < 140);
	(void)mb_wire_is_echo(challenge, in.n);
	fuzz_check(*mb_wire_refusal_reply(how & 1, &n) == (char)(how & 1));
	fuzz_check(n == (how & 1));
	mb_wire_describe(NULL, 0, buf, room);
	fuzz_check(*buf == '\0');
	free(challenge);
	free(buf);
	return 0;
}
