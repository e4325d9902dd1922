#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "vault/profile_set.h"
#include "vault/setup.h"

#define must(x) ((x) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct sek_setup_pair pairs[] = {
    {SEK_STR("a"), SEK_STR("1")}, {SEK_STR("b"), SEK_STR("2")}};

/* Most texts of lines like these are well-formed. */
static const char *const lines[] = {"[profile x]\n", "[default]\n",
    "[profile default] # y\r\n", "[y]\n", "[ profile  x ];\n", "a = 0\n",
    "B=\r\n", "c = 3 # d\n", "c =\n", "\n", " \t\r\n", "# a = 0\n", " ; b\n",
    "  k = v\n", "\ta = 5\n", "[profile x]", "a = 0", "\xef\xbb\xbf"};

/* NULL: it cannot be read. The strings are in copy. */
static struct sek_profiles *
read_text(char **copy, struct sek_str text)
{
	sek_auto_profiles *set = sek_alloc(sizeof(*set));

	*copy = sek_alloc(text.n + 1);
	memcpy(*copy, text.n ? text.p : "", text.n);
	set->paths[SEK_PROFILE_CONFIG] = sek_strdup("config");
	if (sek_profile_parse(set, SEK_PROFILE_CONFIG, *copy, text.n, NULL))
		return NULL;
	return sek_steal(&set);
}

/* The pair before, without those that are set in p. */
static const struct sek_profile_pair *
other_pair(const struct sek_profile *p, uint32_t at, bool edited)
{
	const struct sek_profile_pair *all = p->set->pairs.at;

	while (at && edited && strchr("ab", *all[at - 1].key) &&
	    !all[at - 1].key[1])
		at = all[at - 1].before;
	return at ? &all[at - 1] : NULL;
}

static void
same_pairs(const struct sek_profile *p, const struct sek_profile *q,
    bool edited)
{
	uint32_t i = p->last, k = q->last;
	const struct sek_profile_pair *a, *b;

	must(!strcmp(p->name, q->name) && p->hidden == q->hidden);
	while ((a = other_pair(p, i, edited))) {
		must((b = other_pair(q, k, edited)) && !strcmp(a->key, b->key));
		must(!a->sub == !b->sub &&
		    (!a->sub || !strcmp(a->sub, b->sub)));
		must(!strcmp(a->value, b->value));
		i = a->before;
		k = b->before;
	}
	must(!other_pair(q, k, edited));
}

/* The keys are set, all else is read as it was before, and a second edit
 * changes nothing. */
static void
check(struct sek_str text, const char *header, const char *name)
{
	sek_auto_secret *out = sek_secret_new(1U << 20);
	sek_auto_secret *again = sek_secret_new(1U << 20);
	sek_auto_free char *before = NULL, *after = NULL;
	sek_auto_profiles *old = read_text(&before, text), *new = NULL;
	const struct sek_profile *x;

	must(!sek_setup_edit(out, text, header, pairs, 2, NULL));
	must(!sek_setup_edit(again, sek_secret_str(out), header, pairs, 2,
	    NULL));
	must(sek_str_eq(sek_secret_str(out), sek_secret_str(again)));
	if (!old)
		return;
	must((new = read_text(&after, sek_secret_str(out))));
	must((x = sek_profiles_find_aws(new, name)));
	must(!strcmp(sek_profile_get(x, "a"), "1"));
	must(!strcmp(sek_profile_get(x, "b"), "2"));
	must(new->all.n - old->all.n <= 1);
	for (size_t i = 0; i < old->all.n; i++)
		same_pairs(&old->all.at[i], &new->all.at[i],
		    &new->all.at[i] == x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sek_str text = {(const char *)p, n};
	sek_auto_buf made = {0};

	for (size_t i = 1; i < n && *p % 2; i++)
		sek_buf_add_s(&made,
		    lines[p[i] % (sizeof(lines) / sizeof(*lines))]);
	if (made.n)
		text = sek_buf_str(&made);
	check(text, "[profile x]", "x");
	check(text, "[default]", "default");
	return 0;
}
