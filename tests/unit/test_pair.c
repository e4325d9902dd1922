#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/pair.h"

/* The rules of patterns/ and what they find in one text. */
struct fixture {
	struct sek_ruleset *rules;
	struct sek_program *program;
	struct sek_matcher *matcher;
	struct sek_buf text;
	struct sek_hits hits;
};

static void
read_file(const char *path, struct sek_buf *b)
{
	struct sek_err err;

	if (sek_file_read(path, b, &err))
		fail_msg("%s", err.text);
}

static int
enter(void **state)
{
	static const char *const paths[] = {
	    "patterns/aws.rules", "patterns/private-keys.rules"};
	struct sek_ruleset_draft *d = sek_ruleset_draft_new(false);
	struct fixture *f = sek_alloc(sizeof(*f));
	struct sek_err err;

	for (size_t i = 0; i < 2; i++) {
		sek_auto_buf b = {0};

		read_file(paths[i], &b);
		if (sek_ruleset_add_file(d, sek_buf_str(&b), paths[i], &err))
			fail_msg("%s", err.text);
	}
	if (sek_ruleset_make(d, &f->rules, &err))
		fail_msg("%s", err.text);
	f->program = sek_program_new(f->rules);
	f->matcher = sek_matcher_new(f->program);
	*state = f;
	return 0;
}

static int
leave(void **state)
{
	struct fixture *f = *state;

	sek_vec_clear(&f->hits);
	sek_buf_clear(&f->text);
	sek_matcher_free(f->matcher);
	sek_program_free(f->program);
	sek_ruleset_free(f->rules);
	free(f);
	return 0;
}

/* Scans content; what the rules find first, then bare runs. */
static void
scan_bytes(struct fixture *f, struct sek_str content)
{
	struct sek_err err;

	f->hits.n = 0;
	if (sek_matcher_run(f->matcher, content, 0, content.n, &f->hits, &err))
		fail_msg("%s", err.text);
	sek_pair_bare(f->rules, content, &f->hits);
}

/* Expands a template into f->text and scans it. */
static void
scan(struct fixture *f, const char *template, uint64_t seed)
{
	struct sek_err err;

	sek_buf_reset(&f->text);
	if (sek_example_expand(template, seed, &f->text, &err))
		fail_msg("%s: %s", template, err.text);
	scan_bytes(f, sek_buf_str(&f->text));
}

/* The hits of a rule; all for "*". The index of the nth of them in *at. */
static size_t
count(const struct fixture *f, const char *rule, size_t nth, size_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i < f->hits.n; i++) {
		const char *id = f->rules->rule[f->hits.at[i].match.rule].id;

		if (strcmp(rule, "*") != 0 && strcmp(rule, id) != 0)
			continue;
		if (n++ == nth)
			*at = i;
	}
	return n;
}

#define ID      "AKIA{16:A-Z2-7}"
#define SECRET  "{40:A-Za-z0-9+/}"
#define SECRETS "aws-secret-access-key"
#define IDS     "aws-access-key-id"

static size_t
secrets_in(struct fixture *f, const char *template)
{
	size_t at;

	scan(f, template, 1);
	return count(f, SECRETS, 0, &at);
}

static void
finds_a_bare_secret_only_beside_an_id(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(secrets_in(f, SECRET), 0);
	assert_int_equal(secrets_in(f, ID " " SECRET), 1);
	assert_int_equal(sek_signal_grade(f->hits.at[1].facts.signals),
	    SEK_CONF_MEDIUM);
	assert_int_equal(secrets_in(f, SECRET " " ID), 1);
	assert_int_equal(secrets_in(f,
			     "AKIAIOSFODNN7"
			     "EXAMPLE " SECRET),
	    0);
}

static void
looks_five_lines_and_512_bytes_far(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(secrets_in(f, ID "\\n\\n\\n\\n\\n" SECRET), 1);
	assert_int_equal(secrets_in(f, ID "\\n\\n\\n\\n\\n\\n" SECRET), 0);
	assert_int_equal(secrets_in(f, SECRET "\\n\\n\\n\\n\\n" ID), 1);
	assert_int_equal(secrets_in(f, SECRET "\\n\\n\\n\\n\\n\\n" ID), 0);
	assert_int_equal(secrets_in(f, ID "{500: }" SECRET), 1);
	assert_int_equal(secrets_in(f, ID "{520: }" SECRET), 0);
	assert_int_equal(secrets_in(f, SECRET "{450: }" ID), 1);
	assert_int_equal(secrets_in(f, SECRET "{520: }" ID), 0);
}

static void
far_from_an_id_a_name_must_speak_of_keys(void **state)
{
	static const char *const yes[] = {"key: \"" SECRET "\"",
	    "S3_PASSWORD=" SECRET, "<credential>" SECRET "<"};
	static const char *const no[] = {SECRET, "a key " SECRET,
	    "content: " SECRET, "keyHash=" SECRET, "public_key = " SECRET,
	    "key: {40:0-9a-f}", "key: " SECRET "=", "key: a, " SECRET,
	    "aws_secret = " SECRET "\nkey: " SECRET};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		sek_auto_free char *text = sek_printf(ID "{900:\n}%s", yes[i]);

		if (secrets_in(*state, text) != 1)
			fail_msg("missed: %s", yes[i]);
		if (secrets_in(*state, yes[i]) != 0)
			fail_msg("found without an id: %s", yes[i]);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		bool named = strstr(no[i], "aws_secret") != NULL;
		sek_auto_free char *text = sek_printf(ID "{900:\n}%s", no[i]);

		if (secrets_in(*state, text) != named)
			fail_msg("found: %s", no[i]);
	}
}

static void
takes_only_a_run_of_its_own(void **state)
{
	static const char *const no[] = {ID " " SECRET "x", ID " x" SECRET,
	    ID " " SECRET "=", ID " " SECRET "_", ID " -" SECRET,
	    ID " x." SECRET, ID " " SECRET ".x", ID " " SECRET "%2F",
	    ID " " SECRET "\\\\/x", ID " " SECRET "-x", ID " {40:0-9a-f}"};
	static const char *const yes[] = {ID ":" SECRET, ID " \"" SECRET "\"",
	    ID " " SECRET ".", ID "," SECRET ",", ID "=" SECRET "&",
	    ID " %22" SECRET "%22", ID "\\\\n" SECRET "\\\\n",
	    ID " ${{X:-" SECRET "}", ID " {39:A-Za-z0-9}%2f@",
	    ID " \\\\\"{39:A-Za-z0-9}\\\\/\\\\\"", "<i>" ID "</i>" SECRET "<"};

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (secrets_in(*state, no[i]) != 0)
			fail_msg("found: %s", no[i]);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (secrets_in(*state, yes[i]) != 1)
			fail_msg("missed: %s", yes[i]);
}

static void
finds_a_run_between_nul_bytes(void **state)
{
	struct fixture *f = *state;
	size_t at;

	scan(f, ID "~" SECRET "~", 1);
	f->text.p[20] = f->text.p[61] = '\0';
	scan_bytes(f, sek_buf_str(&f->text));
	assert_int_equal(count(f, SECRETS, 0, &at), 1);
}

static void
reports_a_run_once(void **state)
{
	assert_int_equal(secrets_in(*state, ID " " SECRET " " ID), 1);
	assert_int_equal(secrets_in(*state, ID " secret_key=" SECRET), 1);
	assert_int_equal(secrets_in(*state,
			     ID "\\n" ID "\\n" SECRET "\\n" SECRET "\\n" ID
				"\\n"),
	    2);
}

static void
keeps_hits_in_order(void **state)
{
	struct fixture *f = *state;

	scan(f, SECRET "\\n" ID "\\n" SECRET "\\nda2-{26:a-z0-9}\\n" ID, 3);
	assert_int_equal(f->hits.n, 5);
	for (size_t i = 1; i < f->hits.n; i++)
		assert_true(f->hits.at[i - 1].match.start <=
		    f->hits.at[i].match.start);
}

/* Pairs all hits of content. */
static struct sek_pair *
match_all(struct fixture *f, struct sek_str content)
{
	size_t n = f->hits.n;
	sek_auto_free uint32_t *kept = sek_alloc_n(n + 1, sizeof(*kept));
	struct sek_pair *pair = sek_alloc_n(n + 1, sizeof(*pair));

	for (size_t i = 0; i < n; i++)
		kept[i] = (uint32_t)i;
	sek_pair_match(f->rules, content, &f->hits, kept, n, pair);
	return pair;
}

/* Which id, counted from 0, belongs to which secret; -1: none. */
static long
pair(struct fixture *f, size_t secret)
{
	sek_auto_free struct sek_pair *all = NULL;
	size_t at = 0, id = 0, ids;

	assert_true(count(f, SECRETS, secret, &at) > secret);
	all = match_all(f, sek_buf_str(&f->text));
	if (all[at].other == SEK_PAIR_NONE)
		return -1;
	assert_int_equal(all[all[at].other].other, at);
	ids = count(f, IDS, 0, &id);
	for (size_t n = 0; n < ids; n++) {
		count(f, IDS, n, &id);
		if (id == all[at].other)
			return (long)n;
	}
	fail_msg("the pair of a secret is no key id");
	return -1;
}

static void
pairs_each_secret_with_its_own_id(void **state)
{
	static const char *const two[] = {
	    ID "\n" SECRET "\n" ID "\n" SECRET "\n",
	    ID "," SECRET "\n" ID "," SECRET "\n",
	    SECRET "," ID "\n" SECRET "," ID "\n",
	    "[a]\nid=" ID "\nkey=" SECRET "\n\n[b]\nid=" ID "\nkey=" SECRET
	    "\n",
	    "[a]\nkey=" SECRET "\nid=" ID "\n\n\n[b]\nkey=" SECRET "\nid=" ID
	    "\n",
	    ID "\n" ID "\n" SECRET "\n" SECRET "\n",
	    ID "," ID "\n" SECRET "," SECRET "\n",
	    "ids:\n- " ID "\n- " ID "\nkeys:\n- " SECRET "\n- " SECRET,
	    "[a]\nid=" ID "\nkey=" SECRET "\n[b]\nkey=" SECRET "\nid=" ID "\n",
	    "[a]\nkey=" SECRET "\nid=" ID "\n[b]\nid=" ID "\nkey=" SECRET "\n",
	    "{{\"a\":{{\"s\":\"" SECRET "\",\"k\":{{\"i\":\"" ID
	    "\"}},\"b\":{{\"i\":\"" ID "\",\"s\":\"" SECRET "\"}}",
	    "a:\n  k: " SECRET "\n  i: " ID "\nb:\n  i: " ID "\n  k: " SECRET
	    "\n",
	    "- k: " SECRET "\n  i: " ID "\n- i: " ID "\n  k: " SECRET,
	    "<x><u><k>" SECRET "</k><i>" ID "</i></u><u><i>" ID "</i><k>" SECRET
	    "</k></u></x>",
	    "id=" ID "\nkey=" SECRET "\n\nkey=" SECRET "\nid=" ID "\n",
	};

	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
		scan(*state, two[i], 7);
		if (pair(*state, 0) != 0 || pair(*state, 1) != 1)
			fail_msg("%s", two[i]);
	}
}

static void
a_name_that_two_halves_share_joins_them(void **state)
{
	scan(*state,
	    "PROD_AWS_ACCESS_KEY_ID=" ID "\nDEV_AWS_ACCESS_KEY_ID=" ID
	    "\nDEV_AWS_SECRET_ACCESS_KEY=" SECRET
	    "\nPROD_AWS_SECRET_ACCESS_KEY=" SECRET "\n",
	    3);
	assert_int_equal(pair(*state, 0), 1);
	assert_int_equal(pair(*state, 1), 0);
	scan(*state,
	    "awsKey1 = " ID "; awsKey2 = " ID "; awsSecretKey2 = " SECRET
	    "; awsSecretKey1 = " SECRET,
	    4);
	assert_int_equal(pair(*state, 0), 1);
	assert_int_equal(pair(*state, 1), 0);
}

static void
a_lone_half_takes_no_ones_other_half(void **state)
{
	/* In [a] the secret is missing, in [c] the id. */
	scan(*state, "[a]\nid=" ID "\n[b]\naws_secret=" SECRET "\nid=" ID "\n",
	    5);
	assert_int_equal(pair(*state, 0), 1);
	scan(*state, "[a]\nid=" ID "\n[b]\nid=" ID "\n[c]\naws_secret=" SECRET,
	    5);
	assert_int_equal(pair(*state, 0), -1);
	scan(*state,
	    "{{\"id\":\"" ID "\"}\n{{\"s\":\"" SECRET "\",\"id\":\"" ID "\"}\n",
	    5);
	assert_int_equal(pair(*state, 0), 1);
}

static void
pairs_over_any_distance_in_a_text(void **state)
{
	scan(*state, "secret_key=" SECRET, 1);
	assert_int_equal(pair(*state, 0), -1);
	scan(*state, ID "{900:\n}secret_key=" SECRET, 1);
	assert_int_equal(pair(*state, 0), 0);
	scan(*state, ID "{60000: }{60000: }secret_key=" SECRET, 1);
	assert_int_equal(pair(*state, 0), 0);
	scan(*state, "secret_key=" SECRET "{900:\n}" ID, 1);
	assert_int_equal(pair(*state, 0), 0);
}

static void
an_id_that_another_secret_is_nearer_to_is_not_taken(void **state)
{
	scan(*state, ID "\\nsecret_key=" SECRET "{90:\n}secret_key=" SECRET, 1);
	assert_int_equal(pair(*state, 0), 0);
	assert_int_equal(pair(*state, 1), -1);
}

static void
many_pairs_take_little_time(void **state)
{
	struct fixture *f = *state;
	sek_auto_free struct sek_pair *pairs = NULL;
	sek_auto_buf all = {0};
	struct sek_err err;

	for (uint64_t i = 0; i < 20000; i++)
		assert_int_equal(sek_example_expand(ID "," SECRET "\\n", i + 1,
				     &all, &err),
		    SEK_OK);
	scan_bytes(f, sek_buf_str(&all));
	assert_true(f->hits.n > 39900);
	pairs = match_all(f, sek_buf_str(&all));
	for (size_t i = 0; i < f->hits.n; i++) {
		size_t other = pairs[i].other;

		/* By chance an id is an example now and then. */
		if (other != SEK_PAIR_NONE)
			assert_int_equal(pairs[i].line, pairs[other].line);
	}
}

/* `true RULE TEMPLATE` of tests/data/labelled.txt. */
static bool
line_holds(struct fixture *f, struct sek_str line)
{
	struct sek_str wanted = sek_str_cut(&line, ' ');
	struct sek_str rule = sek_str_cut(&line, ' ');
	sek_auto_free char *id = sek_strndup(rule.p, rule.n);
	sek_auto_free char *text = NULL;
	size_t at;

	if (!line.p ||
	    (!sek_str_is(wanted, "true") && !sek_str_is(wanted, "false")))
		return false;
	text = sek_strndup(line.p, line.n);
	for (uint64_t seed = 0; seed < 16; seed++) {
		scan(f, text, seed);
		if ((count(f, id, 0, &at) > 0) != sek_str_is(wanted, "true"))
			return false;
	}
	return true;
}

static void
labelled_lines_hold(void **state)
{
	sek_auto_buf text = {0};
	struct sek_str rest;
	size_t n = 0;

	read_file("tests/data/labelled.txt", &text);
	rest = sek_buf_str(&text);
	while (rest.p) {
		struct sek_str line = sek_str_cut(&rest, '\n');

		if (!line.n || line.p[0] == '#')
			continue;
		if (!line_holds(*state, line))
			fail_msg("%.*s", (int)line.n, line.p);
		n++;
	}
	assert_true(n > 150);
}

/* Cut anywhere, at the very edge of the memory. */
static void
any_cut_text_is_scanned_within_its_bounds(void **state)
{
	struct fixture *f = *state;

	scan(f,
	    "x\\\\u002b" SECRET "%2F" ID "\\n{38:a-zA-Z}%2b\\\\/ " SECRET
	    "\\\\u00" ID "-at-{12:1-9} {43:A-Za-z}=\\n" SECRET "--",
	    5);
	for (size_t n = 0; n <= f->text.n; n++) {
		char *p = malloc(n ? n : 1);

		memcpy(p, f->text.p, n);
		scan_bytes(f, (struct sek_str){p, n});
		for (size_t i = 0; i < f->hits.n; i++)
			assert_true(f->hits.at[i].match.secret_end <= n);
		free(match_all(f, (struct sek_str){p, n}));
		free(p);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(finds_a_bare_secret_only_beside_an_id),
	    CASE(looks_five_lines_and_512_bytes_far),
	    CASE(far_from_an_id_a_name_must_speak_of_keys),
	    CASE(takes_only_a_run_of_its_own),
	    CASE(finds_a_run_between_nul_bytes),
	    CASE(reports_a_run_once),
	    CASE(keeps_hits_in_order),
	    CASE(pairs_each_secret_with_its_own_id),
	    CASE(a_name_that_two_halves_share_joins_them),
	    CASE(a_lone_half_takes_no_ones_other_half),
	    CASE(pairs_over_any_distance_in_a_text),
	    CASE(an_id_that_another_secret_is_nearer_to_is_not_taken),
	    CASE(many_pairs_take_little_time),
	    CASE(labelled_lines_hold),
	    CASE(any_cut_text_is_scanned_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
