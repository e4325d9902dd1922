#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "vault/keyring.h"

/* The next number of a line whose columns are set apart by blanks. */
static uint64_t
next_number(struct sek_str *rest)
{
	struct sek_str word = {0};
	uint64_t n = UINT64_MAX;

	while (rest->p && word.n == 0)
		word = sek_str_cut(rest, ' ');
	return sek_str_to_u64(word, &n) ? n : UINT64_MAX;
}

/* The initial user namespace maps every uid to itself: user_namespaces(7). */
static bool
in_user_namespace(const char *root)
{
	sek_auto_free char *path = sek_printf("%s/proc/self/uid_map", root);
	sek_auto_buf map = {.max = 4096};
	struct sek_str line;
	uint64_t inside, outside, n;

	if (sek_file_read(path, &map, NULL))
		return true; /* it cannot be known */
	line = sek_str_trim(sek_buf_str(&map));
	inside = next_number(&line);
	outside = next_number(&line);
	n = next_number(&line);
	return inside != 0 || outside != 0 || n != UINT32_MAX;
}

bool
sek_keyring_kernel_is_theirs(const struct sek_env *env, uid_t user,
    const char *root, const char **why)
{
	static const char *const files[] = {
	    "/.dockerenv", "/run/.containerenv", "/run/systemd/container"};
	static const char *const variables[] = {"container",
	    "KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI_V4",
	    "ECS_CONTAINER_METADATA_URI"};

	if (user == 0) {
		*why = "root may be the user of containers, too";
		return false;
	}
	*why = "in a container, whose users others may be, too";
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		sek_auto_free char *path = sek_printf("%s%s", root, files[i]);

		if (!access(path, F_OK))
			return false;
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (env->get(env, variables[i]))
			return false;
	if (in_user_namespace(root)) {
		*why = "in a user namespace, whose users others may be, too";
		return false;
	}
	*why = "it is this user's alone";
	return true;
}

bool
sek_keyring_kernel_is_ours(const struct sek_env *env, const char **why)
{
	return sek_keyring_kernel_is_theirs(env, geteuid(), "", why);
}
