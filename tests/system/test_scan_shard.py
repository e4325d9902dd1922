"""`sekisho scan --history --shard`: parts that together are the whole."""

import json
import os
import re

import pytest

from conftest import Keys
from test_scan_tree import unread

SLURM = {"ID": "7", "MIN": "5", "MAX": "9", "STEP": "2", "COUNT": "3"}


def slurm(**changed):
    return {f"SLURM_ARRAY_TASK_{k}": v for k, v in {**SLURM, **changed}.items()}


def lines(repo, *options, env=None):
    r = repo.cli("scan", "--history", "--format", "jsonl", *options, env=env)
    assert r.status in (0, 1), r
    *found, last = [json.loads(x) for x in r.out.splitlines()]
    assert last["summary"]["status"] == r.status
    return found, last["summary"]


def places(found):
    return {(x["fingerprint"], p["place"], p["path"])
            for x in found for p in [x] + x.get("more", [])}


@pytest.fixture
def many(world):
    """Packs, loose objects, an alternate; objects that stand twice; a key in
    each of a file's versions, in messages, names, refs, reflogs and tags."""
    lender = world.repo("lender")
    for i in range(6):
        lender.plant("lent", f"{Keys(f'lent {i}').id}\n")
    r = world.clone(lender.path, "many", "-s")
    text = ""
    for i in range(40):
        text += f"line {i} {Keys(f'line {i}').id}\n"
        r.plant(f"d{i % 3}/f", text, f"message {Keys(f'message {i}').id}")
        if i in (10, 25):
            r.git("repack", "-q", "-d")
    r.git("repack", "-q", "-a", "-k")
    r.plant(f"name-{Keys('name').id}", "x\n")
    r.git("tag", "-a", "-m", Keys("tag").id, "v1")
    r.git("branch", f"b-{Keys('branch').id}")
    r.git("update-ref", "-m", f"log {Keys('log').id}", "HEAD", "HEAD^")
    return r


@pytest.mark.parametrize("of", [1, 2, 7])
def test_the_parts_are_the_whole(many, of):
    whole, counts = lines(many)
    parts = [lines(many, "--shard", f"{k}/{of}") for k in range(1, of + 1)]
    assert places(whole) == set().union(*(places(f) for f, _ in parts))
    for count in ("blobs", "bytes", "commits", "tags", "messages", "names"):
        assert counts[count] == sum(s[count] for _, s in parts), count
    assert len({s["shard"]["split"] for _, s in parts}) == 1
    assert [s["shard"]["number"] for _, s in parts] == list(range(1, of + 1))
    # what is in no object, and a message, are in one part each
    for place in ("ref-name", "message"):
        told = [sum(x["place"] == place for x in f) for f, _ in parts]
        assert sum(told) == sum(x["place"] == place for x in whole)
    if of == 7:
        assert sum(s["bytes"] > 0 for _, s in parts) > 2
    assert "shard" not in counts and not any("rank" in x for x in whole)


# A part counts the blobs and commits that it has seen: together they are at least
# the largest of these.
PARTS_OWN = ("rank", "more", "blobs", "commits")


def without_ranks(found):
    return [{k: v for k, v in place.items() if k not in PARTS_OWN}
            for x in found for place in [x] + x.get("more", [])]


def without_spread(text):
    return [x for x in text.splitlines() if not x.startswith("    held by ")]


@pytest.mark.parametrize("of", [2, 5])
def test_parts_put_together_are_the_same_report(many, of):
    whole, counts = lines(many)
    names = []
    for k in range(of, 0, -1):
        names.append(f"../part-{k}")
        r = many.cli("scan", "--history", "--format", "jsonl", "--shard", f"{k}/{of}",
                     "-o", names[-1])
        assert r.status in (0, 1)
    r = many.cli("report", "--format", "jsonl", *names)
    assert r.status == 1 and not r.err, r
    *found, last = [json.loads(x) for x in r.out.splitlines()]
    assert without_ranks(found) == without_ranks(whole)
    assert last["summary"] == counts
    both = "".join((many.path / n).read_text() for n in names)
    for stdin in (both, r.out):
        again = many.cli("report", "--format", "jsonl", stdin=stdin)
        assert (again.status, again.out) == (1, r.out)
    # as text and SARIF, too: what the scan itself writes
    for form in ("text", "sarif"):
        want = many.cli("scan", "--history", "--format", form).out
        got = many.cli("report", "--format", form, *names)
        if form == "sarif":
            results = [json.loads(x)["runs"][0]["results"] for x in (want, got.out)]
            for x in results[0] + results[1]:
                x.pop("ruleIndex")
                for count in ("blobs", "commits"):
                    x.get("properties", {}).pop(count, None)
            assert results[0] == results[1]
        else:
            assert without_spread(got.out) == without_spread(want)


def test_what_is_missing_of_the_parts_is_told(many):
    for k in (1, 2):
        many.cli("scan", "--history", "--format", "jsonl", "--shard", f"{k}/2",
                 "-o", f"../part-{k}")
    r = many.cli("report", "../part-1")
    assert r.status == 3 and "part 2 of 2 is missing" in r.err and r.out, r
    text = (many.path / "../part-2").read_bytes()
    for cut in (len(text) - 1, len(text) - 20, text.rindex(b"{\"summary"), 50, 0):
        (many.path / "../cut").write_bytes(text[:cut])
        r = many.cli("report", "../part-1", "../cut")
        whole_line = cut == len(text) - 1
        assert r.status == (1 if whole_line else 3) and r.out, (cut, r)
        assert ("../cut" in r.err) == (not whole_line), (cut, r)
    r = many.cli("report", "../part-1", "../part-2", "../none")
    assert r.status == 3 and "../none" in r.err and r.out, r
    r = many.cli("report", stdin="")
    assert r.status == 3 and "standard input" in r.err and not r.out, r


def test_ranks_follow_the_history(many):
    found, _ = lines(many, "--shard", "1/1")
    order = many.git("rev-list", "--date-order", "--reverse", "--all", "--reflog").out.split()
    ranked = [p for x in found for p in [x] + x.get("more", []) if "commit" in p]
    assert ranked
    for p in ranked:
        at = p.get("rank", 0)
        assert (order[at - 1] == p["commit"]) if at else p["commit"] not in order


def test_parts_of_a_selection(many):
    whole, _ = lines(many, "HEAD~5..HEAD", "--", "d0", "d1")
    parts = [lines(many, "--shard", f"{k}/3", "HEAD~5..HEAD", "--", "d0", "d1")
             for k in (1, 2, 3)]
    assert whole and places(whole) == set().union(*(places(f) for f, _ in parts))


def test_other_packs_are_told_apart(many):
    before = lines(many, "--shard", "1/2")[1]["shard"]["split"]
    assert lines(many, "--shard", "2/2", "HEAD~3")[1]["shard"]["split"] != before
    many.plant("another", "x\n")
    after = lines(many, "--shard", "1/2")[1]["shard"]["split"]
    many.git("repack", "-q", "-a", "-d", "-f")
    assert len({before, after, lines(many, "--shard", "1/2")[1]["shard"]["split"]}) == 3


def test_parts_where_git_reads(many):
    """A pack that only the multi-pack-index knows is read through git."""
    many.git("repack", "-q", "-d")
    many.git("multi-pack-index", "write")
    folder = many.path / ".git" / "objects" / "pack"
    for name in os.listdir(folder):
        if name.endswith(".idx"):
            os.remove(folder / name)
    whole, _ = lines(many)
    parts = [lines(many, "--shard", f"{k}/3") for k in (1, 2, 3)]
    assert whole and places(whole) == set().union(*(places(f) for f, _ in parts))
    assert {s["shard"]["split"] for _, s in parts} == {"git"}


@pytest.mark.parametrize("option,env,number,of", [
    ("2/3", {}, 2, 3),
    ("auto", slurm(), 2, 3),
    ("auto/3", slurm(), 2, 3),
    ("auto", slurm(ID="0", MIN="0", MAX="0", STEP="1", COUNT="1"), 1, 1),
    ("auto", {"AWS_BATCH_JOB_ARRAY_INDEX": "0", "AWS_BATCH_JOB_ARRAY_SIZE": "2"}, 1, 2),
    ("auto/4", {"JOB_COMPLETION_INDEX": "3"}, 4, 4),
    ("1/3", slurm(), 1, 3),
])
def test_which_part(world, option, env, number, of):
    _, summary = lines(world.repo(), "--shard", option, env=env)
    assert (summary["shard"]["number"], summary["shard"]["of"]) == (number, of)


@pytest.mark.parametrize("option,env", [
    ("0/3", {}), ("4/3", {}), ("1/0", {}), ("1", {}), ("/3", {}), ("1/", {}), ("-1/3", {}),
    ("1/3/3", {}), ("x/3", {}), ("", {}), ("1/999999999", {}), ("auto", {}), ("auto/3", {}),
    ("auto/", slurm()), ("auto/0", slurm()), ("auto/2", slurm()),
    ("auto", slurm(COUNT="2")), ("auto", slurm(ID="6")), ("auto", slurm(ID="4")),
    ("auto", slurm(STEP="0")), ("auto", slurm(MAX="x")), ("auto", slurm(ID="11")),
    ("auto", {"SLURM_ARRAY_TASK_ID": "1"}),
    ("auto", {"JOB_COMPLETION_INDEX": "1"}), ("auto/1", {"JOB_COMPLETION_INDEX": "1"}),
    ("auto", {"AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "2"}),
    ("auto", {"AWS_BATCH_JOB_ARRAY_INDEX": "2"}),
    ("auto/3", {**slurm(), "JOB_COMPLETION_INDEX": "1"}),
])
def test_what_is_no_part_is_wrong_usage(world, option, env):
    done = world.repo().cli("scan", "--history", f"--shard={option}", env=env)
    assert done.status == 2 and "--shard" in done.err and not done.out, done


def test_a_part_is_one_only_if_asked_for(world, keys):
    """A job array of something else must not leave anything out."""
    r = world.repo()
    r.plant("a", keys.text())
    for i in range(3):
        env = {"JOB_COMPLETION_INDEX": str(i)}
        assert r.cli("scan", "--history", env=env).status == 1
    assert r.cli("scan", "--shard", "1/2").status == 2


def test_a_damaged_object_is_told_by_one_part(many):
    oid = many.run("git", "hash-object", "-w", "--stdin", stdin="x" * 999, ok=True).out.strip()
    path = many.path / ".git" / "objects" / oid[:2] / oid[2:]
    os.chmod(path, 0o644)
    path.write_bytes(b"junk")
    told = 0
    for k in (1, 2, 3):
        r = many.cli("scan", "--history", "--shard", f"{k}/3")
        told += len([x for x in unread(r) if re.search(oid[:8], x)])
    assert told == 1
