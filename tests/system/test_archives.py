"""What archives and compressed files hold, wherever a scan meets them."""

import base64
import bz2
import gzip
import io
import json
import lzma
import subprocess
import tarfile
import zipfile

import pytest

from test_scan_history import history
from test_scan_tree import paths, unread

MIB = 1 << 20


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members.items():
            z.writestr(name, data)
    return out.getvalue()


def tarred(members, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def found(result):
    lines = [json.loads(x) for x in result.out.splitlines()]
    return lines[:-1], lines[-1]["summary"]


@pytest.fixture
def plain(world):
    return world.repo("plain")


MAKERS = {
    "a.zip": zipped,
    "b.jar": lambda m: zipped(m, zipfile.ZIP_STORED),
    "c.tar": tarred,
    "d.tar.gz": lambda m: tarred(m, "w:gz"),
    "e.tar.bz2": lambda m: tarred(m, "w:bz2"),
    "f.tar.xz": lambda m: tarred(m, "w:xz"),
    "g.tar.zst": lambda m: zstd(tarred(m)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_members_are_told_with_the_way_to_them(plain, keys, name):
    members = {"a/readme": b"nothing\n" * 50, "inner/.env": b"\n\n" + keys.text().encode()}
    plain.write(name, MAKERS[name](members))
    r = plain.cli("scan", "--format", "jsonl")
    told, summary = found(r)
    assert r.status == 1 and not unread(r), r
    assert {(x["path"], x["line"]) for x in told} == {
        (f"{name}!inner/.env", 3), (f"{name}!inner/.env", 4)}
    assert summary["unread_count"] == summary["elsewhere"] == 0
    plain.write("same", keys.text())
    same = {x["fingerprint"] for x in found(plain.cli("scan", "--format", "jsonl"))[0]}
    assert same == {x["fingerprint"] for x in told}
    keys.assert_unseen(r)


@pytest.mark.parametrize("pack, name", [
    (gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz"), (zstd, "zstd")])
def test_a_compressed_file_is_read(plain, keys, pack, name):
    plain.write("dump.sql.x", pack(b"one\n" + keys.text().encode()))
    told, _ = found(plain.cli("scan", "--format", "jsonl"))
    assert [(x["path"], x["line"], x["encoding"]) for x in told] == [
        ("dump.sql.x", 2, name), ("dump.sql.x", 3, name)]


def test_archives_in_archives_and_in_encodings(plain, keys):
    inner = zipped({"c.ini": keys.text()})
    plain.write("a.tar.gz", tarred({"b.zip": inner}, "w:gz"))
    plain.write("z.txt", b"x\nz: " + base64.b64encode(inner) + b"\n")
    helm = base64.b64encode(base64.b64encode(gzip.compress(keys.text().encode())))
    plain.write("helm.yaml", b"kind: Secret\nrelease: " + helm + b"\n")
    plain.write("s.zip", zipped({"secret.yaml": base64.b64encode(keys.text().encode())}))
    told, _ = found(plain.cli("scan", "--format", "jsonl"))
    assert {(x["path"], x["line"], x.get("encoding")) for x in told} == {
        ("a.tar.gz!b.zip!c.ini", 1, None), ("a.tar.gz!b.zip!c.ini", 2, None),
        ("z.txt!c.ini", 2, "base64"),
        ("helm.yaml", 2, "base64, base64, gzip"),
        ("s.zip!secret.yaml", 1, "base64")}


def test_a_member_s_name_is_looked_at_and_never_shown_whole(plain, keys):
    plain.write("n.zip", zipped({f"{keys.id}/\x1b[31m.txt": "x", f"{keys.id}.ini": keys.text()}))
    r = plain.cli("scan")
    assert r.status == 1 and "member name" in r.out, r
    assert "\x1b" not in r.all
    keys.assert_unseen(r)


@pytest.mark.parametrize("where", ["staged", "range", "history", "push"])
def test_archives_are_read_wherever_content_is(world, keys, where):
    repo = world.repo("repo")
    repo.plant("start", "nothing\n")
    data = tarred({"x/.env": keys.text().encode()}, "w:gz")
    if where == "staged":
        repo.add("a.tar.gz", data)
        r = repo.cli("scan", "--staged")
    elif where == "range":
        repo.plant("a.tar.gz", data)
        r = repo.cli("scan", "--range", "HEAD~1..HEAD")
    elif where == "history":
        repo.plant("a.tar.gz", data)
        repo.git("rm", "-q", "a.tar.gz")
        repo.git("commit", "-q", "--no-verify", "-m", "gone")
        repo.git("gc", "-q")
        r = history(repo)
    else:
        server = world.bare("server")
        server.install()
        repo.plant("a.tar.gz", data)
        r = repo.git("push", "-q", str(server.path), "HEAD:refs/heads/main", ok=False)
    assert r.status == 1 and "a.tar.gz!x/.env:1" in r.all, r
    keys.assert_unseen(r)


def test_a_path_that_is_allowed_is_not_unpacked(plain, keys):
    plain.write("t/a.zip", zipped({"k": keys.text()}))
    plain.write(".sekisho", "[allow]\npath = t/*.zip\nreason = test data\n")
    assert plain.cli("scan").status == 0


def test_what_begins_with_zeros_is_no_empty_tar(plain, keys):
    plain.write("a.gz", gzip.compress(b"\0" * 5000 + keys.text().encode()))
    plain.write("b.tgz", gzip.compress(tarred({"x": b"y"}) + tarred({"z": keys.text().encode()})))
    r = plain.cli("scan")
    assert r.status == 1 and set(paths(r)) == {"a.gz", "b.tgz!z"}, r


def test_bombs_are_not_unpacked_and_are_said(plain, keys):
    plain.write("a.gz", gzip.compress(b"\0" * (200 * MIB)))
    many = {f"{i}": b"" for i in range(201000)}
    plain.write("b.zip", zipped(many, zipfile.ZIP_STORED))
    nested = b"x"
    for _ in range(8):
        nested = zipped({"n.zip": nested})
    plain.write("c.zip", nested)
    plain.write("d", keys.text())
    r = plain.cli("scan")
    assert r.status == 1 and paths(r) == ["d"], r
    lines = "\n".join(unread(r))
    assert "a.gz: " in lines and "b.zip: " in lines, lines
    assert "c.zip!n.zip!n.zip!n.zip!n.zip!n.zip: " in lines, lines
    (plain.path / "d").unlink()
    assert plain.cli("scan").status == 3


def test_what_is_damaged_or_encrypted_is_listed_and_does_not_block(plain, keys):
    data = tarred({f"{i}": keys.text().encode() * 9 for i in range(9)})
    plain.write("cut.tar", data[:len(data) // 2])
    plain.write("cut.gz", gzip.compress(bytes(range(256)) * 99)[:99])
    plain.write("not.gz", b"\x1f\x8b\x08\0" + b"no such thing" * 9)
    plain.write("manual.md", b"H4sIAAAAAAAAA3NJLEkEAPe and so on\n")
    r = plain.cli("scan", "-v", "--strict")
    assert r.status == 1 and len(paths(r)) > 2, r
    for name in ("cut.tar", "cut.gz", "not.gz"):
        assert f"elsewhere: {name}" in r.err, r
    assert "manual" not in r.all
    (plain.path / "cut.tar").unlink()
    assert plain.cli("scan").status == 0
    assert plain.cli("scan", "--strict").status == 3
