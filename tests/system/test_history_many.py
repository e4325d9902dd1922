"""Histories with more of something than anybody wants to be told."""

import json
import random

from conftest import BASE32
from test_clean_set import known, objects, scan, settle

SECRETS_KEPT = 300000


def told(result):
    return [json.loads(x) for x in result.out.splitlines()]


def test_a_secret_in_many_versions_is_one_with_all_that_hold_it(world, keys):
    repo = world.repo()
    text = b""
    for i in range(60):
        body = f"line {i}\n{keys.text()}".encode()
        text += b"commit refs/heads/main\ncommitter c <c@example.org> %d +0000\n" % i
        text += b"data 1\nx\n"
        for name in (b"a", b"b") if i % 2 else (b"a",):
            text += b"M 644 inline %s\ndata %d\n%s\n" % (name, len(body), body)
    repo.git("fast-import", "--quiet", stdin=text)
    lost = [repo.git("hash-object", "-w", "--stdin", stdin=f"{i}\n{keys.text()}").out
            for i in range(5)]
    for how in (("--no-cache",), (), ()):
        found = [x for x in told(scan(repo, "--format", "jsonl", *how)) if "rule" in x]
        by_id, = [x for x in found if x["rule"] == "aws-access-key-id"]
        assert by_id["blobs"] == 65 and by_id["commits"] == 60, by_id
        assert by_id["path"] == "a" and by_id["line"] == 2
        places = {x["path"] for x in by_id["more"]}
        assert places == {"b"} | {f"blob {x[:12]}" for x in lost}
        settle(repo)


def test_what_is_past_the_limit_is_told_again_each_time(world):
    repo = world.repo()
    rng = random.Random(7)
    ids = set()
    while len(ids) < SECRETS_KEPT * 4 // 3:  # some do not look random
        ids.add("AKIA" + rng.choice(BASE32[16:26])
                + "".join(rng.choices(BASE32, k=15)))
    ids = sorted(ids)
    for i in range(6):
        part = ids[i * len(ids) // 6:(i + 1) * len(ids) // 6]
        repo.add(f"f{i}", "\n".join(part) + "\n")
    repo.commit("many")
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    for i in range(2):
        r = scan(repo, "--format", "jsonl", "-o", "../out")
        assert r.status == 3 and "of more secrets than the 300000" in r.err, r
        with open(world.top / "out", "rb") as out:
            assert json.loads(out.readlines()[-1])["summary"]["dropped"]
    # None of the six files was taken for clean.
    assert known(r) <= objects(repo) - 6
