"""What a repository says of its own history is not believed: a commit-graph,
replace refs, grafts or a list of shallow commits hide no commit and no file; nor
is it believed what it says of an object's id."""

import hashlib
import shutil
import struct

import pytest

from test_scan_tree import paths, places, unread


def chunks(data):
    """NAME: (from, to) of a commit-graph, see gitformat-commit-graph(5)."""
    n = data[6]
    rows = [struct.unpack_from(">4sQ", data, 8 + 12 * i) for i in range(n + 1)]
    return {rows[i][0]: (rows[i][1], rows[i + 1][1]) for i in range(n)}


def forge_graph(repo, commit, parent):
    """Writes a commit-graph in which the commit has that parent and its tree."""
    repo.git("commit-graph", "write", "--reachable")
    objects = repo.git("rev-parse", "--git-path", "objects").out.strip()
    path = repo.path / objects / "info" / "commit-graph"
    data = bytearray(path.read_bytes())
    size = 20 if data[5] == 1 else 32
    at = chunks(data)
    first, last = at[b"OIDL"]
    ids = [data[i:i + size].hex() for i in range(first, last, size)]
    row = at[b"CDAT"][0] + ids.index(commit) * (size + 16)
    struct.pack_into(">I", data, row + size, ids.index(parent))
    data[-size:] = (hashlib.sha1 if size == 20 else hashlib.sha256)(data[:-size]).digest()
    path.chmod(0o644)
    path.write_bytes(data)


def dot(repo):
    return repo.path / repo.git("rev-parse", "--git-common-dir").out.strip()


def by_graph(repo, _, bad, good):
    forge_graph(repo, good, repo.head(f"{bad}^"))


def by_replace(repo, tree, bad, good):
    made = repo.git("commit-tree", "-m", "good", "-p", f"{bad}^", tree).out.strip()
    repo.git("replace", good, made)


def by_graft(repo, _, bad, good):
    path = dot(repo) / "info" / "grafts"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{good} {repo.head(bad + '^')}\n")


def by_graft_of_the_environment(repo, _, bad, good):
    path = repo.world.top / "grafts"
    path.write_text(f"{good} {repo.head(bad + '^')}\n")
    repo.world.env["GIT_GRAFT_FILE"] = str(path)


def by_shallow(repo, _, bad, good):
    (dot(repo) / "shallow").write_text(f"{good}\n")


LIES = [by_graph, by_replace, by_graft, by_graft_of_the_environment]


@pytest.fixture(params=LIES, ids=lambda f: f.__name__)
def lie(request):
    return request.param


def fill(world, keys, *options):
    """A key comes in one commit and goes in the next one."""
    repo = world.repo("liar", *options)
    repo.add("README", "hello\n")
    repo.commit("first")
    repo.git("tag", "A")
    repo.add("d/a", keys.text())
    repo.commit("bad")
    repo.git("rm", "-q", "d/a")
    repo.commit("good")
    repo.add("README", "more\n")
    repo.commit("last")
    return repo


def tell(repo, lie):
    """The lie works: git passes over the commit."""
    bad, good = repo.head("HEAD~2"), repo.head("HEAD~1")
    lie(repo, repo.head("HEAD~1^{tree}"), bad, good)
    assert bad not in repo.git("rev-list", "main").out


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_what_is_said_of_commits_hides_none(world, keys, lie, form):
    repo = fill(world, keys, f"--object-format={form}")
    tell(repo, lie)
    for args in (
        ["--range", "A..HEAD"], ["--history"], ["--history", "--reachable"],
        ["--history", "main"], ["--history", "--reachable", "--", "d"],
        ["--history", "main", "--", "d/a"], ["--history", "--since", "2020-01-01"],
    ):
        r = repo.cli("scan", "--no-cache", *args) if "--history" in args else \
            repo.cli("scan", *args)
        assert r.status == 1 and paths(r) == ["d/a"], (args, r)
        keys.assert_unseen(r)


def test_what_is_said_of_commits_hides_none_from_a_push(world, keys, lie, refused):
    repo = fill(world, keys)
    bare = world.bare()
    repo.git("push", "-q", str(bare.path), "A^{commit}:refs/heads/main")
    tell(repo, lie)
    repo.install()
    refused(repo.git("push", str(bare.path), "main", ok=False))
    assert bare.head("main") == repo.head("A")


def test_what_is_said_of_commits_hides_none_from_a_server(world, keys, lie, refused):
    """The server has the commits, from a branch that was deleted."""
    repo = fill(world, keys)
    bare = world.clone(repo.path, "bare.git", "--bare")
    tell(bare, lie)
    bare.git("tag", "-d", "A")
    bare.git("update-ref", "refs/heads/main", repo.head("A"))
    bare.install()
    refused(repo.git("push", str(bare.path), "main", ok=False))
    assert bare.head("main") == repo.head("A")


def test_shallow_commits_hide_nothing_from_a_whole_history(world, keys):
    repo = fill(world, keys)
    tell(repo, by_shallow)
    r = repo.cli("scan", "--history")
    assert r.status == 1 and paths(r) == ["d/a"], r


@pytest.mark.parametrize("args", [
    ["--range", "A..HEAD"], ["--history", "--reachable"], ["--history", "main", "--", "d"],
], ids=lambda x: " ".join(x))
def test_where_a_shallow_history_ends_is_said(world, keys, args):
    """git has it that nothing came before; --strict does not take that."""
    repo = fill(world, keys)
    tell(repo, by_shallow)
    r = repo.cli("scan", "-v", *args)
    assert r.status == 0 and "a shallow clone" in r.err, r
    r = repo.cli("scan", "--strict", *args)
    assert r.status == 3 and "a shallow clone" in r.err, r


def test_a_range_within_a_shallow_history_is_whole(world, keys):
    repo = fill(world, keys)
    tell(repo, by_shallow)
    r = repo.cli("scan", "--range", "HEAD^..HEAD", "--strict")
    assert (r.status, r.all) == (0, ""), r


def loose(repo, oid):
    return dot(repo) / "objects" / oid[:2] / oid[2:]


def swap_loose(repo, bad, good):
    """The file of one object holds the other."""
    data = loose(repo, good).read_bytes()
    loose(repo, bad).chmod(0o644)
    loose(repo, bad).write_bytes(data)


def swap_packed(repo, bad, good):
    """The index of the pack has it that the one stands where the other does."""
    for oid in (bad, good):
        repo.run("git", "update-ref", f"refs/keep/{oid}", oid, ok=True)
    repo.git("repack", "-q", "-a", "-d")
    folder = dot(repo) / "objects" / "pack"
    path, = (x for x in folder.iterdir() if x.suffix == ".idx")
    data = bytearray(path.read_bytes())
    n, = struct.unpack_from(">I", data, 8 + 4 * 255)
    ids = [data[1032 + 20 * i:1052 + 20 * i].hex() for i in range(n)]
    for table in (1032 + 20 * n, 1032 + 24 * n):  # of checksums, of offsets
        at = [table + 4 * ids.index(x) for x in (bad, good)]
        data[at[0]:at[0] + 4] = data[at[1]:at[1] + 4]
    data[-20:] = hashlib.sha1(data[:-20]).digest()
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("swap", [swap_loose, swap_packed], ids=lambda f: f.__name__)
def test_an_object_in_the_place_of_another_is_not_read_for_it(world, keys, swap):
    repo = world.repo()
    repo.add("README", "hello\n")
    repo.commit("first")
    repo.git("tag", "A")
    repo.install()
    repo.add("a", keys.text())
    bad = repo.git("rev-parse", ":a").out.strip()
    good = repo.run("git", "hash-object", "-w", "--stdin", stdin="x\n" * 9, ok=True).out.strip()
    swap(repo, bad, good)
    assert repo.git("cat-file", "blob", bad).out == "x\n" * 9
    for done in (repo.commit(ok=False), repo.cli("scan", "--staged")):
        assert done.status and f"object {bad}: damaged" in done.err, done
    tree = repo.git("write-tree").out.strip()
    made = repo.git("commit-tree", "-p", "HEAD", "-m", "x", tree).out.strip()
    repo.git("update-ref", "HEAD", made)
    r = repo.cli("scan", "--range", "A..HEAD")
    assert r.status == 3 and unread(r), r
    bare = world.bare()
    done = repo.git("push", str(bare.path), "HEAD:refs/heads/main", ok=False)
    assert f"object {bad}: damaged" in done.err and not bare.head("main"), done


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("liar_first", [True, False])
@pytest.mark.parametrize("other", ["pack", "loose", "alternate"])
def test_a_copy_that_is_not_what_it_is_called_hides_no_other(
    world, keys, other, liar_first, first
):
    """git takes an object from whichever place it likes."""
    repo, more = world.repo(), world.repo("more")
    for r in (repo, more):
        r.add("a", keys.text())
        r.add("b", "x\n" * 9)
        r.add("c", r.path.name)
        r.commit("all")
    bad, good = (repo.git("rev-parse", f":{x}").out.strip() for x in "ab")
    liar, honest = (repo, more) if first else (more, repo)
    (swap_loose if other == "alternate" else swap_packed)(liar, bad, good)
    if other == "pack":
        honest.git("repack", "-q", "-a", "-d")
    objects = {r: dot(r) / "objects" for r in (repo, more)}
    for r, digit in ((liar, "0"), (honest, "f")) if liar_first else ((liar, "f"), (honest, "0")):
        for path in objects[r].glob("pack/*"):
            path.rename(path.with_name(f"pack-{digit * 40}{path.suffix}"))
    if other == "alternate":
        (objects[repo] / "info" / "alternates").write_text(f"{objects[more]}\n")
    else:
        for path in [*objects[more].glob("pack/*"), *objects[more].glob("??/*")]:
            to = objects[repo] / path.relative_to(objects[more])
            to.parent.mkdir(exist_ok=True)
            shutil.copy(path, to)
    for args in (["--no-cache"], [], []):
        r = repo.cli("scan", "--history", *args)
        assert (r.status == 1 and "a:1:" in r.out) or unread(r), r
        assert r.status in (1, 3), r
        keys.assert_unseen(r)


def test_copies_that_are_the_same_are_told_once(world, keys):
    repo = world.repo()
    repo.add("a", keys.text())
    repo.add("b", "x\n" * 9)
    repo.commit("both")
    whole = repo.cli("scan", "--history", "--no-cache", "-v")
    repo.git("repack", "-q")
    clone = world.clone(repo.path, "shared", "-s")
    for path in (dot(repo) / "objects").glob("??/*"):
        to = dot(clone) / "objects" / path.relative_to(dot(repo) / "objects")
        to.parent.mkdir(exist_ok=True)
        shutil.copy(path, to)
    for r in (repo, clone):
        done = r.cli("scan", "--history", "--no-cache", "-v")
        assert done.status == 1 and places(done) == places(whole) and not unread(done), done
        assert r is clone or done.err == whole.err


def test_what_only_a_multi_pack_index_knows_is_read_by_git(world, keys):
    """git lists it; the index of its pack calls it otherwise."""
    repo = world.repo()
    repo.add("a", keys.text())
    repo.commit("all")
    repo.git("repack", "-q", "-a", "-d", "--write-midx")
    oid = bytes.fromhex(repo.git("rev-parse", ":a").out.strip())
    path, = (dot(repo) / "objects" / "pack").glob("*.idx")
    data = path.read_bytes()
    assert data.count(oid) == 1
    path.chmod(0o644)
    path.write_bytes(data.replace(oid, oid[:-1] + bytes([oid[-1] ^ 1])))
    assert oid.hex() in repo.git("rev-list", "--objects", "--all").out
    for args in (["--reachable"], ["main"], ["--", "a"], []):
        r = repo.cli("scan", "--no-cache", "--history", *args)
        assert r.status == 1 and len(places(r)) == 2, (args, r)
        assert not args or paths(r) == ["a"], (args, r)
