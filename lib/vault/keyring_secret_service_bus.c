#define SECRET_API_SUBJECT_TO_CHANGE /* for secret-paths.h, since 2012 */
#include <libsecret/secret.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "vault/keyring_secret_service_bus.h"

#define PROP  "org.freedesktop.DBus.Properties"
#define ERROR "org.freedesktop.Secret.Error."

#define QUESTION 120000          /* ms */
#define NEVER    (INT64_MAX / 4) /* so that nothing overflows */

SEK_LIBSECRET_TABLE;
struct sek_libsecret sek_libsecret;
static const char *const names[] = {SEK_LIBSECRET_FUNCTIONS(SEK_LIBRARY_NAME)};
static struct sek_library library = SEK_LIBRARY(SEK_LIBSECRET, names,
    &sek_libsecret);
static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static bool usable;

static void
say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text,
    gpointer arg)
{
	(void)domain, (void)level, (void)text, (void)arg;
}

static GLogWriterOutput
write_nothing(GLogLevelFlags level, const GLogField *fields, gsize n,
    gpointer arg)
{
	(void)level, (void)fields, (void)n, (void)arg;
	return G_LOG_WRITER_HANDLED;
}

static void
load(void)
{
	/* What would lead libsecret elsewhere, or make GLib talk on stderr. */
	static const char *const unwanted[] = {"SECRET_BACKEND",
	    "SECRET_SERVICE_BUS_NAME", "SECRET_FILE_TEST_PATH",
	    "SECRET_FILE_TEST_PASSWORD", "G_DBUS_DEBUG"};

	usable = sek_library_ready(&library);
	if (!usable)
		return;
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		unsetenv(unwanted[i]);
	SEK_GLIB(g_log_set_default_handler)(say_nothing, NULL);
	SEK_GLIB(g_log_set_writer_func)(write_nothing, NULL, NULL);
}

static enum sek_code
code_of_io(int code)
{
	switch (code) {
	case G_IO_ERROR_CANCELLED:
	case G_IO_ERROR_TIMED_OUT:
	case G_IO_ERROR_CLOSED:
	case G_IO_ERROR_BROKEN_PIPE:
		return SEK_ECANCEL;
	case G_IO_ERROR_INVALID_ARGUMENT: /* an answer of another type */
		return SEK_EPARSE;
	default:
		return SEK_EIO;
	}
}

static enum sek_code
code_of_dbus(int code)
{
	switch (code) {
	case G_DBUS_ERROR_NO_REPLY: /* it died meanwhile */
	case G_DBUS_ERROR_TIMEOUT:
	case G_DBUS_ERROR_TIMED_OUT:
	case G_DBUS_ERROR_DISCONNECTED:
		return SEK_ECANCEL;
	case G_DBUS_ERROR_ACCESS_DENIED:
	case G_DBUS_ERROR_AUTH_FAILED:
		return SEK_EDENIED;
	case G_DBUS_ERROR_LIMITS_EXCEEDED:
		return SEK_ETOOBIG;
	case G_DBUS_ERROR_SERVICE_UNKNOWN:
	case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
	case G_DBUS_ERROR_UNKNOWN_METHOD: /* of an object that is gone */
	case G_DBUS_ERROR_UNKNOWN_OBJECT:
	case G_DBUS_ERROR_UNKNOWN_INTERFACE:
		return SEK_ENOTFOUND;
	default: /* among them Spawn.*: it cannot be started */
		return code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED &&
			code <= G_DBUS_ERROR_SPAWN_NO_MEMORY
		    ? SEK_ENOTFOUND
		    : SEK_EIO;
	}
}

static enum sek_code
code_of(const GError *e)
{
	if (e->domain == SEK_GLIB(g_io_error_quark)())
		return code_of_io(e->code);
	if (e->domain == SEK_GLIB(g_dbus_error_quark)())
		return code_of_dbus(e->code);
	return SEK_EIO;
}

/* Takes e over. */
static enum sek_code
fail(const struct sek_bus *b, GError *e, struct sek_err *err)
{
	char *remote = SEK_GLIB(g_dbus_error_get_remote_error)(e);
	enum sek_code code = code_of(e);

	if (remote && !strcmp(remote, ERROR "IsLocked"))
		code = SEK_EDENIED;
	else if (remote && !strcmp(remote, ERROR "NoSuchObject"))
		code = SEK_ENOTFOUND;
	if (SEK_GLIB(g_cancellable_is_cancelled)(b->cancel))
		code = SEK_ECANCEL;
	(void)sek_fail(err, code, SEK_BUS_SAYS "%s%s",
	    code == SEK_ECANCEL ? "no answer: " : "", e->message);
	SEK_GLIB(g_free)(remote);
	SEK_GLIB(g_error_free)(e);
	return code;
}

enum sek_code
sek_bus_locked(struct sek_err *err)
{
	return sek_fail(err, SEK_EDENIED,
	    SEK_BUS_SAYS
	    "locked: unlock it by `sekisho-vault unlock` or by logging in "
	    "on the desktop");
}

static void
unref(GVariant **v)
{
	if (*v)
		SEK_GLIB(g_variant_unref)(*v);
}
#define auto_variant __attribute__((cleanup(unref))) GVariant

enum sek_code
sek_bus_call(GVariant **out, struct sek_bus *b, const char *path,
    const char *interface, const char *method, GVariant *parameters,
    const char *type, struct sek_err *err)
{
	auto_variant *given = SEK_GLIB(g_variant_ref_sink)(parameters);
	const struct sek_env *env = b->env;
	int64_t left = b->patience ? b->patience
				   : b->deadline - env->ticks(env);
	GError *e = NULL;

	if (left <= 0)
		return sek_fail(err, SEK_ECANCEL,
		    SEK_BUS_SAYS "the time is over");
	*out = SEK_GLIB(g_dbus_connection_call_sync)(b->connection,
	    SEK_BUS_NAME, path, interface, method, given,
	    (const GVariantType *)type, G_DBUS_CALL_FLAGS_NONE,
	    left < INT32_MAX ? (int)left : INT32_MAX, b->cancel, &e);
	return *out ? SEK_OK : fail(b, e, err);
}

enum sek_code
sek_bus_property(GVariant **out, struct sek_bus *b, const char *path,
    const char *interface, const char *name, const char *type,
    struct sek_err *err)
{
	auto_variant *reply = NULL, *value = NULL;
	enum sek_code code = sek_bus_call(&reply, b, path, PROP, "Get",
	    SEK_GLIB(g_variant_new)("(ss)", interface, name), "(v)", err);

	if (code)
		return code;
	SEK_GLIB(g_variant_get)(reply, "(v)", &value);
	if (!SEK_GLIB(g_variant_is_of_type)(value, (const GVariantType *)type))
		return sek_fail(err, SEK_EPARSE,
		    SEK_BUS_SAYS "%s: is of another type than the API says",
		    name);
	*out = sek_steal(&value);
	return SEK_OK;
}

void
sek_bus_answer_within(struct sek_bus *b, int ms)
{
	b->patience = ms;
	sek_watch_move(b->watch, NEVER);
}

/* Around what libsecret does by itself: it is told when the time is over. */
static void
watch(struct sek_bus *b, int64_t ms)
{
	if (b->patience)
		sek_watch_move(b->watch, b->env->ticks(b->env) + ms);
}

static void
watch_no_more(struct sek_bus *b)
{
	if (b->patience)
		sek_watch_move(b->watch, NEVER);
}

enum sek_code
sek_bus_need_session(struct sek_bus *b, struct sek_err *err)
{
	GError *e = NULL;

	if (b->secrets)
		return SEK_OK;
	watch(b, b->patience);
	b->secrets = SEK_GLIB(secret_service_open_sync)(
	    SEK_GLIB(secret_service_get_type)(), SEK_BUS_NAME,
	    SECRET_SERVICE_OPEN_SESSION, b->cancel, &e);
	watch_no_more(b);
	return b->secrets ? SEK_OK : fail(b, e, err);
}

enum sek_code
sek_bus_settle(struct sek_bus *b, const char *prompt, struct sek_err *err)
{
	auto_variant *done = NULL;
	enum sek_code code;
	GError *e = NULL;

	if (!strcmp(prompt, "/"))
		return SEK_OK;
	if (!b->prompt) {
		(void)!sek_bus_call(&done, b, prompt,
		    "org.freedesktop.Secret.Prompt", "Dismiss",
		    SEK_GLIB(g_variant_new)("()"), "()", NULL);
		return sek_bus_locked(err);
	}
	if ((code = sek_bus_need_session(b, err)))
		return code;
	watch(b, QUESTION);
	done = SEK_GLIB(secret_service_prompt_at_dbus_path_sync)(b->secrets,
	    prompt, b->cancel, NULL, &e);
	watch_no_more(b);
	if (e)
		return fail(b, e, err);
	if (!done)
		return sek_fail(err, SEK_EDENIED,
		    SEK_BUS_SAYS
		    "the question on the desktop was dismissed, or could "
		    "not be shown");
	return SEK_OK;
}

void
sek_bus_close(struct sek_bus *b)
{
	sek_watch_stop(b->watch);
	if (b->secrets)
		SEK_GLIB(g_object_unref)(b->secrets);
	if (b->connection)
		SEK_GLIB(g_object_unref)(b->connection);
	if (b->cancel)
		SEK_GLIB(g_object_unref)(b->cancel);
	if (b->context)
		SEK_GLIB(g_main_context_unref)(b->context);
	*b = (struct sek_bus){0};
}

static void
late(void *arg)
{
	struct sek_bus *b = arg;

	SEK_GLIB(g_cancellable_cancel)(b->cancel);
	SEK_GLIB(g_main_context_wakeup)(b->context);
}

struct connecting {
	bool done;
	GDBusConnection *bus;
	GError *error;
};

static void
connected(GObject *source, GAsyncResult *result, gpointer arg)
{
	struct connecting *c = arg;

	(void)source;
	c->bus = SEK_GLIB(g_bus_get_finish)(result, &c->error);
	c->done = true;
}

/*
 * GLib connects on a thread of its own and does not heed the deadline all the
 * way (a bus that greets and then falls silent), so this waits for it no longer
 * than that: then the thread and c are left to themselves.
 */
static enum sek_code
connect_bus(struct sek_bus *b, struct sek_err *err)
{
	struct connecting *c = sek_alloc(sizeof(*c));
	enum sek_code code = SEK_OK;

	SEK_GLIB(g_main_context_push_thread_default)(b->context);
	SEK_GLIB(g_bus_get)(G_BUS_TYPE_SESSION, b->cancel, connected, c);
	while (!c->done && !SEK_GLIB(g_cancellable_is_cancelled)(b->cancel))
		SEK_GLIB(g_main_context_iteration)(b->context, TRUE);
	SEK_GLIB(g_main_context_pop_thread_default)(b->context);
	if (!c->done)
		return sek_fail(err, SEK_ECANCEL,
		    SEK_BUS_SAYS "no answer: the session bus is silent");
	b->connection = c->bus;
	if (!c->bus)
		code = fail(b, c->error, err);
	else /* GLib would end this process when the bus goes away */
		SEK_GLIB(g_dbus_connection_set_exit_on_close)(c->bus, FALSE);
	if (code && code != SEK_ECANCEL) {
		code = SEK_ENOTFOUND;
		if (err)
			err->code = code;
	}
	sek_free_ptr(&c);
	return code;
}

/* GLib would start a bus where there is none. */
static bool
has_bus(const struct sek_env *env)
{
	const char *address = env->get(env, "DBUS_SESSION_BUS_ADDRESS");
	const char *runtime = env->get(env, "XDG_RUNTIME_DIR");
	sek_auto_free char *path = NULL;

	if (address)
		return strncmp(address, "autolaunch:", 11) != 0;
	if (!runtime)
		return false;
	path = sek_printf("%s/bus", runtime);
	return !access(path, F_OK);
}

enum sek_code
sek_bus_open(struct sek_bus *b, const struct sek_env *env, int64_t deadline,
    struct sek_err *err)
{
	enum sek_code code;

	if (!has_bus(env))
		return sek_fail(err, SEK_ENOTFOUND,
		    SEK_BUS_SAYS "there is no session bus");
	(void)pthread_once(&loaded, load);
	if (!usable)
		return sek_fail(err, SEK_ENOTFOUND,
		    SEK_BUS_SAYS SEK_LIBSECRET " cannot be loaded");
	b->env = env;
	b->deadline = deadline;
	b->cancel = SEK_GLIB(g_cancellable_new)();
	b->context = SEK_GLIB(g_main_context_new)();
	code = sek_watch_start(&b->watch, env, deadline, late, b, err);
	return code ? code : connect_bus(b, err);
}
