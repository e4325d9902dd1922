"""A second scan of a history: what is remembered of the first, and what not."""

import hashlib
import hmac
import json
import os
import re
import signal
import struct
import subprocess
import time
import zlib

HEAD = len(b"sekisho clean 1\n") + 64


def settle(repo):
    """Files changed just now are not remembered: wait until none is."""
    newest = 0
    for root, _, files in os.walk(repo.path / ".git" / "objects"):
        for name in files:
            newest = max(newest, os.stat(os.path.join(root, name)).st_ctime)
    time.sleep(max(0, newest + 2.1 - time.time()))


def scan(repo, *options, **more):
    return repo.cli("scan", "--history", "-v", *options, **more)


def found(result):
    return sorted(x for x in result.out.splitlines() if re.match(r"\S", x))


def known(result):
    hit = re.search(r"(\d+) objects? known from before", result.err)
    return int(hit[1]) if hit else 0


def objects(repo):
    out = repo.git("cat-file", "--batch-all-objects", "--batch-check").out
    return len(out.splitlines())


def of_pack(world, repo, *others):
    """The record of a pack: a bit for each of its objects."""
    record, = [x for x in cache(world) if x not in others
               and x.stat().st_size == HEAD + objects(repo) // 8 + 1 + 32]
    return record


def made(world, name="r"):
    """A packed history, old enough to be remembered."""
    repo = world.repo(name)
    for i in range(20):
        repo.plant(f"f{i % 4}", f"version {i}\n" * 100)
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    return repo


def cache(world):
    folder = world.home / ".cache" / "sekisho" / "clean"
    return [folder / x for x in sorted(os.listdir(folder))]


def the_key(world):
    return world.home / ".local" / "state" / "sekisho" / "clean.key"


def test_a_second_scan_reads_nothing_and_says_so(world):
    repo = made(world)
    first, second = scan(repo), scan(repo)
    assert (first.status, second.status) == (0, 0), second
    assert known(first) == 0 and known(second) == objects(repo), second
    assert " 0 commits" in second.err, second
    summary = json.loads(scan(repo, "--format", "jsonl").out)["summary"]
    assert summary["known"] == objects(repo)
    assert stat_modes(world) == {0o600}


def stat_modes(world):
    return {x.stat().st_mode & 0o777 for x in cache(world) + [the_key(world)]}


def test_findings_are_told_again_and_only_they_are_read(world, keys):
    repo = world.repo()
    repo.plant("a", "x\n" * 2000)
    repo.plant("a", "x\n" * 2000 + keys.text())
    repo.plant("a", "x\n" * 2000 + "y\n")
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    first, second = scan(repo), scan(repo)
    assert first.status == second.status == 1 and found(first), first
    assert first.out == second.out
    assert known(second) == objects(repo) - 1
    assert scan(repo, "--no-cache").out == first.out


def test_what_is_new_is_found_loose_and_packed(world, keys):
    repo = made(world)
    scan(repo)
    repo.plant("new", keys.text())
    loose = scan(repo)
    assert found(loose) and known(loose), loose
    settle(repo)
    assert found(scan(repo)) == found(loose)
    again = scan(repo)
    assert found(again) == found(loose)
    assert known(again) == objects(repo) - 1, again
    repo.git("repack", "-q", "-d")
    assert found(scan(repo)) == found(loose)


def test_after_gc_everything_is_found_again(world, keys):
    repo = made(world)
    repo.plant("a", keys.text())
    settle(repo)
    first = scan(repo)
    repo.git("gc", "-q", "--aggressive", "--prune=now")
    settle(repo)
    assert scan(repo).out == first.out
    last = scan(repo)
    assert last.out == first.out and known(last) == objects(repo) - 1


def test_other_rules_begin_anew(world):
    repo = made(world)
    scan(repo)
    rules = world.top / "mine.rules"
    rules.write_text(
        "[mine]\ndescription = x\nseverity = low\nregex = version 1[0-9]\n"
        "match = version 12\nnomatch = version 2\n")
    mine = scan(repo, "--rules", str(rules))
    assert mine.status == 1 and known(mine) == 0, mine
    assert scan(repo, "--rules", str(rules)).out == mine.out
    rules.write_text(rules.read_text().replace("1[0-9]", "(?:3|1[0-9])"))
    other = scan(repo, "--rules", str(rules))
    assert known(other) == 0 and len(found(other)) == len(found(mine)) + 1
    assert known(scan(repo)) == objects(repo)


def test_an_allowance_that_goes_is_noticed(world, keys):
    repo = world.repo()
    repo.plant("a", keys.text())
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    repo.write(".sekisho", "[allow]\npath = a\nreason = test\n")
    repo.git("reset", "-q", "--hard")
    assert scan(repo).status == 0 and scan(repo).status == 0
    os.unlink(repo.path / ".sekisho")
    assert scan(repo).status == 1


def test_selections_do_not_vouch_for_the_rest(world, keys):
    repo = world.repo()
    repo.plant("a", "x\n")
    lost = repo.git("hash-object", "-w", "--stdin", stdin=keys.text()).out.split()[0]
    repo.git("pack-objects", "-q", ".git/objects/pack/pack",
             stdin=lost + "\n" + repo.head() + "\n")
    repo.git("prune-packed")
    settle(repo)
    assert scan(repo, "--reachable").status == 0
    assert scan(repo, "--reachable").status == 0
    assert scan(repo).status == 1


def resign(path, key, change):
    """The file as change makes it of its content, signed with that key."""
    data = path.read_bytes()
    body = data[:HEAD] + change(data[HEAD:-32])
    path.write_bytes(body + hmac.new(key, body, hashlib.sha256).digest())


def all_known(bits):
    return b"\xff" * len(bits)


def test_a_forged_set_is_not_believed(world, keys):
    repo = world.repo()
    repo.plant("a", "x\n")
    repo.plant("a", keys.text())
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    first = scan(repo)
    record = of_pack(world, repo)
    good = record.read_bytes()
    key = the_key(world).read_bytes()

    resign(record, bytes(32), all_known)
    forged = scan(repo)
    assert forged.out == first.out and forged.status == 1
    assert "not believed" in forged.err, forged

    for bad in (b"", good[:40], good[:-1], good + b"x", b"\xff" * len(good),
                good[:HEAD] + b"\xff" + good[HEAD + 1:]):
        record.write_bytes(bad)
        r = scan(repo)
        assert r.out == first.out and r.status == 1, r
        assert "not believed" in r.err, r

    # The control: with the user's own key the same lie would have been told.
    record.write_bytes(good)
    resign(record, key, all_known)
    assert scan(repo).status == 0


def test_a_set_about_another_thing_is_not_believed(world, keys):
    clean, dirty = made(world, "clean"), world.repo("dirty")
    for i in range(20):
        dirty.plant(f"f{i % 4}", f"version {i}\n" * 100 if i < 19 else keys.text())
    dirty.git("repack", "-q", "-a", "-d")
    settle(dirty)
    scan(clean)
    of_clean, = cache(world)
    scan(dirty)
    of_dirty = of_pack(world, dirty, of_clean)
    of_dirty.write_bytes(of_clean.read_bytes())
    r = scan(dirty)
    assert r.status == 1 and "about another thing" in r.err, r


def test_another_key_or_an_open_directory_is_not_used(world):
    repo = made(world)
    scan(repo)
    folder, key = cache(world)[0].parent, the_key(world)
    os.chmod(folder, 0o777)
    r = scan(repo)
    assert r.status == 0 and known(r) == 0 and "others can write it" in r.err
    os.chmod(folder, 0o700)
    os.chmod(key, 0o644)
    r = scan(repo)
    assert r.status == 0 and known(r) == 0 and "only this user" in r.err
    assert "note:" not in repo.cli("scan", "--history").err
    os.chmod(key, 0o600)
    assert known(scan(repo)) == objects(repo)
    key.unlink()
    key.write_bytes(b"k" * 32)
    os.chmod(key, 0o600)
    r = scan(repo)
    assert r.status == 0 and known(r) == 0
    key.unlink()
    key.symlink_to("/dev/zero")
    assert scan(repo).status == 0 and known(scan(repo)) == 0


def test_without_a_home_or_with_no_cache_nothing_is_kept(world):
    repo = made(world)
    for home in ("/nonexistent/home", "relative"):
        r = scan(repo, env={"HOME": home})
        assert r.status == 0 and known(r) == 0, r
    scan(repo, "--no-cache")
    assert not (world.home / ".cache").exists()
    place = world.top / "else where"
    scan(repo, "--cache", str(place))
    assert known(scan(repo, "--cache", str(place))) == objects(repo)
    assert not (world.home / ".cache").exists() and os.listdir(place)
    assert scan(repo, "--cache", str(place), "--no-cache").status == 2
    assert repo.cli("scan", "--no-cache").status == 2


def lying_pack(repo, oid, content):
    """A pack that says content has that id."""
    folder = repo.path / ".git" / "objects" / "pack"
    folder.mkdir(exist_ok=True)
    size = len(content)
    entry = bytes([0x80 | 3 << 4 | size & 15, size >> 4]) + zlib.compress(content, 0)
    pack = b"PACK" + struct.pack(">II", 2, 1) + entry + bytes(20)
    raw = bytes.fromhex(oid)
    index = b"\377tOc" + struct.pack(">I", 2)
    index += b"".join(struct.pack(">I", raw[0] <= i) for i in range(256))
    index += raw + struct.pack(">I", zlib.crc32(entry)) + struct.pack(">I", 12) + bytes(40)
    for name, data in (("pack-1.pack", pack), ("pack-1.idx", index)):
        path = folder / name
        if path.exists():
            path.chmod(0o644)
        path.write_bytes(data)
        path.chmod(0o444)
    return folder / "pack-1.pack", folder / "pack-1.idx"


def test_a_repository_cannot_clear_what_another_one_holds(world, keys):
    honest, liar = world.repo("honest"), world.repo("liar")
    oid = honest.git("hash-object", "-w", "--stdin", stdin=keys.text()).out.strip()
    lying_pack(liar, oid, b"harmless\n" * 10)
    settle(liar)
    settle(honest)
    assert scan(liar).status == 0 and known(scan(liar)) == 1
    assert scan(honest).status == 1


def test_other_bytes_in_the_same_file_are_read(world, keys):
    repo = world.repo()
    key = keys.text().encode()
    paths = lying_pack(repo, "ab" * 20, b"x" * len(key))
    settle(repo)
    assert scan(repo).status == 0 and known(scan(repo)) == 1
    before = [os.stat(x) for x in paths]
    lying_pack(repo, "ab" * 20, key)
    for path, st in zip(paths, before):
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
        now = os.stat(path)
        assert (now.st_ino, now.st_size, now.st_mtime_ns) == (
            st.st_ino, st.st_size, st.st_mtime_ns)
    assert scan(repo).status == 1


def test_files_that_others_can_write_are_not_remembered(world):
    repo = made(world)
    for path in (repo.path / ".git/objects/pack").iterdir():
        path.chmod(0o664)
    settle(repo)
    assert known(scan(repo)) == 0 and known(scan(repo)) == 0


def test_a_damaged_object_is_told_each_time(world):
    repo = made(world)
    pack, = (repo.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    settle(repo)
    first, second = scan(repo), scan(repo)
    assert first.status == second.status == 3
    lines = [[x for x in r.err.splitlines() if x.startswith("not read:")]
             for r in (first, second)]
    assert lines[0] and sorted(lines[0]) == sorted(lines[1])


def test_scans_at_once_leave_a_set_that_holds(world, keys):
    repo = made(world)
    repo.plant("a", keys.text())
    repo.git("repack", "-q", "-d")
    settle(repo)
    running = [subprocess.Popen([world.sekisho, "scan", "--history"], cwd=repo.path,
                                env=world.env, stdout=subprocess.PIPE)
               for _ in range(8)]
    outs = {p.communicate()[0] for p in running}
    assert len(outs) == 1 and {p.returncode for p in running} == {1}
    last = scan(repo)
    assert known(last) == objects(repo) - 1 and "not believed" not in last.err
    assert {last.out.encode()} == outs
    assert not [x for x in cache(world) if x.name.startswith("new-")]


def test_a_scan_that_is_killed_leaves_nothing_wrong(world, keys):
    repo = made(world)
    repo.plant("a", keys.text())
    settle(repo)
    for delay in (0.001, 0.004, 0.016):
        p = subprocess.Popen([world.sekisho, "scan", "--history"], cwd=repo.path,
                             env=world.env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(delay)
        p.send_signal(signal.SIGINT)
        p.wait()
        p = subprocess.Popen([world.sekisho, "scan", "--history"], cwd=repo.path,
                             env=world.env, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        p.kill()
        p.wait()
        r = scan(repo)
        assert r.status == 1 and "not believed" not in r.err, r
