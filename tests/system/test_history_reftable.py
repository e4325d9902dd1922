"""`sekisho scan --history` of repositories whose refs are in reftables.

Only a git from 2.45 on makes these. Where git cannot, one stands in for it: it
keeps the reflogs in another place than the files that sekisho knows, where only
the git program finds them.
"""

import json
import shutil

import pytest


class Table:
    """A repository that looks like one with reftables."""

    def __init__(self, world):
        self.world = world
        self.repo = world.repo()
        self.repo.add("README", "hello\n")
        self.repo.commit("first")
        real = shutil.which("git", path=world.env["PATH"])
        self.away = world.top / "away"
        self.calls = world.top / "calls"
        folder = world.top / "bin"
        folder.mkdir()
        world.script("bin/git", f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{self.calls}"\n'
                     f'case " $* " in *" log "*|*" --reflog "*)\n'
                     f'  export GIT_DIR="{self.away}";; esac\n'
                     f'exec "{real}" "$@"\n')
        self.env = {"PATH": f"{folder}:{world.env['PATH']}"}

    def scan(self, *options):
        """After it, files have no reflogs."""
        dot = self.repo.path / ".git"
        if not self.away.exists():
            shutil.copytree(dot, self.away)
            for logs in [dot / "logs", *dot.glob("worktrees/*/logs")]:
                shutil.rmtree(logs)
            (dot / "reftable").mkdir()
        return self.repo.cli("scan", "--history", *options, env=self.env)

    def lose(self, oid):
        (self.repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


@pytest.fixture
def table(world):
    return Table(world)


def test_reflogs_in_a_table_are_read_by_git(table, world, keys):
    r = table.repo
    other, third = type(keys)("another"), type(keys)("third")
    r.git("update-ref", "-m", f"back to {keys.id}", "refs/heads/main", "HEAD")
    r.git("commit", "-q", "--allow-empty", "-m", "x",
          env={"GIT_COMMITTER_NAME": other.id})
    r.git("reset", "-q", "--hard", "HEAD^")
    r.git("worktree", "add", "-q", "--detach", str(world.top / "linked"))
    r.git("commit", "-q", "--allow-empty", "-m", "x", cwd=world.top / "linked",
          env={"GIT_COMMITTER_NAME": third.id})
    r.git("config", "i18n.logOutputEncoding", "UTF-7")
    done = table.scan("--format", "jsonl")
    found = [json.loads(x) for x in done.out.splitlines()][:-1]
    at = {p["path"]: x["redacted"] for x in found for p in [x, *x.get("more", [])]}
    short = [f"{k.id[:4]}...{k.id[-2:]}" for k in (keys, other, third)]
    assert at["reflog HEAD@{2}"] == short[0], at
    assert at["reflog refs/heads/main@{1}"] == at["reflog HEAD@{1}"] == short[1], at
    assert at["reflog worktrees/linked/HEAD@{0}"] == short[2], at
    assert done.status == 1 and not done.err, done
    done = table.scan()
    assert "reflog HEAD@{2}:2:9: " in done.out, done
    for k in (keys, other, third):
        k.assert_unseen(done)


def test_no_reflogs_in_a_table_are_none(table):
    done = table.scan()
    assert (done.status, done.all) == (0, ""), done
    assert " log -g " in table.calls.read_text()


def test_a_key_in_the_name_of_a_ref_is_not_shown_by_its_log(table, keys):
    other = type(keys)("another")
    table.repo.git("update-ref", "--create-reflog", "-m", f"x {other.id}",
                   f"refs/heads/{keys.id}", "HEAD")
    for form in ("text", "jsonl", "sarif"):
        done = table.scan("--format", form)
        assert done.status == 1 and "reflog" in done.out, done
        keys.assert_unseen(done)
        other.assert_unseen(done)


def test_an_entry_whose_commit_is_gone_is_not_called_clean(table, keys):
    r = table.repo
    r.git("commit", "-q", "--allow-empty", "-m", keys.id)
    gone = r.head()
    r.git("reset", "-q", "--hard", "HEAD^")
    table.lose(gone)
    done = table.scan()
    assert done.status == 3 and not done.out, done
    assert ".git/reftable: " in done.err and "commits are gone" in done.err, done


def test_the_log_of_a_tag_is_not_called_clean(table, keys):
    r = table.repo
    r.git("tag", "-a", "-m", "x", "v1")
    r.git("update-ref", "--create-reflog", "-m", keys.id, "refs/tags/v2", "refs/tags/v1")
    done = table.scan()
    assert done.status == 3 and "the log of a tag" in done.err, done


def test_a_git_that_fails_is_told(table):
    table.scan()
    shutil.rmtree(table.away)
    table.away.mkdir()
    done = table.scan()
    assert done.status == 3 and ".git/reftable: git log: " in done.err, done


@pytest.mark.parametrize("setting", [
    ("extensions.refStorage", "made-up"), ("extensions.objectFormat", "made-up"),
    ("extensions.madeUp", "true"), ("core.repositoryFormatVersion", "99"),
], ids=lambda x: x[0])
def test_a_format_that_git_does_not_know_is_3_and_one_line(world, keys, setting):
    r = world.repo()
    r.plant("a", keys.text())
    r.git("config", "core.repositoryFormatVersion", "1")
    r.git("config", *setting)
    for how in (["--history"], ["--history", "--reachable"], ["--staged"], []):
        done = r.cli("scan", *how)
        assert done.status == 3 and not done.out, done
        assert len(done.err.splitlines()) == 1 and done.err.endswith(": it takes a newer git\n"), done
