"""What is stopped on its way to a remote, on either side."""

import pytest

ZERO = "0" * 40


# Pushing


@pytest.fixture
def remote(world, repo):
    """`repo` with a remote `origin` that has its first commit."""
    bare = world.bare()
    repo.git("remote", "add", "origin", str(bare.path))
    repo.git("push", "-q", "origin", "main")
    return bare


def test_a_new_branch_with_a_key_is_not_pushed(repo, remote, keys, refused):
    repo.git("checkout", "-q", "-b", "topic")
    repo.plant("key", keys.text())
    result = repo.git("push", "origin", "topic", ok=False)
    refused(result)
    assert repo.head()[:7] in result.all
    assert remote.head("topic") == ""


def test_a_key_on_a_branch_that_is_there_is_not_pushed(repo, remote, keys, refused):
    before = remote.head("main")
    repo.plant("key", keys.text())
    refused(repo.git("push", "origin", "main", ok=False))
    assert remote.head("main") == before


def test_a_fast_forward_that_no_commit_hook_saw_is_caught(repo, remote, keys, refused):
    repo.git("checkout", "-q", "-b", "topic")
    repo.plant("key", keys.text())
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--ff-only", "topic")
    refused(repo.git("push", "origin", "main", ok=False))


def test_clean_commits_are_pushed(repo, remote):
    for n in range(3):
        repo.add("file", f"{n}\n")
        repo.commit()
    repo.git("push", "-q", "origin", "main", "main:refs/heads/new")
    assert remote.head("main") == remote.head("new") == repo.head()


def test_only_commits_that_the_remote_lacks_are_looked_at(repo, remote, keys):
    repo.plant("key", keys.text())
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.add("more", "hello\n")
    repo.commit()
    repo.git("push", "-q", "origin", "main")
    repo.git("push", "-q", "origin", "HEAD:refs/heads/again")
    repo.git("tag", "light")
    repo.git("push", "-q", "origin", "light")


def test_a_key_taken_out_again_before_the_push_is_refused(repo, remote, keys, refused):
    repo.plant("key", keys.text())
    repo.git("rm", "-q", "key")
    repo.commit()
    refused(repo.git("push", "origin", "main", ok=False))


def test_a_merge_of_what_the_remote_has_is_pushed(repo, remote, keys):
    repo.git("checkout", "-q", "-b", "topic")
    repo.add("topic-file", "hello\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.plant("key", keys.text())
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.git("checkout", "-q", "topic")
    repo.git("merge", "-q", "main")
    repo.git("push", "-q", "origin", "topic")
    assert remote.head("topic") == repo.head()


def test_an_evil_merge_is_not_pushed(repo, remote, keys, refused):
    repo.git("checkout", "-q", "-b", "topic")
    repo.add("topic-file", "hello\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.add("main-file", "hello\n")
    repo.commit()
    repo.git("push", "-q", "origin", "main", "topic")
    repo.plant("key", keys.text(), "evil", "-p", "topic")
    assert repo.parents() == 2
    refused(repo.git("push", "origin", "main", ok=False))


def test_a_commit_message_is_not_pushed(repo, remote, keys, refused):
    repo.plant("file", "hello\n", f"title\n\n{keys.id}")
    refused(repo.git("push", "origin", "main", ok=False))


def test_a_tags_message_is_not_pushed(repo, remote, keys, refused):
    repo.git("tag", "-a", "-m", f"release\n\n{keys.id}", "v1")
    refused(repo.git("push", "origin", "v1", ok=False))
    repo.git("tag", "-a", "-m", "release", "v2")
    repo.git("push", "-q", "origin", "v2")
    assert remote.head("v1") == ""
    assert remote.head("v2") != ""


def test_a_tag_of_a_tree_is_read_to_its_files(repo, remote, keys, refused):
    repo.add("clean", "hello\n")
    tree = repo.git("write-tree").out.strip()
    repo.git("tag", "-m", "only a tree", "fine", tree)
    repo.git("push", "-q", "origin", "fine")
    repo.add("deep/down/key", keys.text())
    tree = repo.git("write-tree").out.strip()
    repo.git("tag", "-m", "only a tree", "bad", tree)
    result = repo.git("push", "origin", "bad", ok=False)
    refused(result)
    assert "deep/down/key:" in result.all


def test_a_tag_of_a_tag_and_of_a_blob_are_not_pushed(repo, remote, keys, refused):
    repo.git("tag", "-a", "-m", f"{keys.id}", "inner")
    repo.git("tag", "-a", "-m", "outer", "outer", "inner")
    refused(repo.git("push", "origin", "outer", ok=False))
    blob = repo.git("hash-object", "-w", "--stdin", stdin=keys.text()).out.strip()
    repo.git("tag", "blob", blob)
    refused(repo.git("push", "origin", "blob", ok=False))


def test_a_file_name_is_not_pushed(repo, remote, keys, refused):
    repo.plant(f"{keys.id}.csv", "hello\n")
    refused(repo.git("push", "origin", "main", ok=False))


def test_deleting_a_ref_passes(repo, remote, keys):
    repo.git("push", "-q", "origin", "main:refs/heads/gone")
    repo.plant("key", keys.text())
    repo.git("push", "-q", "origin", ":gone")
    assert remote.head("gone") == ""


def test_a_forced_push_is_checked(repo, remote, keys, refused):
    repo.add("file", "one\n")
    repo.commit()
    repo.git("push", "-q", "origin", "main")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.plant("key", keys.text())
    refused(repo.git("push", "--force", "origin", "main", ok=False))
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.add("file", "two\n")
    repo.commit()
    repo.git("push", "-q", "--force", "origin", "main")
    assert remote.head("main") == repo.head()


def test_a_push_to_a_path_without_a_name_is_checked(world, repo, keys, refused):
    bare = world.bare("other.git")
    repo.plant("key", keys.text())
    refused(repo.git("push", str(bare.path), "main", ok=False))
    repo.git("push", "-q", str(bare.path), "main~1:refs/heads/main")


def test_one_bad_ref_among_many_stops_the_push(repo, remote, keys, refused):
    repo.git("branch", "good")
    repo.git("checkout", "-q", "-b", "bad")
    repo.plant("key", keys.text())
    refused(repo.git("push", "--all", "origin", ok=False))
    refused(repo.git("push", "--mirror", "origin", ok=False))
    assert remote.head("good") == ""


def test_another_remotes_commits_are_not_this_ones(world, repo, remote, keys, refused):
    other = world.bare("other.git")
    repo.git("remote", "add", "other", str(other.path))
    repo.plant("key", keys.text())
    repo.git("push", "-q", "--no-verify", "other", "main")
    refused(repo.git("push", "origin", "main", ok=False))


# Receiving


@pytest.fixture
def server(world):
    """A bare repository with the hook, and a client without any."""
    bare = world.bare("server.git")
    bare.install()
    client = world.repo("client")
    client.git("remote", "add", "origin", str(bare.path))
    client.add("README", "hello\n")
    client.commit("first")
    client.git("push", "-q", "origin", "main")
    return bare, client


def test_a_server_refuses_again_and_again(server, keys, refused):
    bare, client = server
    before = bare.head("main")
    client.plant("key", keys.text())
    for _ in range(2):
        result = client.git("push", "origin", "main", ok=False)
        refused(result)
        assert client.head()[:7] in result.all
    refused(client.git("push", "origin", "main:refs/heads/new", ok=False))
    assert bare.head("main") == before
    assert bare.head("new") == ""


def test_a_server_passes_a_change_beside_an_old_finding(server, keys):
    """git completes the thin pack with the old version, which is nothing new"""
    bare, client = server
    hook = bare.path / "hooks" / "pre-receive"
    lines = [f"line {n} {n * 7919 % 1000}\n" for n in range(3000)]
    client.add("file", keys.text() + "".join(lines))
    client.git("commit", "-q", "--no-verify", "-m", "old")
    hook.rename(bare.path / "off")
    client.git("push", "-q", "origin", "main")
    (bare.path / "off").rename(hook)
    bare.git("config", "receive.unpackLimit", "1")
    lines[1500] = "changed\n"
    client.add("file", keys.text() + "".join(lines))
    client.commit("beside it")
    client.git("push", "-q", "origin", "main")
    assert bare.head("main") == client.head()


def test_a_server_refuses_objects_that_it_has_already(server, keys, refused):
    bare, client = server
    client.plant("key", keys.text())
    bare.git("fetch", "-q", str(client.path), "main")
    (bare.path / "FETCH_HEAD").unlink()
    assert bare.git("cat-file", "-t", client.head()).out == "commit\n"
    refused(client.git("push", "origin", "main", ok=False))


def test_a_server_takes_what_is_clean(server):
    bare, client = server
    for n in range(3):
        client.add("file", f"{n}\n")
        client.commit()
    client.git("tag", "-a", "-m", "release", "v1")
    client.git("push", "-q", "origin", "main", "v1", "main:refs/heads/new")
    assert bare.head("main") == bare.head("new") == client.head()


def test_a_server_takes_new_names_for_accepted_commits(server, keys):
    bare, client = server
    bare.cli("uninstall", ok=True)
    client.plant("key", keys.text())
    client.git("push", "-q", "origin", "main")
    bare.install()
    client.git("push", "-q", "origin", "main:refs/heads/new", "main:refs/tags/t")
    client.add("more", "hello\n")
    client.commit()
    client.git("push", "-q", "origin", "main:refs/heads/other")
    assert bare.head("new") != ""
    assert bare.head("other") == client.head()


def test_a_server_refuses_a_key_that_was_taken_out_again(server, keys, refused):
    bare, client = server
    client.plant("key", keys.text())
    client.git("rm", "-q", "key")
    client.commit()
    refused(client.git("push", "origin", "main", ok=False))


def test_a_server_refuses_messages_names_and_tags(server, keys, refused):
    bare, client = server
    client.git("checkout", "-q", "-b", "message")
    client.plant("file", "hello\n", f"title {keys.id}")
    refused(client.git("push", "origin", "message", ok=False))
    client.git("checkout", "-q", "-b", "name", "main")
    client.plant(f"{keys.id}/file", "hello\n")
    refused(client.git("push", "origin", "name", ok=False))
    client.git("tag", "-a", "-m", keys.id, "v1", "main")
    refused(client.git("push", "origin", "v1", ok=False))
    assert bare.git("for-each-ref", "--format=%(refname)").out == "refs/heads/main\n"


def test_a_server_refuses_all_of_a_push_with_one_bad_ref(server, keys, refused):
    bare, client = server
    client.git("branch", "good")
    client.git("checkout", "-q", "-b", "bad")
    client.plant("key", keys.text())
    client.add("file", "hello\n")
    client.commit()
    refused(client.git("push", "origin", "good", "bad", ok=False))
    assert bare.head("good") == bare.head("bad") == ""


def test_a_server_takes_deletions_and_forced_pushes(server, keys, refused):
    bare, client = server
    client.add("file", "one\n")
    client.commit()
    client.git("push", "-q", "origin", "main:refs/heads/topic")
    client.git("reset", "-q", "--hard", "HEAD~1")
    client.add("file", "two\n")
    client.commit()
    client.git("push", "-q", "--force", "origin", "main:refs/heads/topic")
    assert bare.head("topic") == client.head()
    client.git("push", "-q", "origin", ":topic")
    assert bare.head("topic") == ""


def test_a_servers_own_hook_runs_first(world, keys):
    bare, client = world.bare("server.git"), world.repo("client")
    log = world.top / "log"
    bare.hook("pre-receive", f"#!/bin/sh\ncat >>{log}\n[ ! -e {world.top}/no ]\n")
    bare.install()
    client.add("file", "hello\n")
    client.commit()
    client.git("push", "-q", str(bare.path), "main")
    assert log.read_text() == f"{ZERO} {client.head()} refs/heads/main\n"
    (world.top / "no").touch()
    client.plant("key", keys.text())
    result = client.git("push", str(bare.path), "main", ok=False)
    assert "aws-" not in result.all


@pytest.mark.parametrize("text", ["nonsense\n", f"{ZERO} {ZERO}\n", f"{ZERO} {ZERO} refs/x"])
def test_a_server_fails_closed_on_broken_input(server, text):
    bare, _ = server
    result = bare.run("hooks/pre-receive", stdin=text, env={"GIT_DIR": "."})
    assert result.status == 3
