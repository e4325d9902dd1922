"""A person at a terminal, who reads what is asked and types an answer."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

WAIT = 100


class Terminal:
    """The program's controlling terminal; `ends` of its own streams are joined to
    it, the others are pipes."""

    def __init__(self, args, env, cwd, ends=(), stdin=b"", **more):
        self.master, slave = pty.openpty()
        self.shown = b""

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        streams = {
            name: slave if name in ends else subprocess.PIPE
            for name in ("stdin", "stdout", "stderr")
        }
        self.program = subprocess.Popen(
            args, env=env, cwd=cwd, preexec_fn=take_terminal, **streams, **more
        )
        os.close(slave)
        if self.program.stdin:
            self.program.stdin.write(stdin)
            self.program.stdin.close()

    def read(self):
        """False at the end."""
        ready, _, _ = select.select([self.master], [], [], WAIT)
        assert ready, f"nothing came after {self.shown!r}"
        try:
            data = os.read(self.master, 4096)
        except OSError:
            data = b""
        self.shown += data
        return bool(data)

    def expect(self, text):
        while text.encode() not in self.shown:
            assert self.read(), f"{text!r} was not in {self.shown!r}"

    def expect_hidden(self):
        """What is typed is not shown from now on."""
        for _ in range(1000):
            if not termios.tcgetattr(self.master)[3] & termios.ECHO:
                return
            time.sleep(0.02)
        raise AssertionError("the terminal still echoes")

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self):
        """Exit status, standard output and error that are pipes."""
        out, err = self.program.communicate(timeout=WAIT)
        while self.read():
            pass
        os.close(self.master)
        return self.program.returncode, (out or b"").decode(), (err or b"").decode()
