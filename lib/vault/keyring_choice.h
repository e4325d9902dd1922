#ifndef SEK_VAULT_KEYRING_CHOICE_H
#define SEK_VAULT_KEYRING_CHOICE_H

#include "base/buf.h"
#include "vault/keyring.h"
#include "vault/settings.h"

/*
 * Which backend. Sessions: the kernel keyring where it is this user's alone,
 * else the Secret Service where it answers and is unlocked, else the encrypted
 * file. Long-term keys: the Secret Service where there is one, locked or not,
 * and an error if it does not answer; else the file. wanted ("kernel", "secret-service", "file"; NULL: the
 * setting, then the order above) is that one or an error, never another; but
 * the setting "kernel" says nothing of long-term keys, which that cannot hold.
 *
 * The Secret Service has half of settings->timeout, at most 2 s, for each
 * answer. It may ask for a key where there is a desktop and somebody at the
 * terminal, for a session never.
 *
 * why: one line for people, which names the backend, and each one passed over
 * with the reason. SEK_ENOTFOUND: no backend can be used at all (no home).
 */
enum sek_code sek_keyring_choose(struct sek_keyring **out,
    enum sek_keyring_class class, const char *wanted,
    const struct sek_settings *settings, const struct sek_env *env,
    struct sek_buf *why, struct sek_err *err) SEK_CHECKED;

/*
 * keyring_secret_service.c: libsecret, loaded when it is needed, in the default
 * collection. deadline: on env's ticks; no call on the bus outlasts it. prompt:
 * whether the service may ask the user on the desktop. SEK_ENOTFOUND: no bus,
 * no service, no collection; SEK_ECANCEL: it does not answer.
 */
enum sek_code sek_keyring_secret_service_open(struct sek_keyring **out,
    const struct sek_env *env, int64_t deadline, bool prompt,
    struct sek_err *err) SEK_CHECKED;
/* From now on each call has ms to be answered in place of the deadline, and a
 * question to the user two minutes. */
void sek_keyring_secret_service_answer_within(struct sek_keyring *k, int ms);
/* SEK_OK and *locked: what the collection itself says. */
enum sek_code sek_keyring_secret_service_locked(struct sek_keyring *k,
    bool *locked, struct sek_err *err) SEK_CHECKED;

/*
 * keyring_file.c: $XDG_DATA_HOME/sekisho/keyring, a file an item, AES-256-GCM
 * under a key that settings->protection names. sekisho-vault-config(5) has the
 * format.
 */
enum sek_code sek_keyring_file_open(struct sek_keyring **out,
    const struct sek_settings *settings, const struct sek_env *env,
    struct sek_err *err) SEK_CHECKED;

#endif
