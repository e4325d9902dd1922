"""A history read by its delta families tells what a scan of each content tells,
however git packed it, and says of every pack what it could not read."""

import base64
import json
import os
import random
import shutil
import struct
import zlib

import pytest

from test_scan_history import flat, history, loose
from test_scan_tree import unread


def encoded(text):
    """The text in every encoding, some of it over lines."""
    data = text.encode()
    yield base64.b64encode(data).decode()
    yield base64.encodebytes(b"xy" + data).decode()
    yield base64.urlsafe_b64encode(base64.b64encode(b"z" + data)).decode()
    yield data.hex()
    yield "".join(f"\\u{c:04x}" for c in data)
    yield "".join(f"&#{c};" for c in data)
    yield data.decode("ascii").encode("utf-16-be").decode("ascii")


def versions(keys, seed, count, forms=None):
    """A file that grows, shrinks and moves about, with keys that come, go, and
    are put together and torn apart by edits."""
    rng = random.Random(seed)
    made = [type(keys)(f"{seed} {i}") for i in range(12)]
    pieces = [k.id for k in made] + [k.secret for k in made]
    pieces += [k.text() for k in made] + [k.id[:9] for k in made] + [k.id[9:] for k in made]
    pieces += ["aws_secret_access_key = ", "\n", "sekisho:allow ", "AKIA"]
    if forms:
        whole = [x for k in made for x in forms(k.text())]
        pieces = whole + [x[:40] for x in whole] + [x[40:] for x in whole]
    lines = [f"line {i} of some text that nobody looks at\n" for i in range(80)]
    for _ in range(count):
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(lines) + 1)
            kind = rng.randrange(6)
            if kind < 2:
                lines.insert(at, rng.choice(pieces) + rng.choice(["", "\n", "\n"]))
            elif kind == 2 and len(lines) > 60:
                del lines[at:at + rng.randrange(1, 6)]
            elif kind == 3:
                block = lines[at:at + 10]
                del lines[at:at + 10]
                to = rng.randrange(len(lines) + 1)
                lines[to:to] = block
            elif kind == 4:
                lines.insert(at, f"line {rng.randrange(10**6)} is new\n")
            else:
                lines = [x for x in lines if not any(k.id in x for k in made[:6])]
        yield "".join(lines).encode()


def store(repo, contents):
    """The blobs' ids."""
    folder = repo.path.parent / "contents"
    folder.mkdir(exist_ok=True)
    names = []
    for i, content in enumerate(contents):
        (folder / f"{i}").write_bytes(content)
        names.append(str(folder / f"{i}"))
    r = repo.run("git", "hash-object", "-w", "--stdin-paths", stdin="\n".join(names), ok=True)
    shutil.rmtree(folder)
    return r.out.split()


def pack(repo, oids, *options):
    objects = repo.path / ".git" / "objects"
    (objects / "pack").mkdir(exist_ok=True)
    names = "".join(f"{x} file\n" for x in oids)
    repo.run("git", "pack-objects", "-q", *options, str(objects / "pack" / "pack"),
             stdin=names, ok=True)
    repo.git("prune-packed")


def loose_again(repo, oid, data):
    """git writes no loose object that a pack has."""
    path = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def told(result):
    found = [json.loads(x) for x in result.out.splitlines()]
    summary = found.pop()["summary"]
    return flat(found), summary


def by_family(repo):
    found, summary = told(history(repo, "--format", "jsonl"))
    assert summary["unread_count"] == 0, summary
    return {(x["blob"], x["rule"], x["fingerprint"]) for x in found}, summary


def one_by_one(world, repo, oids):
    folder = world.top / "each"
    folder.mkdir()
    for oid in oids:
        done = repo.run("git", "cat-file", "blob", oid, ok=True)
        (folder / oid).write_bytes(done.out.encode("utf-8", "surrogateescape"))
    found, summary = told(world.cli("scan", "--format", "jsonl", ".", cwd=folder))
    return {(x["path"], x["rule"], x["fingerprint"]) for x in found}, summary


@pytest.mark.parametrize("how", [
    [], ["--delta-base-offset"], ["--depth=1"], ["--delta-base-offset", "--depth=500", "--window=60"],
    ["--index-version=1"], ["--index-version=2,0x200"],
])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_families_tell_what_each_content_tells(world, keys, form, how):
    repo = world.repo("packed", f"--object-format={form}")
    oids = store(repo, versions(keys, repr(how), 120))
    pack(repo, oids, *how)
    assert len(os.listdir(repo.path / ".git" / "objects" / "pack")) in (2, 3)
    mine, summary = by_family(repo)
    want, each = one_by_one(world, repo, set(oids))
    assert len(want) > 200 and mine == want
    assert summary["blobs"] == each["blobs"] and summary["bytes"] == each["bytes"]
    # and one blob less is noticed
    lost = next(iter(want))[0]
    assert mine != {x for x in want if x[0] != lost}


@pytest.mark.parametrize("how", [[], ["--depth=500", "--window=60"]])
def test_families_tell_what_is_encoded_in_each_content(world, keys, how):
    repo = world.repo("packed")
    contents = list(versions(keys, repr(how), 90, encoded))
    wide = versions(keys, "wide", 30)
    contents += [x.decode().encode("utf-16") for x in wide]
    oids = store(repo, contents)
    pack(repo, oids, *how)
    mine, summary = by_family(repo)
    want, each = one_by_one(world, repo, set(oids))
    assert len(want) > 100 and mine == want
    assert summary["blobs"] == each["blobs"] and summary["bytes"] == each["bytes"]
    found = told(history(repo, "--format", "jsonl"))[0]
    assert {x.get("encoding") for x in found} >= {"base64", "hex", "escapes", "utf-16"}


def test_the_same_objects_in_many_places_are_told_once(world, keys):
    repo = world.repo("packed")
    oids = store(repo, versions(keys, "places", 60))
    copies = {x: loose(repo, x).read_bytes() for x in oids[::5]}
    pack(repo, oids[:40])
    pack(repo, oids[20:], "--delta-base-offset")
    for oid, data in copies.items():
        loose_again(repo, oid, data)
    repo.git("multi-pack-index", "write")
    mine, summary = by_family(repo)
    want, each = one_by_one(world, repo, set(oids))
    assert mine == want and summary["blobs"] == each["blobs"]


def test_worktrees_and_submodules_are_read_where_they_keep_their_objects(world, keys):
    repo = world.repo("main")
    repo.plant("a", keys.text())
    repo.git("worktree", "add", "-q", str(world.top / "linked"))
    assert history(repo, cwd=world.top / "linked").status == 1
    outer = world.repo("outer")
    outer.git("submodule", "add", "-q", str(repo.path), "sub")
    assert history(outer, cwd=outer.path / "sub").status == 1
    assert history(outer).status == 0


def test_alternates_of_alternates_and_of_the_environment(world, keys):
    first, more = world.repo("first"), world.repo("more")
    first.plant("a", keys.text())
    more.plant("b", type(keys)("other").text())
    world.clone(first.path, "second", "-s")
    third = world.clone(world.top / "second", "third", "-s")
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{more.path}/.git/objects"'}
    assert len(told(history(third, "--format", "jsonl"))[0]) == 2
    assert len(told(history(third, "--format", "jsonl", env=env))[0]) == 4
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(world.top / "gone")}
    r = history(third, env=env)
    assert r.status == 1 and unread(r) and "gone" in r.err, r


def test_cruft_packs_are_read(world, keys):
    repo = world.repo("cruft")
    repo.plant("a", "x\n")
    oids = store(repo, [keys.text().encode()])
    repo.git("repack", "-q", "-a", "-d", "--cruft")
    assert any(x.endswith(".mtimes") for x in os.listdir(repo.path / ".git/objects/pack"))
    assert {x[0] for x in by_family(repo)[0]} == set(oids)


def pack_path(repo):
    folder = repo.path / ".git" / "objects" / "pack"
    name = next(x for x in os.listdir(folder) if x.endswith(".pack"))
    os.chmod(folder / name, 0o644)
    return folder / name


def test_a_changed_bit_is_noticed_wherever_it_is(world, keys):
    repo = world.repo("bits")
    oids = store(repo, versions(keys, "bits", 12))
    pack(repo, oids)
    path = pack_path(repo)
    data = path.read_bytes()
    rng = random.Random(1)
    for _ in range(25):
        changed = bytearray(data)
        changed[rng.randrange(12, len(data) - 20)] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        r = history(repo)
        assert r.status in (1, 3) and unread(r), r
    path.write_bytes(data)
    assert not unread(history(repo))


def header(kind, size):
    out, first = [], kind << 4 | size & 15
    size >>= 4
    while size:
        out.append(first | 128)
        first, size = size & 127, size >> 7
    return bytes(out + [first])


def hostile_pack(repo, entries):
    """entries: bytes; their ids are made up. What else is there stays."""
    folder = repo.path / ".git" / "objects" / "pack"
    folder.mkdir(exist_ok=True)
    pack, rows = bytearray(b"PACK" + struct.pack(">II", 2, len(entries))), []
    for i, entry in enumerate(entries):
        oid = bytes([i + 1]) * 20
        rows.append((oid, zlib.crc32(entry), len(pack)))
        pack += entry
    pack += bytes(20)
    rows.sort()
    fan = [sum(r[0][0] <= i for r in rows) for i in range(256)]
    index = b"\377tOc" + struct.pack(">I", 2) + struct.pack(">256I", *fan)
    index += b"".join(r[0] for r in rows)
    index += b"".join(struct.pack(">I", r[1]) for r in rows)
    index += b"".join(struct.pack(">I", r[2]) for r in rows) + bytes(40)
    (folder / "pack-hostile.pack").write_bytes(pack)
    (folder / "pack-hostile.idx").write_bytes(index)


def test_hostile_packs_are_refused_and_hide_nothing(world, keys):
    repo = world.repo("hostile")
    repo.plant("a", keys.text())
    x = zlib.compress(b"x")
    one = bytes([1, 1, 0x90, 1])
    delta = zlib.compress(one)
    bomb = bytes([1, 128, 128, 128, 128, 4]) + bytes([0x90, 1]) * 100
    hostile_pack(repo, [
        header(3, 1) + x,
        header(3, 1 << 42) + x,                              # terabytes
        header(3, 1 << 29) + x,
        header(7, len(one)) + bytes([4]) * 20 + delta,       # of itself
        header(7, len(one)) + bytes([6]) * 20 + delta,       # a circle
        header(7, len(one)) + bytes([5]) * 20 + delta,
        header(6, len(one)) + bytes([255, 255, 127]) + delta,
        header(6, len(bomb)) + bytes([10]) + zlib.compress(bomb),
        header(5, 1) + x,
        header(7, len(one)) + bytes([99]) * 20 + delta,      # of nothing
    ])
    r = history(repo)
    assert r.status == 1 and unread(r), r
    assert "a:1:" in r.out and "circle" in r.err and "larger than" in r.err, r
    assert r.err.count("object ") >= 8, r


def test_objects_that_a_promisor_has_are_counted_and_never_fetched(world, keys):
    server = world.repo("server")
    server.git("config", "uploadpack.allowfilter", "true")
    server.plant("a", keys.text())
    server.plant("b", "x\n")
    clone = world.clone(f"file://{server.path}", "partial", "--filter=blob:none", "--no-checkout")
    before = sorted(os.listdir(clone.path / ".git/objects/pack"))
    r = history(clone)
    assert r.status == 3 and "2 objects are missing here" in r.err, r
    assert sorted(os.listdir(clone.path / ".git/objects/pack")) == before


def test_a_damaged_copy_does_not_hide_a_good_one(world, keys):
    repo = world.repo("copies")
    oid, = store(repo, [keys.text().encode() + b"x" * 3000])
    copy = loose(repo, oid).read_bytes()
    pack(repo, [oid])
    loose_again(repo, oid, copy)
    path = pack_path(repo)
    data = bytearray(path.read_bytes())
    data[40] ^= 16
    path.write_bytes(data)
    r = history(repo)
    assert r.status == 1 and unread(r) and len(r.out.splitlines()) >= 2, r
