"""A network and mounts of the tests' own. It takes root.

The network is loopback, and on it AWS's link-local addresses: nothing that is
tested can reach a real service. Mounts go when the tests end, however they do.
"""

import ctypes
import os
import subprocess

CLONE_NEWNS = 0x20000
CLONE_NEWNET = 0x40000000
ADDRESSES = (
    "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32",
    "fd00:ec2::254/128", "fd00:ec2::23/128",
)
libc = ctypes.CDLL(None, use_errno=True)


def check(status):
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def mount(*args):
    subprocess.run(["mount", *args], check=True)


def enter():
    """What this thread starts from now on lives on the island. To go back: the
    file that is returned."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    check(libc.unshare(CLONE_NEWNET))
    ip("link", "set", "lo", "up")
    for address in ADDRESSES:
        more = ["nodad"] if ":" in address else []
        ip("addr", "add", address, "dev", "lo", *more)
    return before


def own_mounts():
    check(libc.unshare(CLONE_NEWNS))
    mount("--make-rprivate", "/")


def plain_root(path):
    """The machine's files without what a container's engine leaves at the top, so
    that programs do not take their surroundings for a container."""
    for name in ("usr", "etc", "dev", "proc", "sys", "tmp", "var"):
        (path / name).mkdir()
        mount("--rbind", f"/{name}", path / name)
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{name}"):
            (path / name).symlink_to(os.readlink(f"/{name}"))
    return path


def leave(before):
    check(libc.setns(before, CLONE_NEWNET))
    os.close(before)


def cut_off():
    """For a child before it runs a program: no network at all."""
    check(libc.unshare(CLONE_NEWNET))
