"""When the machine gives less than is asked for: what was not read is told, in
one line and with 3, and nothing is called clean that was not looked at."""

import os
import resource
import subprocess
import threading

import pytest

from test_formats import MODES, fill
from test_scan_tree import unread

ALL = {
    **MODES,
    "history": ("scan", "--history", "--no-cache"),
    "reachable": ("scan", "--history", "--reachable", "--no-cache"),
}


@pytest.fixture(params=ALL.values(), ids=ALL.keys())
def mode(request):
    return request.param


@pytest.fixture
def planted(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    return repo


def limited(repo, args, what, most, **more):
    """Under a limit that the program and its children have."""
    done = subprocess.run(
        [repo.world.sekisho, *args], cwd=repo.path, env=repo.world.env, capture_output=True,
        timeout=60, check=False, text=True,
        preexec_fn=lambda: resource.setrlimit(what, (most, most)), **more)
    return done.returncode, done.stdout, done.stderr


def assert_told(got, whole):
    """All of it, or 3 with why, or what was found and what was not read."""
    status, out, err = got
    lines = err.splitlines()
    if status == 1 and out == whole:
        return True
    assert status in (1, 3) and lines, got
    assert status == 3 or any(x.startswith("not read: ") for x in lines), got
    assert len(lines) == 1 or all(x.startswith("not read: ") for x in lines), got
    return False


def test_too_few_descriptors(planted, mode):
    whole = planted.cli(*mode)
    told = [
        assert_told(limited(planted, mode, resource.RLIMIT_NOFILE, n), whole.out)
        for n in (4, 8, 10, 11, 12, 13, 14, 15, 16, 18, 20, 32)
    ]
    assert not told[0] and told[-1] and told == sorted(told), told


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="it takes 20 TB of addresses")
def test_too_little_memory(world, keys):
    repo = world.repo("r")
    repo.add("README", "x\n")
    repo.commit()
    repo.git("tag", "A")
    text = "".join(f"{i}\n" for i in range(3_000_000))
    repo.plant("big", text + keys.text())
    repo.add("big", "some\n" + text + type(keys)("other").text())
    for args in ALL.values():
        whole = repo.cli(*args)
        assert whole.status == 1 and not unread(whole), whole
        told = [
            assert_told(limited(repo, args, resource.RLIMIT_AS, n << 20), whole.out)
            for n in (24, 48, 1024)
        ]
        assert not told[0] and told[-1], (args, told)


@pytest.mark.parametrize("where", [">&-", ">/dev/full", "-o /dev/full", "2>&- >&-"])
def test_a_report_that_goes_nowhere_is_3(planted, mode, where):
    done = planted.run("sh", "-c", f"'{planted.world.sekisho}' {' '.join(mode)} {where}")
    assert done.status == 3 and not done.out, done
    assert len(done.err.splitlines()) == (0 if "2>" in where else 1), done


def test_a_pipe_that_is_closed_is_3(planted, mode):
    done = planted.run("sh", "-c", f"('{planted.world.sekisho}' {' '.join(mode)}; echo $? >status)"
                                   " | true")
    assert planted.read("status") == b"3\n", done
    assert len(done.err.splitlines()) == 1, done


def test_a_report_to_a_device_or_pipe_leaves_it_what_it_is(planted, keys):
    path = planted.world.top / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_text()))
    reader.start()
    done = planted.cli("scan", "--format", "jsonl", "-o", str(path))
    reader.join(60)
    assert done.status == 1 and path.is_fifo(), done
    assert "dir3/untracked" in read[0] and keys.id not in read[0]
    assert planted.cli("scan", "-o", "/dev/stdout").out == planted.cli("scan").out
