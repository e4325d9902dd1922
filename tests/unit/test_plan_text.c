#include "plan_fixture.h"
#include "vault/plan_parts.h"

/*
 * Random hops: texts from few short values, among them those that could be
 * taken for the text's own signs, so that near misses are frequent.
 */
static uint32_t seed = 20260101;

static uint32_t
any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const char *
any_value(void)
{
	static const char *const values[] = {NULL, NULL, NULL, "", "a", "b",
	    "a b", "a\n", "a=b", "%20", " ", "a value=b", "name=a", "a name=b",
	    "\n", "\xc3\xa9", "a%0Ab", "a\nkeyring name=b"};

	return values[any(sizeof(values) / sizeof(*values))];
}

static const char *
any_set(void)
{
	const char *value;

	do
		value = any_value();
	while (!value);
	return value;
}

#define STRINGS 15
struct random_hop {
	struct sek_hop hop;
	const char *arns[4];
	struct sek_tag tags[3];
};

static const size_t strings[STRINGS] = {offsetof(struct sek_hop, name),
    offsetof(struct sek_hop, here), offsetof(struct sek_hop, reach.endpoint),
    offsetof(struct sek_hop, reach.ca_bundle),
    offsetof(struct sek_hop, version_id),
    offsetof(struct sek_hop, version_stage), offsetof(struct sek_hop, id_field),
    offsetof(struct sek_hop, secret_field),
    offsetof(struct sek_hop, token_field), offsetof(struct sek_hop, role_arn),
    offsetof(struct sek_hop, session_name),
    offsetof(struct sek_hop, external_id), offsetof(struct sek_hop, mfa_serial),
    offsetof(struct sek_hop, mfa_process), offsetof(struct sek_hop, policy)};

static const char *
string(const struct sek_hop *hop, size_t i)
{
	const char *value;

	memcpy(&value, (const char *)hop + strings[i], sizeof(value));
	return value;
}

static void
change(struct random_hop *r, uint32_t what)
{
	struct sek_hop *hop = &r->hop;
	const char *value = any_value();

	if (what < STRINGS)
		memcpy((char *)hop + strings[what], &value, sizeof(value));
	else if (what == STRINGS)
		hop->kind = (enum sek_hop_kind)any(SEK_HOP_SESSION_TOKEN + 1);
	else if (what == STRINGS + 1)
		hop->source_identity = value;
	else if (what == STRINGS + 2)
		hop->reach.region = any(2) ? "" : "a";
	else if (what == STRINGS + 3)
		hop->reach.fips = any(2);
	else if (what == STRINGS + 4)
		hop->reach.dualstack = any(2);
	else if (what == STRINGS + 5)
		hop->duration = (int)any(3) * 10;
	else if (what == STRINGS + 6)
		hop->id_hash = any(3);
	else if (what == STRINGS + 7) {
		hop->n_tags = any(4);
		for (size_t i = 0; i < hop->n_tags; i++)
			r->tags[i] = (struct sek_tag){
			    any_set(), any_set(), any(2)};
	} else {
		size_t n = any(4);

		hop->policy_arns = any(2) ? r->arns : NULL;
		for (size_t i = 0; i < 4; i++)
			r->arns[i] = i < n ? any_set() : NULL;
	}
}
#define CHANGES (STRINGS + 9)

static void
point_to_own(struct random_hop *r)
{
	r->hop.tags = r->tags;
	if (r->hop.policy_arns)
		r->hop.policy_arns = r->arns;
}

static bool
same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool
same_lists(const struct sek_hop *a, const struct sek_hop *b)
{
	size_t i = 0;

	if (a->n_tags != b->n_tags)
		return false;
	for (; i < a->n_tags; i++)
		if (!same(a->tags[i].key, b->tags[i].key) ||
		    !same(a->tags[i].value, b->tags[i].value) ||
		    a->tags[i].transitive != b->tags[i].transitive)
			return false;
	/* No list, and one with nothing in it, are sent alike. */
	for (i = 0;; i++) {
		const char *x = a->policy_arns ? a->policy_arns[i] : NULL;
		const char *y = b->policy_arns ? b->policy_arns[i] : NULL;

		if (!same(x, y))
			return false;
		if (!x)
			return true;
	}
}

static bool
same_hop(const struct sek_hop *a, const struct sek_hop *b)
{
	for (size_t i = 0; i < STRINGS; i++)
		if (!same(string(a, i), string(b, i)))
			return false;
	return a->kind == b->kind &&
	    same(a->source_identity, b->source_identity) &&
	    same(a->reach.region, b->reach.region) &&
	    a->reach.fips == b->reach.fips &&
	    a->reach.dualstack == b->reach.dualstack &&
	    a->duration == b->duration && a->id_hash == b->id_hash &&
	    same_lists(a, b);
}

static void
make_random(struct random_hop *r)
{
	memset(r, 0, sizeof(*r));
	r->hop.reach.region = "";
	for (uint32_t i = 0; i < 6; i++)
		change(r, any(CHANGES));
	point_to_own(r);
}

/* Two hops each, so that a line cannot end in the other's. */
static void
two_plans_have_the_same_text_only_if_they_are_the_same(void **state)
{
	size_t equal = 0, different = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct random_hop a[2], b[2];
		sek_auto_buf left = {0}, right = {0};
		bool as_one;

		for (size_t k = 0; k < 2; k++) {
			make_random(&a[k]);
			b[k] = a[k];
			point_to_own(&b[k]);
		}
		for (uint32_t n = any(3); n > 0; n--)
			change(&b[any(2)], any(CHANGES));
		for (size_t k = 0; k < 2; k++) {
			sek_plan_write_hop(&left, &a[k].hop);
			sek_plan_write_hop(&right, &b[k].hop);
		}
		as_one = same_hop(&a[0].hop, &b[0].hop) &&
		    same_hop(&a[1].hop, &b[1].hop);
		equal += as_one;
		different += !as_one;
		if (as_one != !strcmp(left.p, right.p))
			fail_msg("%d, but:\n%s\n%s", (int)as_one, left.p,
			    right.p);
	}
	assert_true(equal > 20000);
	assert_true(different > 20000);
}

static void
a_text_is_a_line_for_each_hop(void **state)
{
	(void)state;
	ours("[profile A]\n" ROLE("a") "sekisho_source = keyring:two words\n"
				       "region = eu-west-1\nexternal_id = "
				       "x=y\nduration_seconds = 900\n"
				       "session_tags = k=v,t=w\n"
				       "transitive_session_tags = t\n"
				       "use_fips_endpoint = true\n");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_equal(sek_plan_text(at.plan, 0), "");
	assert_string_equal(sek_plan_text(at.plan, 1),
	    "keyring name=two%20words\n");
	assert_string_equal(sek_plan_text(at.plan, 2),
	    "keyring name=two%20words\n"
	    "assume-role region=eu-west-1 fips=1 "
	    "role=arn:aws:iam::123456789012:role/a external-id=x%3Dy "
	    "tag=k value=v transitive=t value=w duration=900\n");
	assert_string_equal(sek_plan_text(at.plan, 3),
	    sek_plan_text(at.plan, 2));
}

static void
profiles_share_what_they_have_in_common(void **state)
{
	sek_auto_free char *first = NULL;

	(void)state;
	ours("[profile base]\nsekisho_source = keyring:k\n"
	     "mfa_serial = GAHT12345678\n"
	     "[profile A]\n" ROLE("a") "source_profile = base\n"
				       "[profile B]\n" ROLE(
					   "b") "source_profile = base\n");
	assert_int_equal(make("A"), SEK_OK);
	first = sek_strdup(sek_plan_text(at.plan, 2));
	assert_int_equal(make("B"), SEK_OK);
	assert_string_equal(first, sek_plan_text(at.plan, 2));
	assert_string_not_equal(first, sek_plan_text(at.plan, 3));
	assert_int_equal(make("base"), SEK_OK);
	assert_string_equal(first, sek_plan_text(at.plan, 2));
}

static void
keys_are_in_no_text(void **state)
{
	sek_auto_free char *first = NULL;

	(void)state;
	aws("[profile A]\naws_access_key_id = identity\n"
	    "aws_secret_access_key = confidential\n"
	    "aws_session_token = confidence\n");
	assert_int_equal(make("A"), SEK_OK);
	first = sek_strdup(sek_plan_text(at.plan, 1));
	/* FNV-1a of "identity" */
	assert_string_equal(first, "static id=e90f184c6aa3ffbb\n");
	aws("[profile A]\naws_access_key_id = identitz\n"
	    "aws_secret_access_key = confidential\n");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_not_equal(first, sek_plan_text(at.plan, 1));
}

static void
keys_of_the_environment_are_in_no_text(void **state)
{
	(void)state;
	ours("[profile A]\ncredential_source = Environment\n");
	set("AWS_ACCESS_KEY_ID", "a");
	set("AWS_SECRET_ACCESS_KEY", "confidential");
	assert_int_equal(make("A"), SEK_OK);
	/* FNV-1a of "a": draft-eastlake-fnv, test vectors */
	assert_string_equal(sek_plan_text(at.plan, 1),
	    "environment id=af63dc4c8601ec8c\n");
}

static void
a_machines_role_is_that_machines_alone(void **state)
{
	char node[256] = "";

	(void)state;
	assert_int_equal(gethostname(node, sizeof(node) - 1), 0);
	ours("[profile A]\ncredential_source = Ec2InstanceMetadata\n"
	     "[profile B]\ncredential_source = EcsContainer\n");
	set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x");
	assert_int_equal(make("A"), SEK_OK);
	assert_non_null(strstr(sek_plan_text(at.plan, 1), node));
	assert_non_null(strstr(sek_plan_text(at.plan, 1), " here="));
	assert_int_equal(make("B"), SEK_OK);
	assert_non_null(strstr(sek_plan_text(at.plan, 1), node));
	assert_non_null(strstr(sek_plan_text(at.plan, 1), "name=/v2/x"));
}

static void
a_commands_profile_is_in_the_text(void **state)
{
	sek_auto_free char *first = NULL;

	(void)state;
	ours("[profile A]\ncredential_process = tool --login\n");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_equal(sek_plan_text(at.plan, 1),
	    "process name=tool%20--login\n");
	set("AWS_PROFILE", "x AWS_CONFIG_FILE=y");
	assert_int_equal(make("A"), SEK_OK);
	first = sek_strdup(sek_plan_text(at.plan, 1));
	set("AWS_PROFILE", "x");
	set("AWS_CONFIG_FILE", "/y");
	assert_int_equal(make("A"), SEK_OK);
	assert_string_not_equal(first, sek_plan_text(at.plan, 1));
}

static void
a_description_is_one_line_and_hides_arguments(void **state)
{
	sek_auto_buf part = {0};

	(void)state;
	ours("[profile A]\ncredential_process = /bin/tool --password hush\n"
	     "[profile B]\nsekisho_source = keyring:a \"b\"\n");
	assert_plan("A", "process:/bin/tool");
	assert_plan("B", "keyring:\"a \\\"b\\\"\" > session-token");
	sek_plan_describe(at.plan, 1, &part);
	assert_string_equal(part.p, "keyring:\"a \\\"b\\\"\"");
}

static void
a_text_says_which_stored_key_it_begins_with(void **state)
{
	const char *text;

	(void)state;
	ours("[profile A]\n" ROLE("a") "sekisho_source = keyring:two words\n");
	assert_int_equal(make("A"), SEK_OK);
	text = sek_plan_text(at.plan, 2);
	assert_true(sek_plan_text_has_key(text, "two words"));
	assert_false(sek_plan_text_has_key(text, "two"));
	assert_false(sek_plan_text_has_key(text, "two%20words"));
	assert_false(sek_plan_text_has_key("static id=1\n", "two words"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		two_plans_have_the_same_text_only_if_they_are_the_same),
	    plan_test(a_text_is_a_line_for_each_hop),
	    plan_test(profiles_share_what_they_have_in_common),
	    plan_test(keys_are_in_no_text),
	    plan_test(keys_of_the_environment_are_in_no_text),
	    plan_test(a_machines_role_is_that_machines_alone),
	    plan_test(a_commands_profile_is_in_the_text),
	    plan_test(a_text_says_which_stored_key_it_begins_with),
	    plan_test(a_description_is_one_line_and_hides_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
