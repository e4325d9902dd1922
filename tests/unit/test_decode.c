#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "scan/scanner.h"
#include "scan/unwrap.h"

/* Put together at run time, so that no file of ours holds a key. */
#define ID     "AKIA" /* */ "QYLPMN5HFIQR7BCX"
#define SECRET "q7Rz/Kd9+LmW2xVbT4" /* */ "nYc8PjHs6GfUeA1oZ3tXwB"
#define TEXT                                                                   \
	"[default]\naws_access_key_id = " ID                                   \
	"\naws_secret_access_key = " SECRET "\n"

struct scan {
	struct sek_policy *policy;
	struct sek_scanner *scanner;
	struct sek_outcome out;
	struct sek_err err;
	enum sek_code code;
};

static void
scan(struct scan *s, struct sek_str content)
{
	struct sek_policy_options o = {.inline_allow = true};
	struct sek_job job = {
	    .from = SEK_FROM_BYTES,
	    .place = SEK_PLACE_FILE,
	    .path = (char[]){"f"},
	};

	*s = (struct scan){0};
	assert_int_equal(sek_policy_load(&s->policy, NULL, NULL, &o, &s->err),
	    SEK_OK);
	s->scanner = sek_scanner_new(s->policy);
	assert_int_equal(sek_scanner_name(s->scanner, &job, &s->out, NULL),
	    SEK_OK);
	s->code = sek_scanner_run(s->scanner, &job, content, &s->out, &s->err);
}

static void
end(struct scan *s)
{
	sek_scanner_free(s->scanner);
	sek_policy_free(s->policy);
	sek_outcome_clear(&s->out);
}

static void
fingerprints(char id[25], char secret[25])
{
	struct scan s;

	scan(&s, SEK_STR(TEXT));
	assert_int_equal(s.out.founds.n, 2);
	strcpy(id, s.out.founds.at[0].finding.fingerprint);
	strcpy(secret, s.out.founds.at[1].finding.fingerprint);
	assert_null(s.out.founds.at[0].finding.encoding);
	end(&s);
}

/* Both halves of the pair, once, with the fingerprints that they have in plain
 * text, and told to be in `encoding`. */
static void
assert_pair(const struct sek_buf *content, const char *encoding)
{
	char id[25], secret[25];
	struct scan s;

	fingerprints(id, secret);
	scan(&s, sek_buf_str(content));
	assert_int_equal(s.code, SEK_OK);
	if (s.out.founds.n != 2)
		fail_msg("%zu findings in: %.*s", s.out.founds.n,
		    (int)content->n, content->p);
	for (size_t i = 0; i < 2; i++) {
		const struct sek_finding *f = &s.out.founds.at[i].finding;

		assert_string_equal(f->encoding, encoding);
		assert_true(f->start < f->end && f->end <= content->n);
	}
	assert_string_equal(s.out.founds.at[0].finding.fingerprint, id);
	assert_string_equal(s.out.founds.at[1].finding.fingerprint, secret);
	assert_non_null(s.out.founds.at[1].finding.pair);
	end(&s);
}

static void
add_lines(struct sek_buf *out, struct sek_str text, size_t width,
    const char *before, const char *after)
{
	for (size_t i = 0; i < text.n; i += width) {
		size_t n = text.n - i < width ? text.n - i : width;

		sek_buf_add_s(out, before);
		sek_buf_add(out, text.p + i, n);
		sek_buf_add_s(out, after);
	}
}

static void
base64(struct sek_buf *out, const char *before, const char *text)
{
	sek_auto_buf all = {0};

	sek_buf_add_s(&all, before);
	sek_buf_add_s(&all, text);
	sek_base64(out, all.p, all.n);
}

static void
finds_a_pair_in_base64_at_any_offset(void **state)
{
	static const char *const before[] = {
	    "", "x", "xy", "\377\377\376", "xyz ~"};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		sek_auto_buf text = {0};

		sek_buf_add_s(&text, "value: ");
		base64(&text, before[i], TEXT);
		assert_pair(&text, "base64");
		for (size_t c = 0; c < text.n; c++) /* the url-safe alphabet */
			text.p[c] = text.p[c] == '+' ? '-'
			    : text.p[c] == '/'       ? '_'
						     : text.p[c];
		assert_pair(&text, "base64");
	}
}

static void
finds_a_pair_in_base64_over_lines(void **state)
{
	static const size_t widths[] = {19, 60, 64, 70, 76};
	static const char *const wraps[][2] = {{"", "\n"}, {"", "\r\n"},
	    {"    ", "\n"}, {"\t\t", "\r\n"}, {"", "\\n"}, {"  \"", "\"\n"},
	    {"# ", "\n"}, {"> ", "\n"}, {"", "\\\n"}};
	sek_auto_buf code = {0};

	(void)state;
	base64(&code, "A line of text that has nothing in it.\n", TEXT);
	for (size_t i = 0; i < 45; i++) {
		sek_auto_buf text = {0};

		sek_buf_add_s(&text, "some: words\nkey: \n");
		add_lines(&text, sek_buf_str(&code), widths[i % 5],
		    wraps[i / 5][0], wraps[i / 5][1]);
		sek_buf_add_s(&text, "\nother: words\n");
		assert_pair(&text, "base64");
	}
}

static void
tells_the_line_and_column_of_encoded_text(void **state)
{
	sek_auto_buf code = {0}, text = {0};
	const struct sek_finding *f;
	struct scan s;

	(void)state;
	base64(&code, "123456789012", TEXT); /* the id is byte 42 */
	sek_buf_add_s(&text, "one\n");
	add_lines(&text, sek_buf_str(&code), 16, "  ", "\n");
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.out.founds.n, 2);
	f = &s.out.founds.at[0].finding;
	assert_int_equal(f->line, 2 + 42 / 12);
	assert_int_equal(f->column, 3 + 42 % 12 / 3 * 4);
	assert_int_equal(f->end_line, 2 + (42 + 19) / 12);
	end(&s);
}

static void
finds_a_pair_encoded_twice_and_thrice(void **state)
{
	sek_auto_buf once = {0}, two = {0}, three = {0};

	(void)state;
	base64(&once, "x", TEXT);
	base64(&two, "", once.p);
	base64(&three, "secret: ", two.p);
	assert_pair(&two, "base64, base64");
	assert_pair(&three, "base64, base64, base64");
}

static void
says_that_what_is_encoded_more_often_is_unread(void **state)
{
	sek_auto_buf text = {0};
	struct scan s;

	(void)state;
	sek_buf_add_s(&text, TEXT);
	for (size_t i = 0; i <= SEK_UNWRAP_DEPTH; i++) {
		sek_auto_buf next = {0};

		base64(&next, "secret ", text.p);
		sek_buf_clear(&text);
		text.p = sek_buf_take(&next);
		text.n = strlen(text.p);
	}
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.code, SEK_ETOOBIG);
	assert_int_equal(s.out.founds.n, 0);
	end(&s);
}

static void
add_utf16(struct sek_buf *out, const char *text, bool big)
{
	for (; *text; text++) {
		sek_buf_add_c(out, big ? 0 : *text);
		sek_buf_add_c(out, big ? *text : 0);
	}
}

/* A token that no literal of ours is in. */
#define TOKEN "da2-q7w3e9r5" /* */ "t1y8u2i4o6p0a7s3d5"

static void
assert_token(const struct sek_buf *content, const char *encoding)
{
	struct scan s;

	scan(&s, sek_buf_str(content));
	assert_int_equal(s.code, SEK_OK);
	if (s.out.founds.n != 1)
		fail_msg("%zu findings in: %.*s", s.out.founds.n,
		    (int)content->n, content->p);
	assert_string_equal(s.out.founds.at[0].finding.rule->id,
	    "aws-appsync-api-key");
	assert_string_equal(s.out.founds.at[0].finding.encoding, encoding);
	end(&s);
}

static void
finds_any_token_in_base64_at_any_offset_and_over_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * 80; i++) {
		sek_auto_buf plain = {0}, code = {0}, text = {0};
		size_t widths[] = {4000, 64, 76};

		sek_buf_printf(&plain, "%*s" TOKEN "\n", (int)(i / 3), "");
		base64(&code, "", plain.p);
		sek_buf_add_s(&text, i % 2 ? "v=" : "Y ");
		add_lines(&text, sek_buf_str(&code), widths[i % 3],
		    i % 4 ? "" : "  ", i % 5 ? "\n" : "\\n");
		assert_token(&text, "base64");
	}
}

/* It stands in bytes that are no text, as in an archive or a data base. */
static void
finds_a_token_in_base64_of_bytes(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		sek_auto_buf bytes = {0}, text = {0};

		for (size_t n = 0; n < 3000 + i; n++)
			sek_buf_add_c(&bytes, (char)(rand_r(&seed) % 256));
		sek_buf_add_s(&bytes, "\1a name \"" TOKEN "\", etc.");
		for (size_t n = 0; n < 3000; n++)
			sek_buf_add_c(&bytes, (char)(rand_r(&seed) % 256));
		sek_base64(&text, bytes.p, bytes.n);
		assert_token(&text, "base64");
	}
}

static void
finds_any_token_encoded_twice_and_from_utf16(void **state)
{
	sek_auto_buf once = {0}, two = {0}, text = {0}, wide = {0};

	(void)state;
	base64(&once, "", TOKEN);
	base64(&two, "", once.p);
	assert_token(&two, "base64, base64");
	sek_hex(&text, once.p, once.n);
	assert_token(&text, "hex, base64");
	add_utf16(&wide, TOKEN, false);
	sek_buf_reset(&text);
	sek_base64(&text, wide.p, wide.n);
	assert_token(&text, "base64, utf-16");
}

/* Each byte between two texts, in base 10, 16 or (capitals) 17. */
static void
add_each(struct sek_buf *out, const char *p, const char *before, unsigned base,
    unsigned digits, const char *after)
{
	for (; *p; p++) {
		unsigned c = (unsigned char)*p;

		sek_buf_add_s(out, before);
		if (base == 10)
			sek_buf_printf(out, "%u", c);
		else if (base == 16)
			sek_buf_printf(out, "%0*x", (int)digits, c);
		else
			sek_buf_printf(out, "%0*X", (int)digits, c);
		sek_buf_add_s(out, after);
	}
}

static void
finds_a_pair_in_escapes_and_in_hex(void **state)
{
	static const struct {
		const char *before;
		unsigned base, digits;
		const char *after, *encoding;
	} forms[] = {{"%", 17, 2, "", "escapes"}, {"%", 16, 2, "", "escapes"},
	    {"\\u", 16, 4, "", "escapes"}, {"\\u", 17, 4, "", "escapes"},
	    {"&#", 10, 0, ";", "escapes"}, {"&#x", 16, 0, ";", "escapes"},
	    {"&#X", 17, 0, ";", "escapes"}, {"", 16, 2, "", "hex"},
	    {"", 17, 2, "", "hex"}, {"0x", 16, 2, ", ", "hex"},
	    {"0x", 17, 2, ",", "hex"}, {"", 16, 2, " ", "hex"},
	    {"", 16, 2, ":", "hex"}, {"\\x", 16, 2, "", "escapes"}};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		sek_auto_buf text = {0};

		sek_buf_add_s(&text, "k = '");
		add_each(&text, TEXT, forms[i].before, forms[i].base,
		    forms[i].digits, forms[i].after);
		sek_buf_add_s(&text, "'\n");
		assert_pair(&text, forms[i].encoding);
	}
}

static void
finds_any_token_in_hex_and_in_escapes(void **state)
{
	static const char *const before[] = {"", "\\x", "\\u00", "&#x", "%"};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		sek_auto_buf text = {0};

		sek_buf_add_s(&text, i % 2 ? "v = x'" : "");
		add_each(&text, TOKEN, before[i], 16, 2, i == 3 ? ";" : "");
		assert_token(&text, i ? "escapes" : "hex");
	}
}

/* Its name stands before it, in the same line or above. */
static void
finds_a_value_that_is_all_escapes_by_its_name(void **state)
{
	static const char *const heads[] = {"aws_secret_access_key = \"",
	    "<key>AWSSecretAccessKey</key>\n\n<string>",
	    "- name: AWS_SECRET_ACCESS_KEY\n  x: 1\n  y: 2\n  value: \""};

	(void)state;
	for (size_t i = 0; i < 3 * 3; i++) {
		sek_auto_buf text = {0};
		struct scan s;

		sek_buf_add_s(&text, heads[i / 3]);
		if (i % 3 == 0)
			add_each(&text, SECRET, "&#", 10, 0, ";");
		else
			add_each(&text, SECRET, i % 3 == 1 ? "\\u" : "\\x", 16,
			    i % 3 == 1 ? 4 : 2, "");
		sek_buf_add_s(&text, i / 3 == 1 ? "</string>\n" : "\"\n");
		scan(&s, sek_buf_str(&text));
		assert_int_equal(s.out.founds.n, 1);
		assert_string_equal(s.out.founds.at[0].finding.rule->id,
		    "aws-secret-access-key");
		end(&s);
	}
}

/* A run of escapes is cut by what a lead reaches, another one goes on. */
static void
finds_a_token_far_along_a_line_of_escapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sek_auto_buf plain = {0}, text = {0};

		for (size_t n = 0; n < 4000 * i + 2640; n++)
			sek_buf_add_s(&plain, "word ");
		sek_buf_add_s(&plain, TOKEN);
		add_each(&text, plain.p, "\\u", 16, 4, "");
		assert_token(&text, "escapes");
	}
}

/* A mailbox: what one header leads to holds the headers of all others. */
static void
reads_many_messages_in_quoted_printable(void **state)
{
	static const char head[] = "From x\n"
				   "Content-Transfer-Encoding: quoted-printable"
				   "\n\nDear all,=20\n";
	sek_auto_buf text = {0};
	struct scan s;

	(void)state;
	for (size_t i = 0; i < 20; i++)
		sek_buf_add_s(&text, head);
	for (const char *p = TEXT; *p; p++)
		if (*p == '=')
			sek_buf_add_s(&text, "=3D");
		else
			sek_buf_add_c(&text, *p);
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.code, SEK_OK);
	assert_int_equal(s.out.founds.n, 2);
	end(&s);
}

static void
finds_a_pair_in_a_message_in_quoted_printable(void **state)
{
	static const char head[] = "Subject: keys\n"
				   "Content-Transfer-Encoding: Quoted-Printable"
				   "\n\nDear all,\n";
	char id[25], secret[25];

	(void)state;
	fingerprints(id, secret);
	for (size_t i = 0; i < 2 * 70; i++) {
		sek_auto_buf text = {0};
		size_t column = i / 2;
		struct scan s;

		sek_buf_add_s(&text, head);
		for (const char *p = TEXT; *p; p++, column++) {
			if (*p == '\n')
				column = i / 2;
			if (column && column % 70 == 0)
				sek_buf_add_s(&text, i % 2 ? "= \r\n" : "=\n");
			if (*p == '=')
				sek_buf_add_s(&text, i % 2 ? "=3D" : "=3d");
			else
				sek_buf_add_c(&text, *p);
		}
		scan(&s, sek_buf_str(&text));
		if (s.out.founds.n != 2)
			fail_msg("%zu findings in: %s", s.out.founds.n, text.p);
		for (size_t k = 0; k < 2; k++) {
			const char *got = s.out.founds.at[k]
					      .finding.fingerprint;

			assert_true(!strcmp(got, id) || !strcmp(got, secret));
		}
		end(&s);
	}
}

static void
finds_a_pair_in_hex_over_lines(void **state)
{
	sek_auto_buf code = {0}, text = {0};

	(void)state;
	sek_hex(&code, TEXT, strlen(TEXT));
	sek_buf_add_s(&text, "f "); /* a digit that is none */
	add_lines(&text, sek_buf_str(&code), 62, "  ", "\n");
	assert_pair(&text, "hex");
}

static void
finds_a_pair_in_utf16_of_both_orders(void **state)
{
	static const char *const before[] = {
	    "", "\377\376", "\376\377", "\1\2\3", "\1\2\3\4", "text"};

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		sek_auto_buf text = {0};
		bool big = i % 2;

		if (i / 2 == (big ? 1U : 2U)) /* the other order's mark */
			continue;
		sek_buf_add_s(&text, before[i / 2]);
		add_utf16(&text, TEXT, big);
		assert_pair(&text, "utf-16");
		sek_buf_add_s(&text, "\1text");
		assert_pair(&text, "utf-16");
	}
}

/* By the mark alone every rule sees the text: no word of ours is in it. */
static void
reads_utf16_as_a_whole(void **state)
{
	sek_auto_buf text = {0};
	struct scan s;

	(void)state;
	sek_buf_add_s(&text, "\377\376");
	add_utf16(&text, "x-api-key: da2-q7", false);
	add_utf16(&text, "w3e9r5t1y8u2i4o6p0a7s3d5", false);
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.out.founds.n, 1);
	assert_string_equal(s.out.founds.at[0].finding.rule->id,
	    "aws-appsync-api-key");
	end(&s);
}

static void
finds_what_powershell_encodes(void **state)
{
	sek_auto_buf wide = {0}, text = {0};

	(void)state;
	add_utf16(&wide, TEXT, false);
	sek_buf_add_s(&text, "powershell -EncodedCommand ");
	sek_base64(&text, wide.p, wide.n);
	assert_pair(&text, "base64, utf-16");
}

/* A key id in base64 by itself is matched as it stands. */
static void
tells_once_what_a_rule_knows_in_its_encoding(void **state)
{
	sek_auto_buf text = {0};
	struct scan s;

	(void)state;
	sek_buf_add_s(&text, "id: ");
	base64(&text, "", ID);
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.out.founds.n, 1);
	assert_null(s.out.founds.at[0].finding.encoding);
	end(&s);
}

static void
lets_a_marker_on_the_line_of_encoded_text_count(void **state)
{
	sek_auto_buf text = {0};
	struct scan s;

	(void)state;
	base64(&text, "x", TEXT);
	sek_buf_add_s(&text,
	    " # sekisho:allow aws-access-key-id of a test "
	    "sekisho:allow aws-secret-access-key of a test\n");
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.out.founds.n, 0);
	assert_int_equal(s.out.counts.allowed, 2);
	end(&s);
}

static void
finds_a_pair_whose_values_stand_in_parts(void **state)
{
	static const char *const joints[] = {"\" + \"", "' . '", "\" \"",
	    "\"\n\t\"", "\" +\n    \"", "\"\n    . \"", "\" & _\n\"", "' || '",
	    "\" .. \"", "\" <> \"", "\"'", "\" \\\n \"", "\\\n", "` + `"};
	char id[25], secret[25];

	(void)state;
	fingerprints(id, secret);
	for (size_t i = 0; i < 14 * 4; i++) {
		static const int cuts[] = {4, 5, 12, 19};
		const char *joint = joints[i / 4];
		int cut = cuts[i % 4];
		sek_auto_buf text = {0};
		struct scan s;

		sek_buf_printf(&text, "x = 1;\nid = \"%.*s%s%s\";\n", cut, ID,
		    joint, &ID[cut]);
		sek_buf_printf(&text, "secret_key = \"%.*s%s%s\";\n", cut,
		    SECRET, joint, &SECRET[cut]);
		scan(&s, sek_buf_str(&text));
		if (s.out.founds.n != 2)
			fail_msg("%zu in %s", s.out.founds.n, text.p);
		assert_string_equal(s.out.founds.at[0].finding.encoding,
		    "parts");
		assert_string_equal(s.out.founds.at[0].finding.fingerprint, id);
		assert_int_equal(s.out.founds.at[0].finding.line, 2);
		assert_string_equal(s.out.founds.at[1].finding.fingerprint,
		    secret);
		end(&s);
	}
}

/* Many leads in one run are one run. */
static void
decodes_a_run_once(void **state)
{
	sek_auto_buf plain = {0}, text = {0};
	struct scan s;

	(void)state;
	for (size_t i = 0; i < 60000; i++)
		sek_buf_add_s(&plain, "a secret, ");
	sek_base64(&text, plain.p, plain.n);
	sek_buf_add_c(&text, '\n');
	sek_hex(&text, plain.p, plain.n);
	sek_buf_add_c(&text, '\n');
	add_utf16(&text, plain.p, true);
	scan(&s, sek_buf_str(&text));
	assert_int_equal(s.code, SEK_ETOOBIG); /* leads, not what they cost */
	assert_int_equal(s.out.founds.n, 0);
	end(&s);
}

/* Text that has a lead at each of its first characters, each of another phase
 * than the one before; and below it the same again. */
struct maze {
	struct sek_buf text;
	struct sek_unwrap *unwrap;
	struct sek_leads leads;
	size_t depth, runs;
};

static enum sek_code
enter(void *arg, const struct sek_layer *layer, struct sek_str text,
    struct sek_err *err)
{
	struct maze *m = arg;

	(void)text;
	m->runs++;
	if (layer->depth == m->depth)
		return SEK_OK;
	return sek_unwrap_run(&m->unwrap, layer, sek_buf_str(&m->text),
	    &m->leads, NULL, enter, m, err);
}

static enum sek_code
walk_maze(struct maze *m, size_t size, size_t depth)
{
	struct sek_err err = {0};
	enum sek_code r;

	for (size_t i = 0; i < size; i++)
		sek_buf_add_c(&m->text, 'Q');
	for (size_t i = 0; i < 1000; i++)
		*sek_vec_push(&m->leads) = (struct sek_lead){
		    .at = i,
		    .encoding = SEK_BASE64,
		    .index = (uint8_t)((i + i / 2) % 4),
		};
	m->depth = depth;
	r = sek_unwrap_run(&m->unwrap, NULL, sek_buf_str(&m->text), &m->leads,
	    NULL, enter, m, &err);
	sek_unwrap_free(m->unwrap);
	sek_buf_clear(&m->text);
	sek_vec_clear(&m->leads);
	return r;
}

static void
decodes_each_phase_of_a_run_once(void **state)
{
	struct maze m = {0};

	(void)state;
	assert_int_equal(walk_maze(&m, 4 << 20, 1), SEK_OK);
	assert_int_equal(m.runs, 4);
}

static void
gives_up_on_text_that_is_decoded_again_and_again(void **state)
{
	struct maze m = {0};

	(void)state;
	assert_int_equal(walk_maze(&m, 6 << 20, 2), SEK_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_a_pair_in_base64_at_any_offset),
	    cmocka_unit_test(finds_a_pair_in_base64_over_lines),
	    cmocka_unit_test(
		finds_any_token_in_base64_at_any_offset_and_over_lines),
	    cmocka_unit_test(finds_a_token_in_base64_of_bytes),
	    cmocka_unit_test(finds_any_token_encoded_twice_and_from_utf16),
	    cmocka_unit_test(finds_any_token_in_hex_and_in_escapes),
	    cmocka_unit_test(finds_a_value_that_is_all_escapes_by_its_name),
	    cmocka_unit_test(finds_a_token_far_along_a_line_of_escapes),
	    cmocka_unit_test(tells_the_line_and_column_of_encoded_text),
	    cmocka_unit_test(finds_a_pair_encoded_twice_and_thrice),
	    cmocka_unit_test(says_that_what_is_encoded_more_often_is_unread),
	    cmocka_unit_test(finds_a_pair_in_escapes_and_in_hex),
	    cmocka_unit_test(finds_a_pair_in_a_message_in_quoted_printable),
	    cmocka_unit_test(reads_many_messages_in_quoted_printable),
	    cmocka_unit_test(finds_a_pair_in_hex_over_lines),
	    cmocka_unit_test(finds_a_pair_in_utf16_of_both_orders),
	    cmocka_unit_test(reads_utf16_as_a_whole),
	    cmocka_unit_test(finds_what_powershell_encodes),
	    cmocka_unit_test(tells_once_what_a_rule_knows_in_its_encoding),
	    cmocka_unit_test(lets_a_marker_on_the_line_of_encoded_text_count),
	    cmocka_unit_test(finds_a_pair_whose_values_stand_in_parts),
	    cmocka_unit_test(decodes_a_run_once),
	    cmocka_unit_test(decodes_each_phase_of_a_run_once),
	    cmocka_unit_test(gives_up_on_text_that_is_decoded_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
