"""sekisho install and uninstall."""

import os
import shutil
import subprocess

import pytest

from conftest import snapshot

CLIENT = {
    "pre-commit",
    "commit-msg",
    "pre-merge-commit",
    "prepare-commit-msg",
    "pre-applypatch",
    "pre-push",
}
MARK = b"# sekisho-hook "


def ours(directory):
    """The names of the hooks in a directory that are sekisho's."""
    return {
        p.name
        for p in directory.iterdir()
        if p.is_file() and not p.is_symlink() and MARK in p.read_bytes()
    }


def log_hook(log, name, more=""):
    return f'#!/bin/sh\necho {name} "$@" >>{log}\n{more}'


def test_installs_every_client_hook_and_says_so(world):
    repo = world.repo()
    result = repo.install()
    assert ours(repo.hooks()) == CLIENT
    for name in CLIENT:
        assert f"installed {name} in {repo.hooks()}\n" in result.out
        assert os.access(repo.hooks() / name, os.X_OK)


def test_an_installed_hook_refuses_a_key_and_passes_the_rest(world, keys, refused):
    repo = world.repo()
    repo.install()
    repo.add("clean", "hello\n")
    repo.commit()
    repo.add("key", keys.text())
    refused(repo.commit(ok=False), "aws-access-key-id")
    assert repo.git("rev-list", "--count", "HEAD").out == "1\n"


def test_scripts_are_plain_sh(world):
    world.cli("install", "--global", ok=True)
    directory = world.home / ".config/sekisho/hooks"
    for path in directory.iterdir():
        assert path.read_bytes().startswith(b"#!/bin/sh\n")
        subprocess.run(["sh", "-n", str(path)], check=True)


def test_installing_again_changes_nothing(world):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\nexit 0\n")
    repo.install()
    before = snapshot(repo.hooks())
    result = repo.install()
    assert snapshot(repo.hooks()) == before
    assert "up to date" in result.out
    assert "installed" not in result.out


def test_uninstall_restores_to_the_byte_and_mode(world):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\nexit 0\n", 0o750)
    repo.hook("commit-msg", "#!/bin/sh\nexit 1\n", 0o644)
    repo.hook("post-commit", "#!/bin/sh\nexit 0\n")
    repo.write("tools/hook", "#!/bin/sh\n")
    (repo.hooks() / "pre-push").symlink_to("../../tools/hook")
    before = snapshot(repo.path)
    result = repo.install()
    assert "kept your pre-commit as pre-commit.chained\n" in result.out
    assert snapshot(repo.path) != before
    result = repo.cli("uninstall", ok=True)
    assert "restored your pre-commit" in result.out
    assert f"removed pre-applypatch from {repo.hooks()}\n" in result.out
    assert snapshot(repo.path) == before


def test_uninstall_of_nothing_says_so(world):
    repo = world.repo()
    before = snapshot(repo.path)
    assert "no hook of sekisho's" in repo.cli("uninstall", ok=True).out
    assert snapshot(repo.path) == before


def test_an_existing_hook_runs_first_and_its_failure_is_the_hooks(world, keys):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\necho theirs ran\nexit 7\n")
    repo.install()
    repo.add("key", keys.text())
    result = repo.run(str(repo.hooks() / "pre-commit"))
    assert result.status == 7
    assert "theirs ran" in result.all
    assert "aws-" not in result.all
    keys.assert_unseen(result)


def test_what_a_formatter_stages_is_checked(world, keys, refused):
    repo = world.repo()
    repo.write("late", keys.text())
    repo.hook("pre-commit", "#!/bin/sh\ngit add late\n")
    repo.install()
    repo.add("clean", "hello\n")
    refused(repo.commit(ok=False))
    assert repo.head() == ""


def test_a_hook_that_is_not_executable_stays_off(world):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\nexit 1\n", 0o644)
    repo.install()
    repo.add("clean", "hello\n")
    repo.commit()


def test_a_chained_pre_push_gets_its_arguments_and_input(world):
    repo = world.repo()
    bare = world.bare()
    log = world.top / "log"
    repo.hook("pre-push", f'#!/bin/sh\necho "$@" >>{log}\ncat >>{log}\n')
    repo.install()
    repo.add("clean", "hello\n")
    repo.commit()
    repo.git("push", "-q", str(bare.path), "HEAD:refs/heads/x")
    zero = "0" * 40
    assert log.read_text() == (
        f"{bare.path} {bare.path}\nHEAD {repo.head()} refs/heads/x {zero}\n"
    )


def test_refuses_to_lose_an_older_chained_hook(world):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\n# new\n")
    repo.hook("pre-commit.chained", "#!/bin/sh\n# old\n")
    before = snapshot(repo.path)
    result = repo.cli("install")
    assert result.status == 2
    assert "pre-commit.chained" in result.err
    assert snapshot(repo.path) == before


def test_an_edited_script_is_left_alone(world):
    repo = world.repo()
    repo.install()
    hook = repo.hooks() / "pre-commit"
    hook.write_text(hook.read_text() + "# mine\n")
    edited = hook.read_bytes()
    result = repo.cli("uninstall")
    assert result.status == 3
    assert "edited" in result.out
    assert hook.read_bytes() == edited
    assert ours(repo.hooks()) == {"pre-commit"}
    assert repo.cli("install").status == 2


def test_a_replaced_script_is_left_alone(world):
    repo = world.repo()
    repo.hook("pre-commit", "#!/bin/sh\n# first\n")
    repo.install()
    repo.hook("pre-commit", "#!/bin/sh\n# second\n")
    result = repo.cli("uninstall")
    assert result.status == 3
    assert "pre-commit.chained" in result.out
    assert (repo.hooks() / "pre-commit").read_text() == "#!/bin/sh\n# second\n"
    assert (repo.hooks() / "pre-commit.chained").exists()


def test_paths_name_repositories_and_subdirectories_do_too(world):
    one, two = world.repo("one"), world.repo("two")
    (two.path / "a/b").mkdir(parents=True)
    world.cli("install", str(one.path), str(two.path / "a/b"), ok=True)
    assert ours(one.hooks()) == ours(two.hooks()) == CLIENT
    world.cli("uninstall", str(one.path), str(two.path), ok=True)
    assert ours(one.hooks()) == ours(two.hooks()) == set()


def test_outside_a_repository_it_fails(world):
    result = world.cli("install")
    assert result.status == 3
    assert result.err.startswith("sekisho: ")


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_places_exclude_each_other(world, command):
    assert world.cli(command, "--global", "--system").status == 2
    assert world.cli(command, "--global", "--template", "x").status == 2
    assert world.cli(command, "--template", "x", ".").status == 2


@pytest.mark.parametrize("where", [".githooks", "it's a dir/hooks"])
def test_core_hookspath_in_the_work_tree(world, keys, refused, where):
    repo = world.repo()
    repo.git("config", "core.hooksPath", where)
    result = repo.install()
    assert ours(repo.path / where) == CLIENT
    assert "inside the work tree" in result.out
    assert not (repo.path / ".git/hooks/pre-commit").exists()
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))


def test_core_hookspath_elsewhere(world, keys, refused):
    repo = world.repo()
    repo.git("config", "core.hooksPath", str(world.top / "team hooks"))
    result = repo.install()
    assert ours(world.top / "team hooks") == CLIENT
    assert "note:" not in result.out
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))


def test_a_linked_worktree_shares_its_hooks(repo, world, keys, refused):
    repo.cli("uninstall", ok=True)
    tree = world.top / "tree"
    repo.git("worktree", "add", "-q", str(tree))
    world.cli("install", str(tree), ok=True)
    assert ours(repo.path / ".git/hooks") == CLIENT
    (tree / "key").write_text(keys.text())
    repo.git("-C", str(tree), "add", "key")
    refused(repo.git("-C", str(tree), "commit", "-qm", "x", ok=False))


def test_a_submodule_has_its_own(world, keys, refused):
    inner = world.repo("inner")
    inner.add("clean", "hello\n")
    inner.commit()
    outer = world.repo("outer")
    outer.git("submodule", "--quiet", "add", str(inner.path), "sub")
    sub = outer.path / "sub"
    world.cli("install", str(sub), ok=True)
    assert ours(outer.path / ".git/modules/sub/hooks") == CLIENT
    assert not (outer.path / ".git/hooks/pre-commit").exists()
    (sub / "key").write_text(keys.text())
    outer.git("-C", str(sub), "add", "key")
    refused(outer.git("-C", str(sub), "commit", "-qm", "x", ok=False))


def test_a_bare_repository_gets_pre_receive(world):
    bare = world.bare()
    before = snapshot(bare.path)
    result = bare.install()
    assert ours(bare.path / "hooks") == {"pre-receive"}
    assert f"installed pre-receive in {bare.path}/hooks\n" in result.out
    bare.cli("uninstall", ok=True)
    assert snapshot(bare.path) == before


def test_a_template_reaches_new_repositories(world, keys, refused):
    world.cli("install", "--template", "tpl", ok=True)
    assert ours(world.top / "tpl/hooks") == CLIENT | {"pre-receive"}
    repo = world.repo("new", f"--template={world.top}/tpl")
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))
    world.cli("uninstall", "--template", "tpl", ok=True)
    assert ours(world.top / "tpl/hooks") == set()


# The program itself


def copied_program(world):
    directory = world.top / "pro'gram"
    directory.mkdir()
    shutil.copy(world.sekisho, directory / "sekisho")
    return directory / "sekisho"


def test_a_program_that_is_gone_fails_closed_and_says_how_to_go_on(world):
    repo = world.repo()
    program = copied_program(world)
    repo.run(str(program), "install", ok=True)
    program.unlink()
    result = repo.run(str(repo.hooks() / "pre-commit"), env={"PATH": "/usr/bin:/bin"})
    assert result.status == 3
    assert str(program) in result.err
    assert "sekisho install" in result.err
    assert "delete" in result.err
    repo.add("clean", "hello\n")
    repo.commit(ok=False, env={"PATH": "/usr/bin:/bin"})


def test_a_program_that_moved_is_found_in_path(world, keys, refused):
    repo = world.repo()
    program = copied_program(world)
    repo.run(str(program), "install", ok=True)
    program.unlink()
    (world.top / "bin").mkdir()
    (world.top / "bin/sekisho").symlink_to(world.sekisho)
    path = {"PATH": f"{world.top}/bin:{world.env['PATH']}"}
    repo.add("clean", "hello\n")
    repo.commit(env=path)
    repo.add("key", keys.text())
    refused(repo.commit(ok=False, env=path))


def test_installing_with_another_program_updates_the_scripts(world):
    repo = world.repo()
    repo.run(str(copied_program(world)), "install", ok=True)
    repo.hook("pre-commit.chained", "#!/bin/sh\nexit 0\n")
    result = repo.install()
    assert "updated pre-commit" in result.out
    assert world.sekisho in (repo.hooks() / "pre-commit").read_text()
    assert (repo.hooks() / "pre-commit.chained").exists()


# For all repositories


@pytest.fixture
def everywhere(world):
    world.cli("install", "--global", ok=True)
    return world


def test_global_sets_core_hookspath_and_uninstall_unsets_it(world):
    before = snapshot(world.home)
    result = world.cli("install", "--global", ok=True)
    directory = world.home / ".config/sekisho/hooks"
    assert f"to {directory}\n" in result.out
    got = world.run("git", "config", "--global", "core.hooksPath", ok=True).out
    assert got == f"{directory}\n"
    again = snapshot(world.home)
    world.cli("install", "--global", ok=True)
    assert snapshot(world.home) == again
    world.cli("uninstall", "--global", ok=True)
    (world.home / ".config").rmdir()
    assert snapshot(world.home) == before


def test_global_honours_the_users_configuration_directory(world):
    env = {"XDG_CONFIG_HOME": str(world.top / "xdg")}
    world.cli("install", "--global", ok=True, env=env)
    assert (world.top / "xdg/sekisho/hooks/pre-commit").exists()
    world.cli("uninstall", "--global", ok=True, env=env)
    assert not (world.top / "xdg/sekisho").exists()


def test_global_checks_any_repository(everywhere, keys, refused):
    repo = everywhere.repo()
    repo.add("clean", "hello\n")
    repo.commit()
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))


def test_global_leaves_every_repositorys_own_hooks_on(everywhere):
    repo = everywhere.repo()
    log = everywhere.top / "log"
    names = [
        "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit",
        "post-checkout", "post-index-change", "reference-transaction",
    ]
    for name in names:
        hook = repo.path / ".git/hooks" / name
        hook.write_text(log_hook(log, name))
        hook.chmod(0o755)
    repo.add("clean", "hello\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "other")
    ran = {line.split()[0] for line in log.read_text().splitlines()}
    assert ran == set(names)
    assert "commit-msg .git/COMMIT_EDITMSG\n" in log.read_text()


def test_global_leaves_a_worktrees_own_hooks_on(everywhere):
    repo = everywhere.repo()
    log = everywhere.top / "log"
    repo.add("clean", "hello\n")
    repo.commit()
    for name in ("pre-commit", "post-commit"):
        hook = repo.path / ".git/hooks" / name
        hook.write_text(log_hook(log, name))
        hook.chmod(0o755)
    tree = everywhere.top / "tree"
    repo.git("worktree", "add", "-q", str(tree))
    repo.git("-C", str(tree), "commit", "-q", "--allow-empty", "-m", "x")
    assert log.read_text() == "pre-commit\npost-commit\n"


def test_global_lets_a_failing_own_hook_fail(everywhere):
    repo = everywhere.repo()
    hook = repo.path / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    repo.add("clean", "hello\n")
    repo.commit(ok=False)
    hook.chmod(0o644)
    repo.commit()


def test_global_on_the_receiving_side(everywhere, keys, refused):
    repo, bare = everywhere.repo(), everywhere.bare()
    log = everywhere.top / "log"
    for name in ("pre-receive", "post-receive", "update", "post-update"):
        hook = bare.path / "hooks" / name
        hook.write_text(f'#!/bin/sh\necho {name} "$@" >>{log}\n[ {name} = update ] || cat >>{log}\n')
        hook.chmod(0o755)
    repo.add("clean", "hello\n")
    repo.commit()
    repo.git("push", "-q", str(bare.path), "main")
    line = f"{'0' * 40} {repo.head()} refs/heads/main\n"
    assert log.read_text() == (
        f"pre-receive\n{line}"
        f"update refs/heads/main {'0' * 40} {repo.head()}\n"
        f"post-receive\n{line}"
        "post-update refs/heads/main\n"
    )
    repo.plant("key", keys.text())
    refused(repo.git("push", "--no-verify", str(bare.path), "main", ok=False))


def test_global_and_local_together_check_once(everywhere, keys, refused):
    repo = everywhere.repo()
    log = everywhere.top / "log"
    hook = repo.path / ".git/hooks/pre-commit"
    hook.write_text(log_hook(log, "own"))
    hook.chmod(0o755)
    repo.run("git", "config", "core.hooksPath", ".git/hooks", ok=True)
    repo.install()
    repo.run("git", "config", "--unset", "core.hooksPath", ok=True)
    assert (repo.path / ".git/hooks/pre-commit.chained").exists()
    repo.add("key", f"x = {keys.id}\n")
    result = repo.commit(ok=False)
    refused(result)
    assert result.all.count("aws-access-key-id") == 1
    assert log.read_text() == "own\n"


def test_global_is_not_undone_from_one_repository(everywhere):
    repo = everywhere.repo()
    before = snapshot(everywhere.home)
    result = repo.cli("install", ok=True)
    assert "updated" not in result.out
    assert repo.cli("uninstall").status == 3
    assert snapshot(everywhere.home) == before


def test_global_uses_a_directory_that_is_set_already(world):
    directory = world.home / "my hooks"
    directory.mkdir()
    (directory / "pre-commit").write_text("#!/bin/sh\nexit 0\n")
    (directory / "pre-commit").chmod(0o755)
    world.run("git", "config", "--global", "core.hooksPath", "~/my hooks", ok=True)
    before = snapshot(world.home)
    world.cli("install", "--global", ok=True)
    assert ours(directory) == CLIENT | {"pre-receive"}
    assert not (world.home / ".config").exists()
    world.cli("uninstall", "--global", ok=True)
    assert snapshot(world.home) == before


def test_global_reads_both_of_a_users_configuration_files(world):
    (world.home / ".config/git").mkdir(parents=True)
    (world.home / "theirs").mkdir()
    (world.home / ".config/git/config").write_text("[core]\n\thooksPath = ~/theirs\n")
    world.cli("install", "--global", ok=True)
    assert "pre-commit" in ours(world.home / "theirs")


def test_global_keeps_what_git_does_without_push_to_checkout(everywhere):
    target, source = everywhere.repo("target"), everywhere.repo("source")
    target.git("config", "receive.denyCurrentBranch", "updateInstead")
    source.add("file", "one\n")
    source.commit()
    source.git("push", "-q", str(target.path), "main")
    assert target.read("file") == b"one\n"
    source.add("file", "two\n")
    source.commit()
    source.git("push", "-q", str(target.path), "main")
    assert target.read("file") == b"two\n"
    assert target.git("status", "--porcelain").out == ""
    target.write("file", "mine\n")
    source.add("file", "three\n")
    source.commit()
    source.git("push", "-q", str(target.path), "main", ok=False)
    assert target.read("file") == b"mine\n"
    hook = target.path / ".git/hooks/push-to-checkout"
    hook.write_text(f'#!/bin/sh\necho "$1" >{everywhere.top}/log\n')
    hook.chmod(0o755)
    source.git("push", "-q", str(target.path), "main")
    assert (everywhere.top / "log").read_text() == source.head() + "\n"


# Hook managers


def test_husky_stubs_still_know_which_hook_they_are(world, keys, refused):
    repo = world.repo()
    log = world.top / "log"
    stub = '#!/usr/bin/env sh\n. "${0%/*}/h"'
    repo.write(".husky/_/h", 'n=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n'
               '[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\n')
    repo.write(".husky/pre-commit", f"echo ran >>{log}\n[ ! -f bad ]\n")
    repo.git("config", "core.hooksPath", ".husky/_")
    repo.hook("pre-commit", stub)
    result = repo.install()
    assert "husky" in result.out
    repo.add("clean", "hello\n")
    repo.commit()
    assert log.read_text() == "ran\n"
    repo.add("bad", "x\n")
    repo.commit(ok=False)
    (repo.path / "bad").unlink()
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))
    # husky writes its stubs anew on every install
    repo.hook("pre-commit", stub)
    repo.install()
    refused(repo.commit(ok=False))


@pytest.mark.parametrize(
    "words,name",
    [("# File generated by pre-commit: https://pre-commit.com", "pre-commit"),
     ("call_lefthook run pre-commit", "lefthook")],
)
def test_managers_are_chained_and_named(world, words, name):
    repo = world.repo()
    repo.hook("pre-commit", f"#!/bin/sh\n: {words}\n")
    result = repo.install()
    assert f"note: {name} " in result.out
    assert "kept your pre-commit" in result.out
