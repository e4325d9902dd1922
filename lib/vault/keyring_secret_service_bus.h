#ifndef SEK_VAULT_KEYRING_SECRET_SERVICE_BUS_H
#define SEK_VAULT_KEYRING_SECRET_SERVICE_BUS_H

#include <stdint.h>

#include "base/env.h"
#include "base/library.h"
#include "vault/watch.h"

/*
 * Calls to the Secret Service, each within a deadline, by GLib and libsecret,
 * which are loaded at first use. Inside of keyring_secret_service.c.
 */
#define SEK_LIBSECRET_FUNCTIONS(X)                                             \
	X(g_bus_get)                                                           \
	X(g_bus_get_finish)                                                    \
	X(g_cancellable_cancel)                                                \
	X(g_cancellable_is_cancelled)                                          \
	X(g_cancellable_new)                                                   \
	X(g_dbus_connection_call_sync)                                         \
	X(g_dbus_connection_set_exit_on_close)                                 \
	X(g_dbus_error_get_remote_error)                                       \
	X(g_dbus_error_quark)                                                  \
	X(g_error_free)                                                        \
	X(g_free)                                                              \
	X(g_io_error_quark)                                                    \
	X(g_log_set_default_handler)                                           \
	X(g_log_set_writer_func)                                               \
	X(g_main_context_iteration)                                            \
	X(g_main_context_new)                                                  \
	X(g_main_context_pop_thread_default)                                   \
	X(g_main_context_push_thread_default)                                  \
	X(g_main_context_unref)                                                \
	X(g_main_context_wakeup)                                               \
	X(g_object_unref)                                                      \
	X(g_variant_builder_add)                                               \
	X(g_variant_builder_end)                                               \
	X(g_variant_builder_new)                                               \
	X(g_variant_builder_unref)                                             \
	X(g_variant_get)                                                       \
	X(g_variant_get_child_value)                                           \
	X(g_variant_is_of_type)                                                \
	X(g_variant_get_boolean)                                               \
	X(g_variant_get_string)                                                \
	X(g_variant_lookup)                                                    \
	X(g_variant_n_children)                                                \
	X(g_variant_new)                                                       \
	X(g_variant_ref_sink)                                                  \
	X(g_variant_unref)                                                     \
	X(secret_service_decode_dbus_secret)                                   \
	X(secret_service_encode_dbus_secret)                                   \
	X(secret_service_get_session_dbus_path)                                \
	X(secret_service_get_type)                                             \
	X(secret_service_open_sync)                                            \
	X(secret_service_prompt_at_dbus_path_sync)                             \
	X(secret_value_get)                                                    \
	X(secret_value_new)                                                    \
	X(secret_value_unref)

/* For a file that includes libsecret/secret.h before. Newer GLibs have macros
 * of the same names, which SEK_GLIB does not expand. */
#define SEK_LIBSECRET_TABLE                                                    \
	struct sek_libsecret {                                                 \
		SEK_LIBSECRET_FUNCTIONS(SEK_LIBRARY_FIELD)                     \
	}
extern struct sek_libsecret sek_libsecret;
#define SEK_GLIB(name) (*sek_libsecret.name)

#define SEK_BUS_NAME "org.freedesktop.secrets"
#define SEK_BUS_SAYS "Secret Service: "

struct _GVariant;
struct sek_bus {
	const struct sek_env *env;
	int64_t deadline; /* on env's ticks */
	int64_t patience; /* ms for each call; 0: until the deadline */
	bool prompt;      /* may the service ask the user? */
	struct sek_watch *watch;
	struct _GCancellable *cancel;
	struct _GMainContext *context;
	struct _GDBusConnection *connection;
	struct _SecretService *secrets; /* NULL: no session was needed yet */
};

/* SEK_ENOTFOUND: no libsecret, no session bus, or none that takes us. */
enum sek_code sek_bus_open(struct sek_bus *b, const struct sek_env *env,
    int64_t deadline, struct sek_err *err) SEK_CHECKED;
/* In place of the deadline. A question to the user has two minutes. */
void sek_bus_answer_within(struct sek_bus *b, int ms);
void sek_bus_close(struct sek_bus *b); /* zeroed is legal */

/* Takes parameters over, also when it fails; out: new, of that type. */
enum sek_code
sek_bus_call(struct _GVariant **out, struct sek_bus *b, const char *path,
    const char *interface, const char *method, struct _GVariant *parameters,
    const char *type, struct sek_err *err) SEK_CHECKED;
enum sek_code sek_bus_property(struct _GVariant **out, struct sek_bus *b,
    const char *path, const char *interface, const char *name, const char *type,
    struct sek_err *err) SEK_CHECKED;

/* Has b->secrets afterwards: the object with the encryption. */
enum sek_code
sek_bus_need_session(struct sek_bus *b, struct sek_err *err) SEK_CHECKED;

/*
 * Some answers name a prompt in place of doing what was asked; "/" is none. One
 * that may not be shown is dismissed: SEK_EDENIED.
 */
enum sek_code sek_bus_settle(struct sek_bus *b, const char *prompt,
    struct sek_err *err) SEK_CHECKED;

/* SEK_EDENIED, with what to do. */
enum sek_code sek_bus_locked(struct sek_err *err) SEK_CHECKED;

#endif
