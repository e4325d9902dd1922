#ifndef SEK_TESTS_UNIT_FAKE_PLAN_H
#define SEK_TESTS_UNIT_FAKE_PLAN_H

#include <stdlib.h>

#include "base/alloc.h"
#include "vault/plan.h"

/*
 * Plans made of the kinds of their hops alone, without profiles. The test gives
 * serve its own sek_plan_text and sek_hop_name, so that plan.c is left out of
 * the program; it has tests of its own.
 */
#define FAKE_HOPS 6
struct fake_plan {
	struct sek_plan plan; /* first: this is one */
	struct sek_hop hops[FAKE_HOPS];
	char *text[FAKE_HOPS + 1]; /* after so many hops */
};

const char *
sek_plan_text(const struct sek_plan *p, size_t n)
{
	return ((const struct fake_plan *)p)->text[n];
}

const char *
sek_hop_name(enum sek_hop_kind kind)
{
	static const char *const names[] = {"environment", "static", "keyring",
	    "process", "imds", "container", "web-identity", "secretsmanager",
	    "ssm", "assume-role", "session-token"};

	return names[kind];
}

/* The hops' names decide the texts: two plans with the same names first share
 * those stages. */
static inline void
fake_plan_add(struct fake_plan *p, enum sek_hop_kind kind, const char *name)
{
	size_t n = p->plan.n++;

	p->plan.profile = "work";
	p->plan.hops = p->hops;
	p->hops[n] = (struct sek_hop){.kind = kind, .name = name};
	p->text[n + 1] = sek_printf("%s%s %s\n", n ? p->text[n] : "",
	    sek_hop_name(kind), name);
}

static inline void
fake_plan_clear(struct fake_plan *p)
{
	for (size_t i = 0; i <= FAKE_HOPS; i++)
		free(p->text[i]);
	*p = (struct fake_plan){0};
}

#endif
