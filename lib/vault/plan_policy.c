#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/enc.h"
#include "base/file.h"
#include "vault/plan_parts.h"

#define POLICY_MAX 2048 /* characters, with the ARNs: STS API, Policy */
#define ARNS_MAX   10
#define ARN_MIN    20
#define FILE_MAX   ((size_t)64 << 10) /* blanks around the JSON are free */

static const char key[] = "sekisho_policy";
static const char arns_key[] = "sekisho_policy_arns";

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* Whoever can write the file can lift the limits that it sets. */
static enum sek_code
read_file(struct sek_buf *out, const struct sek_profile *p, const char *path,
    struct sek_err *err)
{
	__attribute__((cleanup(close_fd))) int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct sek_err why = {0};
	struct stat st;

	if (path[0] != '/')
		return sek_planner_fail(err, p, key,
		    "file: takes a whole path, from / on");
	if (fd < 0 || fstat(fd, &st))
		return sek_planner_fail(err, p, key, "%.160s: %s", path,
		    strerror(errno));
	if (!S_ISREG(st.st_mode) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)))
		return sek_planner_fail(err, p, key,
		    "%.160s: a policy is not taken from what is no file, or "
		    "from one that others own or can write: chmod go-w",
		    path);
	if (sek_fd_read(fd, path, out, &why))
		return sek_planner_fail(err, p, key, "%.240s", why.text);
	return SEK_OK;
}

/* STS API, Policy: [\u0009\u000A\u000D\u0020-\u00FF]+; it has to be an object. */
static enum sek_code
check_policy(const struct sek_profile *p, struct sek_str policy,
    struct sek_err *err)
{
	struct sek_str rest = policy;

	while (rest.n > 0) {
		uint32_t point = 0;
		size_t n = sek_utf8_next(rest, &point);
		bool blank = point == '\t' || point == '\n' || point == '\r';

		if (n == 0 || point > 0xff || (point < ' ' && !blank))
			return sek_planner_fail(err, p, key,
			    "the policy holds a character that STS does not "
			    "take: write it as \\uXXXX");
		rest.p += n;
		rest.n -= n;
	}
	if (policy.n < 2 || policy.p[0] != '{' || policy.p[policy.n - 1] != '}')
		return sek_planner_fail(err, p, key,
		    "%s is a policy as JSON, or file:PATH of one", key);
	return SEK_OK;
}

static enum sek_code
set_inline(struct sek_planner *m, struct sek_hop *hop, struct sek_err *err)
{
	static const char file[] = "file:";
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str value = sek_str(sek_profile_get(p, key));
	sek_auto_buf text = {.max = FILE_MAX};
	enum sek_code code;

	if (sek_str_starts(value, file)) {
		code = read_file(&text, p, value.p + strlen(file), err);
		if (code)
			return code;
		value = sek_buf_str(&text);
	}
	value = sek_str_trim(value);
	code = check_policy(p, value, err);
	if (!code)
		hop->policy = sek_planner_keep(m,
		    sek_strndup(value.p, value.n));
	return code;
}

static enum sek_code
set_arns(struct sek_planner *m, struct sek_hop *hop, size_t *characters,
    struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	struct sek_str rest = sek_str(sek_profile_get(p, arns_key));
	const char **arns = sek_planner_keep(m,
	    sek_alloc_n(ARNS_MAX + 1, sizeof(*arns)));

	for (size_t i = 0; rest.p; i++) {
		struct sek_str arn = sek_str_trim(sek_str_cut(&rest, ','));
		size_t n = sek_plan_characters(arn);

		if (!sek_str_starts(arn, "arn:") || n < ARN_MIN ||
		    n > POLICY_MAX)
			return sek_planner_fail(err, p, arns_key,
			    "entry %zu of %s is no ARN of %d to %d characters",
			    i + 1, arns_key, ARN_MIN, POLICY_MAX);
		if (i == ARNS_MAX)
			return sek_planner_fail(err, p, arns_key,
			    "%s has more than %d entries (a limit of STS)",
			    arns_key, ARNS_MAX);
		arns[i] = sek_planner_keep(m, sek_strndup(arn.p, arn.n));
		*characters += n;
	}
	hop->policy_arns = arns;
	return SEK_OK;
}

enum sek_code
sek_planner_set_policy(struct sek_planner *m, struct sek_hop *hop,
    struct sek_err *err)
{
	const struct sek_profile *p = sek_planner_profile(m);
	bool has_arns = sek_profile_get(p, arns_key);
	size_t characters = 0;
	enum sek_code code;

	if ((sek_profile_get(p, key) && (code = set_inline(m, hop, err))) ||
	    (has_arns && (code = set_arns(m, hop, &characters, err))))
		return code;
	if (hop->policy)
		characters += sek_plan_characters(sek_str(hop->policy));
	if (characters > POLICY_MAX)
		return sek_planner_fail(err, p, hop->policy ? key : arns_key,
		    "the session policies have %zu characters, and STS takes "
		    "%d of policy and ARNs together",
		    characters, POLICY_MAX);
	return SEK_OK;
}
