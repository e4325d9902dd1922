"""A person at a terminal, who reads what is asked and types an answer."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

WAIT = 30


class Terminal:
    """The program's controlling terminal; `ends` of its own streams are joined to
    it, the others are pipes."""

    def __init__(self, args, env, cwd, ends=(), stdin=b"", **more):
        self.master, self.slave = pty.openpty()
        slave = self.slave
        self.shown = b""
        self.before = self.mode()

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
        if self.program.stdin:
            self.program.stdin.write(stdin)
            self.program.stdin.close()
            self.program.stdin = None

    def read(self, seconds):
        """Whether something came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.shown += os.read(self.master, 4096)
        return True

    def expect(self, text):
        for _ in range(WAIT * 10):
            if text.encode() in self.shown:
                return
            over = self.program.poll() is not None
            if not self.read(0.1) and over:
                break
        raise AssertionError(f"{text!r} was not in {self.shown!r}")

    def mode(self):
        return termios.tcgetattr(self.master)

    def expect_hidden(self):
        """What is typed is not shown from now on."""
        for _ in range(1000):
            if not self.mode()[3] & termios.ECHO:
                return
            time.sleep(0.02)
        raise AssertionError("the terminal still echoes")

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self):
        """Exit status, standard output and error that are pipes."""
        out, err = self.program.communicate(timeout=WAIT)
        while self.read(0):
            pass
        self.after = self.mode()
        os.close(self.master)
        os.close(self.slave)
        return self.program.returncode, (out or b"").decode(), (err or b"").decode()
