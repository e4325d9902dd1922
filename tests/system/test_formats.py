"""Every repository format that git can make, in every mode of the scan."""

import os

import pytest

from test_scan_tree import paths, places, unread

MODES = {
    "tree": ("scan",),
    "staged": ("scan", "--staged"),
    "range": ("scan", "--range", "A..HEAD"),
    "history": ("scan", "--history"),
}


def fill(repo, keys):
    """A key in the work tree, in the index and in a commit, one each."""
    made = {mode: type(keys)(mode) for mode in MODES}
    for i in range(5):
        repo.add(f"dir{i}/clean", f"{i}\n")
    repo.commit("first")
    repo.git("tag", "A")
    repo.plant("dir1/committed", made["range"].text())
    repo.plant("dir1/committed", "clean\n")
    repo.git("tag", "B")
    repo.add("dir2/staged", made["staged"].text())
    repo.write("dir2/staged", "clean\n")
    repo.write("dir3/untracked", made["tree"].text())
    return made


def expect(repo, keys, **more):
    want = {
        "tree": ["dir3/untracked"],
        "staged": ["dir2/staged"],
        "range": ["dir1/committed"],
    }
    for mode, args in MODES.items():
        r = repo.cli(*args, **more)
        assert r.status == 1 and not unread(r), (mode, r)
        if mode == "history":
            assert len(places(r)) == 4 and "dir1/committed" in paths(r), r
        else:
            assert paths(r) == want[mode], (mode, r)
        keys.assert_unseen(r)


def test_an_ordinary_one(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    expect(repo, keys)
    expect(repo, keys, cwd=repo.path / "dir2")


def test_sha256(world, keys):
    repo = world.repo("r", "--object-format=sha256")
    fill(repo, keys)
    expect(repo, keys)
    repo.git("repack", "-q", "-a", "-d")
    expect(repo, keys)


def test_a_split_index(world, keys):
    repo = world.repo("r")
    repo.git("config", "core.splitIndex", "true")
    fill(repo, keys)
    repo.git("update-index", "--split-index")
    assert any(x.startswith("sharedindex") for x in os.listdir(repo.path / ".git"))
    expect(repo, keys)


def test_a_sparse_index(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    repo.git("commit", "-q", "--no-verify", "-m", "now staged is committed")
    repo.git("checkout", "-q", "--", ".")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "dir1")
    assert "dir4/" in repo.git("ls-files", "--sparse").out
    assert not (repo.path / "dir2").exists()
    assert repo.cli("scan", "--staged").status == 0
    other = type(keys)("another")
    repo.write("dir1/new", other.text())
    repo.git("add", "dir1/new")
    for args in (("scan",), ("scan", "--staged")):
        r = repo.cli(*args)
        assert "dir1/new" in paths(r) and not unread(r), r
    assert repo.cli("scan", "--range", "A..HEAD").status == 1


def test_index_version_4(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    repo.git("update-index", "--index-version", "4")
    expect(repo, keys)


def test_a_linked_worktree(world, keys):
    main = world.repo("main")
    main.add("x", "x\n")
    main.commit()
    main.git("worktree", "add", "-q", "-b", "side", str(world.top / "linked"))
    linked = type(main)(world, world.top / "linked")
    fill(linked, keys)
    expect(linked, keys)
    assert main.cli("scan", "--staged").status == 0
    assert main.cli("scan").status == 0
    r = main.cli("scan", "--history")
    assert len(places(r)) == 4, r


def test_a_repository_elsewhere(world, keys):
    repo = world.repo("r", f"--separate-git-dir={world.top / 'elsewhere'}")
    fill(repo, keys)
    expect(repo, keys)


def test_named_by_the_environment(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    env = {"GIT_DIR": str(repo.path / ".git"), "GIT_WORK_TREE": str(repo.path)}
    expect(repo, keys, cwd=world.top, env=env)


def test_a_shallow_clone(world, keys):
    origin = world.repo("origin")
    origin.add("old", "x\n")
    origin.commit()
    origin.add("old", "y\n")
    origin.commit()
    shallow = world.clone(f"file://{origin.path}", "shallow", "--depth=1")
    fill(shallow, keys)
    expect(shallow, keys)
    assert shallow.cli("scan", "--range", "HEAD").status == 1


def test_alternates(world, keys):
    origin = world.repo("origin")
    origin.add("old", "x\n")
    origin.commit()
    repo = world.clone(origin.path, "borrower", "-s")
    fill(repo, keys)
    expect(repo, keys)


def test_bare(world, keys):
    repo = world.repo("r")
    fill(repo, keys)
    bare = world.clone(f"file://{repo.path}", "bare.git", "--bare")
    assert paths(bare.cli("scan", "--range", "A..HEAD")) == ["dir1/committed"]
    assert len(places(bare.cli("scan", "--history"))) == 2
    assert bare.cli("scan").status == 2


def partial(world, keys, filter_):
    origin = world.repo("origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.add("old", "an old version that is not fetched\n")
    origin.commit()
    origin.add("old", "y\n")
    origin.add("dir/b", "y\n")
    origin.commit()
    origin.git("tag", "O")
    return world.clone(f"file://{origin.path}", "partial", f"--filter={filter_}")


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0"])
def test_a_partial_clone_says_what_is_missing(world, keys, filter_):
    repo = partial(world, keys, filter_)
    r = repo.cli("scan", "--history")
    assert r.status == 3 and "missing" in unread(r)[0], r
    fill(repo, keys)
    for mode in ("tree", "staged", "range"):
        r = repo.cli(*MODES[mode])
        assert r.status == 1 and not unread(r), (mode, r)
    r = repo.cli("scan", "--history")
    assert r.status == 1 and len(places(r)) == 4 and unread(r), r
    r = repo.cli("scan", "--range", "O~1..O")
    assert r.status in (0, 3), r
    r = repo.cli("scan", "--range", "O~1")
    assert r.status == 3 and unread(r), r


def test_nothing_is_fetched(world, keys):
    repo = partial(world, keys, "blob:none")
    count = repo.git("count-objects", "-v").out
    for args in MODES.values():
        repo.cli(*args)
    assert repo.git("count-objects", "-v").out == count


def test_a_repository_of_someone_else_is_refused(world, keys):
    if os.getuid():
        pytest.skip("only root can give a file away")
    repo = world.repo("r")
    fill(repo, keys)
    for path in (repo.path, repo.path / ".git"):
        os.chown(path, 12345, 12345)
    for args in MODES.values():
        r = repo.cli(*args, env={"SUDO_UID": ""})
        assert r.status == 3 and "safe.directory" in r.err, r
