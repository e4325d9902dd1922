"""`sekisho scan --range A..B`: what commits bring."""

import json
import os

import pytest

from test_scan_tree import paths, places, unread


@pytest.fixture
def plain(world):
    r = world.repo("plain")
    r.add("README", "hello\n")
    r.commit("first")
    r.git("tag", "A")
    return r


def scan(repo, revisions="A..HEAD", *options, **more):
    return repo.cli("scan", "--range", revisions, *options, **more)


def rows(result):
    return [json.loads(x) for x in result.out.splitlines()][:-1]


def test_an_empty_range_is_clean(plain):
    r = scan(plain, "A..A")
    assert (r.status, r.all) == (0, ""), r


def test_a_file_a_message_and_a_name(plain, keys):
    plain.plant("a", keys.text(), f"message with {keys.id}")
    plain.plant(f"{keys.id}.txt", "x\n")
    r = scan(plain, "A..HEAD", "--format", "jsonl")
    assert {x["place"] for x in rows(r)} == {"file", "message", "file-name"}
    assert rows(r)[0]["commit"] == plain.head("HEAD^")
    keys.assert_unseen(r)


def test_a_key_that_comes_and_goes_is_found(plain, keys):
    made = plain.plant("a", keys.text())
    plain.plant("a", "clean\n")
    r = scan(plain, "A..HEAD", "--format", "jsonl")
    assert r.status == 1 and {x["commit"] for x in rows(r)} == {made}


def test_old_lines_are_not_new(plain, keys):
    plain.plant("a", keys.text())
    plain.git("tag", "-f", "A")
    plain.plant("a", "more\n" + keys.text())
    plain.git("mv", "a", "b")
    plain.commit("renamed")
    assert scan(plain).status == 0
    assert paths(scan(plain, "A..HEAD", "--whole")) == ["a", "b"]


def test_a_deleted_file_that_comes_back_is_new(plain, keys):
    plain.plant("a", keys.text())
    plain.git("tag", "-f", "A")
    plain.git("rm", "-q", "a")
    plain.commit("gone")
    back = plain.plant("a", keys.text())
    r = scan(plain, "A..HEAD", "--format", "jsonl")
    assert {x["commit"] for x in rows(r)} == {back}


def merged(repo, keys, evil=None):
    """Two sides with a key each from before A, and a merge of them."""
    repo.git("checkout", "-q", "-b", "side")
    repo.plant("theirs", keys.text())
    repo.git("checkout", "-q", "main")
    repo.plant("ours", "clean\n")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    if evil:
        repo.add("evil", evil)
    repo.git("commit", "-q", "--no-verify", "-m", "merge")


def test_a_merge_is_not_blamed_for_its_parents(plain, keys):
    merged(plain, keys)
    assert scan(plain, "HEAD^@..HEAD").status != 1
    assert scan(plain, "side..HEAD").status == 0
    assert paths(scan(plain, "A..HEAD")) == ["theirs"]


def test_an_evil_merge_is_found(plain, keys):
    other = type(keys)("another")
    merged(plain, keys, other.text())
    assert paths(scan(plain, "side..HEAD")) == ["evil"]


def test_the_first_commit_of_all(world, keys):
    r = world.repo("fresh")
    r.plant("a", keys.text())
    assert paths(scan(r, "HEAD")) == ["a"]


def test_mode_and_type_changes_and_submodules(plain, world, keys):
    inner = world.repo("inner")
    inner.add("x", keys.text())
    inner.commit()
    plain.add("f", "x\n")
    plain.commit()
    plain.git("update-index", "--chmod=+x", "f")
    plain.git("commit", "-qm", "mode")
    plain.git("submodule", "--quiet", "add", str(inner.path), "module")
    plain.git("commit", "-qm", "module")
    r = scan(plain, "A..HEAD", "-v")
    assert r.status == 0 and "elsewhere: module" in r.err, r
    os.remove(plain.path / "f")
    os.symlink(f"x/{keys.id}", plain.path / "f")
    plain.git("add", "f")
    plain.git("commit", "-qm", "type")
    assert places(scan(plain)) == ["f:1"]


def test_amending_keeps_the_key_in_view(plain, keys):
    plain.plant("a", keys.text())
    plain.git("commit", "-q", "--amend", "-m", "other words")
    assert paths(scan(plain)) == ["a"]


def test_symmetric_and_one_sided_ranges(plain, keys):
    other = type(keys)("another")
    plain.git("checkout", "-q", "-b", "side")
    plain.plant("theirs", keys.text())
    plain.git("checkout", "-q", "main")
    plain.plant("ours", other.text())
    assert paths(scan(plain, "main...side")) == ["ours", "theirs"]
    assert paths(scan(plain, "main..side")) == ["theirs"]
    assert paths(scan(plain, "..side")) == ["theirs"]
    assert paths(scan(plain, "side..")) == ["ours"]
    assert paths(scan(plain, "main")) == ["ours"]


@pytest.mark.parametrize("revisions", [
    "", "nonsense", "nonsense..HEAD", "A..nonsense", "--all", "-x", "A..HEAD:README",
    "0000000000000000000000000000000000000000..HEAD", "A..^", "A B",
    "HEAD:README",
])
def test_a_bad_range_is_2_with_a_clear_line(plain, revisions):
    r = scan(plain, revisions)
    assert r.status == 2, r
    assert len(r.err.splitlines()) == 1 and r.err.startswith("sekisho: "), r


def test_what_the_commits_allow_does_not_count(plain, keys):
    plain.add(".sekisho", "[allow]\nrule = aws-access-key-id\nreason = all of them\n")
    plain.plant("a", f"{keys.id} # sekisho:allow aws-access-key-id made up\n"
                f"{keys.id} gitleaks:allow\n")
    assert places(scan(plain)) == ["a:1", "a:2"]
    plain.git("tag", "A2")
    plain.plant("b", keys.id + "\n")
    assert scan(plain, "A2..HEAD").status == 0
    plain.plant(".sekisho", "nonsense\n")
    assert scan(plain, "A2..HEAD").status == 0
    assert scan(plain, "HEAD..HEAD").status == 2


def test_configuration_of_the_user_counts(plain, keys):
    plain.plant("a", keys.id)
    plain.git("config", "secrets.allowed", "AK[I]A")
    assert scan(plain).status == 0


def test_replace_refs_change_nothing(plain, keys):
    bad = plain.plant("a", keys.text())
    tree = plain.git("rev-parse", "A^{tree}").out.strip()
    good = plain.git("commit-tree", "-p", "A", "-m", "good", tree).out.strip()
    plain.git("replace", bad, good)
    assert paths(scan(plain)) == ["a"]


def test_it_can_be_asked_from_a_bare_repository(plain, world, keys):
    plain.plant("a", keys.text())
    bare = world.clone(plain.path, "bare.git", "--bare")
    assert paths(scan(bare)) == ["a"]


def test_many_commits_with_findings(plain, keys):
    for i in range(30):
        plain.plant(f"dir{i % 3}/f{i}", f"{i} {keys.id}\n")
    assert len(places(scan(plain))) == 30


def test_a_missing_blob_fails_the_run_and_hides_nothing(plain, keys):
    plain.plant("a", keys.text())
    plain.plant("lost", "this one gets lost\n")
    blob = plain.git("rev-parse", ":lost").out.strip()
    os.remove(plain.path / ".git" / "objects" / blob[:2] / blob[2:])
    r = scan(plain)
    assert r.status == 1 and paths(r) == ["a"] and len(unread(r)) == 1, r
    assert scan(plain, "HEAD^..HEAD").status == 3
