"""Every mode of the scan and every hook, in the formats that newer git makes.

What the git at hand cannot make is made by hand where the files say enough, and
else left out with the version that it takes.
"""

import hashlib
import os
import re
import subprocess

import pytest

from conftest import Keys
from test_formats import expect, fill
from test_scan_tree import paths, unread

VERSION = tuple(
    int(x) for x in re.findall(
        r"\d+", subprocess.run(["git", "version"], capture_output=True, text=True,
                               check=True).stdout)[:2]
)


class Format:
    """An ordinary one: what the others change."""

    needs = (2, 30)
    options = ()

    def make(self, world, name, bare=False):
        repo = world.repo(name, *self.options, *(("--bare",) if bare else ()))
        self.configure(repo, bare)
        return repo

    def configure(self, repo, bare):
        pass

    def lacks(self, world):
        """What keeps this git from making it."""
        if VERSION < self.needs:
            return "it takes git {}.{}".format(*self.needs)
        return None

    def settle(self, repo):
        """After all was written to it; may be called again."""

    def check(self, repo):
        """It is of this format indeed."""

    def server(self):
        """Of what format a repository is that it can be pushed to."""
        return self


class IndexFormat(Format):
    """A server has no index."""

    def server(self):
        return Format()


class Sha256(Format):
    options = ("--object-format=sha256",)


def dot(repo):
    return repo.path / repo.git("rev-parse", "--git-common-dir").out.strip()


def packs(repo, suffix):
    return [x for x in os.listdir(dot(repo) / "objects" / "pack") if x.endswith(suffix)]


def index(repo):
    return (repo.path / repo.git("rev-parse", "--git-path", "index").out.strip()).read_bytes()


class Reftable(Format):
    needs = (2, 45)
    options = ("--ref-format=reftable",)

    def settle(self, repo):
        repo.git("pack-refs", "--all")

    def check(self, repo):
        assert (dot(repo) / "reftable" / "tables.list").exists()


class ReftableSha256(Reftable):
    options = ("--ref-format=reftable", "--object-format=sha256")


class ReftableWorktree(Reftable):
    """Its HEAD and index are its own, its branches are everybody's."""

    def make(self, world, name, bare=False):
        repo = super().make(world, f"{name}-main", bare)
        if bare:
            return repo
        repo.commit("first", "--allow-empty")
        repo.git("worktree", "add", "-q", "-b", "side", str(world.top / name))
        return type(repo)(world, world.top / name)


class RelativeWorktree(Format):
    needs = (2, 48)

    def make(self, world, name, bare=False):
        repo = super().make(world, f"{name}-main", bare)
        if bare:
            return repo
        repo.commit("first", "--allow-empty")
        repo.git("worktree", "add", "-q", "--relative-paths", str(world.top / name))
        return type(repo)(world, world.top / name)

    def check(self, repo):
        assert repo.git("config", "extensions.relativeWorktrees").out == "true\n"
        assert "gitdir: .." in (repo.path / ".git").read_text()


class FilesRefs(Format):
    """Named as what it is by default."""

    needs = (2, 45)
    options = ("--ref-format=files",)

    def configure(self, repo, bare):
        repo.git("config", "core.repositoryFormatVersion", "1")
        repo.git("config", "extensions.refStorage", "files")


class MultiPack(Format):
    def settle(self, repo):
        repo.git("repack", "-q", "-d")
        repo.git("multi-pack-index", "write")

    def check(self, repo):
        assert "multi-pack-index" in packs(repo, "")


class MultiPackBitmaps(Format):
    """A push is answered from several packs, from git 2.44 on."""

    needs = (2, 34)

    def configure(self, repo, bare):
        if VERSION >= (2, 44):
            repo.git("config", "pack.allowPackReuse", "multi")

    def settle(self, repo):
        repo.git("repack", "-q", "-d", "--geometric=2", "--write-midx",
                 "--write-bitmap-index")

    def check(self, repo):
        assert any(x.startswith("multi-pack-index-") for x in packs(repo, ".bitmap"))


class MultiPackChain(Format):
    """Layers of multi-pack-indexes, from git 2.47 on."""

    def settle(self, repo):
        repo.git("repack", "-q", "-d")
        folder = dot(repo) / "objects" / "pack"
        if VERSION >= (2, 47):
            repo.git("multi-pack-index", "write", "--incremental")
            return
        if not (folder / "multi-pack-index").exists():
            repo.git("multi-pack-index", "write")
        data = (folder / "multi-pack-index").read_bytes()
        size = 20 if data[5] == 1 else 32
        (folder / "multi-pack-index.d").mkdir(exist_ok=True)
        name = data[-size:].hex()
        (folder / "multi-pack-index").rename(
            folder / "multi-pack-index.d" / f"multi-pack-index-{name}.midx")
        (folder / "multi-pack-index.d" / "multi-pack-index-chain").write_text(f"{name}\n")

    def check(self, repo):
        assert os.listdir(dot(repo) / "objects" / "pack" / "multi-pack-index.d")


class CruftPacks(Format):
    """More than one, each with its .mtimes."""

    needs = (2, 37)

    def settle(self, repo):
        for word in ("one", "two"):
            repo.run("git", "hash-object", "-w", "--stdin", stdin=word * 999 + os.urandom(9).hex(), ok=True)
            repo.git("repack", "-q", "--cruft", "-d", "--cruft-expiration=never")
            if not packs(repo, ".mtimes")[1:]:
                self.keep(repo)

    @staticmethod
    def keep(repo):
        """A cruft pack that is kept is not gathered into the next one."""
        folder = dot(repo) / "objects" / "pack"
        for name in packs(repo, ".mtimes"):
            (folder / name.replace(".mtimes", ".keep")).touch()

    def check(self, repo):
        assert len(packs(repo, ".mtimes")) >= 2


class ReverseIndex(Format):
    needs = (2, 31)

    def configure(self, repo, bare):
        repo.git("config", "pack.writeReverseIndex", "true")

    def settle(self, repo):
        repo.git("repack", "-q", "-a", "-d")

    def check(self, repo):
        assert packs(repo, ".rev")


class SkipHash(IndexFormat):
    """An index whose checksum is zeros, from git 2.40 on."""

    def configure(self, repo, bare):
        repo.git("config", "index.skipHash", "true")

    def settle(self, repo):
        if VERSION >= (2, 40):
            return
        path = repo.path / repo.git("rev-parse", "--git-path", "index").out.strip()
        data = path.read_bytes()
        path.write_bytes(data[:-20] + bytes(20))

    def check(self, repo):
        assert index(repo)[-20:] == bytes(20)


class ManyFiles(IndexFormat):
    def configure(self, repo, bare):
        repo.git("config", "feature.manyFiles", "true")

    def check(self, repo):
        assert index(repo)[:8] == b"DIRC\0\0\0\4"


class UntrackedCache(IndexFormat):
    def configure(self, repo, bare):
        repo.git("config", "core.untrackedCache", "true")

    def settle(self, repo):
        repo.git("update-index", "--force-untracked-cache")
        repo.git("status")

    def check(self, repo):
        assert b"UNTR" in index(repo)


class Fsmonitor(IndexFormat):
    """A monitor that says that nothing ever changes."""

    def configure(self, repo, bare):
        script = repo.world.script(f"monitor-{repo.path.name}",
                                   "#!/bin/sh\nprintf 'token\\0'\n")
        repo.git("config", "core.fsmonitor", script)
        repo.git("config", "core.fsmonitorHookVersion", "2")

    def settle(self, repo):
        repo.git("update-index", "--fsmonitor")

    def check(self, repo):
        assert b"FSMN" in index(repo)


class Threads(IndexFormat):
    """Extensions for reading the index in parts."""

    def configure(self, repo, bare):
        repo.git("config", "index.threads", "4")

    def settle(self, repo):
        repo.git("update-index", "--force-write-index")

    def check(self, repo):
        assert b"EOIE" in index(repo)


class GraphChain(Format):
    def settle(self, repo):
        repo.git("commit-graph", "write", "--reachable", "--split=no-merge",
                 "--changed-paths")

    def check(self, repo):
        assert os.listdir(dot(repo) / "objects" / "info" / "commit-graphs")


class BundleUri(Format):
    needs = (2, 38)

    def make(self, world, name, bare=False):
        source = world.repo(f"{name}-source")
        for n in range(3):
            source.add(f"file{n}", f"{n}\n" * 50)
            source.commit()
        bundle = world.top / f"{name}.bundle"
        source.git("bundle", "create", "-q", str(bundle), "main~1", "main")
        return world.clone(source.path.as_uri(), name, f"--bundle-uri={bundle}",
                           *(("--bare",) if bare else ()))

    def check(self, repo):
        assert repo.git("for-each-ref", "refs/bundles").out


class CompatObjectFormat(Sha256):
    """Ids of both kinds, as far as that is done: git 2.55 takes no push yet."""

    needs = (2, 45)

    def server(self):
        return Sha256()

    def lacks(self, world):
        """Newer ones can be built without it."""
        why = super().lacks(world)
        if not why:
            repo = self.make(world, "trial")
            done = repo.git("hash-object", "-w", "--stdin", ok=None)
            why = done.err if "requires Rust" in done.err else None
        return why

    def configure(self, repo, bare):
        repo.git("config", "core.repositoryFormatVersion", "1")
        repo.git("config", "extensions.compatObjectFormat", "sha1")

    def check(self, repo):
        objects = dot(repo) / "objects"
        assert any(x.startswith("loose-") for x in os.listdir(objects))


class PackedRefs(Format):
    """No ref is a file."""

    def settle(self, repo):
        repo.git("pack-refs", "--all", "--prune")

    def check(self, repo):
        assert (dot(repo) / "packed-refs").exists()


FORMATS = [
    Reftable(), ReftableSha256(), ReftableWorktree(), RelativeWorktree(), FilesRefs(),
    MultiPack(), MultiPackBitmaps(), MultiPackChain(), CruftPacks(), ReverseIndex(),
    SkipHash(), ManyFiles(), UntrackedCache(), Fsmonitor(), Threads(), GraphChain(),
    BundleUri(), CompatObjectFormat(), PackedRefs(),
]


@pytest.fixture(params=FORMATS, ids=lambda f: type(f).__name__)
def form(request, world):
    lacks = request.param.lacks(world)
    if lacks:
        pytest.skip(lacks)
    return request.param


def test_every_mode_finds_what_is_there(world, keys, form):
    repo = form.make(world, "odd")
    fill(repo, keys)
    form.settle(repo)
    form.check(repo)
    expect(repo, keys)
    r = repo.cli("scan", "--history", "--reachable", "--no-cache")
    assert "dir1/committed" in paths(r) and not unread(r), r


def test_every_mode_calls_clean_what_is_clean(world, form):
    repo = form.make(world, "odd")
    repo.add("dir/clean", "hello\n")
    repo.commit("first")
    form.settle(repo)
    repo.git("branch", "old")
    for n in range(3):
        repo.add(f"dir/more{n}", f"{n}\n")
        repo.commit("more")
        form.settle(repo)
    repo.add("dir/staged", "hello\n")
    form.settle(repo)
    form.check(repo)
    for args in (
        ["scan"], ["scan", "--staged"], ["scan", "--range", "old..HEAD"],
        ["scan", "--history"], ["scan", "--history"],
        ["scan", "--history", "--reachable"], ["scan", "--history", "HEAD", "--", "dir"],
    ):
        r = repo.cli(*args)
        assert (r.status, r.all) == (0, ""), (args, r)


def test_every_hook_refuses_and_lets_through(world, keys, refused, form):
    repo = form.make(world, "odd")
    repo.install()
    server = form.server()
    bare = server.make(world, "server.git", bare=True)
    bare.install()
    for n in range(2):
        repo.add(f"in/clean{n}", "hello\n")
        repo.commit()
        form.settle(repo)
        repo.git("push", "-q", str(bare.path), "HEAD:refs/heads/topic")
        server.settle(bare)
    before = repo.head()
    repo.add("in/key", keys.text())
    form.settle(repo)
    refused(repo.commit(ok=False))
    assert repo.head() == before
    repo.plant("in/key", keys.text())
    form.settle(repo)
    refused(repo.git("push", str(bare.path), "HEAD:refs/heads/topic", ok=False))
    refused(repo.git("push", "--no-verify", str(bare.path), "HEAD:refs/heads/topic", ok=False))
    assert bare.head("topic") == before
