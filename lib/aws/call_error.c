#include "aws/call_error.h"

#include "aws/json.h"
#include "aws/xml.h"
#include "base/redact.h"

/* Long enough that no word of a message is one by chance. */
#define PART_OF_SECRET 16
/* A name in an ARN has 64 characters at most; a token has more in a row. */
#define PART_OF_BODY 65
#define KEY_ID_LEAST 16

static bool
is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static bool
is_key_id(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "aws.json#NotFound:http://..." is NotFound. What is no name is none. */
static void
set_code(struct sek_call_error *out, struct sek_str code)
{
	struct sek_str rest = code, last = {NULL, 0};

	rest = sek_str_cut(&code, ':');
	while (rest.p)
		last = sek_str_cut(&rest, '#');
	last = sek_str_trim(last);
	if (last.n >= sizeof(out->code))
		return;
	for (size_t i = 0; i < last.n; i++)
		if (!is_name(last.p[i]))
			return;
	if (last.n > 0)
		memcpy(out->code, last.p, last.n);
	out->code[last.n] = '\0';
}

/* Do text and secret have a run of n bytes in common? */
static bool
share(struct sek_str text, struct sek_str secret, size_t n)
{
	for (size_t i = 0; i + n <= text.n; i++)
		if (secret.n >= n && memmem(secret.p, secret.n, text.p + i, n))
			return true;
	return false;
}

static bool
repeats_secret(struct sek_str text, const struct sek_creds *creds,
    struct sek_str sent)
{
	if (share(text, sent, PART_OF_BODY))
		return true;
	if (!creds)
		return false;
	return share(text, sek_secret_str(creds->secret), PART_OF_SECRET) ||
	    (creds->token &&
		share(text, sek_secret_str(creds->token), PART_OF_SECRET));
}

/* The length of a key id at the start of s, 0 if none is there. What is cut off
 * at the end may be one. */
static size_t
key_id(struct sek_str s)
{
	size_t n = 0;

	if (!sek_str_starts(s, "AKIA") && !sek_str_starts(s, "ASIA"))
		return 0;
	while (n < s.n && is_key_id(s.p[n]))
		n++;
	return n >= KEY_ID_LEAST || n == s.n ? n : 0;
}

static void
shorten_key_ids(struct sek_buf *out, struct sek_str text)
{
	while (text.n > 0) {
		size_t n = key_id(text);

		if (n > 0)
			sek_redact(out, (struct sek_str){text.p, n},
			    SEK_SHOW_EDGES);
		else
			sek_buf_add_c(out, *text.p);
		text.p += n ? n : 1;
		text.n -= n ? n : 1;
	}
}

/* At most max bytes of s, no character cut in two. */
static struct sek_str
cut(struct sek_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct sek_str){s.p, max};
}

static struct sek_str
first_line(struct sek_str text)
{
	size_t n = 0;

	text = sek_str_trim(text);
	while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
		n++;
	/* Ours goes on after it. */
	while (n > 0 && text.p[n - 1] == '.')
		n--;
	return (struct sek_str){text.p, n};
}

/*
 * What a service says of a signature is left out whole: some quote the request
 * as they signed it, token included.
 */
static void
set_message(struct sek_call_error *out, struct sek_str text,
    const struct sek_creds *creds, struct sek_str sent)
{
	sek_auto_buf shortened = {.max = (size_t)4 * SEK_CALL_MESSAGE_MAX};
	sek_auto_buf shown = {.max = (size_t)16 * SEK_CALL_MESSAGE_MAX};

	struct sek_str fits;

	text = cut(first_line(text), (size_t)2 * SEK_CALL_MESSAGE_MAX);
	if (text.n == 0 || !strcmp(out->code, "SignatureDoesNotMatch") ||
	    !strcmp(out->code, "InvalidSignatureException") ||
	    repeats_secret(text, creds, sent))
		return;
	shorten_key_ids(&shortened, cut(text, SEK_CALL_MESSAGE_MAX));
	sek_quote(&shown, sek_buf_str(&shortened));
	fits = cut(sek_buf_str(&shown), SEK_CALL_MESSAGE_MAX);
	memcpy(out->message, fits.p, fits.n);
	out->message[fits.n] = '\0';
}

void
sek_call_error_set(struct sek_call_error *out, struct sek_str code,
    struct sek_str message, const struct sek_secret *sent)
{
	const struct sek_str none = {NULL, 0};

	message = cut(first_line(message), (size_t)2 * SEK_CALL_MESSAGE_MAX);
	*out = (struct sek_call_error){0};
	set_code(out, code);
	if (!sent || !share(message, sek_secret_str(sent), PART_OF_SECRET))
		set_message(out, message, NULL, none);
}

static struct sek_str
either(const struct sek_json_value *v, const char *a, const char *b)
{
	struct sek_str s = sek_json_str(sek_json_at(v, a));

	return s.p ? s : sek_json_str(sek_json_at(v, b));
}

static void
read_json(struct sek_call_error *out, struct sek_str body,
    const struct sek_creds *creds, struct sek_str sent)
{
	sek_auto_json *doc = NULL;
	const struct sek_json_value *root;

	if (sek_json_read(&doc, body, "error", NULL))
		return;
	root = sek_json_root(doc);
	if (!*out->code)
		set_code(out, either(root, "__type", "code"));
	set_message(out, either(root, "message", "Message"), creds, sent);
}

/* Query services answer ErrorResponse/Error; some emulators Response/Errors, or
 * a bare Error. False: not in this form. */
static bool
read_xml(struct sek_call_error *out, struct sek_str body,
    const struct sek_creds *creds, struct sek_str sent, const char *code_path,
    const char *message_path)
{
	sek_auto_secret *code = NULL, *message = NULL;
	const struct sek_xml_want want[] = {
	    {code_path, &code}, {message_path, &message}};

	if (sek_xml_read(body, "error", want, 2, NULL) || !code)
		return false;
	if (!*out->code)
		set_code(out, sek_secret_str(code));
	if (message)
		set_message(out, sek_secret_str(message), creds, sent);
	return true;
}

void
sek_call_error_read(struct sek_call_error *out,
    const struct sek_http_response *answer, const struct sek_creds *creds,
    struct sek_str sent)
{
	static const char *const forms[][2] = {
	    {"Error/Code", "Error/Message"},
	    {"Errors/Error/Code", "Errors/Error/Message"},
	    {"Code", "Message"},
	};
	struct sek_str body = {NULL, 0};

	*out = (struct sek_call_error){0};
	set_code(out, sek_str(answer->error_type));
	if (answer->body)
		body = sek_str_trim(sek_secret_str(answer->body));
	if (sek_str_starts(body, "{"))
		read_json(out, body, creds, sent);
	if (!sek_str_starts(body, "<"))
		return;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (read_xml(out, body, creds, sent, forms[i][0], forms[i][1]))
			return;
}
