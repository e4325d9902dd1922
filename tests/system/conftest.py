"""Fixtures: real git in a home of the test's own, and keys made at run time.

The program under test is named by the environment variable SEKISHO. No file
here holds a string that a scanner takes for a key.
"""

import os
import random
import shutil
import stat
import subprocess

import pytest

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SECONDS = 120


def pytest_configure(config):
    program = os.environ.get("SEKISHO")
    if not program or not os.access(program, os.X_OK):
        raise pytest.UsageError("SEKISHO does not name the program to be tested")
    os.environ["SEKISHO"] = os.path.abspath(program)


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8", "surrogateescape")
        self.err = done.stderr.decode("utf-8", "surrogateescape")
        self.all = self.out + self.err

    def __repr__(self):
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


class Keys:
    """A key pair that looks real. The first character after the prefix is such
    that the id holds an account number, as ids made since 2019 do."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.id = "AKIA" + rng.choice(BASE32[16:26])
        self.id += "".join(rng.choice(BASE32) for _ in range(15))
        self.secret = "".join(rng.choice(BASE64) for _ in range(40))

    def text(self):
        return (
            f"aws_access_key_id = {self.id}\n"
            f"aws_secret_access_key = {self.secret}\n"
        )

    def assert_unseen(self, result):
        assert self.id not in result.all, "the whole key id was printed"
        assert self.secret not in result.all, "the whole secret was printed"


class World:
    """A directory with a home in it, and the environment for it."""

    def __init__(self, top):
        self.top = top
        self.home = top / "home"
        self.home.mkdir()
        self.sekisho = os.environ["SEKISHO"]
        self.env = {
            "HOME": str(self.home),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C",
            "TMPDIR": str(top),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(top),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_EDITOR": "false",
            "GIT_MERGE_AUTOEDIT": "no",
            "GIT_AUTHOR_DATE": "1700000000 +0000",
            "GIT_COMMITTER_DATE": "1700000000 +0000",
        }
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        (self.home / ".gitconfig").write_text(
            "[user]\n\tname = Test\n\temail = test@example.org\n"
            "[init]\n\tdefaultBranch = main\n"
            "[protocol \"file\"]\n\tallow = always\n"
            "[gc]\n\tauto = 0\n"
            "[advice]\n\tdetachedHead = false\n"
        )

    def run(self, *args, cwd=None, stdin=b"", env=None, ok=None):
        """ok: True or False demands that outcome, None takes any."""
        if isinstance(stdin, str):
            stdin = stdin.encode("utf-8", "surrogateescape")
        done = subprocess.run(
            args,
            cwd=cwd or self.top,
            input=stdin,
            capture_output=True,
            env={**self.env, **(env or {})},
            timeout=SECONDS,
            check=False,
        )
        result = Result(done)
        if ok is not None:
            assert (result.status == 0) == ok, f"{args}: {result}"
        return result

    def cli(self, *args, **more):
        return self.run(self.sekisho, *args, **more)

    def repo(self, name="repo", *init_options):
        path = self.top / name
        self.run("git", "init", "-q", *init_options, str(path), ok=True)
        return Repo(self, path)

    def bare(self, name="bare.git", *init_options):
        return self.repo(name, "--bare", *init_options)

    def clone(self, source, name, *options):
        path = self.top / name
        self.run("git", "clone", "-q", *options, str(source), str(path), ok=True)
        return Repo(self, path)

    def script(self, name, text):
        """An executable file; its path."""
        path = self.top / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)


class Repo:
    def __init__(self, world, path):
        self.world = world
        self.path = path

    def run(self, *args, **more):
        return self.world.run(*args, **{"cwd": self.path, **more})

    def git(self, *args, ok=True, **more):
        return self.run("git", *args, ok=ok, **more)

    def cli(self, *args, **more):
        return self.run(self.world.sekisho, *args, **more)

    def install(self, *options):
        return self.cli("install", *options, ok=True)

    def hooks(self):
        out = self.git("rev-parse", "--path-format=absolute", "--git-path", "hooks").out
        return type(self.path)(out.rstrip("\n"))

    def hook(self, name, text, mode=0o755):
        self.hooks().mkdir(parents=True, exist_ok=True)
        path = self.hooks() / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def write(self, name, data):
        path = os.path.join(os.fsencode(self.path), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data.encode() if isinstance(data, str) else data)

    def read(self, name):
        return (self.path / name).read_bytes()

    def add(self, name, data):
        self.write(name, data)
        self.git("add", "--", name)

    def head(self, rev="HEAD"):
        """The id, or '' where there is none."""
        return self.git("rev-parse", "-q", "--verify", rev, ok=None).out.strip()

    def parents(self):
        return len(self.git("log", "-1", "--format=%P").out.split())

    def commit(self, message="change", *options, ok=True, **more):
        return self.git("commit", "-q", "-m", message, *options, ok=ok, **more)

    def plant(self, name, data, message="change", *options):
        """A commit that no hook saw: no commit hook is run for it."""
        self.add(name, data)
        tree = self.git("write-tree").out.strip()
        parent = self.head()
        made = self.git(
            "commit-tree", "-m", message, *(("-p", parent) if parent else ()),
            *options, tree,
        ).out.strip()
        self.git("update-ref", "HEAD", made)
        return made


def snapshot(directory):
    """Names, types, modes, contents and link targets below a directory."""
    seen = {}
    for root, dirs, files in os.walk(os.fsencode(directory)):
        for name in dirs + files:
            path = os.path.join(root, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                content = os.readlink(path)
            elif stat.S_ISREG(mode):
                with open(path, "rb") as f:
                    content = f.read()
            else:
                content = None
            seen[os.path.relpath(path, os.fsencode(directory))] = (mode, content)
    return seen


@pytest.fixture
def world(tmp_path):
    yield World(tmp_path)
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def keys(request):
    return Keys(request.node.nodeid)


@pytest.fixture
def repo(world):
    """A repository with a first commit and the hooks installed."""
    r = world.repo()
    r.add("README", "hello\n")
    r.commit("first")
    r.install()
    return r


@pytest.fixture
def refused(keys):
    """Asserts that a result is a refusal that shows the finding, redacted."""

    def check(result, rule="aws-"):
        assert result.status != 0, result
        assert rule in result.all, result
        keys.assert_unseen(result)

    return check
