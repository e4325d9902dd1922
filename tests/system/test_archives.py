"""What archives and compressed files hold, wherever a scan meets them."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import random
import shutil
import string
import struct
import subprocess
import tarfile
import zipfile
import zlib

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
    "run.pyz": lambda m: b"#!/usr/bin/env python3\n" + zipped(m),
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
    for _ in range(18):
        nested = zipped({"n.zip": nested})
    plain.write("c.zip", nested)
    plain.write("d", keys.text())
    r = plain.cli("scan")
    assert r.status == 1 and paths(r) == ["d"], r
    lines = "\n".join(unread(r))
    assert "a.gz: " in lines and "b.zip: " in lines, lines
    assert "c.zip" + 16 * "!n.zip" + ": archives in archives" in lines, lines
    (plain.path / "d").unlink()
    assert plain.cli("scan").status == 3


def noise(n):
    """Text that hardly packs, always the same."""
    return "".join(random.Random(n).choices(string.ascii_letters, k=n)).encode()


def flip(data, at):
    data = bytearray(data)
    data[at] ^= 0xff
    data[at + 1] ^= 0xff
    return bytes(data)


def three(keys):
    """Members of which the second holds keys in its middle."""
    return {"a": noise(90000), "b": noise(150000) + keys.text().encode() + noise(90000),
            "c": b"x\n" + keys.text().encode()}


def told(repo, *options):
    r = repo.cli("scan", "--format", "jsonl", *options)
    lines, summary = found(r)
    return r, {(x["path"], x["line"]) for x in lines}, summary


DAMAGED = {
    # A cut, in the last member: what stands before it, to the last byte.
    "cut.gz": lambda k: gzip.compress(noise(1000) + k.text().encode() + noise(9000))[:2500],
    "big-cut.gz": lambda k: gzip.compress(noise(99000) + k.text().encode() + noise(900))[:-700],
    "cut.tar.gz": lambda k: tarred(three(k), "w:gz")[:-900],
    "cut.zip": lambda k: zipped(three(k))[:220000],
    "cut.tar": lambda k: tarred(three(k))[:300000],
    # Damage in one member, or in what leads to it: all the others.
    "member.zip": lambda k: flip(zipped(three(k)), 75000),
    "first.zip": lambda k: flip(zipped(three(k)), 400),
    "header.zip": lambda k: zipped(three(k)).replace(b"PK\3\4", b"PK\0\0", 2).replace(
        b"PK\0\0", b"PK\3\4", 1),
    "list.zip": lambda k: zipped(three(k)).replace(b"PK\1\2", b"PK\0\0", 1),
    "header.tar": lambda k: tarred(three(k)).replace(b"b\0\0\0", b"b\0\0!", 1),
    "header.tgz": lambda k: gzip.compress(tarred(three(k)).replace(b"b\0\0\0", b"b\0\0!", 1)),
    # Another member of gzip behind the damage.
    "two.gz": lambda k: gzip.compress(noise(9000))[:5000] + gzip.compress(k.text().encode()),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_left_of_a_damaged_archive_is_read(plain, keys, name):
    plain.write(name, DAMAGED[name](keys))
    r, places, summary = told(plain)
    assert r.status == 1 and places, r
    assert summary["elsewhere"] and not summary["unread_count"], summary
    if name in ("member.zip", "first.zip", "header.zip", "list.zip", "header.tar"):
        assert (f"{name}!c", 2) in places, places
    keys.assert_unseen(r)


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_that_nobody_can_read_does_not_block(plain, name):
    class Nothing:
        def text(self):
            return "nothing\n"
    plain.write(name, DAMAGED[name](Nothing()))
    r = plain.cli("scan", "-v")
    assert r.status == 0 and r.err.count(f"elsewhere: {name}") in (1, 2), r
    assert plain.cli("scan", "--strict").status == 3


def test_no_archive_at_all(plain):
    plain.write("not.gz", b"\x1f\x8b\x08\0" + b"no such thing" * 9)
    plain.write("not.zip", b"PK\3\4" + b"no such thing" * 9)
    plain.write("not.bz2", b"BZh91AY&SY" + b"no such thing" * 9)
    plain.write("manual.md", b"H4sIAAAAAAAAA3NJLEkEAPe and so on\n")
    r = plain.cli("scan", "-v")
    assert r.status == 0, r
    for name in ("not.gz", "not.zip", "not.bz2"):
        assert f"elsewhere: {name}" in r.err, r
    assert "manual" not in r.all


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd, tarred, zipped])
def test_an_empty_one_is_clean(plain, pack):
    plain.write("a", pack({} if pack in (tarred, zipped) else b""))
    assert plain.cli("scan", "--strict").status == 0


def test_a_text_that_looks_like_a_tar_is_text(plain):
    plain.write("tar.js", "x" * 257 + "ustar" + "y" * 999)
    assert plain.cli("scan", "--strict").status == 0


def sevenzip(repo, name, *options):
    repo.write("m/k.ini", "some text\n" * 99)
    repo.write("m/z.ini", "more text\n" * 99)
    repo.run("7zz", "a", "-bso0", *options, name, "m", ok=True)
    shutil.rmtree(repo.path / "m")


OTHERS = {
    "deflate64.zip": lambda r, n: sevenzip(r, n, "-tzip", "-mm=Deflate64"),
    "deflate64.7z": lambda r, n: sevenzip(r, n, "-m0=Deflate64"),
    "cut.7z": lambda r, n: r.write(n, b"7z\xbc\xaf\x27\x1c\0\4" + noise(99)),
    "cut.xz": lambda r, n: r.write(n, lzma.compress(noise(9000))[:3000]),
    "cut.zst": lambda r, n: r.write(n, zstd(noise(9000))[:3000]),
    "blocks.bz2": lambda r, n: r.write(n, flip(bz2.compress(noise(300000), 1), 1000)),
    "aes.zip": lambda r, n: sevenzip(r, n, "-tzip", "-mem=AES256", "-px"),
    "old.zip": lambda r, n: sevenzip(r, n, "-tzip", "-mem=ZipCrypto", "-px"),
    "enc.7z": lambda r, n: sevenzip(r, n, "-px"),
    "list.7z": lambda r, n: sevenzip(r, n, "-px", "-mhe=on"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_may_read_is_not_called_clean(plain, name):
    OTHERS[name](plain, name)
    r = plain.cli("scan")
    assert r.status == 3 and not r.out, r
    lines = unread(r)
    assert len(lines) == (2 if "64" in name else 1) and name in lines[0], lines
    if name in ("aes.zip", "old.zip", "enc.7z"):
        assert f"{name}!m/k.ini: encrypted, with 1 more members: not looked at" in lines[0]
    plain.write(".sekisho", f"[allow]\npath = {name}\nreason = test data\n")
    assert plain.cli("scan").status == 0


def test_what_is_not_read_of_a_history_has_a_path_that_can_be_allowed(plain):
    sevenzip(plain, "t/enc.zip", "-tzip", "-px")
    data = plain.read("t/enc.zip")
    plain.plant("t/enc.zip", data)
    plain.plant("u/enc.zip", data)
    plain.plant("cut.xz", lzma.compress(noise(9000))[:3000])
    plain.git("rm", "-q", "u/enc.zip", "cut.xz")
    plain.git("commit", "-q", "-m", "gone")
    for _ in range(2):  # the second time with what the first one remembers
        r = history(plain)
        assert r.status == 3, r
        assert sorted(x.split(": ")[1] for x in unread(r)) == [
            "cut.xz", "t/enc.zip!m/k.ini", "u/enc.zip!m/k.ini"], r
    summary = found(history(plain, "--format", "jsonl"))[1]
    assert summary["unread_count"] == len(summary["unread"]) == 3
    allow = "[allow]\npath = cut.xz\nreason = test data\n[allow]\npath = t/*\nreason = test data\n"
    plain.write(".sekisho", allow)
    assert [x.split(": ")[1] for x in unread(history(plain))] == ["u/enc.zip!m/k.ini"]
    plain.write(".sekisho", allow.replace("t/*", "*/enc.zip"))
    assert history(plain).status == 0
    oid = plain.git("hash-object", "-w", "--stdin", stdin=data + b"x").out.strip()
    lines = unread(history(plain))
    assert len(lines) == 1 and f"blob {oid[:12]}!m/k.ini" in lines[0], lines


@pytest.mark.parametrize("method", [
    "-m0=Copy", "-m0=Deflate", "-m0=BZip2", "-m0=LZMA", "-m0=LZMA2", "-m0=PPMd", "-tzip -mm=BZip2",
    "-tzip -mm=LZMA", "-tzip -mm=PPMd", "-tzip -mm=XZ", "-ttar", "-tgzip", "-txz", "-tbzip2"])
def test_what_7zip_writes_is_read(plain, keys, method):
    plain.write("k.ini", keys.text())
    plain.run("7zz", "a", "-bso0", *method.split(), "a.x", "k.ini", ok=True)
    (plain.path / "k.ini").unlink()
    r, places, _ = told(plain)
    whole = method in ("-tgzip", "-txz", "-tbzip2")
    assert places == {("a.x" if whole else "a.x!k.ini", n) for n in (1, 2)}, r


def overlapping(data, n):
    """Entries that share their data: each has those behind it as extra field."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    sums = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
    fields = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sums
    local = b"".join(b"PK\3\4" + fields + struct.pack("<HH", 1, 31 * (n - 1 - i)) + b"a"
                     for i in range(n)) + packed
    listed = b"".join(b"PK\1\2\x14\0" + fields + struct.pack("<HHHHHII", 1, 0, 0, 0, 0, 0, 31 * i) +
                      b"a" for i in range(n))
    return local + listed + b"PK\5\6\0\0\0\0" + struct.pack(
        "<HHIIH", n, n, len(listed), len(local), 0)


def test_bombs_of_every_kind_end(plain, keys):
    flat = zipped({str(i): b"\0" * MIB for i in range(300)})
    plain.write("ratio.zip", flat)
    plain.write("nested.zip", zipped({str(i): flat for i in range(30)}))
    plain.write("overlap.zip", overlapping(b"\0" * (8 * MIB), 2000))
    r = plain.cli("scan")
    assert r.status == 3, r
    assert {x.split(": ")[1].split("!")[0] for x in unread(r)} == {
        "ratio.zip", "nested.zip", "overlap.zip"}, unread(r)


def test_names_of_members_cannot_do_anything(plain, keys):
    names = ["../../../up", "/etc/x", "a\nb", "\x1b[2J", "c\rd", "\u202etxt", "e" * 5000]
    plain.write("n.zip", zipped({n: keys.text() for n in names}))
    plain.write("n.tar", tarred({n: keys.text().encode() for n in names[:6]}))
    before = sorted(os.listdir(plain.path.parent))
    for form in ("text", "jsonl", "sarif"):
        r = plain.cli("scan", "--format", form)
        assert r.status == 1, r
        assert "\x1b" not in r.all and "\r" not in r.all, r
        keys.assert_unseen(r)
    assert sorted(os.listdir(plain.path.parent)) == before
