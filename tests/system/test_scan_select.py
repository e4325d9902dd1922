"""`sekisho scan --history`: revisions, dates and paths, as an oracle has them."""

import json
import os
import random

import pytest

from conftest import Keys
from test_scan_tree import unread

DAY = 86400
NOW = 1_700_000_000


def ids(result):
    """What was found, told by the redacted form; each key has its own."""
    lines = [json.loads(x) for x in result.out.splitlines()]
    return {x["redacted"] for x in lines[:-1]}


def scan(repo, *options):
    r = repo.cli("scan", "--history", "--format", "jsonl", *options)
    assert r.status in (0, 1) and not unread(r), r
    return ids(r)


class Random:
    """A history with merges, clocks that go wrong, and a key in each version of
    each file and in each message. Redacted, no two keys look the same."""

    PATHS = ["a", "d/b", "d/e/c", "src/d/b", "sp ace/x"]

    def __init__(self, repo, seed):
        self.repo, self.rng = repo, random.Random(seed)
        self.used, self.commits, self.trees = set(), [], {}
        self.key_of = {}
        tips = [None, None]
        for i in range(24):
            side = self.rng.randrange(2)
            parents = [tips[side]] if tips[side] else []
            if parents and tips[1 - side] and self.rng.random() < 0.25:
                parents.append(tips[1 - side])
            when = NOW + i * DAY + self.rng.choice([0, 0, 0, -30 * DAY])
            tips[side] = self.commit(parents, when)
            if tips[1 - side] is None and i > 3:
                tips[1 - side] = tips[side]
        for name, tip in zip(("main", "side"), tips):
            repo.git("update-ref", f"refs/heads/{name}", tip)

    def key(self):
        while True:
            k = Keys(self.rng.random()).id
            shown = f"{k[:4]}...{k[-2:]}"
            if shown not in self.used:
                self.used.add(shown)
                return k, shown

    def commit(self, parents, when):
        repo = self.repo
        files = dict(self.trees[parents[0]]["files"]) if parents else {}
        for p in parents[1:]:
            files.update(self.trees[p]["files"])
        for path in self.rng.sample(self.PATHS, self.rng.randrange(1, 3)):
            if path in files and self.rng.random() < 0.3:
                del files[path]
                continue
            key, shown = self.key()
            files[path] = repo.run("git", "hash-object", "-w", "--stdin",
                                   stdin=f"{key}\n", ok=True).out.strip()
            self.key_of[files[path]] = shown
        repo.git("read-tree", "--empty")
        repo.git("update-index", "--index-info", stdin="".join(
            f"100644 {oid}\t{path}\n" for path, oid in files.items()))
        tree = repo.git("write-tree").out.strip()
        key, shown = self.key()
        made = repo.git("commit-tree", tree, "-m", f"about {key}",
                        *(x for p in parents for x in ("-p", p)),
                        env={"GIT_COMMITTER_DATE": f"{when} +0000"}).out.strip()
        self.trees[made] = {"files": files, "parents": parents, "when": when,
                            "message": shown}
        self.commits.append(made)
        return made

    def reach(self, tips):
        seen, todo = set(), list(tips)
        while todo:
            c = todo.pop()
            if c not in seen:
                seen.add(c)
                todo += self.trees[c]["parents"]
        return seen

    def brought(self, commits, under=None):
        def held(cs):
            return {oid for c in cs for path, oid in self.trees[c]["files"].items()
                    if under is None or any(
                        path == u or path.startswith(u + "/") for u in under)}

        before = {p for c in commits for p in self.trees[c]["parents"]} - commits
        want = {self.key_of[oid] for oid in held(commits) - held(before)}
        if under is None:
            want |= {self.trees[c]["message"] for c in commits}
        return want


@pytest.fixture(params=range(3))
def history(world, request):
    return Random(world.repo("random"), request.param)


@pytest.mark.parametrize("packed", [False, True])
def test_every_choice_finds_what_an_oracle_finds(history, packed):
    repo, commits = history.repo, history.commits
    if packed:
        repo.git("repack", "-q", "-a", "-d", "-f")
    all_ = history.reach(repo.git("rev-parse", "main", "side").out.split())
    assert scan(repo, "--reachable") == history.brought(all_)
    for i in (3, 9, 15):
        old, new = commits[i], commits[i + 7]
        part = history.reach([new])
        assert scan(repo, new) == history.brought(part)
        part -= history.reach([old])
        assert scan(repo, f"{old}..{new}") == scan(repo, new, f"^{old}")
        assert scan(repo, f"{old}..{new}", "--", ".") | \
            {history.trees[c]["message"] for c in part} == history.brought(part)
        since = NOW + (i + 5) * DAY
        late = {c for c in all_ if history.trees[c]["when"] >= since}
        day = repo.run("date", "-u", "-d", f"@{since}", "+%Y-%m-%dT%H:%M:%SZ").out.strip()
        want = history.brought(late)
        assert scan(repo, "--since", day) == want and want
        for under in (["d"], ["d/e"], ["a"], ["a", "src/d"], ["sp ace"], ["none"]):
            assert scan(repo, "--", *under) == history.brought(all_, under)
            assert scan(repo, "--since", day, "--", *under) == \
                history.brought(late, under)


def test_dates(world, keys):
    r = world.repo()
    for i, day in enumerate(("2023-01-02T00:00:00Z", "2023-01-02T23:59:59Z")):
        r.add("f", f"{i}\n")
        r.commit(f"about {Keys(str(i)).id}", env={"GIT_COMMITTER_DATE": day})
    assert len(scan(r, "--since", "2023-01-02")) == 2
    assert len(scan(r, "--since", "2023-01-02T01:00:00+01:00")) == 2
    assert len(scan(r, "--since", "2023-01-02T00:00:01Z")) == 1
    assert len(scan(r, "--since", "2023-01-03")) == 0
    assert len(scan(r, "--since", "2 weeks ago")) == 0
    assert len(scan(r, "--since", "200 years ago")) == 2
    for text in ("now", "yesterday", "2023-02-30", "2 weeks", "nonsense", "", "-1 day ago",
                 "2 weeks ago; x", "1700000000", "2023-01", "noon"):
        done = r.cli("scan", "--history", f"--since={text}")
        assert done.status == 2 and "no date" in done.err, done
    assert r.cli("scan", "--since", "2023-01-02").status == 2


def test_tags_count_by_their_own_date(world, keys):
    r = world.repo()
    r.add("f", "x\n")
    r.commit("first", env={"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
    old, new = Keys("old"), Keys("new")
    r.git("tag", "-a", "-m", f"old {old.id}", "old",
          env={"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
    r.git("tag", "-a", "-m", f"new {new.id}", "new",
          env={"GIT_COMMITTER_DATE": "2023-01-01T00:00:00Z"})
    assert len(scan(r)) == 2
    found = scan(r, "--since", "2022-01-01")
    assert found == {f"{new.id[:4]}...{new.id[-2:]}"}
    assert scan(r, "HEAD") == set() and len(scan(r, "old")) == 1


def test_what_a_ref_names_that_is_no_commit(world, keys):
    r = world.repo()
    r.add("f", "x\n")
    r.commit("first", env={"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
    blob = r.run("git", "hash-object", "-w", "--stdin", stdin=keys.id, ok=True).out.strip()
    tree = r.git("mktree", stdin=f"100644 blob {blob}\tname\n").out.strip()
    r.git("tag", "treetag", tree)
    for options in (["--reachable"], ["treetag"], [f"{tree}"], [blob],
                    ["--since", "2022-01-01"]):
        assert len(scan(r, *options)) == 1, options
    assert scan(r, "HEAD") == set()


def test_reflogs_are_part_of_a_date_and_of_paths(world, keys):
    r = world.repo()
    r.plant("README", "x\n")
    r.plant("d/a", keys.id)
    r.git("update-ref", "-m", "back", "HEAD", "HEAD^")
    assert len(scan(r, "--", "d")) == 1
    assert len(scan(r, "--since", "2000-01-01")) == 1
    assert scan(r, "--reachable", "--", "d") == set()


def test_names_below_paths(world, keys):
    r = world.repo()
    other = Keys("other")
    r.plant(f"in/{keys.id}", "x\n", f"about {other.id}")
    r.plant(f"out/{other.id}", "x\n")
    for options in (["--", "in"], ["--", "./in/"], ["--", "out/../in"],
                    ["--", str(r.path / "in")]):
        assert scan(r, *options) == {f"{keys.id[:4]}...{keys.id[-2:]}"}, options
    (r.path / "in").mkdir(exist_ok=True)
    done = r.run(r.world.sekisho, "scan", "--history", "--format", "jsonl", "--", ".",
                 cwd=r.path / "in")
    assert ids(done) == {f"{keys.id[:4]}...{keys.id[-2:]}"}, done


@pytest.mark.parametrize("options", [
    ["nope"], ["README"], ["HEAD..nope"], ["^nope"], [""], ["1" * 40],
    ["--", "../x"], ["--", "/etc"], ["--", ""], ["--", "a\nb"],
])
def test_what_names_nothing_is_wrong_usage(world, options):
    r = world.repo()
    r.add("README", "x\n")
    r.commit("first")
    done = r.cli("scan", "--history", *options)
    assert done.status == 2 and done.err.count("\n") <= 2 and not done.out, done


def test_options_are_no_revisions(world):
    r = world.repo()
    r.add("README", "x\n")
    r.commit("first")
    for options in (["--all"], ["--branches=x"], ["HEAD", "--reflog"]):
        assert r.cli("scan", "--history", *options).status == 2


def test_a_tree_that_is_gone_hides_nothing(world, keys):
    r = world.repo()
    r.plant("d/a", keys.id)
    r.plant("b", "x\n")
    tree = r.git("rev-parse", "HEAD:d").out.strip()
    os.remove(r.path / ".git" / "objects" / tree[:2] / tree[2:])
    for options in (["--", "d/a"], ["HEAD"], ["--since", "2000-01-01"]):
        done = r.cli("scan", "--history", *options)
        assert done.status == 1 and "what is selected" in done.err, done


def test_an_empty_choice_is_clean(world, keys):
    r = world.repo()
    r.plant("a", keys.id)
    assert scan(r, "HEAD..HEAD") == set()
    assert scan(r, "--since", "2 hours ago") == set()


def test_files_named_after_dashes(world, keys):
    r = world.repo()
    r.write("-x", keys.id)
    r.write("y", "plain\n")
    assert r.cli("scan", "--", "-x").status == 1
    assert r.cli("scan", "y", "--").status == 0
    assert r.cli("scan", "y", "--", "-x").status == 1
