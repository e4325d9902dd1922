#include "scan/clean_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/file.h"
#include "scan/build_id.h"
#include "scan/clean_dir.h"
#include "scan/pcre.h"

#define MAGIC    "sekisho clean 1\n"
#define HEAD     (sizeof(MAGIC) - 1 + 2 * SEK_HMAC_BYTES)
#define FILE_MAX ((size_t)32 << 20)
#define DAY      (24 * 60 * 60)

struct sek_clean_set {
	int dir;
	unsigned char key[SEK_HMAC_KEY];
	unsigned char rules[SEK_HMAC_BYTES];
	struct sek_lines *notes;
	bool written;
};

static void
note(struct sek_lines *notes, const char *why)
{
	if (notes->n < SEK_LINES_KEPT)
		*sek_vec_push(notes) = sek_printf("clean-set: %s", why);
}

static void
add_field(struct sek_buf *b, const char *text)
{
	struct sek_str s = sek_str(text);

	sek_buf_printf(b, "%zu:", s.n);
	sek_buf_add_str(b, s);
}

/* Everything that decides whether a content has a match. */
static void
describe_rules(struct sek_buf *b, const struct sek_ruleset *rules,
    struct sek_str build)
{
	sek_buf_add_s(b, "rules 1:");
	sek_buf_add_str(b, build);
	add_field(b, sek_pcre_version());
	sek_buf_printf(b, "%zu %zu %zu:", rules->rules, rules->literals,
	    rules->unfiltered_n);
	for (size_t i = 0; i < rules->rules; i++) {
		const struct sek_rule *r = &rules->rule[i];

		add_field(b, r->id);
		add_field(b, r->regex);
		add_field(b, r->check ? r->check_name : "");
		sek_buf_printf(b, "%a %d %d %d:", (double)r->entropy,
		    (int)r->severity, (int)r->role, r->off);
	}
}

static bool
set_rules(struct sek_clean_set *s, const struct sek_policy *policy)
{
	struct sek_str build = sek_build_id();
	sek_auto_buf text = {0};

	if (!build.n) {
		note(s->notes, "not used: the program has no build id");
		return false;
	}
	describe_rules(&text, policy->rules, build);
	if (text.toobig) {
		note(s->notes, "not used: too many rules");
		return false;
	}
	sek_hmac(s->rules, s->key, sek_buf_str(&text));
	return true;
}

struct sek_clean_set *
sek_clean_open(const char *dir, const struct sek_env *env,
    const struct sek_policy *policy, struct sek_lines *notes)
{
	struct sek_clean_set *s = sek_alloc(sizeof(*s));
	struct sek_err err = {0};

	s->notes = notes;
	s->dir = sek_clean_dir(dir, env, &err);
	if (s->dir >= 0 && sek_clean_key(s->key, env, &err) == SEK_OK &&
	    set_rules(s, policy))
		return s;
	if (*err.text)
		note(notes, err.text);
	sek_clean_free(s);
	return NULL;
}

void
sek_clean_free(struct sek_clean_set *s)
{
	if (!s)
		return;
	if (s->written)
		sek_clean_trim(s->dir, SEK_CLEAN_MAX);
	if (s->dir >= 0)
		close(s->dir);
	explicit_bzero(s->key, sizeof(s->key));
	free(s);
}

void
sek_clean_subject(struct sek_clean_subject *out, const struct sek_clean_set *s,
    struct sek_str about)
{
	sek_hmac(out->id, s->key, about);
}

void
sek_clean_add_file(struct sek_buf *about, const struct sek_file_id *id)
{
	sek_buf_printf(about, "%llx %llx %llx %llx %llx ",
	    (unsigned long long)id->dev, (unsigned long long)id->ino,
	    (unsigned long long)id->size, (unsigned long long)id->mtime,
	    (unsigned long long)id->ctime);
}

static char *
file_name(const struct sek_clean_set *s, const struct sek_clean_subject *about)
{
	unsigned char both[2 * SEK_HMAC_BYTES], id[SEK_HMAC_BYTES];
	sek_auto_buf hex = {0};

	memcpy(both, s->rules, SEK_HMAC_BYTES);
	memcpy(both + SEK_HMAC_BYTES, about->id, SEK_HMAC_BYTES);
	sek_hmac(id, s->key,
	    (struct sek_str){(const char *)both, sizeof(both)});
	sek_hex(&hex, id, sizeof(id));
	return sek_buf_take(&hex);
}

void
sek_clean_format(struct sek_buf *file, struct sek_str content,
    const unsigned char key[SEK_HMAC_KEY],
    const unsigned char rules[SEK_HMAC_BYTES],
    const struct sek_clean_subject *about)
{
	unsigned char sum[SEK_HMAC_BYTES];

	sek_buf_reset(file);
	sek_buf_add_s(file, MAGIC);
	sek_buf_add(file, rules, SEK_HMAC_BYTES);
	sek_buf_add(file, about->id, SEK_HMAC_BYTES);
	sek_buf_add_str(file, content);
	sek_hmac(sum, key, sek_buf_str(file));
	sek_buf_add(file, sum, sizeof(sum));
}

enum sek_code
sek_clean_parse(struct sek_str *content, struct sek_str file,
    const unsigned char key[SEK_HMAC_KEY],
    const unsigned char rules[SEK_HMAC_BYTES],
    const struct sek_clean_subject *about, struct sek_err *err)
{
	const unsigned char *p = (const unsigned char *)file.p;
	const unsigned char *head;
	unsigned char sum[SEK_HMAC_BYTES];
	struct sek_str signed_;

	if (file.n < HEAD + SEK_HMAC_BYTES || !sek_str_starts(file, MAGIC))
		return sek_fail(err, SEK_EPARSE, "not a file of the set");
	signed_ = (struct sek_str){file.p, file.n - SEK_HMAC_BYTES};
	sek_hmac(sum, key, signed_);
	if (!sek_hmac_eq(sum, p + signed_.n))
		return sek_fail(err, SEK_EDENIED,
		    "changed, or not written by this user");
	head = p + sizeof(MAGIC) - 1;
	if (memcmp(head, rules, SEK_HMAC_BYTES) != 0)
		return sek_fail(err, SEK_EDENIED, "of other rules");
	if (memcmp(head + SEK_HMAC_BYTES, about->id, SEK_HMAC_BYTES) != 0)
		return sek_fail(err, SEK_EDENIED, "about another thing");
	*content = (struct sek_str){file.p + HEAD, signed_.n - HEAD};
	return SEK_OK;
}

/* So that sek_clean_trim knows what is in use; once a day will do. */
static void
note_use(int fd)
{
	struct stat st;

	if (!fstat(fd, &st) && time(NULL) - st.st_mtim.tv_sec > DAY)
		(void)!futimens(fd, NULL);
}

bool
sek_clean_load(struct sek_clean_set *s, const struct sek_clean_subject *about,
    struct sek_buf *out)
{
	sek_auto_free char *name = file_name(s, about);
	sek_auto_free char *line = NULL;
	sek_auto_buf file = {.max = FILE_MAX};
	struct sek_str content = {NULL, 0};
	struct sek_err err;
	enum sek_code r;
	int fd = sek_clean_open_file(s->dir, name);

	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0) {
		r = sek_fail_errno(&err, "cannot be used");
	} else {
		r = sek_fd_read(fd, name, &file, &err);
		if (!r)
			r = sek_clean_parse(&content, sek_buf_str(&file),
			    s->key, s->rules, about, &err);
		if (!r)
			note_use(fd);
		close(fd);
	}
	sek_buf_reset(out);
	if (!r)
		sek_buf_add_str(out, content);
	if (!r && !out->toobig)
		return true;
	line = sek_printf("%.12s is not believed: %s", name,
	    r ? err.text : "too large");
	note(s->notes, line);
	return false;
}

void
sek_clean_save(struct sek_clean_set *s, const struct sek_clean_subject *about,
    struct sek_str content)
{
	sek_auto_free char *name = file_name(s, about);
	sek_auto_buf file = {.max = FILE_MAX};
	struct sek_err err;

	sek_clean_format(&file, content, s->key, s->rules, about);
	if (file.toobig)
		return;
	if (sek_clean_write_file(s->dir, name, file.p, file.n, &err))
		note(s->notes, err.text);
	s->written = true;
}
