"""The same in every repository format that git can make."""

import pytest

from conftest import Keys


def plain(world, name):
    return world.repo(name)


def sha256(world, name):
    return world.repo(name, "--object-format=sha256")


def split_index(world, name):
    repo = world.repo(name)
    repo.git("config", "core.splitIndex", "true")
    return repo


def index_v4(world, name):
    repo = world.repo(name)
    repo.git("config", "index.version", "4")
    return repo


def sparse_index(world, name):
    repo = world.repo(name)
    for path in ("in/a", "out/b", "out/deep/c"):
        repo.add(path, "hello\n")
    repo.commit()
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "in")
    assert b"sdir" in (repo.path / ".git/index").read_bytes()
    return repo


def worktree(world, name):
    repo = world.repo(f"{name}-main")
    repo.commit("first", "--allow-empty")
    repo.git("worktree", "add", "-q", str(world.top / name))
    return type(repo)(world, world.top / name)


def source_repo(world, name):
    source = world.repo(f"{name}-source")
    for n in range(3):
        source.add(f"file{n}", f"{n}\n" * 50)
        source.commit()
    source.git("config", "uploadpack.allowFilter", "true")
    return source


def shallow(world, name):
    source = source_repo(world, name)
    return world.clone(f"file://{source.path}", name, "--depth=1")


def alternates(world, name):
    return world.clone(source_repo(world, name).path, name, "--shared")


def partial(world, name):
    source = source_repo(world, name)
    return world.clone(f"file://{source.path}", name, "--filter=blob:none", "--no-checkout")


def separate_git_dir(world, name):
    return world.repo(name, f"--separate-git-dir={world.top}/{name}-git")


FORMATS = [
    plain, sha256, split_index, index_v4, sparse_index, worktree, shallow, alternates,
    partial, separate_git_dir,
]


@pytest.fixture(params=FORMATS, ids=lambda f: f.__name__)
def odd(request, world):
    repo = request.param(world, "odd")
    if request.param is partial:
        repo.git("read-tree", "HEAD")
    repo.install()
    return repo


def test_every_format_commits(odd, keys, refused):
    before = odd.head()
    odd.add("in/clean", "hello\n")
    odd.commit()
    after = odd.head()
    assert after != before
    odd.add("in/key", keys.text())
    refused(odd.commit(ok=False))
    assert odd.head() == after


def test_every_format_merges(odd, keys, refused):
    odd.add("in/clean", "hello\n")
    odd.commit()
    base = odd.head()
    odd.plant("in/old", keys.text())
    side = odd.head()
    odd.git("update-ref", "HEAD", base)
    odd.git("rm", "-q", "--cached", "in/old")
    (odd.path / "in/old").unlink()
    odd.add("in/more", "hello\n")
    odd.commit()
    odd.git("merge", "-q", "--no-commit", side)
    odd.add("in/evil", Keys("evil").text())
    result = odd.commit(ok=False)
    refused(result)
    Keys("evil").assert_unseen(result)
    odd.git("rm", "-q", "-f", "in/evil")
    odd.commit()
    assert odd.parents() == 2


def whole(repo):
    """Can all of it be pushed to a repository that has nothing yet?"""
    return (
        repo.git("rev-parse", "--is-shallow-repository").out == "false\n"
        and repo.git("config", "remote.origin.promisor", ok=None).status != 0
    )


def test_every_format_pushes(world, odd, keys, refused):
    form = odd.git("rev-parse", "--show-object-format").out.strip()
    bare = world.bare("target.git", f"--object-format={form}")
    odd.add("in/clean", "hello\n")
    odd.commit()
    if whole(odd):
        odd.git("push", "-q", str(bare.path), "HEAD:refs/heads/main")
    odd.plant("in/key", keys.text())
    refused(odd.git("push", str(bare.path), "HEAD:refs/heads/main", ok=False))
    assert bare.head("main") in ("", odd.head("HEAD~1"))


def test_every_format_is_received(world, odd, keys, refused):
    form = odd.git("rev-parse", "--show-object-format").out.strip()
    bare = world.bare("target.git", f"--object-format={form}")
    bare.install()
    odd.cli("uninstall", ok=True)
    odd.git("checkout", "-q", "--orphan", "new")
    odd.git("read-tree", "--empty")
    odd.add("in/clean", "hello\n")
    odd.commit()
    odd.git("push", "-q", str(bare.path), "HEAD:refs/heads/main")
    odd.plant("in/key", keys.text())
    for _ in range(2):
        refused(odd.git("push", str(bare.path), "HEAD:refs/heads/main", ok=False))
    assert bare.head("main") == odd.head("HEAD~1")


def test_a_shallow_clone_pushes_to_where_it_came_from(world, keys, refused):
    repo = shallow(world, "odd")
    repo.install()
    repo.add("clean", "hello\n")
    repo.commit()
    repo.git("push", "-q", "origin", "HEAD:refs/heads/topic")
    repo.plant("key", keys.text())
    refused(repo.git("push", "origin", "HEAD:refs/heads/topic", ok=False))


def test_a_partial_clone_pushes_to_where_it_came_from(world, keys, refused):
    repo = partial(world, "odd")
    repo.git("read-tree", "HEAD")
    repo.install()
    repo.add("clean", "hello\n")
    repo.commit()
    repo.git("push", "-q", "origin", "HEAD:refs/heads/topic")
    repo.plant("key", keys.text())
    refused(repo.git("push", "origin", "HEAD:refs/heads/topic", ok=False))


def test_a_server_with_alternates(world, keys, refused):
    client = source_repo(world, "x")
    bare = world.clone(client.path, "server.git", "--bare", "--shared")
    bare.install()
    client.add("clean", "hello\n")
    client.commit()
    client.git("push", "-q", str(bare.path), "main")
    client.plant("key", keys.text())
    for _ in range(2):
        refused(client.git("push", str(bare.path), "main", ok=False))
