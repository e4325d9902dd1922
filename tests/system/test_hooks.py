"""What the installed hooks let through and what they stop, in git's own flows."""

import os

import pytest

from conftest import Keys


def editor(world, text):
    """An editor that puts text before what git wrote. NAME for GIT_EDITOR."""
    (world.top / "typed").write_text(text)
    typed = world.top / "typed"
    return world.script("editor", f'#!/bin/sh\ncat {typed} "$1" >"$1.new" && mv "$1.new" "$1"\n')


# The commit


def test_a_key_in_the_first_commit_is_refused(world, keys, refused):
    repo = world.repo()
    repo.install()
    repo.add("key", keys.text())
    result = repo.commit(ok=False)
    refused(result, "aws-access-key-id")
    assert "aws-secret-access-key" in result.all
    assert "key:1:" in result.all
    assert repo.head() == ""


def test_a_clean_commit_passes_in_silence(repo):
    repo.add("clean", "hello\n")
    result = repo.commit()
    assert result.all == ""


def test_the_hook_itself_exits_with_1_for_found(repo, keys):
    hook = str(repo.hooks() / "pre-commit")
    assert repo.run(hook).status == 0
    repo.add("key", keys.text())
    result = repo.run(hook)
    assert result.status == 1
    keys.assert_unseen(result)


def test_the_hook_itself_exits_with_3_for_what_it_cannot_read(repo):
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{'12' * 20},lost")
    assert repo.run(str(repo.hooks() / "pre-commit")).status == 3


def test_a_refusal_says_what_to_do(repo, keys):
    repo.add("key", keys.text())
    result = repo.commit(ok=False)
    assert "sekisho allow" in result.all
    assert "man sekisho" in result.all


def test_a_key_only_in_the_work_tree_passes(repo, keys):
    repo.add("file", "hello\n")
    repo.write("file", keys.text())
    repo.write("untracked", keys.text())
    repo.commit()


def test_a_key_only_in_the_index_is_refused(repo, keys, refused):
    repo.add("file", keys.text())
    repo.write("file", "hello\n")
    refused(repo.commit(ok=False))
    repo.add("gone", keys.text())
    (repo.path / "gone").unlink()
    refused(repo.commit(ok=False))


def test_commit_all(repo, keys, refused):
    repo.add("file", "hello\n")
    repo.commit()
    repo.write("file", keys.text())
    refused(repo.commit("x", "-a", ok=False))
    assert repo.git("show", "HEAD:file").out == "hello\n"


def test_commit_of_a_path_checks_that_path(repo, keys, refused):
    repo.add("a", "hello\n")
    repo.add("b", "hello\n")
    repo.commit()
    repo.write("a", keys.text())
    refused(repo.commit("x", "--", "a", ok=False))
    refused(repo.commit("x", "-i", "--", "a", ok=False))


def test_commit_of_a_path_leaves_what_else_is_staged_alone(repo, keys, refused):
    repo.add("a", "hello\n")
    repo.add("b", "hello\n")
    repo.commit()
    repo.add("b", keys.text())
    repo.write("a", "changed\n")
    repo.commit("x", "--", "a")
    refused(repo.commit(ok=False))


def test_commit_from_a_subdirectory(repo, keys, refused):
    repo.add("sub/dir/key", keys.text())
    refused(repo.git("commit", "-qm", "x", cwd=repo.path / "sub/dir", ok=False))


def test_amending_in_a_key_is_refused(repo, keys, refused):
    repo.add("key", keys.text())
    refused(repo.git("commit", "-q", "--amend", "--no-edit", ok=False))


def test_commits_without_content_pass(repo, keys):
    repo.plant("old", keys.text())
    repo.commit("x", "--allow-empty")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "y")
    repo.git("rm", "-q", "README")
    repo.commit()
    repo.git("rm", "-q", "old")
    repo.commit()


def test_only_new_lines_count(repo, keys, refused):
    other = Keys("other")
    repo.plant("file", keys.text())
    repo.add("file", "# first\n" + keys.text())
    repo.commit()
    repo.add("file", "# first\n" + keys.text() + other.text())
    result = repo.commit(ok=False)
    refused(result)
    other.assert_unseen(result)
    assert "file:2:" not in result.all
    assert "file:4:" in result.all


def test_a_rename_brings_nothing_new(repo, keys, refused):
    repo.plant("file", keys.text() + "line\n" * 20)
    repo.git("mv", "file", "moved")
    repo.commit()
    repo.git("mv", "moved", "again")
    repo.add("again", keys.text() + "line\n" * 20 + Keys("other").text())
    refused(repo.commit(ok=False))


def test_a_mode_change_brings_nothing_new(repo, keys, refused):
    repo.plant("file", keys.text())
    repo.git("update-index", "--chmod=+x", "file")
    repo.commit()
    repo.write("file", keys.text() + Keys("other").text())
    os.chmod(repo.path / "file", 0o644)
    refused(repo.commit("x", "-a", ok=False))


def test_a_symlinks_target_is_checked(repo, keys, refused):
    repo.add("file", "hello\n")
    repo.commit()
    os.symlink(f"/vault/{keys.id}", repo.path / "link")
    repo.git("add", "link")
    refused(repo.commit(ok=False))
    repo.git("rm", "-q", "--cached", "link")
    (repo.path / "file").unlink()
    os.symlink(keys.id, repo.path / "file")
    refused(repo.commit("x", "-a", ok=False))


def test_a_submodule_is_elsewhere_and_passes(world, repo, keys):
    inner = world.repo("inner")
    inner.plant("key", keys.text())
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    repo.commit()
    inner.add("more", "hello\n")
    inner.commit()
    repo.git("-C", "sub", "pull", "-q")
    repo.git("add", "sub")
    repo.commit()


NAMES = [
    b"with space", b"quo\"te", b"it's", b"new\nline", b"\xff\xfe", b"t\tab",
    b"back\\slash", b"-dash", b":colon", b"*", "\u8def/\u5f84".encode(), b"a" * 255,
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(n)[:24] for n in NAMES])
def test_any_name_is_read(repo, keys, refused, name):
    repo.write(name, "hello\n")
    repo.git("--literal-pathspecs", "add", "--", name)
    repo.commit()
    repo.write(name, keys.text())
    repo.git("--literal-pathspecs", "add", "--", name)
    refused(repo.commit(ok=False))


def test_a_key_as_file_name_is_refused(repo, keys, refused):
    repo.add(f"backup/{keys.id}_keys.csv", "hello\n")
    refused(repo.commit(ok=False))


def test_a_key_as_directory_name_is_refused(repo, keys, refused):
    repo.add(f"{keys.id}/file", "hello\n")
    refused(repo.commit(ok=False))


def test_binary_content_is_read(repo, keys, refused):
    repo.add("blob", b"\0\1\2" * 500 + keys.id.encode() + b"\0" * 500)
    refused(repo.commit(ok=False))


@pytest.mark.parametrize(
    "attributes", ["* -diff", "* binary", "* diff=hide", "* -text", "* filter=hide export-ignore"]
)
def test_attributes_hide_nothing(repo, keys, refused, attributes):
    repo.git("config", "diff.hide.textconv", "true")
    repo.git("config", "diff.hide.command", "true")
    repo.add(".gitattributes", attributes + "\n")
    repo.add("key", keys.text())
    refused(repo.commit(ok=False))


def test_what_a_clean_filter_stores_is_checked(repo, keys, refused):
    repo.git("config", "filter.swap.clean", "tr '[:lower:]' '[:upper:]'")
    repo.add(".gitattributes", "*.low filter=swap\n")
    repo.commit()
    repo.add("x.low", f"{keys.id.lower()}\n")
    refused(repo.commit(ok=False))


def test_replace_refs_hide_nothing(repo, keys, refused):
    repo.add("key", keys.text())
    bad = repo.git("rev-parse", ":key").out.strip()
    good = repo.git("rev-parse", ":README").out.strip()
    repo.git("replace", "-f", bad, good)
    refused(repo.commit(ok=False))


def test_a_hook_does_not_run_what_the_repository_configures(repo, world):
    log = world.top / "log"
    spy = world.script("spy", f"#!/bin/sh\necho spy >>{log}\n")
    repo.git("config", "diff.external", spy)
    repo.git("config", "core.pager", spy)
    repo.git("config", "diff.x.textconv", spy)
    repo.add(".gitattributes", "* diff=x\n")
    repo.add("clean", "hello\n")
    repo.run(str(repo.hooks() / "pre-commit"), ok=True)
    assert not log.exists()


# The message


def test_a_key_in_the_message_is_refused(repo, keys, refused):
    repo.add("clean", "hello\n")
    refused(repo.commit(f"title\n\nwith {keys.id}", ok=False))
    refused(repo.commit(f"title\n# {keys.id}", ok=False))
    repo.commit("title")


def test_comment_lines_that_git_removes_pass(repo, world, keys, refused):
    repo.add("clean", "hello\n")
    env = {"GIT_EDITOR": editor(world, f"title\n# was {keys.id}\n")}
    repo.git("commit", "-q", env=env)
    assert repo.git("log", "-1", "--format=%B").out == "title\n\n"
    repo.add("clean", "more\n")
    refused(repo.git("-c", "commit.cleanup=whitespace", "commit", "-q", env=env, ok=False))
    env = {"GIT_EDITOR": editor(world, f"title\n{keys.id}\n")}
    refused(repo.git("commit", "-q", env=env, ok=False))


def test_the_comment_character_is_honoured(repo, world, keys, refused):
    env = {"GIT_EDITOR": editor(world, f"title\n; was {keys.id}\n")}
    repo.add("clean", "hello\n")
    refused(repo.git("commit", "-q", env=env, ok=False))
    repo.git("-c", "core.commentChar=;", "commit", "-q", env=env)


def test_the_diff_of_a_verbose_commit_is_no_message(repo, world, keys, refused):
    repo.plant("file", keys.text() + "line\n")
    repo.add("file", "line\n")
    repo.git("commit", "-qv", env={"GIT_EDITOR": editor(world, "title\n")})
    repo.plant("file", keys.text() + "line\n")
    repo.add("file", "line\nmore\n")
    env = {"GIT_EDITOR": editor(world, f"title {keys.id}\n")}
    refused(repo.git("commit", "-qv", env=env, ok=False))


def test_a_key_below_scissors_of_ones_own_is_refused(repo, world, keys, refused):
    cut = "# ------------------------ >8 ------------------------\n"
    repo.add("clean", "hello\n")
    env = {"GIT_EDITOR": editor(world, f"title\n{cut}{keys.id}\n")}
    refused(repo.git("commit", "-q", env=env, ok=False))


# Merges


@pytest.fixture
def diverged(repo, keys):
    """main has a key from before; topic has none, and both went on."""
    repo.git("branch", "topic")
    repo.plant("old", keys.text())
    repo.add("main-file", "main\n")
    repo.commit()
    repo.git("checkout", "-q", "topic")
    repo.add("topic-file", "topic\n")
    repo.commit()
    return repo


def test_a_merge_that_brings_old_findings_passes(diverged):
    diverged.git("merge", "-q", "main")
    assert diverged.parents() == 2


def test_a_merge_completed_by_commit_passes_too(diverged):
    diverged.git("merge", "-q", "--no-commit", "main")
    diverged.git("commit", "-q", "--no-edit")
    assert diverged.parents() == 2


def evil_driver(repo, keys):
    """Merging `both` puts a key into it that neither side has."""
    repo.write("../evil", keys.text())
    repo.git("config", "merge.evil.driver", "cat ../evil >%A")
    repo.add(".gitattributes", "both merge=evil\n")
    repo.add("both", "base\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "left")
    repo.add("both", "left\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "right", "main")
    repo.add("both", "right\n")
    repo.commit()


def test_an_evil_merge_is_refused_and_so_is_its_completion(repo, keys, refused):
    evil_driver(repo, keys)
    head = repo.head()
    refused(repo.git("merge", "-q", "left", ok=False))
    assert repo.head() == head
    assert (repo.path / ".git/MERGE_HEAD").exists()
    refused(repo.git("commit", "-q", "--no-edit", ok=False))
    refused(repo.git("merge", "--continue", ok=False, env={"GIT_EDITOR": "true"}))
    assert repo.head() == head
    repo.add("both", "clean\n")
    repo.git("commit", "-q", "--no-edit")
    assert repo.parents() == 2


def test_a_key_added_while_merging_is_refused(diverged, refused):
    diverged.git("merge", "-q", "--no-commit", "main")
    diverged.add("old", diverged.read("old") + Keys("evil").text().encode())
    result = diverged.commit(ok=False)
    refused(result)
    Keys("evil").assert_unseen(result)


def test_a_key_in_the_resolution_of_a_conflict_is_refused(repo, keys, refused):
    repo.git("checkout", "-q", "-b", "topic")
    repo.add("README", "topic\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.add("README", "main\n")
    repo.commit()
    repo.git("merge", "-q", "topic", ok=False)
    repo.add("README", keys.text())
    refused(repo.git("commit", "-q", "--no-edit", ok=False))


def octopus(repo):
    for name in ("one", "two", "three"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.plant(name, Keys(name).text())
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()


def test_an_octopus_of_old_findings_passes(repo):
    octopus(repo)
    repo.git("merge", "-q", "one", "two", "three")
    assert repo.parents() == 4


def test_an_evil_octopus_is_refused(repo, keys, refused):
    octopus(repo)
    repo.git("merge", "-q", "--no-commit", "one", "two", "three")
    repo.add("evil", keys.text())
    refused(repo.commit(ok=False))
    assert repo.parents() == 1


def test_a_squashed_merge_brings_what_is_new_here(repo, keys, refused):
    repo.git("checkout", "-q", "-b", "topic")
    repo.plant("key", keys.text())
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--squash", "topic")
    refused(repo.commit(ok=False))


def test_the_message_of_a_merge_is_checked(diverged, keys, refused):
    refused(diverged.git("merge", "-m", f"title {keys.id}", "main", ok=False))
    assert diverged.parents() == 1


# What git does with commits that are there


@pytest.fixture
def planted(repo, keys):
    """The branch `bad` has a commit with a key; main went on."""
    repo.git("checkout", "-q", "-b", "bad")
    repo.plant("key", keys.text(), "brings a key")
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()
    return repo


def test_cherry_pick_is_refused(planted, refused):
    head = planted.head()
    refused(planted.git("cherry-pick", "bad", ok=False))
    assert planted.head() == head
    refused(planted.git("-c", "core.editor=true", "cherry-pick", "--continue", ok=False,
                        env={"GIT_EDITOR": "true"}))
    assert planted.head() == head
    planted.git("cherry-pick", "--abort")


def test_cherry_pick_without_commit_then_commit_is_refused(planted, refused):
    planted.git("cherry-pick", "-n", "bad")
    refused(planted.commit(ok=False))


def test_cherry_pick_of_a_key_in_a_message_is_refused(repo, keys, refused):
    repo.git("checkout", "-q", "-b", "bad")
    repo.plant("file", "hello\n", f"title\n\n# {keys.id}\n")
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()
    refused(repo.git("cherry-pick", "bad", ok=False))


def test_a_clean_cherry_pick_passes(repo):
    repo.git("checkout", "-q", "-b", "good")
    repo.add("file", "hello\n")
    repo.commit("good")
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()
    repo.git("cherry-pick", "good")
    assert repo.git("log", "-1", "--format=%s").out == "good\n"


def test_a_revert_that_brings_a_key_back_is_refused(repo, keys, refused):
    repo.plant("key", keys.text())
    repo.git("rm", "-q", "key")
    repo.commit("take it out")
    head = repo.head()
    refused(repo.git("revert", "--no-edit", "HEAD", ok=False))
    assert repo.head() == head


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_of_a_key_is_refused(planted, refused, backend):
    refused(planted.git("rebase", backend, "main", "bad", ok=False))
    assert planted.head() == planted.head("main")
    planted.git("rebase", "--abort")


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_clean_rebase_passes(repo, backend):
    repo.git("checkout", "-q", "-b", "topic")
    for n in range(3):
        repo.add(f"file{n}", "hello\n")
        repo.commit()
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()
    repo.git("rebase", backend, "main", "topic")
    assert repo.git("rev-list", "--count", "main..topic").out == "3\n"


def test_a_rebase_over_old_findings_passes(diverged):
    diverged.git("rebase", "main", "topic")


def test_git_am_is_refused(planted, refused):
    patch = planted.git("format-patch", "--stdout", "-1", "bad").out
    head = planted.head()
    refused(planted.git("am", stdin=patch, ok=False))
    assert planted.head() == head


def test_git_am_of_a_key_in_the_message_is_refused(repo, keys, refused):
    repo.git("checkout", "-q", "-b", "bad")
    repo.plant("file", "hello\n", f"title\n\nsee {keys.id}\n")
    patch = repo.git("format-patch", "--stdout", "-1", "bad").out
    repo.git("checkout", "-q", "main")
    refused(repo.git("am", stdin=patch, ok=False))


def test_git_am_of_a_clean_patch_passes(repo):
    repo.git("checkout", "-q", "-b", "good")
    repo.add("file", "hello\n")
    repo.commit("good")
    patch = repo.git("format-patch", "--stdout", "-1", "good").out
    repo.git("checkout", "-q", "main")
    repo.add("more", "hello\n")
    repo.commit()
    repo.git("am", "-q", stdin=patch)
    assert repo.git("log", "-1", "--format=%s").out == "good\n"
