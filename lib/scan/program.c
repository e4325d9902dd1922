#include "scan/program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/match.h"
#include "scan/regex.h"

struct slot {
	_Atomic(struct sek_pcre *) code[2]; /* by enum sek_pcre_kind */
};

struct sek_program_cache {
	pthread_mutex_t lock; /* to fill a slot; read without it */
	struct slot slot[];
};

struct sek_program *
sek_program_new(const struct sek_ruleset *rules)
{
	struct sek_program *p = sek_alloc(sizeof(*p));

	p->rules = rules;
	p->cache = sek_alloc(sizeof(*p->cache) +
	    rules->rules * sizeof(p->cache->slot[0]));
	(void)pthread_mutex_init(&p->cache->lock, NULL);
	p->family = sek_alloc_n(rules->rules, sizeof(*p->family));
	for (size_t i = 1; i < rules->rules; i++)
		p->family[i] = strcmp(rules->rule[i].id,
				   rules->rule[i - 1].id) == 0
		    ? p->family[i - 1]
		    : (uint16_t)i;
	for (size_t i = 0; i < rules->literals; i++) {
		const struct sek_rule_literal *l = &rules->literal[i];
		size_t reach = l->before_max == SEK_UNBOUNDED ? SEK_MATCH_WINDOW
							      : l->before_max;

		if (reach > p->reach)
			p->reach = reach;
	}
	return p;
}

void
sek_program_free(struct sek_program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->rules->rules; i++) {
		struct slot *s = &p->cache->slot[i];

		sek_pcre_free(atomic_load(&s->code[SEK_PCRE_ANCHORED]));
		sek_pcre_free(atomic_load(&s->code[SEK_PCRE_SEARCH]));
	}
	(void)pthread_mutex_destroy(&p->cache->lock);
	free(p->cache);
	free(p->family);
	free(p);
}

enum sek_code
sek_program_code(const struct sek_program *p, size_t rule,
    enum sek_pcre_kind kind, struct sek_pcre **out, struct sek_err *err)
{
	_Atomic(struct sek_pcre *) *place = &p->cache->slot[rule].code[kind];
	enum sek_code code = SEK_OK;
	struct sek_err why;

	*out = atomic_load_explicit(place, memory_order_acquire);
	if (*out)
		return SEK_OK;
	(void)pthread_mutex_lock(&p->cache->lock);
	*out = atomic_load_explicit(place, memory_order_relaxed);
	if (!*out) {
		code = sek_pcre_compile(out, p->rules->rule[rule].regex, kind,
		    &why);
		if (!code)
			atomic_store_explicit(place, *out,
			    memory_order_release);
	}
	(void)pthread_mutex_unlock(&p->cache->lock);
	return code
	    ? sek_fail(err, code, "[%s] %s", p->rules->rule[rule].id, why.text)
	    : SEK_OK;
}

enum sek_code
sek_program_compile(struct sek_program *p, size_t rule, struct sek_err *err)
{
	struct sek_pcre *unused;

	return sek_program_code(p, rule, SEK_PCRE_ANCHORED, &unused, err);
}
