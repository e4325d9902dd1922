"""`sekisho scan --staged`: what the next commit would hold, as git has it."""

import json
import os

import pytest

from test_scan_tree import paths, places, unread


@pytest.fixture
def plain(world):
    """A repository without hooks and with a first commit."""
    r = world.repo("plain")
    r.add("README", "hello\n")
    r.commit("first")
    return r


def staged(repo, *options, **more):
    return repo.cli("scan", "--staged", *options, **more)


def test_nothing_staged_is_clean(plain, keys):
    plain.write("untracked", keys.text())
    plain.write("README", keys.text())
    r = staged(plain)
    assert (r.status, r.all) == (0, ""), r


def test_the_index_is_read_and_not_the_work_tree(plain, keys):
    plain.add("a", keys.text())
    plain.write("a", "clean now\n")
    assert paths(staged(plain)) == ["a"]
    os.remove(plain.path / "a")
    assert paths(staged(plain)) == ["a"]


def test_the_first_commit_of_a_repository(world, keys):
    r = world.repo("unborn")
    assert staged(r).status == 0
    r.add("dir/a", keys.text())
    assert paths(staged(r)) == ["dir/a"]


def test_an_old_line_is_not_new(plain, keys):
    plain.plant("a", keys.text())
    plain.add("a", keys.text() + "more\n")
    assert staged(plain).status == 0
    assert paths(staged(plain, "--whole")) == ["a"]


def test_a_changed_line_with_an_old_key_is_new(plain, keys):
    plain.plant("a", keys.text())
    plain.add("a", keys.text().replace("aws_access", "my aws_access"))
    assert places(staged(plain)) == ["a:1"]


def test_what_joins_an_old_line_is_new(plain, keys):
    other = type(keys)("another")
    plain.plant("a", keys.text())
    plain.add("a", keys.id + "\n" + keys.text() + other.id + "\n")
    assert places(staged(plain)) == ["a:1", "a:4"]


def test_a_copy_of_a_line_in_its_file_is_old(plain, keys):
    plain.plant("a", keys.text())
    plain.add("a", keys.text() * 2)
    assert staged(plain).status == 0


def test_a_copy_to_another_file_is_new(plain, keys):
    plain.plant("a", keys.text())
    plain.add("b", keys.text())
    assert paths(staged(plain)) == ["b"]


def test_a_renamed_file_brings_nothing_new(plain, keys):
    plain.plant("a", keys.text())
    plain.git("mv", "a", "b")
    assert staged(plain).status == 0
    plain.add("b", "more\n" + keys.text())
    assert staged(plain).status == 0
    assert paths(staged(plain, "--whole")) == ["b"]


def test_lines_moved_from_a_changed_file_are_old(plain, keys):
    plain.plant("a", "x\n" + keys.text())
    plain.add("a", "x\n")
    plain.add("b", keys.text())
    assert staged(plain).status == 0


def test_a_new_name_with_a_key_in_it(plain, keys):
    plain.plant(f"{keys.id}.txt", "x\n")
    plain.add(f"{keys.id}.txt", "y\n")
    assert staged(plain).status == 0
    plain.add(f"dir/{keys.id}", "z\n")
    r = staged(plain)
    assert r.status == 1 and len(places(r)) == 1, r
    keys.assert_unseen(r)


def test_a_key_in_an_old_name_is_not_shown_with_a_new_finding(plain, keys):
    other = type(keys)("another")
    plain.plant(f"{keys.id}.txt", "x\n")
    plain.add(f"{keys.id}.txt", other.text())
    r = staged(plain, "-v")
    assert r.status == 1 and len(places(r)) == 2, r
    keys.assert_unseen(r)


def test_a_mode_change_brings_nothing(plain, keys):
    plain.plant("a", keys.text())
    plain.git("update-index", "--chmod=+x", "a")
    assert staged(plain).status == 0


def test_a_file_that_becomes_a_symlink_and_back(plain, keys):
    plain.add("a", "x\n")
    plain.commit()
    os.remove(plain.path / "a")
    os.symlink(keys.id, plain.path / "a")
    plain.git("add", "a")
    assert places(staged(plain)) == ["a:1"]
    plain.git("commit", "-qm", "link")
    os.remove(plain.path / "a")
    plain.add("a", keys.id + "\n")
    assert staged(plain).status == 0


def test_a_submodule_is_elsewhere(plain, world, keys):
    inner = world.repo("inner")
    inner.add("key", keys.text())
    inner.commit()
    plain.git("submodule", "--quiet", "add", str(inner.path), f"{keys.id}-module")
    r = staged(plain, "-v")
    assert r.status == 1 and "elsewhere: " in r.err, r
    keys.assert_unseen(r)
    plain.git("commit", "-qm", "module")
    assert staged(plain).status == 0


def test_intent_to_add_and_deletion_bring_nothing(plain, keys):
    plain.plant("gone", keys.text())
    plain.git("rm", "-q", "gone")
    plain.write("later", keys.text())
    plain.git("add", "-N", "later")
    assert staged(plain).status == 0


def test_a_merge_in_progress_is_not_blamed_for_its_parents(plain, keys):
    other = type(keys)("another")
    plain.git("checkout", "-q", "-b", "side")
    plain.plant("theirs", keys.text())
    plain.git("checkout", "-q", "main")
    plain.plant("ours", other.text())
    plain.git("merge", "-q", "--no-commit", "--no-ff", "side")
    assert staged(plain).status == 0
    # what neither side had is new
    plain.add("evil", keys.id + "\n")
    plain.add("theirs", keys.text() + "x " + other.id + "\n")
    assert places(staged(plain)) == ["evil:1", "theirs:3"]


def test_a_conflict_is_not_read_until_it_is_resolved(plain, keys):
    plain.add("f", "a\n")
    plain.commit()
    plain.git("checkout", "-q", "-b", "side")
    plain.add("f", "b\n")
    plain.commit()
    plain.git("checkout", "-q", "main")
    plain.add("f", "c\n")
    plain.commit()
    plain.git("merge", "-q", "side", ok=False)
    assert staged(plain).status == 0
    plain.add("f", "b\nc\n" + keys.text())
    assert paths(staged(plain)) == ["f"]


def test_odd_names_and_binary_content(plain, keys):
    names = [b"a b", b'"q"', b"new\nline", b"\xff", b":(top)x", b"*"]
    for name in names:
        plain.write(name, b"\0" + keys.id.encode() + b"\0")
    plain.git("add", "--", ".")
    r = staged(plain, "--format", "jsonl")
    rows = [json.loads(x) for x in r.out.splitlines()][:-1]
    assert len(rows) == len(names) and all(x["blob"] for x in rows)


def test_attributes_change_nothing(plain, keys):
    plain.add(".gitattributes", "* binary -diff -text filter=x\n")
    plain.git("config", "filter.x.clean", "cat")
    plain.git("config", "diff.external", "false")
    plain.add("a", keys.text())
    assert paths(staged(plain)) == ["a"]


def test_a_change_elsewhere_on_a_very_long_line_is_not_new(plain, keys):
    def line(marker):
        return marker + "x" * 5000 + f" {keys.id} " + "x" * 5000 + "\n"

    plain.plant("app.min.js", line("version 1 "))
    plain.add("app.min.js", line("version 2 "))
    assert staged(plain).status == 0
    plain.add("app.min.js", line("version 2 ") * 2 + f"y {keys.id}\n")
    assert places(staged(plain)) == ["app.min.js:3"]


def test_the_index_that_git_names_is_read(plain, keys):
    plain.write("a", keys.text())
    index = {"GIT_INDEX_FILE": str(plain.path / ".git" / "other-index")}
    plain.git("read-tree", "HEAD", env=index)
    plain.git("add", "a", env=index)
    assert staged(plain).status == 0
    assert paths(staged(plain, env=index)) == ["a"]


def test_what_is_allowed_is_read_from_the_index(plain, keys):
    entry = "[allow]\nrule = aws-access-key-id\nreason = a test of lists\n"
    plain.add("a", keys.id)
    plain.write(".sekisho", entry)
    assert staged(plain).status == 1
    plain.git("add", ".sekisho")
    assert staged(plain).status == 0
    os.remove(plain.path / ".sekisho")
    assert staged(plain).status == 0


def test_a_marker_allows(plain, keys):
    plain.add("a", f"{keys.id} # sekisho:allow aws-access-key-id made up\n")
    r = staged(plain, "-v")
    assert r.status == 0 and "allowed: a:1" in r.err, r


def test_in_a_subdirectory_it_is_all_of_it(plain, keys):
    plain.add("dir/a", keys.text())
    plain.add("b", keys.text())
    assert paths(staged(plain, cwd=plain.path / "dir")) == ["b", "dir/a"]


def test_a_missing_object_fails_the_run_and_hides_nothing(plain, keys):
    plain.add("a", keys.text())
    plain.add("lost", "this one gets lost\n")
    blob = plain.git("rev-parse", ":lost").out.strip()
    os.remove(plain.path / ".git" / "objects" / blob[:2] / blob[2:])
    r = staged(plain)
    assert r.status == 1 and paths(r) == ["a"] and len(unread(r)) == 1, r
    plain.git("rm", "-q", "--cached", "a")
    assert staged(plain).status == 3


def test_a_corrupt_parent_makes_everything_new(plain, keys):
    plain.plant("a", keys.text())
    blob = plain.git("rev-parse", "HEAD:a").out.strip()
    path = plain.path / ".git" / "objects" / blob[:2] / blob[2:]
    os.chmod(path, 0o644)
    path.write_bytes(b"junk")
    plain.add("a", keys.text() + "x\n")
    assert paths(staged(plain)) == ["a"]


def test_whole_needs_no_parent(world, keys):
    r = world.repo("unborn")
    r.add("a", keys.text())
    assert paths(staged(r, "--whole")) == ["a"]


def test_outside_a_repository_is_an_error(world):
    r = staged(world)
    assert r.status == 3 and "not a git repository" in r.err, r
