#ifndef SEK_VAULT_PLAN_H
#define SEK_VAULT_PLAN_H

#include "base/buf.h"
#include "vault/profile.h"

/*
 * The way to a profile's credentials: hops, of which each uses the credentials
 * of the one before. The first has none before it. Made from profiles and
 * environment alone: no network, no keyring, no secret in it.
 *
 * The text of the first n hops holds every input that the credentials after
 * them depend on. It is the key under which they are cached.
 */
enum sek_hop_kind {
	/* sources: nothing before them */
	SEK_HOP_ENVIRONMENT,  /* AWS_ACCESS_KEY_ID and its fellows */
	SEK_HOP_STATIC,       /* keys in a config or credentials file */
	SEK_HOP_KEYRING,      /* name: a long-term key that `add` stored */
	SEK_HOP_PROCESS,      /* name: another tool's credential_process */
	SEK_HOP_IMDS,         /* the instance's role */
	SEK_HOP_CONTAINER,    /* the task's or pod's role */
	SEK_HOP_WEB_IDENTITY, /* name: token file; role_arn */
	/* read with the hop before: give a key, not to be kept */
	SEK_HOP_SECRETSMANAGER, /* name: secret id or ARN */
	SEK_HOP_SSM,            /* name: parameter name or ARN */
	/* given to STS with the hop before */
	SEK_HOP_ASSUME_ROLE,
	SEK_HOP_SESSION_TOKEN, /* GetSessionToken */
};

/* How a hop reaches its service. */
struct sek_reach {
	const char *region; /* "": not used */
	const char
	    *endpoint; /* URL that the user gave; NULL: the computed one */
	const char *ca_bundle; /* file; NULL: the system's */
	bool fips;
	bool dualstack;
};

struct sek_tag {
	const char *key;
	const char *value;
	bool transitive;
};

struct sek_hop {
	enum sek_hop_kind kind;
	const struct sek_profile *profile; /* that asked for it */
	const char *name;                  /* see the kinds; else NULL */
	struct sek_reach reach;            /* of IMDS: endpoint alone */
	/* What else the answer hangs on. ENVIRONMENT and STATIC: a hash of the
	 * access key id, for the key itself is in no plan. IMDS and CONTAINER:
	 * the machine, whose role is not that of others with the same home.
	 * PROCESS: the variables that choose a profile for it. */
	uint64_t id_hash;
	const char *here;
	/* Secrets Manager: NULL is AWSCURRENT; the profile's
	 * sekisho_secret_version_id, sekisho_secret_version_stage. */
	const char *version_id;
	const char *version_stage;
	/* The names of the fields in a JSON secret, where the user gave them. */
	const char *id_field;
	const char *secret_field;
	const char *token_field;
	/* STS. NULL and 0: not sent; session_name NULL: the caller makes one. */
	const char *role_arn;
	const char *session_name;
	const char *external_id;
	const char *mfa_serial;
	const char *mfa_process;
	const char *source_identity;
	const char *policy;       /* JSON */
	const char **policy_arns; /* NULL-ended, or NULL */
	struct sek_tag *tags;
	size_t n_tags;
	int duration; /* s */
};

struct sek_plan {
	const char *profile;  /* its name */
	const char *region;   /* of the last hop's profile; NULL: none is set */
	const char *account;  /* sekisho_account; NULL: any */
	struct sek_reach sts; /* for whom to ask about it, if it is set */
	const char *keyring; /* sekisho_keyring, else the setting; NULL: ours */
	struct sek_hop *hops;
	size_t n;
};

/*
 * Borrows profiles and env for the plan's life. SEK_ECONFIG "FILE:LINE: profile
 * NAME: why, and what to do": no such profile; no source, or two; a loop (with
 * its members); a credential_process that is sekisho-vault itself; a value out
 * of the limits of STS, with the limit and the reason (a chained role lasts an
 * hour at most).
 */
enum sek_code sek_plan_make(struct sek_plan **out,
    const struct sek_profiles *profiles, const char *profile,
    const struct sek_env *env, struct sek_err *err) SEK_CHECKED;
void sek_plan_free(struct sek_plan *p); /* NULL is legal */
void sek_plan_free_ptr(struct sek_plan **p);
#define sek_auto_plan                                                          \
	__attribute__((cleanup(sek_plan_free_ptr))) struct sek_plan

/* The text of the first n hops, a line each; borrowed from the plan. Values
 * are escaped so that no two sets of inputs have the same text. */
const char *sek_plan_text(const struct sek_plan *p, size_t n);

/* Does the way of this text begin with this long-term key of the keyring? */
bool sek_plan_text_has_key(const char *text, const char *name);

/* For people, one line: "keyring:work > assume-role arn:aws:iam::...". */
void sek_plan_describe(const struct sek_plan *p, size_t n, struct sek_buf *out);

/* A command line of credential_process that calls sekisho-vault. */
bool sek_plan_is_us(const char *command);

/* "assume-role", "imds", ... */
const char *sek_hop_name(enum sek_hop_kind kind);

/* AWS_PROFILE, else "default". */
const char *sek_plan_default_profile(const struct sek_env *env);

#endif
