#include "aws/held_key.h"

#include "aws/json.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/rfc3339.h"

/*
 * - A value MUST NOT be guessed at: two values for one thing are an error, and
 *   so is a half of a key.
 * - Where the user named a field, only that one is it.
 * - Nothing of the text goes into an error but names in JSON that cannot be a
 *   value: people also write {"ID": "SECRET"}.
 */
#define TEXT_MAX     ((size_t)64 << 10) /* Secrets Manager: SecretString */
#define ARN_MAX      2048
#define SHOWN        8  /* names in an error */
#define NAME_LONGEST 32 /* of them; a secret access key has 40 characters */

enum field { ID, SECRET, TOKEN, ROLE, END, FIELDS };

struct finder {
	const struct sek_hop *hop;
	struct sek_str value[FIELDS]; /* slices of the text */
	struct sek_buf names;         /* of a JSON object, for an error */
	size_t n_names;
	bool nested; /* inside AccessKey or Credentials */
};

static void
clear_finder(struct finder *f)
{
	sek_buf_clear(&f->names);
}

static const char *
label(enum field field)
{
	static const char *const labels[FIELDS] = {
	    [ID] = "access key id",
	    [SECRET] = "secret access key",
	    [TOKEN] = "session token",
	    [ROLE] = "role ARN",
	    [END] = "expiration",
	};

	return labels[field];
}

/* Lower case, without what separates words: all spellings of a name are one. */
static bool
fold(char out[NAME_LONGEST], struct sek_str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '_' || c == '-' || c == '.' || c == ' ')
			continue;
		if (n == NAME_LONGEST - 1 || c == '\0')
			return false;
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	out[n] = '\0';
	return true;
}

static enum field
usual_field(struct sek_str name)
{
	static const struct {
		const char *name;
		enum field field;
	} usual[] = {
	    {"accesskeyid", ID},
	    {"accesskey", ID},
	    {"awsaccesskeyid", ID},
	    {"awsaccesskey", ID},
	    {"secretaccesskey", SECRET},
	    {"secretkey", SECRET},
	    {"awssecretaccesskey", SECRET},
	    {"awssecretkey", SECRET},
	    {"sessiontoken", TOKEN},
	    {"securitytoken", TOKEN},
	    {"awssessiontoken", TOKEN},
	    {"awssecuritytoken", TOKEN},
	    {"rolearn", ROLE},
	    {"awsrolearn", ROLE},
	    {"expiration", END},
	    {"awscredentialexpiration", END},
	};
	char folded[NAME_LONGEST];

	if (!fold(folded, name))
		return FIELDS;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (!strcmp(folded, usual[i].name))
			return usual[i].field;
	return FIELDS;
}

static enum field
field_of(const struct finder *f, struct sek_str name)
{
	const char *const own[FIELDS] = {
	    [ID] = f->hop->id_field,
	    [SECRET] = f->hop->secret_field,
	    [TOKEN] = f->hop->token_field,
	};
	enum field field = usual_field(name);

	for (int i = 0; i < FIELDS; i++)
		if (own[i] && sek_str_is(name, own[i]))
			return (enum field)i;
	return field < FIELDS && own[field] ? FIELDS : field;
}

static enum sek_code
take(struct finder *f, enum field field, struct sek_str value,
    struct sek_err *err)
{
	value = sek_str_trim(value);
	if (value.n == 0)
		return SEK_OK;
	if (f->value[field].n > 0 && !sek_str_eq(f->value[field], value))
		return sek_fail(err, SEK_EPARSE, "holds two values for the %s",
		    label(field));
	f->value[field] = value;
	return SEK_OK;
}

/* Of letters, digits and others; without lower case unless it is asked for. */
static bool
is_all(struct sek_str s, const char *others, bool lower)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(lower && s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] && strchr(others, s.p[i])))
			return false;
	return true;
}

static bool
may_be_shown(struct sek_str name)
{
	return name.n > 0 && name.n <= NAME_LONGEST &&
	    is_all(name, "_-.", true) && !sek_str_starts(name, "AKIA") &&
	    !sek_str_starts(name, "ASIA");
}

static void
note_name(struct finder *f, struct sek_str name)
{
	if (f->n_names == SHOWN || !may_be_shown(name))
		return;
	if (f->n_names++ > 0)
		sek_buf_add_s(&f->names, ", ");
	sek_buf_add_str(&f->names, name);
}

/* What `aws iam create-access-key` and `aws sts assume-role` print around a
 * key. */
static bool
is_wrapper(struct sek_str name)
{
	char folded[NAME_LONGEST];

	return fold(folded, name) &&
	    (!strcmp(folded, "accesskey") || !strcmp(folded, "credentials"));
}

static enum sek_code
take_json(void *arg, struct sek_str name, const struct sek_json_value *value,
    struct sek_err *err)
{
	struct finder *f = arg;
	enum field field = field_of(f, name);
	enum sek_code code;

	note_name(f, name);
	if (!f->nested && sek_json_is_object(value) && is_wrapper(name)) {
		f->nested = true;
		code = sek_json_each(value, take_json, f, err);
		f->nested = false;
		return code;
	}
	if (field == FIELDS)
		return SEK_OK;
	return take(f, field, sek_json_str(value), err);
}

static struct sek_str
without_comment(struct sek_str value)
{
	for (size_t i = 1; i < value.n; i++)
		if ((value.p[i] == '#' || value.p[i] == ';') &&
		    (value.p[i - 1] == ' ' || value.p[i - 1] == '\t'))
			return sek_str_trim((struct sek_str){value.p, i});
	return value;
}

/* Quotes as a shell has them; nothing inside is an escape, for no value has
 * one. False: a quote that is not closed, or goes on. */
static bool
unquote(struct sek_str *value)
{
	struct sek_str rest = *value, inside;

	if (rest.n == 0 || (*rest.p != '"' && *rest.p != '\'')) {
		*value = without_comment(rest);
		return true;
	}
	rest.p++;
	rest.n--;
	inside = sek_str_cut(&rest, *value->p);
	if (!rest.p)
		return false;
	rest = sek_str_trim(rest);
	*value = inside;
	return rest.n == 0 || *rest.p == '#' || *rest.p == ';';
}

static enum sek_code
take_line(struct finder *f, struct sek_str line, struct sek_err *err)
{
	struct sek_str value = line, name;
	enum field field;

	if (sek_str_starts(line, "export ") || sek_str_starts(line, "export\t"))
		value = (struct sek_str){line.p + 7, line.n - 7};
	name = sek_str_trim(sek_str_cut(&value, '='));
	field = field_of(f, name);
	if (!value.p || field == FIELDS)
		return SEK_OK;
	value = sek_str_trim(value);
	if (!unquote(&value))
		return sek_fail(err, SEK_EPARSE,
		    "holds a %s with a quote that does not end it",
		    label(field));
	return take(f, field, value, err);
}

/* NAME=VALUE lines, of an env file or of a credentials file with one profile. */
static enum sek_code
take_lines(struct finder *f, struct sek_str text, struct sek_err *err)
{
	enum sek_code code = SEK_OK;
	size_t sections = 0;

	while (!code && text.p) {
		struct sek_str line = sek_str_trim(sek_str_cut(&text, '\n'));

		if (line.n == 0 || *line.p == '#' || *line.p == ';')
			continue;
		if (*line.p != '[')
			code = take_line(f, line, err);
		else if (sections++ > 0)
			code = sek_fail(err, SEK_EPARSE,
			    "holds more than one profile");
	}
	return code;
}

/* "ID:SECRET" or "ID SECRET", and nothing else: only what cannot be anything
 * but a long-term key of AWS. */
static void
take_plain(struct finder *f, struct sek_str text)
{
	struct sek_str secret = text, id;
	size_t n = 20;

	if (f->hop->id_field || f->hop->secret_field || text.n <= n)
		return;
	id = sek_str_cut(&secret, text.p[n]);
	if (text.p[n] != ':' && text.p[n] != ' ' && text.p[n] != '\t')
		return;
	secret = sek_str_trim(secret);
	if (id.n != n || !sek_str_starts(id, "AKIA") ||
	    !is_all(id, "", false) || secret.n != 40 ||
	    !is_all(secret, "+/", true))
		return;
	f->value[ID] = id;
	f->value[SECRET] = secret;
}

static bool
is_arn(struct sek_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n <= ARN_MAX && sek_str_starts(s, "arn:");
}

static enum sek_code
check(const struct finder *f, struct sek_err *err)
{
	enum field missing = f->value[ID].n == 0 ? ID : SECRET;

	if (f->value[missing].n == 0)
		return sek_fail(err, SEK_EPARSE,
		    "holds no %s%s%s%s; sekisho-vault-config(5) says under "
		    "which names one is found",
		    label(missing), f->n_names ? " (its fields: " : "",
		    f->n_names ? f->names.p : "", f->n_names ? ")" : "");
	if (f->value[ROLE].n > 0 && !is_arn(f->value[ROLE]))
		return sek_fail(err, SEK_EPARSE,
		    "holds a role ARN that is none");
	return SEK_OK;
}

/* Of a session alone: what is said of a long-term key is no matter of AWS's. */
static enum sek_code
take_end(int64_t *end, const struct finder *f, struct sek_err *err)
{
	if (f->value[TOKEN].n == 0 || f->value[END].n == 0)
		return SEK_OK;
	if (!sek_rfc3339_read(f->value[END], end) || *end <= 0)
		return sek_fail(err, SEK_EPARSE,
		    "holds an expiration that is no time as RFC 3339 writes "
		    "it");
	return SEK_OK;
}

static enum sek_code
hand_over(struct sek_creds *out, char **role_arn, const struct finder *f,
    struct sek_err *err)
{
	sek_auto_creds made = {0};
	enum sek_code code = check(f, err);
	int64_t end = 0;

	if (code || (code = take_end(&end, f, err)) ||
	    (code = sek_creds_set(&made, f->value[ID], f->value[SECRET],
		 f->value[TOKEN], end, err)))
		return code;
	sek_creds_move(out, &made);
	if (f->value[ROLE].n > 0)
		*role_arn = sek_strndup(f->value[ROLE].p, f->value[ROLE].n);
	return SEK_OK;
}

static enum sek_code
read_text(struct sek_creds *out, char **role_arn, struct sek_str text,
    const struct sek_hop *hop, struct sek_err *err)
{
	__attribute__((cleanup(clear_finder))) struct finder f = {.hop = hop};
	sek_auto_json *doc = NULL;
	enum sek_code code;

	if (text.n > TEXT_MAX)
		return sek_fail(err, SEK_EPARSE, "is larger than %zu bytes",
		    TEXT_MAX);
	if (sek_str_starts(text, "\xef\xbb\xbf"))
		(void)sek_str_cut(&text, '\xbf');
	text = sek_str_trim(text);
	if (!sek_str_starts(text, "{")) {
		code = take_lines(&f, text, err);
		if (!code && !f.value[ID].n && !f.value[SECRET].n)
			take_plain(&f, text);
	} else if (!(code = sek_json_read(&doc, text, "its value", err))) {
		code = sek_json_each(sek_json_root(doc), take_json, &f, err);
	}
	return code ? code : hand_over(out, role_arn, &f, err);
}

enum sek_code
sek_held_key_read(struct sek_creds *out, char **role_arn, struct sek_str text,
    const struct sek_hop *hop, struct sek_err *err)
{
	struct sek_err why = {0};
	enum sek_code code;

	*role_arn = NULL;
	if ((code = read_text(out, role_arn, text, hop, &why)))
		return sek_fail(err, code, "%.160s: %s",
		    hop->name ? hop->name : "the secret", why.text);
	return SEK_OK;
}
