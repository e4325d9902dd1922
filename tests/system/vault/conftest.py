"""Fixtures of the vault's tests: AWS, keyrings and users of the tests' own."""

import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from . import island
from .fake_aws import FakeAws
from .keyring import Silent
from .world import Programs, Vault

uids = itertools.count(20000 + os.getpid() % 10000 * 100)


@pytest.fixture(scope="session", autouse=True)
def network():
    """No test of the vault reaches a network outside."""
    if os.geteuid() != 0:
        pytest.fail("they make a network of their own: run them as root", False)
    island.own_mounts()
    before = island.enter()
    yield
    island.leave(before)


@pytest.fixture(scope="session")
def plain_root(network):
    path = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-root-", dir="/var/tmp"))
    path.chmod(0o755)
    island.mount("-t", "tmpfs", "none", path)
    yield island.plain_root(path)
    subprocess.run(["umount", "-R", "-l", path], check=True)
    path.rmdir()


@pytest.fixture
def aws():
    fake = FakeAws()
    yield fake
    fake.close()


@pytest.fixture(scope="session")
def emulator(network):
    from .emulator import Emulator

    made = Emulator()
    yield made
    made.close()


@pytest.fixture(scope="session")
def programs():
    top = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-", dir="/tmp"))
    top.chmod(0o755)
    yield Programs(top)
    shutil.rmtree(top)


@pytest.fixture
def top():
    """Where every user can go, unlike tmp_path."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def vault(top, aws, programs):
    """No keyring but the encrypted file: root's is no one's alone."""
    made = Vault(top, aws, programs)
    yield made
    made.assert_no_file_has_secrets()


@pytest.fixture
def as_user(top, aws, programs, plain_root):
    """Another user for each test, so that each has a kernel keyring of its own."""
    made = Vault(top, aws, programs, next(uids), plain_root)
    yield made
    made.assert_no_file_has_secrets()


@pytest.fixture
def desktop(vault):
    """Starts a bus in one of its states; the vault finds it."""
    started = []

    def make(kind, **more):
        args = (vault.top,) if kind is Silent else (vault.top, vault.env)
        started.append(kind(*args, **more))
        vault.env.update(started[-1].env)
        return started[-1]

    yield make
    for made in started:
        made.close()
