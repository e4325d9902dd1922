#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "scan/hook_install.h"
#include "scan/hook_place.h"
#include "scan/hook_script.h"

#define THEIRS "#!/bin/sh\necho theirs\n"

struct scratch {
	char dir[64];
	char *hooks; /* dir/hooks */
	struct sek_buf said;
	size_t left;
	struct sek_err err;
};

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static int
enter_scratch(void **state)
{
	struct scratch *s = sek_alloc(sizeof(*s));

	strcpy(s->dir, "/tmp/sekisho-install-XXXXXX");
	*state = s;
	if (!mkdtemp(s->dir))
		return -1;
	s->hooks = sek_printf("%s/hooks", s->dir);
	return chdir(s->dir);
}

static int
leave_scratch(void **state)
{
	struct scratch *s = *state;
	int failed = chdir("/") ||
	    nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	sek_buf_clear(&s->said);
	free(s->hooks);
	free(s);
	return failed;
}

static void
note(void *arg, const char *line)
{
	struct scratch *s = arg;

	sek_buf_printf(&s->said, "%s\n", line);
}

static enum sek_code
install(struct scratch *s, enum sek_hook_set set)
{
	const struct sek_hook_place place = {
	    s->hooks, set, "/opt/it's/sekisho"};

	sek_buf_reset(&s->said);
	return sek_hook_install(&place, note, s, &s->err);
}

static enum sek_code
uninstall(struct scratch *s, enum sek_hook_set set)
{
	const struct sek_hook_place place = {.dir = s->hooks, .set = set};

	sek_buf_reset(&s->said);
	s->left = 0;
	return sek_hook_uninstall(&place, note, s, &s->left, &s->err);
}

static bool
said(const struct scratch *s, const char *words)
{
	return s->said.p && strstr(s->said.p, words);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(sek_file_replace(path, text, strlen(text), mode, NULL),
	    SEK_OK);
}

static void
assert_file(const char *path, const char *wanted, mode_t mode)
{
	sek_auto_buf text = {0};
	struct stat st;

	assert_int_equal(sek_file_read(path, &text, NULL), SEK_OK);
	assert_string_equal(text.p, wanted);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

static bool
is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static void
make_hooks(void)
{
	assert_int_equal(mkdir("hooks", 0777), 0);
}

static const struct sek_hook_name *
name_of(const char *name)
{
	const struct sek_hook_name *h = sek_hook_names;

	while (strcmp(h->name, name) != 0)
		h++;
	return h;
}

static void
installs_what_is_checked_on_each_side(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_true(said(s, "installed pre-commit in /tmp/"));
	assert_int_equal(access("hooks/pre-commit", X_OK), 0);
	assert_int_equal(access("hooks/pre-push", X_OK), 0);
	assert_false(is_there("hooks/pre-receive"));
	assert_false(is_there("hooks/post-commit"));
	assert_int_equal(install(s, SEK_HOOKS_SERVER), SEK_OK);
	assert_true(is_there("hooks/pre-receive"));
	assert_false(is_there("hooks/update"));
}

static void
installing_again_changes_nothing(void **state)
{
	struct scratch *s = *state;
	struct stat before, after;

	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(stat("hooks/pre-commit", &before), 0);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(stat("hooks/pre-commit", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(said(s, "up to date"));
	assert_false(is_there("hooks/pre-commit.chained"));
}

static void
a_script_of_another_version_is_replaced(void **state)
{
	struct scratch *s = *state;
	sek_auto_buf old = {0}, now = {0};

	make_hooks();
	sek_hook_script(&old, name_of("pre-commit"), false, "/old/sekisho");
	sek_hook_script(&now, name_of("pre-commit"), false,
	    "/opt/it's/sekisho");
	put("hooks/pre-commit", old.p, 0755);
	put("hooks/pre-commit.chained", THEIRS, 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_true(said(s, "updated pre-commit"));
	assert_file("hooks/pre-commit", now.p, 0755);
	assert_file("hooks/pre-commit.chained", THEIRS, 0755);
}

static void
a_script_that_lost_its_bit_gets_it_back(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(chmod("hooks/pre-commit", 0644), 0);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(access("hooks/pre-commit", X_OK), 0);
}

static void
keeps_a_hook_and_puts_it_back_to_the_mode(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/pre-commit", THEIRS, 0750);
	put("hooks/commit-msg", THEIRS, 0600);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_true(said(s, "kept your pre-commit as pre-commit.chained"));
	assert_file("hooks/pre-commit.chained", THEIRS, 0750);
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(s->left, 0);
	assert_true(said(s, "restored your pre-commit"));
	assert_file("hooks/pre-commit", THEIRS, 0750);
	assert_file("hooks/commit-msg", THEIRS, 0600);
	assert_false(is_there("hooks/pre-commit.chained"));
	assert_false(is_there("hooks/pre-push"));
}

static void
a_link_is_kept_as_a_link(void **state)
{
	struct scratch *s = *state;
	char to[64] = "";

	make_hooks();
	put("shared", THEIRS, 0755);
	assert_int_equal(symlink("../shared", "hooks/pre-commit"), 0);
	assert_int_equal(symlink("nowhere", "hooks/pre-push"), 0);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_file("shared", THEIRS, 0755);
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(readlink("hooks/pre-commit", to, sizeof(to) - 1), 9);
	assert_string_equal(to, "../shared");
	assert_true(is_there("hooks/pre-push"));
}

static void
never_loses_an_older_chained_hook(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/pre-push", THEIRS, 0755);
	put("hooks/pre-push.chained", "#!/bin/sh\necho older\n", 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_ECONFIG);
	assert_non_null(strstr(s->err.text, "pre-push.chained"));
	assert_file("hooks/pre-push", THEIRS, 0755);
	assert_file("hooks/pre-push.chained", "#!/bin/sh\necho older\n", 0755);
	/* the whole is refused, not only this one */
	assert_false(is_there("hooks/pre-commit"));

	assert_int_equal(unlink("hooks/pre-push"), 0);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_ECONFIG);
	assert_false(is_there("hooks/pre-push"));
}

static void
a_managers_rewritten_hook_is_covered_again(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/pre-commit", THEIRS, 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	put("hooks/pre-commit", THEIRS, 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_true(sek_hook_script_is_ours("hooks/pre-commit"));
	assert_file("hooks/pre-commit.chained", THEIRS, 0755);
	/* not with another mode */
	put("hooks/pre-commit", THEIRS, 0700);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_ECONFIG);
}

static void
leaves_an_edited_script_alone(void **state)
{
	struct scratch *s = *state;
	sek_auto_buf text = {0};

	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(sek_file_read("hooks/pre-commit", &text, NULL),
	    SEK_OK);
	sek_buf_add_s(&text, "# mine\n");
	put("hooks/pre-commit", text.p, 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_ECONFIG);
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(s->left, 1);
	assert_true(said(s, "edited"));
	assert_file("hooks/pre-commit", text.p, 0755);
	assert_false(is_there("hooks/pre-push"));
}

static void
leaves_what_replaced_a_script_alone(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/pre-commit", THEIRS, 0755);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	put("hooks/pre-commit", "#!/bin/sh\n# new\n", 0755);
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(s->left, 1);
	assert_file("hooks/pre-commit", "#!/bin/sh\n# new\n", 0755);
	assert_file("hooks/pre-commit.chained", THEIRS, 0755);
}

static void
uninstalling_nothing_says_so(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/pre-commit", THEIRS, 0755);
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_int_equal(s->left, 0);
	assert_true(said(s, "no hook of sekisho's"));
	assert_file("hooks/pre-commit", THEIRS, 0755);
}

static void
a_directory_in_the_way_is_refused(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	assert_int_equal(mkdir("hooks/pre-push", 0777), 0);
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_ECONFIG);
	assert_false(is_there("hooks/pre-commit"));
}

static void
the_shared_set_has_every_name(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(install(s, SEK_HOOKS_SHARED), SEK_OK);
	for (const struct sek_hook_name *h = sek_hook_names; h->name; h++) {
		sek_auto_free char *path = sek_printf("hooks/%s", h->name);

		assert_int_equal(access(path, X_OK), 0);
	}
	/* installing for one repository leaves them what they are */
	assert_int_equal(install(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_false(said(s, "updated"));
	assert_int_equal(uninstall(s, SEK_HOOKS_CLIENT), SEK_OK);
	assert_true(s->left > 0);
	assert_true(is_there("hooks/pre-commit"));
	assert_int_equal(uninstall(s, SEK_HOOKS_SHARED), SEK_OK);
	assert_int_equal(s->left, 0);
	assert_int_equal(rmdir("hooks"), 0);
}

static void
the_shared_directory_takes_no_foreign_hook(void **state)
{
	struct scratch *s = *state;

	make_hooks();
	put("hooks/post-commit", THEIRS, 0755);
	assert_int_equal(install(s, SEK_HOOKS_SHARED), SEK_ECONFIG);
	assert_file("hooks/post-commit", THEIRS, 0755);
	assert_false(is_there("hooks/pre-commit"));
}

static void
quotes_the_programs_path_for_the_shell(void **state)
{
	sek_auto_buf script = {0};

	(void)state;
	sek_hook_script(&script, name_of("pre-commit"), false,
	    "/o'p/$(x)@NAME@");
	assert_non_null(strstr(script.p, "\nsekisho='/o'\\''p/$(x)@NAME@'\n"));
	assert_non_null(strstr(script.p,
	    "hook --chain \"$0.chained\" -- pre-commit \"$@\"\n"));
	assert_null(strstr(script.p, "@SUM@"));
}

static void
knows_its_own_scripts_only_as_written(void **state)
{
	sek_auto_buf script = {0};
	struct sek_str part;

	(void)state;
	assert_int_equal(sek_hook_script_mark(SEK_STR("")), SEK_HOOK_FOREIGN);
	assert_int_equal(sek_hook_script_mark(SEK_STR(THEIRS)),
	    SEK_HOOK_FOREIGN);
	for (const struct sek_hook_name *h = sek_hook_names; h->name; h++) {
		sek_buf_reset(&script);
		sek_hook_script(&script, h, false, "/x");
		assert_int_equal(sek_hook_script_mark(sek_buf_str(&script)),
		    SEK_HOOK_OURS);
		sek_buf_reset(&script);
		sek_hook_script(&script, h, true, "/x");
		assert_int_equal(sek_hook_script_mark(sek_buf_str(&script)),
		    SEK_HOOK_OURS_SHARED);
	}
	/* cut anywhere it is never ours; from the mark on it is edited */
	for (size_t n = 0; n < script.n; n++) {
		part = (struct sek_str){script.p, n};
		assert_true(sek_hook_script_mark(part) == SEK_HOOK_FOREIGN ||
		    sek_hook_script_mark(part) == SEK_HOOK_EDITED);
	}
	script.p[0] ^= 1;
	assert_int_equal(sek_hook_script_mark(sek_buf_str(&script)),
	    SEK_HOOK_EDITED);
}

static char *
git_config(const char *file)
{
	sek_auto_buf text = {0};

	if (sek_file_read(file, &text, NULL))
		return sek_strdup("");
	return text.p ? sek_buf_take(&text) : sek_strdup("");
}

/* A machine's configuration of the test's own. */
static void
use_system_config(struct scratch *s, const char *text)
{
	sek_auto_free char *file = sek_printf("%s/gitconfig", s->dir);

	put(file, text, 0644);
	setenv("GIT_CONFIG_SYSTEM", file, 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	unsetenv("GIT_CONFIG_NOSYSTEM");
}

static void
for_a_machine_core_hookspath_is_set_and_unset(void **state)
{
	struct scratch *s = *state;
	sek_auto_free char *dir = sek_printf("%s/etc/sekisho/hooks", s->dir);
	sek_auto_free char *set = NULL, *unset = NULL;

	use_system_config(s, "[user]\n\tname = x\n");
	assert_int_equal(sek_hook_place_install_shared(SEK_SCOPE_SYSTEM, dir,
			     "/x", note, s, &s->err),
	    SEK_OK);
	set = git_config("gitconfig");
	assert_non_null(strstr(set, "hooksPath = /tmp/"));
	assert_true(is_there("etc/sekisho/hooks/post-update"));
	assert_int_equal(sek_hook_place_uninstall_shared(SEK_SCOPE_SYSTEM, dir,
			     note, s, &s->left, &s->err),
	    SEK_OK);
	assert_int_equal(s->left, 0);
	unset = git_config("gitconfig");
	assert_string_equal(unset, "[user]\n\tname = x\n");
	assert_false(is_there("etc/sekisho"));
}

static void
a_machines_own_hooks_directory_is_used(void **state)
{
	struct scratch *s = *state;
	sek_auto_free char *dir = sek_printf("%s/etc/sekisho/hooks", s->dir);
	sek_auto_free char *config = sek_printf("[core]\n\thooksPath = %s/\n",
	    s->hooks);
	sek_auto_free char *after = NULL;

	make_hooks();
	put("hooks/pre-commit", THEIRS, 0755);
	use_system_config(s, config);
	assert_int_equal(sek_hook_place_install_shared(SEK_SCOPE_SYSTEM, dir,
			     "/x", note, s, &s->err),
	    SEK_OK);
	assert_false(is_there("etc"));
	assert_file("hooks/pre-commit.chained", THEIRS, 0755);
	assert_true(is_there("hooks/pre-receive"));
	assert_false(is_there("hooks/post-commit"));
	assert_int_equal(sek_hook_place_uninstall_shared(SEK_SCOPE_SYSTEM, dir,
			     note, s, &s->left, &s->err),
	    SEK_OK);
	after = git_config("gitconfig");
	assert_string_equal(after, config);
	assert_file("hooks/pre-commit", THEIRS, 0755);
}

static void
a_relative_hooks_directory_for_all_is_refused(void **state)
{
	struct scratch *s = *state;
	sek_auto_free char *dir = sek_printf("%s/etc/hooks", s->dir);

	use_system_config(s, "[core]\n\thooksPath = .githooks\n");
	assert_int_equal(sek_hook_place_install_shared(SEK_SCOPE_SYSTEM, dir,
			     "/x", note, s, &s->err),
	    SEK_ECONFIG);
	assert_false(is_there("etc"));
	assert_false(is_there(".githooks"));
}

static void
a_template_serves_both_sides(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(sek_hook_place_install_template("tpl", "/x", note, s,
			     &s->err),
	    SEK_OK);
	assert_true(is_there("tpl/hooks/pre-commit"));
	assert_true(is_there("tpl/hooks/pre-receive"));
	assert_int_equal(sek_hook_place_uninstall_template("tpl", note, s,
			     &s->left, &s->err),
	    SEK_OK);
	assert_int_equal(rmdir("tpl/hooks"), 0);
}

#define IN_SCRATCH(f)                                                          \
	cmocka_unit_test_setup_teardown(f, enter_scratch, leave_scratch)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_SCRATCH(installs_what_is_checked_on_each_side),
	    IN_SCRATCH(installing_again_changes_nothing),
	    IN_SCRATCH(a_script_of_another_version_is_replaced),
	    IN_SCRATCH(a_script_that_lost_its_bit_gets_it_back),
	    IN_SCRATCH(keeps_a_hook_and_puts_it_back_to_the_mode),
	    IN_SCRATCH(a_link_is_kept_as_a_link),
	    IN_SCRATCH(never_loses_an_older_chained_hook),
	    IN_SCRATCH(a_managers_rewritten_hook_is_covered_again),
	    IN_SCRATCH(leaves_an_edited_script_alone),
	    IN_SCRATCH(leaves_what_replaced_a_script_alone),
	    IN_SCRATCH(uninstalling_nothing_says_so),
	    IN_SCRATCH(a_directory_in_the_way_is_refused),
	    IN_SCRATCH(the_shared_set_has_every_name),
	    IN_SCRATCH(the_shared_directory_takes_no_foreign_hook),
	    IN_SCRATCH(quotes_the_programs_path_for_the_shell),
	    IN_SCRATCH(knows_its_own_scripts_only_as_written),
	    IN_SCRATCH(for_a_machine_core_hookspath_is_set_and_unset),
	    IN_SCRATCH(a_machines_own_hooks_directory_is_used),
	    IN_SCRATCH(a_relative_hooks_directory_for_all_is_refused),
	    IN_SCRATCH(a_template_serves_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
