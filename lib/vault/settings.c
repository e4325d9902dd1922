#include "vault/settings.h"

#include <strings.h>

#include "base/str.h"

static const char *const known[] = {
    "keyring",
    "file_protection",
    "timeout",
    "trust_environment",
};

static const char *const keyrings[] = {"kernel", "secret-service", "file"};
static const char *const protections[] = {
    [SEK_PROTECTION_KEY_FILE] = "key-file",
    [SEK_PROTECTION_PASSPHRASE] = "passphrase",
    [SEK_PROTECTION_SYSTEMD] = "systemd",
};

#define COUNT(a)        (sizeof(a) / sizeof((a)[0]))
#define DEFAULT_TIMEOUT 4
#define MAX_TIMEOUT     60

/* The index of word; n: it is none of them. */
static size_t
index_of(const char *word, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], word) != 0)
		i++;
	return i;
}

/* The first in the file of those that nobody knows. */
static void
note_unknown(void *arg, const char *key)
{
	const char **unknown = arg;

	if (index_of(key, known, COUNT(known)) == COUNT(known))
		*unknown = key;
}

static enum sek_code
refuse(const struct sek_profile *section, const char *key, const char *why,
    struct sek_err *err)
{
	return sek_fail(err, SEK_ECONFIG, "%s: %s",
	    sek_profile_where(section, key), why);
}

static enum sek_code
read_timeout(struct sek_settings *out, const struct sek_profile *section,
    struct sek_err *err)
{
	const char *value = sek_profile_get(section, "timeout");
	uint64_t seconds;

	if (!value)
		return SEK_OK;
	if (!sek_str_to_u64(sek_str(value), &seconds) || seconds < 1 ||
	    seconds > MAX_TIMEOUT)
		return refuse(section, "timeout",
		    "timeout is a number of seconds from 1 to 60", err);
	out->timeout = (int)seconds;
	return SEK_OK;
}

static enum sek_code
read_section(struct sek_settings *out, const struct sek_profile *section,
    struct sek_err *err)
{
	const char *keyring = sek_profile_get(section, "keyring");
	const char *protection = sek_profile_get(section, "file_protection");
	const char *trust = sek_profile_get(section, "trust_environment");
	size_t n = 0;

	if (keyring &&
	    index_of(keyring, keyrings, COUNT(keyrings)) == COUNT(keyrings))
		return refuse(section, "keyring",
		    "keyring is kernel, secret-service or file", err);
	if (protection &&
	    (n = index_of(protection, protections, COUNT(protections))) ==
		COUNT(protections))
		return refuse(section, "file_protection",
		    "file_protection is key-file, passphrase or systemd", err);
	if (trust && !sek_env_true(trust) && strcasecmp(trust, "false") != 0)
		return refuse(section, "trust_environment",
		    "trust_environment is true or false", err);
	out->keyring = keyring;
	out->protection = (enum sek_protection)n;
	out->trust_environment = sek_env_true(trust);
	return read_timeout(out, section, err);
}

enum sek_code
sek_settings_read(struct sek_settings *out, const struct sek_profiles *profiles,
    struct sek_err *err)
{
	const struct sek_profile *section = sek_profiles_settings(profiles);
	const char *unknown = NULL;

	*out = (struct sek_settings){
	    .protection = SEK_PROTECTION_KEY_FILE, .timeout = DEFAULT_TIMEOUT};
	if (!section)
		return SEK_OK;
	sek_profile_each_key(section, note_unknown, &unknown);
	if (unknown)
		return refuse(section, unknown,
		    "no such setting: there are keyring, file_protection, "
		    "timeout and trust_environment",
		    err);
	return read_section(out, section, err);
}
