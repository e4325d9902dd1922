"""gnome-keyring on a bus of the test's own, in the states it is met in."""

import os
import signal
import socket
import subprocess
import threading
import time

PASSWORD = b"a password of the test"
SERVICE = "org.freedesktop.secrets"
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def wait_for(condition, what):
    for _ in range(1500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come")


class Bus:
    """env is what a program needs to find it."""

    def __init__(self, top, env):
        self.top = top
        self.socket = top / "bus"
        config = top / "bus.conf"
        config.write_text(BUS.format(path=self.socket))
        self.base = env
        self.env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.socket}"}
        self.daemons = [self.start("dbus-daemon", f"--config-file={config}", "--nofork")]
        wait_for(self.socket.exists, "the bus")

    def start(self, *args, **more):
        return subprocess.Popen(
            args, env={**self.base, **self.env}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, **more,
        )

    def call(self, *args):
        done = subprocess.run(
            ["gdbus", "call", "--session", *args], env={**self.base, **self.env},
            capture_output=True, text=True, timeout=100, check=False,
        )
        return done.stdout.strip()

    def is_there(self):
        return "true" in self.call(
            "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
            "org.freedesktop.DBus.NameHasOwner", SERVICE,
        )

    def close(self):
        for daemon in reversed(self.daemons):
            daemon.kill()
            daemon.wait()


class Keyring(Bus):
    """Unlocked, until `lock`."""

    def __init__(self, top, env):
        super().__init__(top, env)
        self.control = top / "keyring-control"
        self.control.mkdir(mode=0o700)
        self.daemon = self.run(PASSWORD)
        wait_for(self.is_unlocked, "the keyring")

    def run(self, password=None):
        """It makes the collection `login` when it is first given a password."""
        args = ["gnome-keyring-daemon", "--foreground", "--components=secrets",
                f"--control-directory={self.control}"]
        if password is not None:
            args.append("--unlock")
        daemon = self.start(*args, stdin=subprocess.PIPE)
        daemon.stdin.write(password or b"")
        daemon.stdin.close()
        self.daemons.append(daemon)
        return daemon

    def property(self, name):
        return self.call(
            "-d", SERVICE, "-o", "/org/freedesktop/secrets/aliases/default", "-m",
            "org.freedesktop.DBus.Properties.Get",
            "org.freedesktop.Secret.Collection", name,
        )

    def is_unlocked(self):
        return "false" in self.property("Locked")

    def is_locked(self):
        return "true" in self.property("Locked")

    def lock(self):
        self.call(
            "-d", SERVICE, "-o", "/org/freedesktop/secrets", "-m",
            "org.freedesktop.Secret.Service.Lock",
            "['/org/freedesktop/secrets/collection/login']",
        )
        wait_for(self.is_locked, "the lock")

    def items(self):
        return self.property("Items").count("/org/freedesktop/secrets/collection/login/")

    def stop(self):
        """It is there, and answers nothing."""
        self.daemon.send_signal(signal.SIGSTOP)

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()


class Silent:
    """A socket that takes what comes and says nothing."""

    def __init__(self, top):
        path = str(top / "silent")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(64)
        os.chmod(path, 0o666)
        self.env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"}
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self):
        self.socket.close()
        for connection in self.taken:
            connection.close()
