#include "aws/sts_form.h"

#include <stdio.h>

#include "base/alloc.h"

/* A token of 20000 characters, each of them encoded, and as much again. */
#define FORM_MAX     ((size_t)128 << 10)
#define SESSION_NAME 64

static void
add(struct sek_form *f, struct sek_str s)
{
	if (!f->code)
		f->code = sek_secret_add(f->body, s.p, s.n, &f->err);
}

/* RFC 3986, 2.3 */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

/* As HTML forms are encoded. Not by sek_percent: its buffer would leave copies behind. */
static void
add_encoded(struct sek_form *f, struct sek_str s)
{
	static const char hex[] = "0123456789ABCDEF";

	while (s.n > 0) {
		unsigned char c = (unsigned char)*s.p;
		char escape[] = {'%', hex[c >> 4], hex[c & 15]};
		size_t n = 0;

		while (n < s.n && is_unreserved(s.p[n]))
			n++;
		if (n > 0)
			add(f, (struct sek_str){s.p, n});
		else if (c == ' ')
			add(f, SEK_STR("+"));
		else
			add(f, (struct sek_str){escape, sizeof(escape)});
		n += n == 0;
		s.p += n;
		s.n -= n;
	}
}

void
sek_form_start(struct sek_form *f, const char *action)
{
	*f = (struct sek_form){.body = sek_secret_new(FORM_MAX)};
	add(f, SEK_STR("Action="));
	add_encoded(f, sek_str(action));
	add(f, SEK_STR("&Version=2011-06-15"));
}

void
sek_form_clear(struct sek_form *f)
{
	sek_secret_free(f->body);
	*f = (struct sek_form){0};
}

void
sek_form_add(struct sek_form *f, const char *name, struct sek_str value)
{
	add(f, SEK_STR("&"));
	add_encoded(f, sek_str(name));
	add(f, SEK_STR("="));
	add_encoded(f, value);
}

void
sek_form_add_s(struct sek_form *f, const char *name, const char *value)
{
	if (value)
		sek_form_add(f, name, sek_str(value));
}

void
sek_form_add_n(struct sek_form *f, const char *name, int value)
{
	char digits[16];

	(void)snprintf(digits, sizeof(digits), "%d", value);
	if (value != 0)
		sek_form_add_s(f, name, digits);
}

/* STS API, RoleSessionName */
static bool
may_be_in_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || (c && strchr("_+=,.@-", c));
}

/* Says in CloudTrail who it was, as far as this machine knows. */
static char *
make_session_name(const struct sek_env *env)
{
	const char *user = env->get(env, "USER");
	char *name;

	if (!user)
		user = env->get(env, "LOGNAME");
	if (!user)
		return sek_strdup("sekisho");
	name = sek_printf("sekisho-%.*s",
	    SESSION_NAME - (int)strlen("sekisho-"), user);
	for (char *p = name; *p; p++)
		if (!may_be_in_name(*p))
			*p = '-';
	return name;
}

void
sek_form_add_role(struct sek_form *f, const struct sek_hop *hop,
    const struct sek_env *env)
{
	sek_auto_free char *made = NULL;
	char name[64];

	sek_form_add_s(f, "RoleArn", hop->role_arn);
	if (!hop->session_name)
		made = make_session_name(env);
	sek_form_add_s(f, "RoleSessionName", made ? made : hop->session_name);
	sek_form_add_n(f, "DurationSeconds", hop->duration);
	sek_form_add_s(f, "Policy", hop->policy);
	for (int i = 0; hop->policy_arns && hop->policy_arns[i]; i++) {
		(void)snprintf(name, sizeof(name), "PolicyArns.member.%d.arn",
		    i + 1);
		sek_form_add_s(f, name, hop->policy_arns[i]);
	}
}

void
sek_form_add_tags(struct sek_form *f, const struct sek_hop *hop)
{
	char name[64];
	int transitive = 0;

	for (size_t i = 0; i < hop->n_tags; i++) {
		(void)snprintf(name, sizeof(name), "Tags.member.%zu.Key",
		    i + 1);
		sek_form_add_s(f, name, hop->tags[i].key);
		(void)snprintf(name, sizeof(name), "Tags.member.%zu.Value",
		    i + 1);
		sek_form_add_s(f, name, hop->tags[i].value);
	}
	for (size_t i = 0; i < hop->n_tags; i++) {
		if (!hop->tags[i].transitive)
			continue;
		(void)snprintf(name, sizeof(name),
		    "TransitiveTagKeys.member.%d", ++transitive);
		sek_form_add_s(f, name, hop->tags[i].key);
	}
}
