"""What the two programs of the vault are linked with, and how the small one
becomes the full one."""

import os
import re
import shutil
import subprocess

import pytest

BUILD = os.environ["SEKISHO_BUILD"]
SMALL = os.path.join(BUILD, "bin", "sekisho-vault")
FULL = os.path.join(BUILD, "libexec", "sekisho", "sekisho-vault")
# Of an instrumented build; never in one that is installed.
SANITIZERS = re.compile(r"lib(asan|ubsan|tsan|m|pthread|dl)\.so|ld-linux")


def needed(program):
    text = subprocess.run(
        ["readelf", "-d", program], check=True, capture_output=True, text=True
    ).stdout
    return {
        n
        for n in re.findall(r"\(NEEDED\).*\[(.*)\]", text)
        if not SANITIZERS.match(n)
    }


def test_the_small_program_needs_libc_alone():
    assert needed(SMALL) <= {"libc.so.6"}


def test_the_full_program_loads_curl_and_libsecret_only_when_it_needs_them():
    libraries = needed(FULL)
    assert "libc.so.6" in libraries
    for late in ("libcurl", "libsecret", "libgio", "libglib", "libgobject"):
        assert not any(n.startswith(late) for n in libraries), libraries


@pytest.fixture
def installed(tmp_path):
    """The small program in a place of its own, beside one that tells how it was
    called in place of the full one."""
    small = tmp_path / "bin" / "sekisho-vault"
    full = tmp_path / "libexec" / "sekisho" / "sekisho-vault"
    small.parent.mkdir()
    full.parent.mkdir(parents=True)
    shutil.copy(SMALL, small)
    full.write_text('#!/bin/sh\nprintf "<%s>" "$@"\nexit 7\n')
    full.chmod(0o755)
    return small


def call(program, *args, **more):
    return subprocess.run(
        [program, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, **more,
    )


@pytest.mark.parametrize(
    "args",
    [
        ["status"],
        ["get"],
        ["get", "--", "no such profile"],
        ["get", "-h"],
        ["get", "a", "b"],
        ["get", ""],
        ["exec", "p", "--", "sh", "-c", "exit 1"],
        ["--version"],
    ],
)
def test_it_becomes_the_full_program_without_a_word(installed, tmp_path, args):
    done = call(installed, *args, env={"HOME": str(tmp_path), "PATH": "/nowhere"})
    assert done.returncode == 7
    assert done.stdout == "".join(f"<{a}>" for a in args)
    assert done.stderr == ""


def test_it_finds_the_full_program_through_a_link(installed, tmp_path):
    link = tmp_path / "elsewhere"
    link.symlink_to(installed)
    assert call(link, "list", cwd="/").stdout == "<list>"


def test_it_says_so_where_the_full_program_is_missing(installed, tmp_path):
    shutil.rmtree(tmp_path / "libexec")
    done = call(installed, "list")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == (
        f"sekisho-vault: {tmp_path}/libexec/sekisho/sekisho-vault: "
        "No such file or directory: the installation is not complete\n"
    )
