"""Ways past the hooks that were tried and must stay closed."""

import random

import pytest

from conftest import BASE32


@pytest.fixture
def leaked(repo, keys):
    """A repository whose history holds keys that its tip no longer has."""
    repo.plant("k.txt", keys.text())
    repo.git("rm", "-q", "k.txt")
    repo.commit("gone")
    return repo


def test_a_remote_that_became_another_place_is_not_said_to_have_anything(
    world, leaked, refused
):
    first, second = world.bare("first.git"), world.bare("second.git")
    leaked.git("remote", "add", "origin", str(first.path))
    leaked.git("push", "-q", "--no-verify", "origin", "main")
    leaked.git("remote", "set-url", "origin", str(second.path))
    refused(leaked.git("push", "origin", "main", ok=None))
    assert not second.head("main")


def test_a_second_place_to_push_to_gets_nothing_unchecked(world, leaked):
    first, second = world.bare("first.git"), world.bare("second.git")
    leaked.git("remote", "add", "origin", str(first.path))
    leaked.git("push", "-q", "--no-verify", "origin", "main")
    for place in (first, second):
        leaked.git("remote", "set-url", "--add", "--push", "origin", str(place.path))
    leaked.git("push", "origin", "main", ok=False)
    assert not second.head("main")


def test_a_remote_has_not_what_one_with_a_longer_name_has(world, leaked, refused):
    private, public = world.bare("private.git"), world.bare("public.git")
    leaked.git("remote", "add", "team/private", str(private.path))
    leaked.git("config", "remote.team.url", str(public.path))
    leaked.git("config", "remote.team.fetch", "+refs/heads/*:refs/remotes/team/*")
    leaked.git("push", "-q", "--no-verify", "team/private", "main")
    refused(leaked.git("push", "team", "main", ok=None))


def test_a_new_branch_is_checked_from_where_the_remote_is(world, leaked):
    place = world.bare()
    leaked.git("remote", "add", "origin", str(place.path))
    leaked.git("push", "-q", "--no-verify", "origin", "main")
    leaked.git("push", "-q", "origin", "main:topic")
    assert place.head("topic") == leaked.head()


def test_what_a_commit_allows_is_told_without_its_reason(repo, keys):
    repo.add(
        ".sekisho",
        f"[allow]\nrule = aws-access-key-id\nreason = \x1b[31m {keys.id} is old\n",
    )
    told = repo.commit(ok=None)
    assert "this commit allows: rule aws-access-key-id (.sekisho:1)" in told.err
    assert "\x1b" not in told.all
    keys.assert_unseen(told)


def test_patterns_added_to_gitallowed_are_told(repo):
    repo.add(".gitallowed", "some_pattern\n")
    assert "this commit allows: a git-secrets pattern" in repo.commit().err
    repo.add(".gitallowed", "# a comment\nsome_pattern\n")
    assert "this commit allows" not in repo.commit().err


def test_a_change_in_a_file_of_very_many_old_keys_is_read_once(repo):
    """Once for each key, this took minutes: more than a test may take."""
    rng = random.Random(1)
    ids = (
        "AKIA" + rng.choice(BASE32[16:26]) + "".join(rng.choices(BASE32, k=15))
        for _ in range(50000)
    )
    text = "".join(f"{i} and some words behind it\n" for i in ids)
    repo.plant("many.txt", text)
    repo.add("many.txt", text + "one more line\n")
    repo.commit()
