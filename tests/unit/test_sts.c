#include <unistd.h>

#include "fake_aws.h"

#include "aws/sts.h"

#define ROLE       "arn:aws:iam::123456789012:role/reader"
#define EXPIRATION "2026-01-01T01:00:00Z"
#define HOUR       3600
#define NO_CODE    ((struct sek_str){NULL, 0})

/* Key material is made at run time, so that nothing here looks like a key. */
static char id[21], secret[41], token[301];

static char *
answer(const char *action, const char *user)
{
	fake_letters(id, 20, "ASIA");
	fake_letters(secret, 40, "made/");
	fake_letters(token, 300, "session+");
	return sek_printf(
	    "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
	    "<%sResult><Credentials><AccessKeyId>%s</AccessKeyId>"
	    "<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s"
	    "</SessionToken><Expiration>" EXPIRATION "</Expiration>"
	    "</Credentials>%s</%sResult></%sResponse>",
	    action, action, id, secret, token, user, action, action);
}

struct sts {
	struct fake fake;
	struct fake_answer answer;
	char *body;
	struct sek_hop hop;
	struct sek_creds source;
	struct sek_creds out;
	struct sek_err err;
};

static void
start(struct sts *s, const char *action, const char *user)
{
	memset(s, 0, sizeof(*s));
	s->body = answer(action, user);
	s->answer = (struct fake_answer){.status = 200, .body = s->body};
	s->hop.role_arn = ROLE;
	s->hop.reach.region = "eu-west-1";
	fake_start(&s->fake, &s->answer, 1);
	fake_creds(&s->source, false);
}

static void
end(struct sts *s)
{
	fake_end(&s->fake);
	sek_creds_clear(&s->source);
	sek_creds_clear(&s->out);
	free(s->body);
}

static enum sek_code
assume(struct sts *s, const char *code)
{
	return sek_sts_assume_role(&s->fake.aws, &s->hop, &s->source,
	    sek_str(code), &s->out, &s->err);
}

static void
assert_is_what_was_answered(const struct sts *s)
{
	assert_string_equal(s->out.id, id);
	assert_true(sek_str_is(sek_secret_str(s->out.secret), secret));
	assert_true(sek_str_is(sek_secret_str(s->out.token), token));
	assert_int_equal(s->out.expires, FAKE_NOW + HOUR);
}

#define USER_OF(account)                                                       \
	"<AssumedRoleUser><AssumedRoleId>x:y</AssumedRoleId>"                  \
	"<Arn>arn:aws:sts::" account ":assumed-role/reader/y</Arn>"            \
	"</AssumedRoleUser>"

static void
a_role_gives_credentials_and_their_account(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", USER_OF("123456789012"));
	assert_int_equal(assume(&s, NULL), SEK_OK);
	assert_is_what_was_answered(&s);
	assert_string_equal(s.out.account, "123456789012");
	assert_string_equal(s.fake.requests[0].url,
	    "https://sts.eu-west-1.amazonaws.com/");
	assert_has(s.fake.requests[0].headers, "authorization: ");
	assert_string_equal(s.fake.requests[0].body,
	    "Action=AssumeRole&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader"
	    "&RoleSessionName=sekisho");
	end(&s);
}

static void
everything_that_a_hop_has_is_sent(void **state)
{
	static const char *arns[] = {"arn:aws:iam::aws:policy/ReadOnlyAccess",
	    "arn:aws:iam::aws:policy/b", NULL};
	struct sek_tag tags[] = {{"te+am", "a b", false}, {"cost", "", true},
	    {"env", "\xc3\xa9", true}};
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", "");
	s.hop.session_name = "me@example.com";
	s.hop.external_id = "x=1,2";
	s.hop.mfa_serial = "arn:aws:iam::123456789012:mfa/me";
	s.hop.source_identity = "me";
	s.hop.policy = "{\"Version\":\"2012-10-17\"}";
	s.hop.policy_arns = arns;
	s.hop.tags = tags;
	s.hop.n_tags = 3;
	s.hop.duration = 900;
	assert_int_equal(assume(&s, "123456"), SEK_OK);
	assert_string_equal(s.fake.requests[0].body,
	    "Action=AssumeRole&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader"
	    "&RoleSessionName=me%40example.com"
	    "&DurationSeconds=900"
	    "&Policy=%7B%22Version%22%3A%222012-10-17%22%7D"
	    "&PolicyArns.member.1.arn="
	    "arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess"
	    "&PolicyArns.member.2.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2Fb"
	    "&ExternalId=x%3D1%2C2"
	    "&SourceIdentity=me"
	    "&Tags.member.1.Key=te%2Bam&Tags.member.1.Value=a+b"
	    "&Tags.member.2.Key=cost&Tags.member.2.Value="
	    "&Tags.member.3.Key=env&Tags.member.3.Value=%C3%A9"
	    "&TransitiveTagKeys.member.1=cost&TransitiveTagKeys.member.2=env"
	    "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme"
	    "&TokenCode=123456");
	assert_string_equal(s.out.account, "");
	end(&s);
}

static void
a_device_without_a_code_is_not_sent(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", "");
	s.hop.mfa_serial = "arn:aws:iam::123456789012:mfa/me";
	assert_int_equal(assume(&s, NULL), SEK_OK);
	assert_lacks(s.fake.requests[0].body, "SerialNumber");
	assert_lacks(s.fake.requests[0].body, "TokenCode");
	end(&s);
}

static void
a_request_with_a_code_is_sent_once(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", "");
	s.answer = (struct fake_answer){.code = SEK_ENET};
	assert_int_equal(assume(&s, "123456"), SEK_ENET);
	assert_string_equal(s.err.text,
	    "AssumeRole " ROLE ": host: cut short; the code may be spent: use "
	    "the next one");
	end(&s);
	start(&s, "GetSessionToken", "");
	s.answer = (struct fake_answer){.code = SEK_ENET};
	assert_int_equal(sek_sts_session_token(&s.fake.aws, &s.hop, &s.source,
			     SEK_STR("123456"), &s.out, &s.err),
	    SEK_ENET);
	end(&s);
}

static void
the_session_is_named_after_the_user(void **state)
{
	static const struct {
		const char *name, *value, *session;
	} cases[] = {
	    {"USER", "ada", "sekisho-ada&"},
	    {"LOGNAME", "ada", "sekisho-ada&"},
	    {"USER", "EXAMPLE\\ada lovelace", "sekisho-EXAMPLE-ada-lovelace&"},
	    {"USER", "\xc3\xa9", "sekisho---&"},
	    {"USER", "a_+=,.@-b", "sekisho-a_%2B%3D%2C.%40-b&"},
	    {"USER",
		"0123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789",
		"sekisho-0123456789012345678901234567890123456789"
		"0123456789012345&"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sek_buf want = {0};
		struct sts s;

		start(&s, "AssumeRole", "");
		s.hop.duration = 900;
		s.fake.vars[0] = cases[i].name;
		s.fake.vars[1] = cases[i].value;
		assert_int_equal(assume(&s, NULL), SEK_OK);
		sek_buf_printf(&want, "&RoleSessionName=%s", cases[i].session);
		assert_has(s.fake.requests[0].body, want.p);
		sek_buf_clear(&want);
		end(&s);
	}
}

static void
the_end_is_on_this_machines_clock(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", "");
	s.fake.aws.clock_offset = 600;
	assert_int_equal(assume(&s, NULL), SEK_OK);
	assert_int_equal(s.out.expires, FAKE_NOW + HOUR - 600);
	end(&s);
}

static void
a_refusal_names_the_role(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", "");
	s.answer = (struct fake_answer){
	    .status = 403,
	    .body = FAKE_XML_ERROR("ExpiredToken", "It has expired."),
	};
	assert_int_equal(assume(&s, NULL), SEK_EEXPIRED);
	assert_string_equal(s.err.text,
	    "AssumeRole " ROLE ": ExpiredToken: It has expired; the source "
	    "credentials must be renewed");
	assert_string_equal(s.out.id, "");
	end(&s);
}

static void
an_answer_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *body, *why;
	} cases[] = {
	    {"", "not XML"},
	    {"{}", "not XML"},
	    {"<a/>", "does not say when the credentials expire"},
	    {"<a><AssumeRoleResult><Credentials><Expiration>soon</Expiration>"
	     "</Credentials></AssumeRoleResult></a>",
		"does not say when the credentials expire"},
	    {"<a><AssumeRoleResult><Credentials><Expiration>" EXPIRATION
	     "</Expiration></Credentials></AssumeRoleResult></a>",
		"has no session token"},
	    {"<a><AssumeRoleResult><Credentials><Expiration>" EXPIRATION
	     "</Expiration><SessionToken>t</SessionToken></Credentials>"
	     "</AssumeRoleResult></a>",
		"the access key id is missing"},
	    {"<a><AssumeRoleResult><Credentials><Expiration>" EXPIRATION
	     "</Expiration><SessionToken>t</SessionToken>"
	     "<AccessKeyId>x y</AccessKeyId></Credentials>"
	     "</AssumeRoleResult></a>",
		"the access key id holds a character that none has"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sts s;

		start(&s, "AssumeRole", "");
		s.answer.body = cases[i].body;
		assert_int_equal(assume(&s, NULL), SEK_EPARSE);
		assert_int_equal(strncmp(s.err.text, "AssumeRole " ROLE ": ",
				     50),
		    0);
		assert_has(s.err.text, cases[i].why);
		end(&s);
	}
}

static void
an_account_that_is_none_is_refused(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "AssumeRole", USER_OF("12345678901x"));
	assert_int_equal(assume(&s, NULL), SEK_EPARSE);
	assert_has(s.err.text, "an account id is not 12 digits");
	assert_string_equal(s.out.id, "");
	end(&s);
}

static void
a_session_token_is_of_the_sources_account(void **state)
{
	struct sts s;

	(void)state;
	start(&s, "GetSessionToken", "");
	s.hop.duration = 129600;
	assert_int_equal(sek_creds_set_account(&s.source,
			     SEK_STR("210987654321"), NULL),
	    SEK_OK);
	assert_int_equal(sek_sts_session_token(&s.fake.aws, &s.hop, &s.source,
			     NO_CODE, &s.out, &s.err),
	    SEK_OK);
	assert_is_what_was_answered(&s);
	assert_string_equal(s.out.account, "210987654321");
	assert_string_equal(s.fake.requests[0].body,
	    "Action=GetSessionToken&Version=2011-06-15"
	    "&DurationSeconds=129600");
	end(&s);
}

static void
who_it_is_is_asked(void **state)
{
	static const char body[] =
	    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/"
	    "2011-06-15/\"><GetCallerIdentityResult>"
	    "<Arn>arn:aws:iam::123456789012:user/u</Arn><UserId>x</UserId>"
	    "<Account>123456789012</Account></GetCallerIdentityResult>"
	    "</GetCallerIdentityResponse>";
	sek_auto_free char *arn = NULL;
	char account[13] = "";
	struct sts s;

	(void)state;
	start(&s, "", "");
	s.answer.body = body;
	assert_int_equal(sek_sts_caller_identity(&s.fake.aws, &s.hop.reach,
			     &s.source, account, &arn, &s.err),
	    SEK_OK);
	assert_string_equal(account, "123456789012");
	assert_string_equal(arn, "arn:aws:iam::123456789012:user/u");
	assert_string_equal(s.fake.requests[0].body,
	    "Action=GetCallerIdentity&Version=2011-06-15");
	end(&s);
}

static void
an_identity_that_is_none_is_refused(void **state)
{
	static const char *const bodies[] = {
	    "<a/>",
	    "<a><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root"
	    "</Arn></GetCallerIdentityResult></a>",
	    "<a><GetCallerIdentityResult><Account>123456789012</Account>"
	    "</GetCallerIdentityResult></a>",
	    "<a><GetCallerIdentityResult><Account>123456789012</Account>"
	    "<Arn>arn:a b</Arn></GetCallerIdentityResult></a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		char account[13] = "kept", *arn = NULL;
		struct sts s;

		start(&s, "", "");
		s.answer.body = bodies[i];
		assert_int_equal(sek_sts_caller_identity(&s.fake.aws,
				     &s.hop.reach, &s.source, account, &arn,
				     &s.err),
		    SEK_EPARSE);
		assert_string_equal(s.err.text,
		    "GetCallerIdentity: the answer has no account or no ARN");
		assert_string_equal(account, "kept");
		assert_null(arn);
		end(&s);
	}
}

static char token_path[64];

static void
write_token(const char *text, size_t n)
{
	FILE *f = fopen(token_path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
replace_token(struct fake *f)
{
	if (f->n == 1)
		write_token("second", 6);
}

static int
make_token_file(void **state)
{
	int fd;

	(void)state;
	snprintf(token_path, sizeof(token_path), "/tmp/sek-test-XXXXXX");
	fd = mkstemp(token_path);
	return fd < 0 ? -1 : close(fd);
}

static int
remove_token_file(void **state)
{
	(void)state;
	(void)unlink(token_path);
	return 0;
}

static enum sek_code
assume_by_web(struct sts *s)
{
	s->hop.name = token_path;
	return sek_sts_web_identity(&s->fake.aws, &s->hop, &s->out, &s->err);
}

static void
a_web_identity_is_sent_unsigned(void **state)
{
	struct sts s;

	(void)state;
	write_token("ey.J-_\r\n", 8);
	start(&s, "AssumeRoleWithWebIdentity", USER_OF("123456789012"));
	assert_int_equal(assume_by_web(&s), SEK_OK);
	assert_is_what_was_answered(&s);
	assert_string_equal(s.out.account, "123456789012");
	assert_string_equal(s.fake.requests[0].body,
	    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader"
	    "&RoleSessionName=sekisho&WebIdentityToken=ey.J-_");
	assert_lacks(s.fake.requests[0].headers, "authorization");
	end(&s);
}

static void
a_token_is_read_again_before_each_attempt(void **state)
{
	struct fake_answer answers[2] = {{
	    .status = 400,
	    .body = FAKE_XML_ERROR("IDPCommunicationError", "x"),
	}};
	struct sts s;

	(void)state;
	write_token("first", 5);
	start(&s, "AssumeRoleWithWebIdentity", "");
	answers[1] = s.answer;
	s.fake.answers = answers;
	s.fake.n_answers = 2;
	s.fake.before_answer = replace_token;
	assert_int_equal(assume_by_web(&s), SEK_OK);
	assert_has(s.fake.requests[0].body, "&WebIdentityToken=first");
	assert_has(s.fake.requests[1].body, "&WebIdentityToken=second");
	end(&s);
}

static void
a_token_file_has_a_limit(void **state)
{
	char *large = sek_alloc(20003);
	struct sts s;

	(void)state;
	memset(large, 'a', 20003);
	memcpy(large + 20000, "\r\n", 2);
	write_token(large, 20002);
	start(&s, "AssumeRoleWithWebIdentity", "");
	assert_int_equal(assume_by_web(&s), SEK_OK);
	end(&s);
	for (size_t n = 20001; n <= 20003; n++) {
		memset(large, 'a', 20003);
		write_token(large, n);
		start(&s, "AssumeRoleWithWebIdentity", "");
		s.fake.n_answers = 0;
		assert_int_equal(assume_by_web(&s), SEK_ETOOBIG);
		assert_has(s.err.text, token_path);
		assert_has(s.err.text, ": no token is larger than 20000 bytes");
		end(&s);
	}
	free(large);
}

static void
a_token_file_that_is_not_there_is_named(void **state)
{
	struct sts s;

	(void)state;
	write_token(" \n", 2);
	start(&s, "AssumeRoleWithWebIdentity", "");
	s.fake.n_answers = 0;
	assert_int_equal(assume_by_web(&s), SEK_EPARSE);
	assert_has(s.err.text, ": holds no token");
	assert_int_equal(unlink(token_path), 0);
	assert_int_equal(assume_by_web(&s), SEK_ENOTFOUND);
	assert_has(s.err.text,
	    "AssumeRoleWithWebIdentity " ROLE ": /tmp/sek-test-");
	assert_has(s.err.text, ": No such file or directory");
	end(&s);
}

#define web_test(f)                                                            \
	cmocka_unit_test_setup_teardown(f, make_token_file, remove_token_file)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_role_gives_credentials_and_their_account),
	    cmocka_unit_test(everything_that_a_hop_has_is_sent),
	    cmocka_unit_test(a_device_without_a_code_is_not_sent),
	    cmocka_unit_test(a_request_with_a_code_is_sent_once),
	    cmocka_unit_test(the_session_is_named_after_the_user),
	    cmocka_unit_test(the_end_is_on_this_machines_clock),
	    cmocka_unit_test(a_refusal_names_the_role),
	    cmocka_unit_test(an_answer_that_is_none_is_refused),
	    cmocka_unit_test(an_account_that_is_none_is_refused),
	    cmocka_unit_test(a_session_token_is_of_the_sources_account),
	    cmocka_unit_test(who_it_is_is_asked),
	    cmocka_unit_test(an_identity_that_is_none_is_refused),
	    web_test(a_web_identity_is_sent_unsigned),
	    web_test(a_token_is_read_again_before_each_attempt),
	    web_test(a_token_file_has_a_limit),
	    web_test(a_token_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
