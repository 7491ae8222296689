/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lib/escape.h"
#include "tests/unit/unit.h"

static void escape_equals(const char *src, size_t n, const char *want)
{
	char out[256];

	assert_int_equal(mb_escape(out, sizeof(out), src, n), strlen(want));
	assert_string_equal(out, want);
}

#define ESCAPE(src, want) escape_equals(src, sizeof(src) - 1, want)

static void printable_text_passes(void **state)
{
	(void)state;
	ESCAPE("", "");
	ESCAPE("plain ~ text", "plain ~ text");
	ESCAPE("gr\303\274n \342\202\254 \360\237\230\200",
	       "gr\303\274n \342\202\254 \360\237\230\200");
}

static void control_bytes_become_hex(void **state)
{
	(void)state;
	ESCAPE("a\000b", "a\\x00b");
	ESCAPE("\033[31m\r\n\t\177", "\\x1B[31m\\x0D\\x0A\\x09\\x7F");
	ESCAPE("\302\205\302\233", "\\xC2\\x85\\xC2\\x9B");
	ESCAPE("\342\200\250", "\\xE2\\x80\\xA8");
}

static void reordering_characters_become_hex(void **state)
{
	(void)state;
	ESCAPE("\342\200\256x", "\\xE2\\x80\\xAEx");
	ESCAPE("\342\201\246", "\\xE2\\x81\\xA6");
	ESCAPE("\342\200\217", "\\xE2\\x80\\x8F");
	ESCAPE("\330\234", "\\xD8\\x9C");
}

static void bytes_that_are_not_utf8_become_hex(void **state)
{
	(void)state;
	ESCAPE("\377", "\\xFF");
	ESCAPE("\303", "\\xC3");		/* cut off */
	ESCAPE("\303(", "\\xC3(");
	ESCAPE("\300\257", "\\xC0\\xAF");	/* overlong */
	ESCAPE("\340\200\257", "\\xE0\\x80\\xAF");
	ESCAPE("\355\240\200", "\\xED\\xA0\\x80");	/* surrogate */
	ESCAPE("\364\220\200\200", "\\xF4\\x90\\x80\\x80");
	ESCAPE("\200", "\\x80");
}

static void text_that_does_not_fit_ends_in_dots(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(mb_escape(out, sizeof(out), "1234567", 7), 7);
	assert_string_equal(out, "1234567");
	assert_int_equal(mb_escape(out, sizeof(out), "12345678", 8), 7);
	assert_string_equal(out, "1234...");
	/* never half a character or half an escape */
	mb_escape(out, sizeof(out), "123\303\274\303\274", 7);
	assert_string_equal(out, "123\303\274\303\274");
	mb_escape(out, sizeof(out), "123\303\274\303\274x", 8);
	assert_string_equal(out, "123...");
	mb_escape(out, sizeof(out), "12\001\001", 4);
	assert_string_equal(out, "12...");
}

static void tiny_buffers_stay_terminated(void **state)
{
	char out[4] = { 'z', 'z', 'z', 'z' };

	(void)state;
	assert_int_equal(mb_escape(out, 0, "abc", 3), 0);
	assert_int_equal(out[0], 'z');
	assert_int_equal(mb_escape(out, 1, "abc", 3), 0);
	assert_string_equal(out, "");
	assert_int_equal(mb_escape(out, 3, "abc", 3), 2);
	assert_string_equal(out, "..");
	assert_int_equal(mb_escape(out, 4, "abcd", 4), 3);
	assert_string_equal(out, "...");
}

static void escaping_twice_changes_nothing(void **state)
{
	char once[64], twice[64];

	(void)state;
	mb_escape(once, sizeof(once), "a\\b\n\377", 5);
	mb_escape(twice, sizeof(twice), once, strlen(once));
	assert_string_equal(once, twice);
}

static void columns_count_what_the_eye_sees(void **state)
{
	(void)state;
	assert_int_equal(mb_columns(""), 0);
	assert_int_equal(mb_columns("abc"), 3);
	assert_int_equal(mb_columns("gr\303\274n"), 4);
	assert_int_equal(mb_columns("u\314\210"), 1);		/* combining */
	assert_int_equal(mb_columns("\346\227\245\346\234\254"), 4); /* CJK */
	assert_int_equal(mb_columns("\354\204\234"), 2);	/* Hangul */
	assert_int_equal(mb_columns("\357\274\241"), 2);	/* fullwidth A */
	assert_int_equal(mb_columns("\360\237\230\200"), 2);	/* emoji */
	assert_int_equal(mb_columns("\342\200\213"), 0);	/* zero width */
	assert_int_equal(mb_columns("\377a"), 2);
}

static void utf8_is_decoded_in_shortest_form_only(void **state)
{
	uint32_t c = 0;

	(void)state;
	assert_int_equal(mb_utf8_next("", 0, &c), 0);
	assert_int_equal(mb_utf8_next("\000", 1, &c), 1);
	assert_int_equal(c, 0);
	assert_int_equal(mb_utf8_next("\302\200", 2, &c), 2);
	assert_int_equal(c, 0x80);
	assert_int_equal(mb_utf8_next("\340\240\200", 3, &c), 3);
	assert_int_equal(c, 0x800);
	assert_int_equal(mb_utf8_next("\364\217\277\277", 4, &c), 4);
	assert_int_equal(c, 0x10ffff);
	assert_int_equal(mb_utf8_next("\364\217\277\277", 3, &c), 0);
	assert_int_equal(mb_utf8_next("\360\217\277\277", 4, &c), 0);
	assert_int_equal(mb_utf8_next("\301\277", 2, &c), 0);
	assert_int_equal(mb_utf8_next("\370\210\200\200\200", 5, &c), 0);
	assert_int_equal(c, 0x10ffff);
}

static void visible_is_each_byte_at_each_place(void **state)
{
	char text[71];

	(void)state;
	for (size_t n = 0; n <= sizeof(text); n++) {
		memset(text, '~', sizeof(text));
		assert_true(mb_visible(text, n));
		for (size_t at = 0; at < n; at++) {
			for (int c = 0; c < 0x100; c++) {
				text[at] = (char)c;
				assert_int_equal(mb_visible(text, n),
						 c > 0x20 && c < 0x7f);
			}
			text[at] = '!';
		}
		/* What is behind the end does not count. */
		if (n < sizeof(text))
			text[n] = ' ';
		assert_true(mb_visible(text, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_text_passes),
		cmocka_unit_test(control_bytes_become_hex),
		cmocka_unit_test(reordering_characters_become_hex),
		cmocka_unit_test(bytes_that_are_not_utf8_become_hex),
		cmocka_unit_test(text_that_does_not_fit_ends_in_dots),
		cmocka_unit_test(tiny_buffers_stay_terminated),
		cmocka_unit_test(escaping_twice_changes_nothing),
		cmocka_unit_test(columns_count_what_the_eye_sees),
		cmocka_unit_test(utf8_is_decoded_in_shortest_form_only),
		cmocka_unit_test(visible_is_each_byte_at_each_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
