"""Where findings come from, as a second scan knows it from the first."""

import os
import subprocess

import pytest

from test_clean_set import HEAD, cache, made, resign, scan, settle, the_key


def records(world, *texts):
    """Files of the set that hold one of these."""
    return [x for x in cache(world)
            if any(t.encode() in x.read_bytes() for t in texts)]


def the_places(world, path):
    """What is remembered of where a history holds something."""
    found, = records(world, path)
    return found


def dirty(world, keys, name="r"):
    """A packed history with findings, old enough to be remembered."""
    repo = world.repo(name)
    repo.plant("first-place", "x\n" * 50 + keys.text())
    repo.plant("dir/second-place", keys.text())
    repo.plant("dir/third", "no secret\n")
    repo.git("rm", "-q", "dir/second-place")
    repo.commit("gone")
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    return repo


def renamed(content):
    return content.replace(b"first-place", b"other-place")


def test_a_second_scan_tells_the_same_from_memory(world, keys):
    repo = dirty(world, keys)
    first, second = scan(repo), scan(repo)
    assert first.status == second.status == 1
    assert first.out == second.out == scan(repo, "--no-cache").out
    assert "first-place:51" in first.out and "second-place" in first.out
    # It is from there: what the user's own key vouches for would be told.
    place = the_places(world, "first-place")
    resign(place, the_key(world).read_bytes(), renamed)
    lie = scan(repo)
    assert "other-place:51" in lie.out and "first-place" not in lie.out


def test_a_forged_or_broken_memory_is_not_believed(world, keys):
    repo = dirty(world, keys)
    truth = scan(repo).out
    place = the_places(world, "first-place")
    resign(place, bytes(32), renamed)
    forged = scan(repo)
    assert forged.out == truth and "not believed" in forged.err, forged
    good = {x: x.read_bytes() for x in cache(world)}
    for path, data in good.items():
        for bad in (b"", data[:HEAD + 3], data[:-1], data + b"x", bytes(len(data))):
            path.write_bytes(bad)
            r = scan(repo)
            assert r.out == truth and "not believed" in r.err, r
    # Signed, but with an end that is missing.
    place = the_places(world, "first-place")
    resign(place, the_key(world).read_bytes(), lambda content: content[:-3])
    assert scan(repo).out == truth


def test_memory_of_another_repository_is_not_believed(world, keys):
    one, two = dirty(world, keys, "one"), world.repo("two")
    two.plant("elsewhere", "x\n" * 50 + keys.text())
    two.git("repack", "-q", "-a", "-d")
    settle(two)
    scan(one)
    of_one = {x: x.read_bytes() for x in cache(world)}
    truth = scan(two).out
    for path in [x for x in cache(world) if x not in of_one]:
        for data in of_one.values():
            path.write_bytes(data)
            r = scan(two)
            assert r.out == truth and "about another thing" in r.err, r


def each_change(repo):
    """Ways in which a history changes, one after the other."""
    git = repo.git
    git("branch", "other", "HEAD~2")
    yield "a branch"
    git("update-ref", "refs/heads/other", "HEAD~1")
    yield "a branch that moved"
    git("branch", "-q", "-D", "other")
    yield "a branch that went"
    git("tag", "-a", "-m", "x", "t", "HEAD~3")
    yield "a tag"
    git("checkout", "-q", "--detach", "HEAD~1")
    yield "another HEAD"
    git("worktree", "add", "-q", "--detach", "../tree", "HEAD~2")
    yield "a worktree"
    git("reset", "-q", "--hard", "HEAD~1")
    git("update-ref", "-d", "refs/heads/main")
    git("tag", "-d", "t")
    git("worktree", "remove", "--force", "../tree")
    yield "what only reflogs reach"
    git("reflog", "expire", "--expire=all", "--all")
    yield "what nothing reaches"
    repo.plant("new", "no secret, but a commit\n")
    yield "a commit"
    git("repack", "-q", "-d")
    yield "another pack"
    repo.write("first-place", "nothing\n")
    git("commit", "-q", "-a", "-m", "out of HEAD")
    yield "a file that changed"


def test_every_change_of_the_history_is_noticed(world, keys):
    repo = dirty(world, keys)
    told = {scan(repo).out}
    for what in each_change(repo):
        settle(repo)
        for _ in range(3):
            r = scan(repo)
            assert r.out == scan(repo, "--no-cache").out, what
        told.add(r.out)
    assert len(told) > 5


def test_another_answer_to_what_is_allowed_is_noticed(world, keys):
    repo = dirty(world, keys)
    assert scan(repo).out == scan(repo).out
    for allowed in ("first-place", "dir/*", "**"):
        repo.write(".sekisho", f"[allow]\npath = {allowed}\nreason = test\n")
        for _ in range(2):
            assert scan(repo).out == scan(repo, "--no-cache").out, allowed
    (repo.path / ".sekisho").unlink()
    assert "first-place" in scan(repo).out


def test_no_secret_is_remembered(world, keys):
    repo = world.repo()
    repo.plant("content", keys.text())
    repo.plant(f"dir-{keys.id}/file-{keys.id}", "x\n")
    repo.plant(f"dir-{keys.id}/below/content", keys.text() + "\n")
    repo.git("commit", "-q", "--allow-empty", "-m", keys.text())
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    first, second = scan(repo), scan(repo)
    assert first.out == second.out == scan(repo, "--no-cache").out
    keys.assert_unseen(second)
    assert not records(world, keys.id, keys.secret, keys.secret[4:36])
    # The rest of these paths is: without the names that hold secrets.
    assert records(world, "below")


def test_a_path_with_a_secret_that_is_allowed_is_not_remembered(world, keys):
    repo = world.repo()
    repo.plant("first-place", keys.text())
    repo.plant(f"{keys.id}/second-place", keys.text() + "\n")
    repo.write(".sekisho", f"[allow]\nvalue = {keys.id}\nreason = test\n")
    repo.git("repack", "-q", "-a", "-d")
    settle(repo)
    for _ in range(2):
        r = scan(repo)
        assert r.status == 1 and r.out == scan(repo, "--no-cache").out, r
    assert not records(world, keys.id, keys.secret)
    assert not records(world, "first-place")


def test_files_changed_just_now_are_not_remembered(world, keys):
    repo = made(world)
    repo.plant("first-place", keys.text())
    first = scan(repo)
    assert first.status == 1 and not records(world, "first-place")
    assert scan(repo).out == first.out
    settle(repo)
    assert scan(repo).out == first.out and records(world, "first-place")


def test_scans_at_once_leave_a_memory_that_holds(world, keys):
    repo = dirty(world, keys)
    truth = scan(repo, "--no-cache").out
    running = [subprocess.Popen([world.sekisho, "scan", "--history"], cwd=repo.path,
                                env=world.env, stdout=subprocess.PIPE)
               for _ in range(8)]
    outs = {p.communicate()[0].decode() for p in running}
    assert outs == {truth}
    last = scan(repo)
    assert last.out == truth and "not believed" not in last.err
    assert records(world, "first-place")


@pytest.mark.parametrize("how", ["alternate", "loose"])
def test_objects_in_other_places_count(world, keys, how):
    far = dirty(world, keys, "far")
    if how == "loose":
        pack, = (far.path / ".git/objects/pack").glob("*.pack")
        moved = world.top / "moved.pack"
        os.rename(pack, moved)
        pack.with_suffix(".idx").unlink()
        far.git("unpack-objects", "-q", stdin=moved.read_bytes())
        settle(far)
    near = world.clone(far.path, "near", "--shared")
    settle(near)
    first, second = scan(near), scan(near)
    assert first.out == second.out == scan(near, "--no-cache").out
    assert records(world, "first-place")
    far.plant("first-place", "changed\n" + keys.text())
    near.git("fetch", "-q")
    settle(far)
    for _ in range(2):
        assert scan(near).out == scan(near, "--no-cache").out
