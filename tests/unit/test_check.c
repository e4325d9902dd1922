#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "scan/check_all.h"
#include "scan/check_aws.h"
#include "scan/check_shape.h"

#define BASE32 "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#define BASE64                                                                 \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* xorshift64*, the same numbers in every run. */
static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

static void
fill(char *p, size_t n, const char *alphabet, uint64_t *state)
{
	size_t size = strlen(alphabet);

	for (size_t i = 0; i < n; i++)
		p[i] = alphabet[(next_random(state) >> 33) % size];
}

static void
add_random(struct sek_buf *b, size_t n, const char *alphabet, uint64_t seed)
{
	uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
	char c;

	while (n-- > 0) {
		fill(&c, 1, alphabet, &state);
		sek_buf_add_c(b, c);
	}
}

/* The check on a text whose secret is all of it from `secret` on. */
static bool
holds_from(const char *check, struct sek_str text, size_t secret,
    struct sek_facts *facts)
{
	struct sek_match m = {
	    .end = text.n, .secret = secret, .secret_end = text.n};

	*facts = (struct sek_facts){0};
	return sek_check_find(check)(text, &m, facts);
}

static bool
holds(const char *check, const char *text)
{
	struct sek_facts facts;

	return holds_from(check, sek_str(text), 0, &facts);
}

static void
every_check_is_found_by_its_name(void **state)
{
	size_t n = 0;

	(void)state;
	for (const char *name; (name = sek_check_name(n)); n++)
		assert_non_null(sek_check_find(name));
	assert_int_equal(n, 16);
	assert_null(sek_check_find("aws-key-id "));
	assert_null(sek_check_find(""));
	assert_ptr_equal(sek_check_find("pem"), sek_check_pem);
}

static void
entropy_is_in_bits_per_byte(void **state)
{
	(void)state;
	assert_true(sek_entropy(SEK_STR("")) == 0);
	assert_true(sek_entropy(SEK_STR("aaaa")) == 0);
	assert_true(fabs(sek_entropy(SEK_STR("abab")) - 1) < 1e-9);
	assert_true(fabs(sek_entropy(SEK_STR(BASE64)) - 6) < 1e-9);
}

static void
knows_placeholders(void **state)
{
	static const char *const texts[] = {"", "abc", "xxxxxxxxxxxxxxxx",
	    "${SECRET_KEY}", "<your key>", "{{ secret }}", "Q7fk...9sJw",
	    ("IOSFODNN7"
	     "EXAMPLE"),
	    "abcdefghijklmnop", "9876543210zKq", "TESTTESTTESTTEST",
	    "A1B2C3D4E5F6G7H8", "x0a1B2c3D4y", "K3TQwertyUIOP2",
	    "your-key-goes-in", "changeme42Kq8sQ", "FAKEK3YQ7Z2M4JRT",
	    "ACGTACCATGACAGTA", "Kq8sQChangeMe42z",
	    "51H9xK2LkJhDfG8pQ9xK2LkJhDfG8pQ"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!sek_is_placeholder(sek_str(texts[i])))
			fail_msg("%s", texts[i]);
	/* tEsT, fAKe: nobody writes so. */
	assert_false(sek_is_placeholder(SEK_STR("KQtEsTfAKe7Zp2Lw9")));
	/* The number of a team may come twice, 11 characters may by chance. */
	assert_false(sek_is_placeholder(
	    SEK_STR("281937465028-281937465028-Kq8sZt2Lw9Xm")));
	assert_false(sek_is_placeholder(SEK_STR("K2LkJhDfG8pZvK2LkJhDfG8pQ")));
}

static void
reads_the_account_out_of_a_key_id(void **state)
{
	static const struct {
		const char *id, *account;
	} vectors[] = {
	    {"ASIA"
	     "Y34FZKBOKMUTVV7A",
		"609629065308"},
	    {"ASIA"
	     "QNZGKIQY56JQ7WML",
		"029608264753"},
	    {"AKIA"
	     "SP2TPHJSQH3FJRUX",
		"171436882533"},
	    {"AKIA"
	     "YVP4CIPPERUVIFXG",
		"595918472158"},
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct sek_facts facts;

		assert_true(holds_from("aws-key-id", sek_str(vectors[i].id), 0,
		    &facts));
		assert_string_equal(facts.account, vectors[i].account);
		assert_int_equal(facts.canary, i >= 2);
		assert_true(facts.signals & SEK_SIGNAL_ACCOUNT);
	}
}

static void
an_older_key_id_holds_no_account(void **state)
{
	struct sek_facts facts;

	(void)state;
	assert_true(holds_from("aws-key-id",
	    SEK_STR("AKIA"
		    "J2KDW7QXM3ZVT5RB"),
	    0, &facts));
	assert_string_equal(facts.account, "");
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_MEDIUM);
}

static void
an_impossible_account_lowers_confidence(void **state)
{
	struct sek_facts facts;

	(void)state; /* 777... is 2^40 - 1, more than twelve digits */
	assert_true(holds_from("aws-key-id",
	    SEK_STR("AKIA"
		    "7757W57KD3ZVT5RB"),
	    0, &facts));
	assert_string_equal(facts.account, "");
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_LOW);
}

static void
refuses_what_is_no_key_id(void **state)
{
	static const char *const texts[] = {"AKIA"
					    "IOSFODNN7EXAMPLE",
	    "AKIA"
	    "IOSFODNN7EAXMPLE",
	    "ASIA"
	    "PACIFICNORTHEAST",
	    "ASIA"
	    "XXXXXXXXXXXXXXXX",
	    "AKIA"
	    "ABCDEFGHIJKLMNOP",
	    "ACCA"
	    "GTACCATGACAGTACC",
	    "AROA"
	    "J2KDW7QXM3ZVT5RB",
	    "AKIA"
	    "J2KDW7QXM3ZVT5R",
	    "AKIA"
	    "J2KDW7QXM3ZVT5R8",
	    "AKIA"
	    "RZPUZDIKGB2VALC4",
	    "", "AKIA"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (holds("aws-key-id", texts[i]))
			fail_msg("%s", texts[i]);
}

static bool
id_holds_within(const char *before, const char *after)
{
	char *text = sek_printf("%s%s%s%s", before, "AKIA", "RDCDPFLMWGAHTKNE",
	    after);
	size_t n = strlen(before);
	struct sek_match m = {0, n, n + 20, n, n + 20};
	struct sek_facts facts = {0};
	bool yes = sek_check_aws_key_id(sek_str(text), &m, &facts);

	free(text);
	return yes;
}

static void
refuses_a_key_id_that_a_signature_names(void **state)
{
	(void)state;
	assert_true(id_holds_within("", ""));
	assert_false(id_holds_within("",
	    "/20240131/eu-west-1/s3/aws4_request"));
	assert_false(id_holds_within("=", "%2F20240131%2Feu-west-1"));
	assert_false(id_holds_within("=", "&Expires=1700000000&Signature=x"));
	assert_true(id_holds_within("", "/2024013"));
	assert_true(id_holds_within("", "/20240131"));
	assert_true(id_holds_within("", "&x\nSignature="));
	assert_true(id_holds_within("", "&"));
}

static void
refuses_a_line_of_a_protein_sequence(void **state)
{
	(void)state;
	assert_false(id_holds_within("MKWVTFISLLFLFSSAYSRG\n", "\n"));
	assert_false(id_holds_within("", "\nMKWVTFISLLFLFSSAYSRG\n"));
	assert_true(id_holds_within("id:\n", "\nsecret:\n"));
	assert_true(id_holds_within("MKWVTFISLLFLFSSAYSRG ", ""));
}

static void
refuses_what_is_no_secret_key(void **state)
{
	static const char *const texts[] = {"wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
					    "EXAMPLEKEY",
	    "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb"
	    "EXAMPLEKEY",
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
	    "Af60f112a534df0cc1e4d892b5768f3easef/+zc",
	    "RegistryStorageS3RegionendpointEnvVarKey",
	    "TestUpdateFatalIfNoSpaceOnButNotDiskFull",
	    "EnableKeyReuseOnNtTokenKeysetStorageFull",
	    "llvm/CodeGen/GlobalISel/RegisterBankInfo",
	    "/Source/Lib/Common/Codec/EbBitstreamUnit",
	    "/usr/lib/x86/gnu/engines/libcrypto/aesni",
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn",
	    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "U2VjcmV0IHRleHQsIGVuY29kZWQgb25jZSBtb3Jl",
	    "kwqn4e8xj2vz0ylb7rtd3pmc6fhu9sgai1ko5wqz",
	    "AKIAIOSFODNN7EXAMPLEAKIAIOSFODNN7EXAMPLE", "", "x"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (holds("aws-secret", texts[i]))
			fail_msg("%s", texts[i]);
}

/*
 * What the filters cost, measured here on random values of the real shape: at
 * most 1 in 10,000 secrets and 1 in 2,000 ids is taken for something else.
 */
static void
loses_next_to_no_random_key(void **state)
{
	uint64_t random = 42;
	unsigned secrets = 0, ids = 0;
	char secret[41] = "", id[21] = "AKIA";

	(void)state;
	for (int i = 0; i < 100000; i++) {
		fill(secret, 40, BASE64, &random);
		fill(id + 4, 16, BASE32, &random);
		secrets += !holds("aws-secret", secret);
		ids += !holds("aws-key-id", id);
	}
	print_message("lost of 100000: %u secrets, %u ids\n", secrets, ids);
	assert_true(secrets <= 10);
	assert_true(ids <= 50);
}

static void
reads_a_secret_through_escapes(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	add_random(&b, 36, BASE64, 7);
	sek_buf_add_s(&b, "\\/%2B\\u002f&#43;");
	assert_true(holds("aws-secret", b.p));
	sek_buf_add_s(&b, "%");
	assert_false(holds("aws-secret", b.p));
}

static void
reads_a_secret_in_base64(void **state)
{
	sek_auto_buf plain = {0}, b = {0};

	(void)state;
	add_random(&plain, 40, BASE64, 9);
	sek_base64(&b, plain.p, plain.n);
	assert_int_equal(b.n, 56);
	assert_true(holds("aws-secret", b.p));
	sek_buf_reset(&b);
	add_random(&b, 54, BASE64, 9);
	sek_buf_add_s(&b, "==");
	assert_false(holds("aws-secret", b.p));
}

#define QUERY                                                                  \
	"X-Amz-Credential=AKIA"                                                \
	"SP2TPHJSQH3FJRUX%2F20240131%2Fus-east-1"                              \
	"&X-Amz-Date=20240131T235950Z&X-Amz-Expires=20&X-Amz-Signature="

static void
reads_account_and_expiry_of_a_presigned_url(void **state)
{
	sek_auto_buf b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&b, QUERY);
	add_random(&b, 64, "0123456789abcdef", 3);
	assert_true(holds_from("aws-presigned", sek_buf_str(&b),
	    sizeof(QUERY) - 1, &facts));
	assert_string_equal(facts.account, "171436882533");
	assert_string_equal(facts.expires, "2024-02-01T00:00:10Z");
}

static void
reads_the_parts_of_a_url_in_any_order(void **state)
{
	static const char head[] = "x https://h/?X-Amz-Date=20240131T000000Z"
				   "&X-Amz-Expires=60&";
	static const char rest[] = "X-Amz-Credential=AKIA"
				   "SP2TPHJSQH3FJRUX/"
				   "20240131&X-Amz-Signature=";
	struct sek_facts facts = {0};
	sek_auto_buf b = {0};
	struct sek_match m = {.start = sizeof(head) - 1};

	(void)state;
	sek_buf_add_s(&b, head);
	sek_buf_add_s(&b, rest);
	m.secret = b.n;
	add_random(&b, 64, "0123456789abcdef", 3);
	m.end = m.secret_end = b.n;
	assert_true(sek_check_aws_presigned(sek_buf_str(&b), &m, &facts));
	assert_string_equal(facts.expires, "2024-01-31T00:01:00Z");
}

static void
reads_what_a_bedrock_key_says(void **state)
{
	sek_auto_buf text = {0}, b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&text, "BedrockAPIKey-ab12-at-171436882533:");
	add_random(&text, 44, BASE64, 1);
	sek_buf_add_s(&b, "ABSK");
	sek_base64(&b, text.p, text.n);
	assert_true(holds_from("aws-bedrock", sek_buf_str(&b), 0, &facts));
	assert_string_equal(facts.account, "171436882533");

	sek_buf_reset(&text);
	sek_buf_reset(&b);
	sek_buf_add_s(&text, "bedrock.amazonaws.com/?" QUERY);
	add_random(&text, 64, "0123456789abcdef", 3);
	sek_buf_add_s(&b, "bedrock-api-key-");
	sek_base64(&b, text.p, text.n);
	assert_true(holds_from("aws-bedrock", sek_buf_str(&b), 0, &facts));
	assert_string_equal(facts.account, "171436882533");
	assert_string_equal(facts.expires, "2024-02-01T00:00:10Z");
	assert_false(holds("aws-bedrock", "ABSK"));
	assert_false(holds("aws-bedrock", "bedrock-api-key-!"));
}

static void
reads_what_an_eks_token_says(void **state)
{
	sek_auto_buf text = {0}, b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&text, "https://sts.amazonaws.com/?" QUERY);
	add_random(&text, 64, "0123456789abcdef", 3);
	sek_buf_add_s(&b, "k8s-aws-v1.");
	sek_base64(&b, text.p, text.n);
	assert_true(holds_from("aws-eks", sek_buf_str(&b), 0, &facts));
	assert_string_equal(facts.expires, "2024-02-01T00:14:50Z");
	assert_false(holds("aws-eks", "k8s-aws-v1.aHR0cHM6Ly9zdHM"));
}

static void
reads_what_an_ecr_token_says(void **state)
{
	sek_auto_buf json = {0}, token = {0}, auth = {0}, pair = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&json,
	    "{\"payload\":\"x\",\"datakey\":\"y\","
	    "\"type\":\"DATA_KEY\",\"expiration\":1700000000}");
	sek_base64(&token, json.p, json.n);
	assert_true(holds_from("aws-ecr", sek_buf_str(&token), 0, &facts));
	assert_string_equal(facts.expires, "2023-11-14T22:13:20Z");
	sek_buf_add_s(&pair, "AWS:");
	sek_buf_add_str(&pair, sek_buf_str(&token));
	sek_base64(&auth, pair.p, pair.n);
	assert_true(holds_from("aws-ecr", sek_buf_str(&auth), 0, &facts));
	assert_string_equal(facts.expires, "2023-11-14T22:13:20Z");
	assert_false(holds("aws-ecr", "eyJwYXlsb2FkIjoieCJ9"));
}

static void
a_session_token_in_a_url_is_not_reported(void **state)
{
	sek_auto_buf b = {0};
	struct sek_facts facts;
	size_t start;

	(void)state;
	sek_buf_add_s(&b, "&X-Amz-Security-Token=");
	start = b.n;
	sek_buf_add_s(&b, "IQoJb3JpZ2luX2VjEJr//////////wEa");
	add_random(&b, 300, BASE64, 5);
	assert_false(holds_from("aws-token", sek_buf_str(&b), start, &facts));
	b.p[0] = b.p[start - 1] = ':';
	assert_true(holds_from("aws-token", sek_buf_str(&b), start, &facts));
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_HIGH);
	memcpy(b.p + start + 100, "EXAMPLE", 7);
	assert_false(holds_from("aws-token", sek_buf_str(&b), start, &facts));
}

static void
knows_an_smtp_password_by_its_version(void **state)
{
	sek_auto_buf b = {0};

	(void)state;
	sek_buf_add_s(&b, "BC");
	add_random(&b, 42, BASE64, 11);
	assert_true(holds("aws-ses", b.p));
	b.p[0] = 'A';
	b.p[1] = 'h';
	assert_true(holds("aws-ses", b.p));
	b.p[1] = 'B';
	assert_false(holds("aws-ses", b.p));
}

static void
a_service_password_belongs_to_its_users_account(void **state)
{
	sek_auto_buf b = {0};
	struct sek_facts facts;

	(void)state;
	sek_buf_add_s(&b, "-at-171436882533,");
	add_random(&b, 42, BASE64, 13);
	sek_buf_add_s(&b, "A=");
	assert_true(holds_from("aws-service", sek_buf_str(&b), 17, &facts));
	assert_string_equal(facts.account, "171436882533");
	memcpy(b.p + 4, "123456789012", 12);
	assert_false(holds_from("aws-service", sek_buf_str(&b), 17, &facts));
}

/* BEGIN of a kind, `bytes` in lines of 64 that end in eol, END. */
static size_t
make_pem(struct sek_buf *b, const char *kind, const void *bytes, size_t n,
    const char *eol)
{
	sek_auto_buf text = {0};
	size_t start;

	sek_base64(&text, bytes, n);
	sek_buf_printf(b, "BEGIN %s%s KEY-----", kind, "PRIVATE");
	start = b->n;
	for (size_t i = 0; i < text.n; i += 64)
		sek_buf_printf(b, "%s%.64s", eol, text.p + i);
	sek_buf_add_s(b, eol);
	return start;
}

static void
make_der(unsigned char *p, size_t n, uint64_t seed)
{
	fill((char *)p, n, BASE64, &seed);
	p[0] = 0x30;
	p[1] = 0x82;
	p[2] = (unsigned char)((n - 4) >> 8);
	p[3] = (unsigned char)(n - 4);
}

static void
sees_a_key_however_its_lines_are_written(void **state)
{
	static const char *const eols[] = {"\n", "\r\n", "\\n", "\\r\\n",
	    "\\\\n", "\\n\" +\n    \"", "\n# ", "\n> ", " ", "\n+", "\r\n+"};
	unsigned char der[600];

	(void)state;
	make_der(der, sizeof(der), 99);
	for (size_t i = 0; i < sizeof(eols) / sizeof(eols[0]); i++) {
		sek_auto_buf b = {0};
		size_t at = make_pem(&b, "RSA ", der, sizeof(der), eols[i]);
		struct sek_facts facts;

		if (!holds_from("pem", sek_buf_str(&b), at, &facts))
			fail_msg("%s", eols[i]);
		assert_int_equal(sek_signal_grade(facts.signals),
		    SEK_CONF_HIGH);
		assert_false(holds_from("pem-encrypted", sek_buf_str(&b), at,
		    &facts));
	}
}

static void
tells_an_encrypted_key(void **state)
{
	static const char secret[] =
	    "openssh-key-v1\0\0\0\0\4none\0\0\0\4none"
	    "............................................................"
	    "k3Jq9z2LmWx7Rb5Tn8Vc4Yd6Fh1Gs0Pa";
	char locked[sizeof(secret)];
	unsigned char der[200];
	struct sek_facts facts;
	sek_auto_buf a = {0}, b = {0}, c = {0};
	size_t at;

	(void)state;
	make_der(der, sizeof(der), 5);
	at = make_pem(&a, "ENCRYPTED ", der, sizeof(der), "\n");
	assert_true(holds_from("pem-encrypted", sek_buf_str(&a), at, &facts));
	assert_false(holds_from("pem", sek_buf_str(&a), at, &facts));
	memcpy(locked, secret, sizeof(secret));
	for (size_t i = 31; i < sizeof(locked); i++)
		locked[i] = (char)(i * 41);
	at = make_pem(&b, "OPENSSH ", locked, sizeof(locked), "\n");
	assert_true(holds_from("pem", sek_buf_str(&b), at, &facts));
	memcpy(locked + 19, "aes2", 4);
	at = make_pem(&c, "OPENSSH ", locked, sizeof(locked), "\n");
	assert_true(holds_from("pem-encrypted", sek_buf_str(&c), at, &facts));
}

static void
a_header_without_a_key_is_none(void **state)
{
	static const char *const bodies[] = {"", "\n...\n", "\nMIIEpAIBAA...\n",
	    "\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxx\n",
	    " is the line that a reader of such files looks for; then it reads"
	    " on until the end, which looks much the same, and decodes all.",
	    "\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz"
	    "dHV2d3h5ejAxMjM0NTY3ODk=\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		sek_auto_buf b = {0};
		struct sek_facts facts;
		size_t at;

		sek_buf_printf(&b, "BEGIN RSA %s KEY-----", "PRIVATE");
		at = b.n;
		sek_buf_add_s(&b, bodies[i]);
		if (holds_from("pem", sek_buf_str(&b), at, &facts))
			fail_msg("%s", bodies[i]);
	}
}

static void
the_public_part_of_a_long_key_is_none(void **state)
{
	unsigned char der[1192];
	sek_auto_buf few = {0}, more = {0}, locked = {0};
	struct sek_facts facts;
	size_t at;

	(void)state;
	make_der(der, sizeof(der), 77);
	at = make_pem(&few, "RSA ", der, 200, "\n");
	assert_false(holds_from("pem", sek_buf_str(&few), at, &facts));
	at = make_pem(&more, "RSA ", der, 300, "\n");
	assert_true(holds_from("pem", sek_buf_str(&more), at, &facts));
	at = make_pem(&locked, "ENCRYPTED ", der, 200, "\n");
	assert_true(holds_from("pem-encrypted", sek_buf_str(&locked), at,
	    &facts));
}

static void
sees_a_key_in_base64_of_its_armour(void **state)
{
	unsigned char der[300];
	sek_auto_buf b = {0}, outer = {0};
	sek_auto_free char *text = NULL;
	struct sek_facts facts;

	(void)state;
	make_der(der, sizeof(der), 77);
	make_pem(&b, "", der, sizeof(der), "\n");
	text = sek_printf("-----%s-----END", b.p);
	sek_base64(&outer, text, strlen(text));
	assert_true(holds_from("pem", sek_buf_str(&outer), 0, &facts));
	assert_int_equal(sek_signal_grade(facts.signals), SEK_CONF_HIGH);
}

/* Every check may be asked about any bytes, at the very edges of the memory. */
static void
no_check_reads_outside(void **state)
{
	static const char pieces[] =
	    "\0-%\\/=&.AKIAQ7abu002f%2F-at-1234567890123:BEGIN \n\"eyJwYXls";
	uint64_t random = 4711;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = next_random(&random) % 300;
		char *p = malloc(n ? n : 1);
		struct sek_match m;
		struct sek_facts facts = {0};

		for (size_t i = 0; i < n; i++)
			p[i] =
			    pieces[next_random(&random) % (sizeof(pieces) - 1)];
		m.start = n ? next_random(&random) % n : 0;
		m.secret = m.start + next_random(&random) % (n - m.start + 1);
		m.secret_end = m.secret +
		    next_random(&random) % (n - m.secret + 1);
		m.end = m.secret_end;
		m.rule = 0;
		for (size_t i = 0; sek_check_name(i); i++)
			(void)sek_check_find(sek_check_name(i))(
			    (struct sek_str){p, n}, &m, &facts);
		assert_true(strlen(facts.account) <= 12);
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_check_is_found_by_its_name),
	    cmocka_unit_test(entropy_is_in_bits_per_byte),
	    cmocka_unit_test(knows_placeholders),
	    cmocka_unit_test(reads_the_account_out_of_a_key_id),
	    cmocka_unit_test(an_older_key_id_holds_no_account),
	    cmocka_unit_test(an_impossible_account_lowers_confidence),
	    cmocka_unit_test(refuses_what_is_no_key_id),
	    cmocka_unit_test(refuses_a_key_id_that_a_signature_names),
	    cmocka_unit_test(refuses_a_line_of_a_protein_sequence),
	    cmocka_unit_test(refuses_what_is_no_secret_key),
	    cmocka_unit_test(loses_next_to_no_random_key),
	    cmocka_unit_test(reads_a_secret_through_escapes),
	    cmocka_unit_test(reads_a_secret_in_base64),
	    cmocka_unit_test(reads_account_and_expiry_of_a_presigned_url),
	    cmocka_unit_test(reads_the_parts_of_a_url_in_any_order),
	    cmocka_unit_test(reads_what_a_bedrock_key_says),
	    cmocka_unit_test(reads_what_an_eks_token_says),
	    cmocka_unit_test(reads_what_an_ecr_token_says),
	    cmocka_unit_test(a_session_token_in_a_url_is_not_reported),
	    cmocka_unit_test(knows_an_smtp_password_by_its_version),
	    cmocka_unit_test(a_service_password_belongs_to_its_users_account),
	    cmocka_unit_test(sees_a_key_however_its_lines_are_written),
	    cmocka_unit_test(tells_an_encrypted_key),
	    cmocka_unit_test(a_header_without_a_key_is_none),
	    cmocka_unit_test(the_public_part_of_a_long_key_is_none),
	    cmocka_unit_test(sees_a_key_in_base64_of_its_armour),
	    cmocka_unit_test(no_check_reads_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
