"""What git-lfs keeps beside a repository, and the pointers that stand for it."""

import hashlib
import json
import os

import pytest

from test_archives import zipped
from test_scan_history import history, rows
from test_scan_tree import paths, unread

HERE = "its content is not here"


def sha(data):
    return hashlib.sha256(data).hexdigest()


def pointer(data, size=None, oid=None):
    size = len(data) if size is None else size
    return (f"version https://git-lfs.github.com/spec/v1\n"
            f"oid sha256:{oid or sha(data)}\nsize {size}\n").encode()


def keep(git_dir, data, oid=None):
    """Stores a content as git-lfs does."""
    oid = oid or sha(data)
    path = git_dir / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def plain(world):
    r = world.repo("plain")
    r.plant("README", "hello\n")
    return r


@pytest.fixture
def lfs(plain):
    """A repository in which git-lfs itself takes *.bin."""
    plain.git("lfs", "install", "--local", "--skip-repo")
    plain.plant(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    return plain


def content(keys):
    return b"\0\1\2\nnothing\n" + keys.text().encode()


@pytest.mark.parametrize("where", ["staged", "range", "history", "packed", "tree"])
def test_git_lfs_contents_are_read_wherever_pointers_are(lfs, keys, where):
    lfs.plant("data/a.bin", content(keys))
    assert lfs.git("cat-file", "blob", "HEAD:data/a.bin").out.startswith("version https://git-lfs")
    if where == "staged":
        lfs.git("reset", "-q", "--soft", "HEAD~1")
        r = lfs.cli("scan", "--staged", "--format", "jsonl")
    elif where == "range":
        r = lfs.cli("scan", "--range", "HEAD~1..HEAD", "--format", "jsonl")
    elif where == "tree":
        lfs.write("data/a.bin", lfs.git("cat-file", "blob", "HEAD:data/a.bin").out)
        r = lfs.cli("scan", "--format", "jsonl")
    else:
        if where == "packed":
            lfs.git("rm", "-q", "data/a.bin")
            lfs.git("commit", "-q", "--no-verify", "-m", "gone")
            lfs.git("gc", "-q")
        r = history(lfs, "--format", "jsonl")
    told = [json.loads(x) for x in r.out.splitlines()]
    assert r.status == 1 and told[-1]["summary"]["elsewhere"] == 0, r
    assert [(x["path"], x["line"], x["encoding"]) for x in told[:-1]] == [
        ("data/a.bin", 3, "git-lfs"), ("data/a.bin", 4, "git-lfs")]
    assert told[1]["pair"] and told[1]["pair_line"] == 3
    keys.assert_unseen(r)


def test_a_commit_of_a_pointer_is_stopped_and_of_the_same_secret_again_is_not(lfs, keys, refused):
    lfs.install()
    lfs.add("a.bin", content(keys))
    r = lfs.commit(ok=False)
    refused(r)
    assert "a.bin:3" in r.all
    lfs.git("commit", "-q", "--no-verify", "-m", "all the same")
    lfs.add("a.bin", content(keys) + b"more\n")
    lfs.commit()
    lfs.git("mv", "a.bin", "b.bin")
    lfs.commit("renamed")
    lfs.git("lfs", "untrack", "*.bin")
    lfs.git("add", "--renormalize", ".")
    lfs.commit("no longer kept apart")


@pytest.mark.parametrize("damage", ["clean", "same key"])
def test_what_was_a_plain_file_may_move_to_lfs(lfs, keys, damage):
    lfs.git("-c", "filter.lfs.clean=cat", "-c", "filter.lfs.process=", "-c",
            "filter.lfs.required=false", "add", ".")
    text = content(keys) if damage == "same key" else b"nothing\n"
    oid = lfs.git("hash-object", "-w", "--stdin", "--no-filters", stdin=text).out.strip()
    lfs.git("update-index", "--add", "--cacheinfo", f"100644,{oid},a.bin")
    lfs.git("commit", "-q", "--no-verify", "-m", "plain")
    lfs.install()
    lfs.add("a.bin", text + b"new\n")
    lfs.commit()


def test_contents_that_are_not_here_are_told_and_do_not_block(plain, keys):
    plain.plant("a.bin", pointer(content(keys)))
    plain.plant("b.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:../../../x\nsize 1\n")
    for options in ([], ["--history"], ["--range", "HEAD~2..HEAD"], ["--staged"]):
        if options == ["--staged"]:
            plain.git("reset", "-q", "--soft", "HEAD~2")
        r = plain.cli("scan", "-v", *options)
        assert r.status == 0 and not unread(r), r
        assert r.err.count(HERE) == 1 and r.err.count("does not say where it leads") == 1, r
        assert plain.cli("scan", "--strict", *options).status == 3


def test_what_is_here_and_is_not_what_it_should_be(plain, keys):
    data = content(keys)
    plain.plant("short.bin", pointer(data, size=len(data) + 1))
    path = keep(plain.path / ".git", data)
    r = plain.cli("scan", "-v")
    assert r.status == 1 and set(paths(r)) == {"short.bin"}, r
    assert "elsewhere: short.bin: an LFS pointer: its whole content is not here" in r.err
    path.unlink()
    os.mkfifo(path)
    r = plain.cli("scan")
    assert r.status == 3 and "short.bin: an LFS pointer: its content cannot be read" in r.err, r
    path.unlink()
    with open(path, "wb") as f:
        f.truncate((1 << 30) + 1)
    r = plain.cli("scan", "--history")
    assert r.status == 3 and "larger than 1024 MiB" in r.err, r


def test_archives_in_contents_are_unpacked(plain, keys):
    data = zipped({"inner/.env": keys.text()})
    plain.plant("a.zip", pointer(data))
    keep(plain.path / ".git", data)
    for found in (rows(plain), [json.loads(x) for x in plain.cli(
            "scan", "--format", "jsonl").out.splitlines()][:-1]):
        assert [(x["path"], x["line"], x["encoding"]) for x in found] == [
            ("a.zip!inner/.env", 1, "git-lfs"), ("a.zip!inner/.env", 2, "git-lfs")]


def test_a_history_tells_every_content_once(plain, keys, world):
    data, other = content(keys), b"x\n" + keys.text().encode()
    plain.plant("a.bin", pointer(data))
    plain.plant("b.bin", pointer(data))
    keep(plain.path / ".git", data)
    keep(plain.path / ".git", other)
    found = rows(plain)
    assert sorted({(x["path"], x["line"]) for x in found}) == [
        (f"LFS object {sha(other)[:12]}", 2), (f"LFS object {sha(other)[:12]}", 3),
        ("a.bin", 3), ("a.bin", 4), ("b.bin", 3), ("b.bin", 4)]
    for options in (["HEAD", "--since=1970-01-01"], ["main"]):
        assert {x["path"] for x in rows(plain, *options)} == {"a.bin", "b.bin"}
    shards = set()
    for shard in ("1/3", "2/3", "3/3"):
        shards |= {x["fingerprint"] for x in rows(plain, "--shard", shard)}
    assert shards == {x["fingerprint"] for x in found}
    # With what git keeps in three files of its own.
    r = history(plain, "-v", "--no-cache")
    assert r.status == 1 and "scanned 7 blobs" in r.err and "elsewhere 0" in r.err, r


def test_many_pointers_to_one_content_do_not_make_it_be_read_as_often(plain, keys):
    data = content(keys)
    keep(plain.path / ".git", data)
    for i in range(3):
        plain.plant(f"{i}.bin", pointer(data).replace(b"oid", f"ext-{i}-x sha256:00\noid".encode()))
    assert {x["path"] for x in rows(plain)} == {"0.bin", "1.bin", "2.bin"}
    for i in range(3, 40):
        plain.add(f"{i}.bin", pointer(data).replace(b"oid", f"ext-{i}-x sha256:00\noid".encode()))
    plain.commit("many")
    # With what git keeps in three files of its own.
    r = history(plain, "-v", "--no-cache")
    assert r.status == 1 and "scanned 60 blobs" in r.err, r


def test_a_second_history_scan_still_knows(plain, keys):
    data = content(keys)
    plain.plant("a.bin", pointer(data))
    assert history(plain).status == 0
    keep(plain.path / ".git", data)
    assert history(plain).status == 1
    assert history(plain).status == 1


def test_the_path_of_a_pointer_is_allowed_or_hidden(plain, keys):
    data = content(keys)
    keep(plain.path / ".git", data)
    plain.plant("t/a.bin", pointer(data))
    plain.plant(f"{keys.id}.bin", pointer(data))
    for r in (plain.cli("scan"), history(plain)):
        assert r.status == 1, r
        keys.assert_unseen(r)
    plain.write(".sekisho", "[allow]\npath = t/*.bin\nreason = test data\n")
    assert not [p for p in paths(plain.cli("scan")) if p.startswith("t/")]
    assert not [p for p in paths(history(plain)) if p.startswith("t/")]


def test_a_server_without_contents_takes_pointers(world, keys, lfs):
    server = world.bare("server")
    server.install()
    lfs.plant("a.bin", content(keys))
    lfs.git("push", "-q", "--no-verify", str(server.path), "HEAD:refs/heads/main")
    # The same where the server keeps contents itself.
    keep(server.path, content(keys))
    lfs.plant("b.bin", content(keys))
    r = lfs.git("push", "-q", "--no-verify", str(server.path), "HEAD:refs/heads/main", ok=False)
    assert "b.bin:3" in r.err, r
