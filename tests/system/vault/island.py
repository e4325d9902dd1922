"""A network of the tests' own: loopback, and on it AWS's link-local addresses.

Nothing that is tested can reach a real service, and what listens on a link-local
address here is the tests' own. It takes root.
"""

import ctypes
import os
import subprocess

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


def leave(before):
    check(libc.setns(before, CLONE_NEWNET))
    os.close(before)


def cut_off():
    """For a child before it runs a program: no network at all."""
    check(libc.unshare(CLONE_NEWNET))
