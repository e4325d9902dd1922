#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/keyring.h"
#include "vault/record.h"

#define T0 INT64_C(1700000000)

static void
fill(struct sek_record *r, const char *token)
{
	r->plan = sek_strdup("keyring work\nassume-role arn:x\n");
	r->profile = sek_strdup("prod eu");
	r->fetched = T0;
	r->refresh_at = T0 + 2700;
	assert_int_equal(sek_creds_set(&r->creds, SEK_STR("ASIAEXAMPLE"),
			     SEK_STR("s+/="), sek_str(token), T0 + 3600, NULL),
	    SEK_OK);
}

/* As text that a case can damage; no secret is in it. */
static char *
written(const struct sek_record *r)
{
	sek_auto_secret *s = sek_secret_new(SEK_KEYRING_VALUE_MAX);
	struct sek_str text;

	assert_int_equal(sek_record_write(r, s, NULL), SEK_OK);
	text = sek_secret_str(s);
	return sek_strndup(text.p, text.n);
}

static enum sek_code
read_text(const char *text)
{
	sek_auto_record r = {0};
	enum sek_code code = sek_record_read(&r, sek_str(text), NULL);

	/* nothing is left of what was refused */
	assert_true(code == SEK_OK || (!r.plan && !r.creds.secret));
	return code;
}

static void
what_is_written_is_read(void **state)
{
	sek_auto_record r = {0}, back = {0};
	sek_auto_free char *text = NULL;

	(void)state;
	fill(&r, "token");
	r.instance = true;
	assert_int_equal(sek_creds_set_account(&r.creds,
			     SEK_STR("123456789012"), NULL),
	    SEK_OK);
	text = written(&r);
	assert_int_equal(sek_record_read(&back, sek_str(text), NULL), SEK_OK);
	assert_string_equal(back.plan, r.plan);
	assert_string_equal(back.profile, "prod eu");
	assert_string_equal(back.creds.account, "123456789012");
	assert_true(sek_creds_same(&back.creds, &r.creds));
	assert_int_equal(back.fetched, T0);
	assert_int_equal(back.refresh_at, T0 + 2700);
	assert_true(back.instance);
}

static void
a_token_account_and_plan_may_be_empty(void **state)
{
	sek_auto_record r = {0}, back = {0};
	sek_auto_free char *text = NULL;

	(void)state;
	fill(&r, "");
	r.plan[0] = '\0';
	text = written(&r);
	assert_int_equal(sek_record_read(&back, sek_str(text), NULL), SEK_OK);
	assert_null(back.creds.token);
	assert_string_equal(back.creds.account, "");
	assert_string_equal(back.plan, "");
	assert_false(back.instance);
}

static void
credentials_without_an_end_are_not_written(void **state)
{
	sek_auto_secret *s = sek_secret_new(1000);
	sek_auto_record r = {0};
	struct sek_err err;

	(void)state;
	fill(&r, "token");
	r.creds.expires = 0;
	assert_int_equal(sek_record_write(&r, s, &err), SEK_EPARSE);
	assert_string_equal(err.text,
	    "credentials without an end are not kept");
	assert_int_equal(sek_secret_str(s).n, 0);
}

static void
a_name_that_is_no_line_is_not_written(void **state)
{
	sek_auto_secret *s = sek_secret_new(1000);
	sek_auto_record r = {0};

	(void)state;
	fill(&r, "token");
	r.profile[2] = '\n';
	assert_int_equal(sek_record_write(&r, s, NULL), SEK_EPARSE);
	assert_int_equal(sek_secret_str(s).n, 0);
}

static void
a_record_too_large_is_said_to_be(void **state)
{
	sek_auto_secret *s = sek_secret_new(100);
	sek_auto_record r = {0};

	(void)state;
	fill(&r, "token");
	assert_int_equal(sek_record_write(&r, s, NULL), SEK_ETOOBIG);
}

static void
every_cut_is_noticed(void **state)
{
	sek_auto_record r = {0};
	sek_auto_free char *text = NULL, *longer = NULL;

	(void)state;
	fill(&r, "token");
	text = written(&r);
	assert_int_equal(read_text(text), SEK_OK);
	longer = sek_printf("%sx", text);
	assert_int_equal(read_text(longer), SEK_EPARSE);
	for (size_t n = strlen(text); n-- > 0;) {
		text[n] = '\0';
		assert_int_equal(read_text(text), SEK_EPARSE);
	}
}

static void
every_byte_that_becomes_nul_is_noticed(void **state)
{
	sek_auto_record r = {0}, back = {0};
	sek_auto_free char *text = NULL;
	size_t n;

	(void)state;
	fill(&r, "token");
	text = written(&r);
	n = strlen(text);
	for (size_t i = 0; i < n; i++) {
		char was = text[i];

		text[i] = '\0';
		assert_int_equal(sek_record_read(&back,
				     (struct sek_str){text, n}, NULL),
		    SEK_EPARSE);
		text[i] = was;
	}
}

#define REST "id A\naccount \nsecret s\ntoken t\nplan 1\np"

static void
damaged_records_are_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "sekisho-session 2\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\n" REST,
	    "sekisho-session 1\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\n" REST,
	    "sekisho-session 1\nprofile p\nfetched -1\nrefresh 2\ninstance 0\n"
	    "expires 3\n" REST,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 99999999999999\n"
	    "instance 0\nexpires 3\n" REST,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 2\n"
	    "expires 3\n" REST,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 0\n" REST,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 99999999999999999999\n" REST,
	    "sekisho-session 1\nprofile p\033[2J\nfetched 1\nrefresh 2\n"
	    "instance 0\nexpires 3\n" REST,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\nid A\"\naccount \nsecret s\ntoken t\nplan 1\np",
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\nid A\naccount 12\nsecret s\ntoken t\nplan 1\np",
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\nid A\naccount \nsecret \ntoken t\nplan 1\np",
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\nid A\naccount \nsecret s\ntoken t\nplan 2\np",
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\ninstance 0\n"
	    "expires 3\nid A\naccount \nsecret s\ntoken t\nplan \np",
	};

	(void)state;
	assert_int_equal(
	    read_text("sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\n"
		      "instance 0\nexpires 3\n" REST),
	    SEK_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(read_text(bad[i]), SEK_EPARSE);
}

static void
a_huge_record_is_refused(void **state)
{
	sek_auto_buf b = {0};
	sek_auto_record r = {0};
	struct sek_err err;

	(void)state;
	sek_buf_printf(&b,
	    "sekisho-session 1\nprofile p\nfetched 1\nrefresh 2\n"
	    "instance 0\nexpires 3\nid A\naccount \nsecret s\n"
	    "token t\nplan 40000\n");
	for (size_t i = 0; i < 40000; i++)
		sek_buf_add_c(&b, 'p');
	assert_int_equal(sek_record_read(&r, sek_buf_str(&b), &err),
	    SEK_EPARSE);
	assert_string_equal(err.text,
	    "a session that was kept is damaged, or of another version of "
	    "sekisho");
}

static void
names_differ_with_the_text(void **state)
{
	char a[SEK_RECORD_NAME_SIZE], b[SEK_RECORD_NAME_SIZE];

	(void)state;
	sek_record_name(a, "imds\n");
	sek_record_name(b, "imds\nassume-role x\n");
	assert_int_equal(strlen(a), 16);
	assert_int_equal(strspn(a, "0123456789abcdef"), 16);
	assert_string_not_equal(a, b);
	sek_record_name(b, "imds\n");
	assert_string_equal(a, b);
	sek_record_name(a, ""); /* FNV-1a's own start */
	assert_string_equal(a, "cbf29ce484222325");
}

static void
sessions_are_renewed_by_their_lifetime(void **state)
{
	static const struct {
		int64_t lifetime, before; /* without jitter */
		bool jitter;
	} table[] = {
	    {15 * 60, 5 * 60, false},
	    {30 * 60, 10 * 60, false},
	    {45 * 60, 15 * 60, false},
	    {3600, 15 * 60, true},
	    {12 * 3600, 15 * 60, true},
	    {36 * 3600, 15 * 60, true},
	    {3, 1, false},
	    {1, 0, false},
	    {0, 0, false},
	    {-100, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int64_t end = T0 + table[i].lifetime;
		int64_t most = table[i].before + (table[i].jitter ? 120 : 0);

		assert_int_equal(sek_record_refresh_at(T0, end, 0),
		    end - table[i].before);
		assert_int_equal(sek_record_refresh_at(T0, end, 120),
		    end - most);
		assert_int_equal(sek_record_refresh_at(T0, end, 121),
		    end - table[i].before);
		for (uint32_t r = 0; r < 500; r++) {
			int64_t at = sek_record_refresh_at(T0, end,
			    r * 8590003U);

			assert_true(at <= end - table[i].before);
			assert_true(at >= end - most);
		}
	}
}

static void
freshness_follows_the_clock(void **state)
{
	struct sek_record r = {
	    .fetched = T0, .refresh_at = T0 + 2700, .creds.expires = T0 + 3600};

	(void)state;
	assert_int_equal(sek_record_freshness(&r, T0), SEK_FRESH);
	assert_int_equal(sek_record_freshness(&r, T0 + 2699), SEK_FRESH);
	assert_int_equal(sek_record_freshness(&r, T0 + 2700), SEK_AGING);
	assert_int_equal(sek_record_freshness(&r, T0 + 3599), SEK_AGING);
	assert_int_equal(sek_record_freshness(&r, T0 + 3600), SEK_GONE);
	assert_int_equal(sek_record_kept_until(&r), T0 + 3600);
	r.instance = true;
	assert_int_equal(sek_record_freshness(&r, T0 + 3599), SEK_AGING);
	assert_int_equal(sek_record_freshness(&r, T0 + 3600), SEK_BEYOND);
	assert_int_equal(sek_record_freshness(&r, T0 + 5399), SEK_BEYOND);
	assert_int_equal(sek_record_freshness(&r, T0 + 5400), SEK_GONE);
	assert_int_equal(sek_record_kept_until(&r), T0 + 5400);
	/* without an end: never kept, so never fresh */
	r = (struct sek_record){.fetched = T0, .refresh_at = T0 + 60};
	assert_int_equal(sek_record_freshness(&r, T0 + 1), SEK_GONE);
}

static void
a_clock_that_was_put_back_makes_a_record_old(void **state)
{
	struct sek_record r = {
	    .fetched = T0, .refresh_at = T0 + 2700, .creds.expires = T0 + 3600};

	(void)state;
	assert_int_equal(sek_record_freshness(&r, T0 - 1), SEK_AGING);
	assert_int_equal(sek_record_freshness(&r, T0 - 7200), SEK_AGING);
	assert_int_equal(sek_record_freshness(&r, 0), SEK_AGING);
}

static void
only_what_has_ended_is_extended(void **state)
{
	struct sek_record r = {.creds.expires = T0, .instance = true};

	(void)state;
	sek_record_extend(&r, T0 - 1, 0);
	assert_int_equal(r.creds.expires, T0);
	sek_record_extend(&r, T0, 0);
	assert_int_equal(r.creds.expires, T0 + 600);
	r.creds.expires = T0;
	sek_record_extend(&r, T0 + 100, 300);
	assert_int_equal(r.creds.expires, T0 + 100 + 900);
	r.creds.expires = T0;
	sek_record_extend(&r, T0 + 100, UINT32_MAX);
	assert_in_range(r.creds.expires, T0 + 700, T0 + 1000);
}

static void
a_moved_record_leaves_nothing_behind(void **state)
{
	sek_auto_record a = {0}, b = {0};

	(void)state;
	fill(&a, "one");
	fill(&b, "two");
	sek_record_move(&a, &b);
	assert_null(b.plan);
	assert_null(b.creds.secret);
	assert_true(sek_str_is(sek_secret_str(a.creds.token), "two"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(a_token_account_and_plan_may_be_empty),
	    cmocka_unit_test(credentials_without_an_end_are_not_written),
	    cmocka_unit_test(a_name_that_is_no_line_is_not_written),
	    cmocka_unit_test(a_record_too_large_is_said_to_be),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(every_byte_that_becomes_nul_is_noticed),
	    cmocka_unit_test(damaged_records_are_refused),
	    cmocka_unit_test(a_huge_record_is_refused),
	    cmocka_unit_test(names_differ_with_the_text),
	    cmocka_unit_test(sessions_are_renewed_by_their_lifetime),
	    cmocka_unit_test(freshness_follows_the_clock),
	    cmocka_unit_test(a_clock_that_was_put_back_makes_a_record_old),
	    cmocka_unit_test(only_what_has_ended_is_extended),
	    cmocka_unit_test(a_moved_record_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
