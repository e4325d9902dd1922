#include "scan/compat_history.h"

#include "base/alloc.h"
#include "scan/compat_files.h"

/* Blobs of the index and what they are called there. */
struct named {
	struct sek_oid blob;
	char *path;
};

struct names SEK_VEC_BODY(struct named);

static enum sek_code
add_name(void *arg, struct sek_str path, const struct sek_oid *blob,
    struct sek_err *err)
{
	struct names *names = arg;

	(void)err;
	*sek_vec_push(names) = (struct named){
	    .blob = *blob,
	    .path = sek_strndup(path.p, path.n),
	};
	return SEK_OK;
}

static bool
is_homeless(const struct sek_finding *f)
{
	return f->place == SEK_PLACE_FILE && sek_oid_is_none(&f->commit) &&
	    !sek_oid_is_none(&f->blob);
}

static struct sek_found
named_found(const struct sek_finding *f, const char *path)
{
	return (struct sek_found){
	    .finding =
		{
		    .rule = f->rule,
		    .place = f->place,
		    .path = sek_strdup(path),
		    .blob = f->blob,
		    .start = f->start,
		    .end = f->end,
		},
	};
}

/* In the order of the index, and then of the findings. */
static void
add_named(struct sek_founds *out, const struct sek_founds *v,
    const struct named *name, bool *is_named)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct sek_finding *f = &v->at[i].finding;

		if (!is_homeless(f) || !sek_oid_eq(&f->blob, &name->blob))
			continue;
		*sek_vec_push(out) = named_found(f, name->path);
		is_named[i] = true;
	}
}

static bool
is_any_homeless(const struct sek_founds *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (is_homeless(&v->at[i].finding))
			return true;
	return false;
}

enum sek_code
sek_compat_name_staged(struct sek_founds *v, struct sek_err *err)
{
	static const char *const top[] = {":/", NULL};
	sek_auto_free bool *is_named = sek_alloc_n(v->n + 1, sizeof(bool));
	struct sek_founds out = {0};
	struct names names = {0};
	enum sek_code r = SEK_OK;

	if (!is_any_homeless(v))
		return SEK_OK;
	r = sek_compat_entries(top, add_name, &names, err);
	sek_vec_each (name, &names) {
		add_named(&out, v, name, is_named);
		sek_free_ptr(&name->path);
	}
	sek_vec_clear(&names);
	for (size_t i = 0; i < v->n; i++) {
		if (is_named[i])
			sek_found_clear(&v->at[i]);
		else
			*sek_vec_push(&out) = v->at[i];
	}
	sek_vec_clear(v);
	*v = out;
	return r;
}
