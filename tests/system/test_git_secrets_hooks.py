"""`git secrets --install`, and git running the hooks that it writes."""

import os

import pytest

from test_git_secrets import clean, gs, lines, secrets  # noqa: F401

HOOKS = {
    "commit-msg": "commit_msg",
    "pre-commit": "pre_commit",
    "prepare-commit-msg": "prepare_commit_msg",
}


def text(hook):
    return f'#!/usr/bin/env bash\ngit secrets --{HOOKS[hook]}_hook -- "$@"\n'


@pytest.fixture
def hooked(gs):
    gs.add("README", "hello\n")
    gs.commit("first")
    assert secrets(gs, "--install").status == 0
    return gs


# ---- places


def test_install_writes_three_hooks_and_says_so(gs):
    r = secrets(gs, "--install")
    assert (r.status, r.err) == (0, "")
    assert r.out == "".join(
        f"Installed {h} hook to .git/hooks/{h}\n" for h in HOOKS)
    for hook in HOOKS:
        path = gs.path / ".git" / "hooks" / hook
        assert path.read_text() == text(hook)
        assert path.stat().st_mode & 0o111 == 0o111


def test_install_refuses_what_is_there_and_force_keeps_it(gs):
    gs.hook("pre-commit", "#!/bin/sh\nexit 0\n")
    r = secrets(gs, "--install")
    assert r.status == 1
    assert r.err == ".git/hooks/pre-commit already exists. Use -f to force\n"
    assert (gs.hooks() / "commit-msg").read_text() == text("commit-msg")
    assert secrets(gs, "--install", "-f").status == 0
    assert (gs.hooks() / "pre-commit").read_text() == text("pre-commit")
    assert (gs.hooks() / "pre-commit.old").read_text() == "#!/bin/sh\nexit 0\n"
    assert secrets(gs, "--install", "-f").status == 0
    assert not (gs.hooks() / "pre-commit.old2").exists()


def test_install_by_name_and_into_hook_directories(gs, world):
    os.mkdir(gs.path / ".git" / "hooks" / "pre-commit.d")
    r = secrets(gs, "--install", str(gs.path), cwd=world.top)
    assert r.status == 0
    inside = gs.path / ".git" / "hooks" / "pre-commit.d" / "git-secrets"
    assert inside.read_text() == text("pre-commit")
    assert f"Installed pre-commit hook to {inside}\n" in r.out


def test_install_into_a_template(gs, world):
    template = world.top / "new" / "template"
    assert secrets(gs, "--install", str(template), cwd=world.top).status == 0
    world.run("git", "init", "-q", f"--template={template}", "fresh", ok=True)
    assert (world.top / "fresh/.git/hooks/pre-commit").read_text() == text("pre-commit")


def test_install_outside_of_a_repository(gs, world):
    r = secrets(gs, "--install", cwd=world.top)
    assert r.status == 1
    assert r.err.endswith("Not in a Git repository\n")


def test_install_where_git_runs_hooks(gs):
    gs.git("config", "core.hooksPath", "my hooks")
    assert secrets(gs, "--install").status == 0
    assert (gs.path / "my hooks" / "pre-commit").read_text() == text("pre-commit")
    assert not (gs.path / ".git" / "hooks" / "pre-commit").exists()
    gs.git("config", "secrets.hooksPath", "false")
    assert secrets(gs, "--install").status == 0
    assert (gs.path / ".git" / "hooks" / "pre-commit").exists()


@pytest.mark.parametrize("by_name", [False, True])
def test_install_in_a_linked_worktree(gs, world, by_name):
    gs.add("a", "ok\n")
    gs.commit()
    linked = world.top / "linked"
    gs.git("worktree", "add", "-q", str(linked))
    args, cwd = (([str(linked)], world.top) if by_name else ([], linked))
    assert secrets(gs, "--install", *args, cwd=cwd).status == 0
    assert (gs.path / ".git" / "hooks" / "pre-commit").exists()
    (linked / "a").write_text("me\n")
    assert world.run("git", "commit", "-qam", "x", cwd=linked).status == 1


# ---- commits


def test_a_commit_is_refused_and_findings_stand_first(hooked):
    hooked.add("b", "me\n")
    hooked.add("a a", "@todo\n")
    before = hooked.head()
    r = hooked.commit(ok=None)
    assert r.status == 1
    assert r.err.split("\n")[:2] == ["a a:1:@todo", "b:1:me"]
    assert hooked.head() == before


def test_what_is_staged_is_scanned_and_nothing_else(hooked):
    hooked.add("a", "ok\n")
    hooked.write("a", "me\n")
    hooked.commit()
    hooked.plant("old", "me\n")
    hooked.commit("nothing", "--allow-empty")
    hooked.git("rm", "-q", "--cached", "README")
    hooked.commit("only a deletion")


def test_a_whole_file_is_scanned_as_ever(hooked):
    hooked.plant("a", "me\n")
    hooked.add("a", "me\nmore\n")
    assert lines(hooked.commit(ok=None)) == ["a:1:me"]


def test_nothing_staged_is_the_index_where_someone_asks_so(hooked):
    hooked.plant("old", "me\n")
    assert clean(secrets(hooked, "--pre_commit_hook"))
    framework = secrets(hooked, "--pre_commit_hook", env={"PRE_COMMIT": "1"})
    assert lines(framework) == ["old:1:me"]
    hooked.git("config", "secrets.nothingStaged", "true")
    assert lines(secrets(hooked, "--pre_commit_hook")) == ["old:1:me"]
    assert hooked.commit("empty", "--allow-empty", ok=None).status == 1


def test_a_change_of_type_is_scanned(hooked):
    os.symlink("README", hooked.path / "link")
    hooked.git("add", "link")
    hooked.commit()
    os.remove(hooked.path / "link")
    hooked.add("link", "me\n")
    assert lines(hooked.commit(ok=None)) == ["link:1:me"]


def test_the_first_commit_is_scanned(gs):
    secrets(gs, "--install")
    gs.add("a", "me\n")
    assert gs.commit(ok=None).status == 1
    gs.add("a", "ok\n")
    gs.commit()


def test_a_commit_from_below_the_top(hooked):
    hooked.add("sub/a", "me\n")
    r = hooked.commit(ok=None, cwd=hooked.path / "sub")
    assert lines(r) == ["sub/a:1:me"]


def test_a_message_is_refused(hooked):
    r = hooked.commit("fine\n\n@todo here", "--allow-empty", ok=None)
    assert r.status == 1
    assert r.err.split("\n")[0] == ".git/COMMIT_EDITMSG:3:@todo here"


def test_a_key_in_a_message_is_refused_and_not_shown(hooked, keys):
    r = hooked.commit(f"id {keys.id}", "--allow-empty", ok=None)
    assert r.status == 1
    keys.assert_unseen(r)


def test_what_git_cuts_off_a_message_does_not_count(hooked, world):
    editor = world.script("editor", '#!/bin/sh\nprintf "fine\\n# @todo\\n" >"$1"\n')
    hooked.git("commit", "-q", "--allow-empty", env={"GIT_EDITOR": editor})
    assert "@todo" not in hooked.git("log", "-1", "--format=%B").out


@pytest.mark.parametrize("options", [["-a"], ["--", "README"], ["-p"]])
def test_every_way_to_say_what_is_committed(hooked, options):
    hooked.write("README", "hello\nme\n")
    r = hooked.git("commit", "-q", "-m", "x", *options, ok=None, stdin="y\n")
    assert r.status == 1
    assert "README:2:me\n" in r.err


def test_install_in_a_submodule(gs, world):
    inner = world.repo("inner")
    inner.add("a", "ok\n")
    inner.commit()
    gs.git("submodule", "add", "-q", str(inner.path), "sub")
    assert secrets(gs, "--install", "sub").status == 0
    assert not (gs.path / "sub" / "hooks").exists()
    assert (gs.path / ".git/modules/sub/hooks/pre-commit").read_text() == text("pre-commit")


# ---- merges


def branch_with_bad_history(r, name="feature", word="@todo"):
    main = r.git("symbolic-ref", "--short", "HEAD").out.strip()
    r.git("checkout", "-q", "-b", name)
    r.plant(name, word + "\n")
    r.plant(name, "fixed\n")
    bad = r.head("HEAD~1")
    r.git("checkout", "-q", "-f", main)
    r.git("reset", "-q", "--hard")
    return bad


def test_a_merge_of_bad_history_is_refused_and_stays_so(hooked):
    bad = branch_with_bad_history(hooked)
    before = hooked.head()
    r = hooked.git("merge", "-q", "--no-ff", "feature", ok=None)
    assert r.status == 1
    assert lines(r) == [f"{bad}:feature:1:@todo"]
    again = hooked.git("commit", "-q", "--no-edit", ok=None)
    assert again.status == 1
    assert hooked.head() == before


def test_a_merge_that_is_completed_by_hand_is_checked(hooked):
    branch_with_bad_history(hooked)
    hooked.git("merge", "-q", "--no-ff", "--no-commit", "feature")
    assert hooked.git("commit", "-q", "--no-edit", ok=None).status == 1


@pytest.mark.parametrize("bad", ["one", "two", "three"])
def test_every_branch_of_an_octopus_is_checked(hooked, bad):
    for name in ("one", "two", "three"):
        branch_with_bad_history(hooked, name, "@todo" if name == bad else "ok")
    r = hooked.git("merge", "-q", "one", "two", "three", ok=None)
    assert r.status != 0
    assert f":{bad}:1:@todo" in r.err


def test_a_good_merge_passes(hooked):
    branch_with_bad_history(hooked, word="good")
    hooked.plant("mine", "x\n")
    hooked.git("merge", "-q", "--no-ff", "feature")
    assert hooked.parents() == 2


def test_a_merge_does_not_count_what_is_here_already(hooked):
    hooked.plant("old", "me\n")
    branch_with_bad_history(hooked, word="good")
    hooked.git("merge", "-q", "--no-ff", "feature")
    assert hooked.parents() == 2


def test_other_messages_are_left_to_the_other_hooks(hooked):
    hooked.write("m", "@todo\n")
    for args in (["m"], ["m", "message"], ["m", "merge", "HEAD"], []):
        assert clean(secrets(hooked, "--prepare_commit_msg_hook", "--", *args))
