"""A history scan that takes its time: what it says meanwhile, and how it ends
when it is interrupted. A git that waits makes it take its time where we want."""

import json
import os
import pty
import random
import shutil
import signal
import subprocess
import time

import pytest

from conftest import BASE32
from test_scan_history import loose, pack

SIGNALS = pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])


class SlowGit:
    """A git that, asked for one thing, says so and waits to be let go on."""

    def __init__(self, world, asked):
        self.world = world
        folder = world.top / "slow"
        folder.mkdir()
        self.here, self.go = folder / "here", folder / "go"
        os.mkfifo(self.here)
        os.mkfifo(self.go)
        real = shutil.which("git", path=world.env["PATH"])
        script = folder / "git"
        script.write_text(
            f'#!/bin/sh\ncase "$* " in *"{asked}"*)\n'
            f'  if mkdir "{folder}/once" 2>/dev/null; then\n'
            f'    echo x >"{self.here}"; read -r x <"{self.go}"; fi;; esac\n'
            f'exec "{real}" "$@"\n')
        script.chmod(0o755)
        self.env = {**world.env, "PATH": f"{folder}:{world.env['PATH']}"}

    def wait(self):
        self.here.read_text()

    def let_go(self):
        self.go.write_text("x\n")


@pytest.fixture
def planted(world, keys):
    r = world.repo("planted")
    for i in range(3):
        r.plant(f"f{i}", f"{i}\n" * i)
    r.plant("key", keys.id + "\n")
    r.plant("key", "clean\n")
    pack(r)
    return r


def start(repo, git, *options, err=subprocess.PIPE, mode="--history"):
    return subprocess.Popen(
        [repo.world.sekisho, "scan", mode, *options], cwd=repo.path,
        env=git.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err)


def stopped(repo, git, sig, *options):
    p = start(repo, git, *options)
    git.wait()
    p.send_signal(sig)
    git.let_go()
    out, err = p.communicate(timeout=60)
    assert p.returncode == 3, (out, err)
    assert b"sekisho: interrupted: this is what was found so far" in err
    return out.decode(), err.decode()


@SIGNALS
def test_an_interrupt_in_the_search_leaves_the_findings(world, planted, keys, sig):
    git = SlowGit(world, "--no-walk")
    out, err = stopped(planted, git, sig)
    assert "aws-access-key-id" in out and keys.id not in out + err
    assert "not read: history: interrupted" in err
    assert out.startswith("blob ")


@SIGNALS
def test_an_interrupt_in_the_scan_leaves_the_findings(world, planted, keys, sig):
    # What our own reader cannot read, git is asked for at the end of the scan.
    planted.add("broken", "x" * 5000)
    oid = planted.git("rev-parse", ":broken").out.strip()
    loose(planted, oid).write_bytes(b"junk")
    git = SlowGit(world, "cat-file --batch ")
    out, err = stopped(planted, git, sig)
    assert out.startswith("blob ") and "aws-access-key-id" in out
    assert "not read: the rest: interrupted" in err
    assert keys.id not in out + err


def test_what_an_interrupt_leaves_is_a_whole_document(world, planted):
    git = SlowGit(world, "--no-walk")
    out, _ = stopped(planted, git, signal.SIGTERM, "--format", "jsonl")
    lines = [json.loads(x) for x in out.splitlines()]
    assert len(lines) == 2 and "commit" not in lines[0]
    assert any("interrupted" in x for x in lines[1]["summary"]["unread"])
    (world.top / "slow" / "once").rmdir()
    out, _ = stopped(planted, git, signal.SIGTERM, "--format", "sarif")
    run, = json.loads(out)["runs"]
    assert len(run["results"]) == 1
    assert run["invocations"][0]["executionSuccessful"] is False


def on_a_terminal(repo, git, mode="--history"):
    """Output and standard error of a run in which git waited for more than a
    second: from then on something is shown."""
    master, slave = pty.openpty()
    p = start(repo, git, err=slave, mode=mode)
    os.close(slave)
    git.wait()
    time.sleep(1.5)
    git.let_go()
    shown = b""
    try:
        while part := os.read(master, 4096):
            shown += part
    except OSError:
        pass
    os.close(master)
    out = p.stdout.read().decode()
    assert p.wait(timeout=60) == 1
    return out, shown.decode()


def last_line(shown):
    """What a terminal shows in the end."""
    return shown.replace("\r\n", "\n").split("\n")[-1].split("\x1b[K")[-1]


def test_a_terminal_sees_how_far_it_is(world, planted):
    out, shown = on_a_terminal(planted, SlowGit(world, "for-each-ref"))
    assert "aws-access-key-id" in out and "scanned " not in out
    assert "\rscanned " in shown.replace("\x1b[K", ""), shown
    assert " MB/s, " in shown and " s left" in shown
    assert last_line(shown) == "", shown


def test_a_terminal_sees_the_search(world, planted):
    out, shown = on_a_terminal(planted, SlowGit(world, "--no-walk"))
    assert "finding where 1 secret came in" in shown, shown
    assert "finding" not in out and last_line(shown) == ""


def test_a_pipe_sees_nothing(world, planted):
    git = SlowGit(world, "--no-walk")
    p = start(planted, git)
    git.wait()
    time.sleep(1.5)
    git.let_go()
    _, err = p.communicate(timeout=60)
    assert (p.returncode, err) == (1, b"")


def test_a_scan_of_files_does_not_guess_what_is_left(world, keys):
    r = world.repo("files")
    for i in range(300):
        r.write(f"f{i}", keys.id if i == 7 else "x\n")
    _, shown = on_a_terminal(r, SlowGit(world, "ls-files"), mode="--verbose")
    assert "scanned " in shown and " MB/s" in shown and " s left" not in shown


def test_more_findings_than_a_run_keeps_are_counted(world):
    """Of a repository full of keys, as many as memory is meant for."""
    r = world.repo("full")
    rng = random.Random(1)
    for i in range(4):
        r.add(f"f{i}", "".join("AKIA" + "".join(rng.choices(BASE32[16:26], k=1)
                                                + rng.choices(BASE32, k=15)) + "\n"
                               for _ in range(90000)))
    p = r.cli("scan", "-o", "report", "--format", "jsonl")
    summary = json.loads(r.read("report").splitlines()[-1])["summary"]
    assert p.status == 3 and "not read: findings: " in p.err, p
    assert len(r.read("report").splitlines()) == 300001
    assert summary["dropped"] > 50000 and summary["unread_count"] == 1
    assert p.err.count("not read") == 1, p
