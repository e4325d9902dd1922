"""A user of the vault: a home, settings, profiles, and the program."""

import base64
import calendar
import json
import os
import shutil
import subprocess
import time

from conftest import SECONDS, Result, World

from .fake_aws import REGION
from .terminal import Terminal

FORMS = (
    lambda b: b,
    lambda b: base64.b64encode(b).rstrip(b"="),
    lambda b: b.hex().encode(),
    lambda b: b.decode().encode("utf-16-le"),
)


class Programs:
    """The two programs as they are installed, where every user can reach them."""

    def __init__(self, top):
        build = os.environ.get("SEKISHO_BUILD")
        if not build:
            build = os.path.dirname(os.path.dirname(os.environ["SEKISHO"]))
        self.hit = top / "bin/sekisho-vault"
        self.full = top / "libexec/sekisho/sekisho-vault"
        for program in (self.hit, self.full):
            program.parent.mkdir(parents=True)
            shutil.copy(os.path.join(build, program.relative_to(top)), program)
        self.clock = top / "shift_clock.so"
        source = os.path.join(os.path.dirname(__file__), "shift_clock.c")
        subprocess.run(
            ["cc", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", self.clock, source],
            check=True,
        )


class Vault(World):
    """uid: whose processes they are, in the root directory root; None: the tests'
    own user."""

    def __init__(self, top, aws, programs, uid=None, root=None):
        super().__init__(top)
        self.aws = aws
        self.uid = uid
        self.root = root
        self.programs = programs
        self.program = str(programs.hit)
        self.config = self.home / ".config/sekisho/config"
        self.aws_config = self.home / ".aws/config"
        self.aws_credentials = self.home / ".aws/credentials"
        self.runtime = top / "runtime"
        self.runtime.mkdir(mode=0o700)
        self.state = self.runtime / "sekisho"
        self.data = self.home / ".local/share/sekisho"
        self.env["XDG_RUNTIME_DIR"] = str(self.runtime)
        self.env["AWS_EC2_METADATA_DISABLED"] = "true"
        self.settings = {"timeout": "30"}
        self.held = []
        self.own(top)

    # ---- files ----

    def own(self, path):
        if self.uid is not None:
            for root, dirs, files in os.walk(path):
                for name in [root] + [os.path.join(root, f) for f in files]:
                    os.lchown(name, self.uid, self.uid)
            os.lchown(path, self.uid, self.uid)

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        self.own(self.home)
        return path

    @staticmethod
    def sections(profiles, word="profile ", **defaults):
        text = ""
        for name, keys in profiles.items():
            keys = {**defaults, **keys}
            text += f"[{'' if name == 'default' else word}{name}]\n"
            text += "".join(f"{k} = {v}\n" for k, v in keys.items() if v is not None)
        return text

    def profiles(self, **profiles):
        """sekisho's own. What `settings` says goes before."""
        text = "[sekisho]\n"
        text += "".join(f"{k} = {v}\n" for k, v in self.settings.items())
        text += self.sections(profiles, region=REGION, endpoint_url=self.aws.url)
        self.write(self.config, text)

    def aws_profiles(self, **profiles):
        self.write(self.aws_config, self.sections(profiles))

    def credentials(self, **profiles):
        self.write(self.aws_credentials, self.sections(profiles, word=""))

    @staticmethod
    def static(key, **more):
        """The keys of a profile with a key in the open."""
        keys = {"aws_access_key_id": key.id, "aws_secret_access_key": key.secret}
        if key.token:
            keys["aws_session_token"] = key.token
        return {**keys, **more}

    def add(self, name, key):
        """A long-term key, as AWS's own tool prints it."""
        made = {"AccessKeyId": key.id, "SecretAccessKey": key.secret}
        text = json.dumps({"AccessKey": made})
        return self.vault("add", name, stdin=text, ok=True)

    # ---- running ----

    def args(self, *args):
        if self.uid is None:
            return list(args)
        uid = str(self.uid)
        return [
            "chroot", self.root, "setpriv", "--reuid", uid, "--regid", uid,
            "--clear-groups", "env", "-C", self.top, *args,
        ]

    def environment(self, env=None):
        both = {**self.env, **(env or {})}
        return {k: v for k, v in both.items() if v is not None}

    def start(self, *args, env=None, **more):
        """Without a terminal, in the background."""
        for stream in ("stdin", "stdout", "stderr"):
            more.setdefault(stream, subprocess.PIPE)
        more.setdefault("cwd", self.top)
        return subprocess.Popen(
            self.args(*args), env=self.environment(env), start_new_session=True, **more
        )

    def run(self, *args, stdin=b"", env=None, ok=None, **more):
        """A variable that is None in env is not set."""
        program = self.start(*args, env=env, **more)
        result = end(program, stdin)
        if ok is not None:
            assert (result.status == 0) == ok, f"{args}: {result}"
        return result

    def vault(self, *args, **more):
        return self.run(self.program, *args, **more)

    def at_terminal(self, *args, env=None, **more):
        return Terminal(
            self.args(self.program, *args), self.environment(env), self.top, **more
        )

    def moved(self, seconds, *args, env=None, **more):
        """At a time that many seconds from now, on the service's clock as well."""
        options = self.env.get("ASAN_OPTIONS", "")
        shift = {
            "LD_PRELOAD": str(self.programs.clock),
            "SHIFT_CLOCK": str(seconds),
            "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0",
        }
        before = self.aws.offset
        self.aws.offset = before + seconds
        try:
            return self.run(
                str(self.programs.full), *args, env={**shift, **(env or {})}, **more
            )
        finally:
            self.aws.offset = before

    # ---- get ----

    def get(self, *args, **more):
        """The credentials, which are valid and those that were issued."""
        return self.given(self.vault("get", *args, **more))

    def left(self, seconds, *args, **more):
        """They are in the cache and have so many seconds left of an hour."""
        result = self.moved(seconds - 3600, "get", *args, **more)
        return self.given(result, seconds - 3600)

    def given(self, result, moved=0):
        assert result.status == 0, result
        self.assert_unseen(result.err)
        made = json.loads(result.out)
        assert made["Version"] == 1 and isinstance(made["Version"], int), made
        key = self.aws.keys.get(made["AccessKeyId"])
        if key:
            assert made["SecretAccessKey"] == key.secret
            assert made.get("SessionToken") == key.token
        if "Expiration" in made:
            assert seconds_left(made) - moved > 0
        return made

    def fails(self, *args, words=(), status=3, **more):
        """One line, without a secret, that says what and why."""
        return self.failed(self.vault("get", *args, **more), words, status)

    def failed(self, result, words=(), status=3):
        assert result.status == status, result
        assert result.out == "", result
        assert result.err.count("\n") == 1 and result.err.endswith("\n"), result
        assert result.err.startswith("sekisho-vault: "), result
        self.assert_unseen(result.err)
        for word in [words] if isinstance(words, str) else words:
            assert word in result.err, f"{word!r} is not in: {result.err}"
        return result.err

    # ---- secrets ----

    def secrets(self):
        found = {s for key in self.aws.keys.values() for s in key.secrets()}
        return found | set(self.held)

    def assert_unseen(self, text):
        for secret in self.secrets():
            assert secret not in text, "a secret was printed"

    def assert_no_file_has_secrets(self):
        """But for those that a test wrote."""
        given = (self.config, self.aws_config, self.aws_credentials)
        forms = {form(s.encode()) for s in self.secrets() for form in FORMS}
        for root, _, names in os.walk(self.top):
            for name in names:
                path = self.top / root / name
                if path in given or not path.is_file():
                    continue
                data = path.read_bytes()
                assert not any(f in data for f in forms), f"a secret is in {path}"


def end(program, stdin=b""):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    try:
        out, err = program.communicate(stdin, timeout=SECONDS)
    finally:
        program.kill()
    done = subprocess.CompletedProcess([], program.returncode, out or b"", err or b"")
    return Result(done)


def seconds_left(made):
    text = made["Expiration"]
    assert text.endswith("Z"), text
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.time()
