"""`sekisho scan --history`: every object that a repository holds."""

import json
import os
import shutil

import pytest

from test_scan_tree import paths, places, unread


@pytest.fixture
def plain(world):
    r = world.repo("plain")
    r.add("README", "hello\n")
    r.commit("first")
    return r


def history(repo, *options, **more):
    return repo.cli("scan", "--history", *options, **more)


def flat(found):
    """One row for each place of each finding."""
    alone = ("commit", "blob", "author", "date", "in_head", "head_line", "line",
             "note_on", "reached", "ref_count", "refs")
    whole = [{k: v for k, v in x.items() if k not in alone} for x in found]
    return [{**w, **place} for x, w in zip(found, whole)
            for place in [x] + x.get("more", [])]


def rows(repo, *options):
    r = history(repo, "--format", "jsonl", *options)
    return flat([json.loads(x) for x in r.out.splitlines()][:-1])


def loose(repo, oid):
    path = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    os.chmod(path, 0o644)
    return path


def pack(repo):
    repo.git("repack", "-q", "-a", "-d", "-f")
    repo.git("prune-packed")


def test_clean_and_empty_histories(world, plain):
    for repo in (plain, world.repo("empty"), world.bare()):
        r = history(repo)
        assert (r.status, r.all) == (0, ""), r


@pytest.mark.parametrize("packed", [False, True])
def test_a_deleted_key_is_found_where_it_first_came_in(plain, keys, packed):
    made = plain.plant("dir/a", keys.text())
    plain.plant("dir/a", keys.text() + "more\n")
    plain.git("mv", "dir/a", "b")
    plain.commit("renamed")
    plain.plant("b", "changed\n" + keys.text())
    plain.git("rm", "-q", "b")
    plain.commit("gone")
    if packed:
        pack(plain)
    found = rows(plain)
    first = [x for x in found if x["path"] == "dir/a"]
    assert {x["commit"] for x in first} == {made} and len(first) == 2, found
    # told once for each path
    assert len(found) == 4 and {x["path"] for x in found} == {"dir/a", "b"}
    assert history(plain).status == 1


def test_the_first_commit_is_the_one_that_git_names(plain, keys):
    plain.git("checkout", "-q", "-b", "side")
    plain.plant("x/a", keys.text())
    plain.git("checkout", "-q", "main")
    plain.plant("y/a", keys.text())
    plain.git("merge", "-q", "side", "-m", "merge")
    plain.git("checkout", "-q", "-b", "third", "HEAD~1")
    plain.plant("y/a", "clean\n")
    blob = plain.git("rev-parse", "side:x/a").out.strip()
    git = plain.git("log", "--all", "--topo-order", "--reverse", "--format=%H",
                    f"--find-object={blob}").out.split()
    found = rows(plain)
    assert {x["blob"] for x in found} == {blob}
    assert {x["commit"] for x in found} <= set(git), (found, git)
    commit = found[0]["commit"]
    assert plain.git("rev-parse", f"{commit}:{found[0]['path']}").out.strip() == blob
    parents = plain.git("rev-parse", f"{commit}^@").out.split()
    assert all(p not in git[: git.index(commit)] for p in parents)


def test_what_no_branch_has(plain, keys):
    """Unreachable, stashed, in a reflog, staged only."""
    made = [type(keys)(str(i)) for i in range(4)]
    plain.run("git", "hash-object", "-w", "--stdin", stdin=made[0].text(), ok=True)
    plain.write("README", made[1].text())
    plain.git("stash", "-q")
    plain.plant("a", made[2].text())
    plain.git("reset", "-q", "--hard", "HEAD^")
    plain.git("update-ref", "-m", "back", "HEAD", plain.head())
    plain.add("b", made[3].text())
    found = rows(plain)
    assert len(found) == 8
    assert sorted(x["path"][:4] for x in found) == ["READ"] * 2 + ["a"] * 2 + ["blob"] * 4
    pack_free = history(plain)
    for k in made:
        k.assert_unseen(pack_free)


@pytest.mark.parametrize("packed", [False, True])
def test_only_what_refs_reach(plain, keys, packed):
    made = [type(keys)(str(i)) for i in range(4)]
    plain.run("git", "hash-object", "-w", "--stdin", stdin=made[0].text(), ok=True)
    plain.plant("a", made[1].text(), f"amended {made[3].id}")
    plain.git("reset", "-q", "--hard", "HEAD^")
    plain.plant("b", made[2].text())
    if packed:
        plain.git("repack", "-q", "-a", "-d", "-k")
    assert len(rows(plain)) >= 7
    assert {x["path"] for x in rows(plain, "--reachable")} == {"b"}
    plain.git("tag", "old", "HEAD@{2}")
    assert {x["path"][:6] for x in rows(plain, "--reachable")} == {"a", "b", "commit"}
    (plain.path / ".git" / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    r = history(plain, "--reachable")
    assert r.status == 1 and unread(r), r
    assert plain.cli("scan", "--reachable").status == 2


def test_messages_tags_notes_and_names(plain, keys):
    made = [type(keys)(str(i)) for i in range(8)]
    plain.plant("x", "x\n", f"subject {made[0].id}")
    plain.git("tag", "-a", "-m", f"tag {made[1].id}", "v1")
    plain.git("tag", "-a", "-m", f"tag {made[2].id}", "v2", "v1")
    plain.git("notes", "add", "-m", f"note {made[3].id}")
    plain.git("branch", f"b-{made[4].id}")
    plain.plant(f"dir-{made[5].id}/f", "x\n")
    plain.git("tag", f"t-{made[6].id}")
    author = {"GIT_AUTHOR_NAME": made[7].id}
    plain.git("commit", "-q", "--allow-empty", "-m", "by", env=author)
    r = history(plain, "--format", "jsonl")
    found = [json.loads(x) for x in r.out.splitlines()][:-1]
    count = {}
    for x in found:
        count[x["place"]] = count.get(x["place"], 0) + 1
    assert count == {"message": 4, "file": 1, "ref-name": 2, "file-name": 1}, found
    name = next(x for x in found if x["place"] == "file-name")
    assert name["path"].startswith("dir-") and name["path"].endswith("/")
    refs = [x["path"] for x in found if x["place"] == "ref-name"]
    assert name["commit"] and name["refs"] == ["refs/heads/main", refs[1]]
    for form in ("text", "jsonl", "sarif"):
        r = history(plain, "-v", "--format", form)
        for k in made:
            k.assert_unseen(r)


def test_names_that_no_commit_has(plain, keys):
    blob = plain.run("git", "hash-object", "-w", "--stdin", stdin="x", ok=True).out.strip()
    other = type(keys)("another")
    plain.run("git", "mktree", ok=True,
              stdin=f"100644 blob {blob}\tplain\n100644 blob {blob}\t{keys.id}-{other.id}\n")
    r = history(plain)
    assert r.status == 1 and len(places(r)) == 2, r
    keys.assert_unseen(r)
    other.assert_unseen(r)


def test_a_key_in_a_name_is_not_shown_by_what_is_in_the_file(plain, keys):
    other = type(keys)("another")
    plain.plant(f"{keys.id}/f", other.text())
    r = history(plain, "-v")
    assert len(places(r)) == 3, r
    keys.assert_unseen(r)
    other.assert_unseen(r)


def test_alternates_are_read(plain, world, keys):
    plain.plant("a", keys.text())
    borrower = world.clone(plain.path, "borrower", "-s")
    assert paths(history(borrower)) == ["a"]
    other = type(keys)("another")
    borrower.plant("b", other.text())
    shutil.rmtree(plain.path)
    r = history(borrower)
    assert r.status == 1 and len(places(r)) == 2 and unread(r), r
    other.assert_unseen(r)
    os.remove(borrower.path / ".git" / "objects" / "info" / "alternates")
    shutil.rmtree(borrower.path / ".git" / "objects")
    os.mkdir(borrower.path / ".git" / "objects")
    r = history(borrower)
    assert r.status == 3 and "refs/heads/main" in r.err, r


def test_one_secret_is_one_finding_with_all_its_places(plain, keys):
    who = {"GIT_AUTHOR_NAME": f"A {keys.id}", "GIT_AUTHOR_EMAIL": "a@example.org",
           "GIT_AUTHOR_DATE": "1600000000 +0900"}
    plain.add("dir/a", keys.id + "\n")
    plain.commit("first", env=who)
    first = plain.head()
    plain.plant("b", f"\n{keys.id}\n")
    plain.git("rm", "-q", "dir/a")
    plain.commit("gone")
    plain.plant("b", f"\n\n\nmore {keys.id}\n")
    for path in ("c", "d"):
        plain.plant(path, f"{keys.id} # sekisho:allow aws-access-key-id made up\n")
        plain.plant(path, f"{keys.id}\n")
    plain.git("rm", "-q", "d")
    plain.commit("gone")
    r = history(plain, "--format", "jsonl")
    found = [json.loads(x) for x in r.out.splitlines()][:-1]
    x, = [x for x in found if x["place"] == "file"]
    keys.assert_unseen(r)
    assert (x["path"], x["line"], x["commit"]) == ("dir/a", 1, first)
    assert x["author"].startswith("A AKIA") and x["author"].endswith(" <a@example.org>")
    assert x["date"] == "2020-09-13T12:26:40Z" and x["in_head"] is False
    more = {m["path"]: m for m in x["more"]}
    assert set(more) == {f"commit {first[:12]}", "b", "c", "d"}
    assert more["b"]["in_head"] and (more["b"]["line"], more["b"]["head_line"]) == (2, 4)
    assert more["c"]["in_head"] and not more["d"]["in_head"]
    assert plain.git("rev-parse", f"{more['c']['commit']}:c").out.strip() == more["c"]["blob"]
    r = history(plain)
    keys.assert_unseen(r)
    assert len(places(r)) == 5 and "    no longer in HEAD" in r.out, r
    assert "b:2:1: the same, in commit " in r.out and "still in HEAD, line 4" in r.out, r
    r = history(plain, "--format", "sarif")
    keys.assert_unseen(r)
    results = json.loads(r.out)["runs"][0]["results"]
    result, = [x for x in results if x["properties"]["place"] == "file"]
    assert len(result["locations"]) == 5 and result["properties"]["inHead"] is False


def test_how_far_a_secret_spread(plain, keys):
    first = plain.plant("a", keys.id + "\n")
    plain.plant("b", f"more {keys.id}\n")
    plain.git("branch", "side", first)
    plain.git("tag", "-a", "-m", "x", "v1")
    plain.git("rm", "-q", "a", "b")
    plain.commit("gone")
    x, = rows(plain)[:1]
    assert x["commit"] == first and (x["blobs"], x["commits"]) == (2, 2)
    assert x["refs"] == ["refs/heads/main", "refs/heads/side", "refs/tags/v1"]
    assert (x["reached"], x["ref_count"]) == ("refs", 3)
    plain.plant("c", "x\n", f"subject {keys.id}")
    x, = [json.loads(x) for x in history(plain, "--format", "jsonl").out.splitlines()][:-1]
    assert (x["blobs"], x["commits"]) == (2, 3)
    assert [m["place"] for m in x["more"]] == ["file", "message"]
    assert x["more"][1]["refs"] == ["refs/heads/main"]
    for i in range(150):
        plain.git("update-ref", f"refs/heads/x{i:03}", first)
    x, = rows(plain)[:1]
    assert x["ref_count"] == 153 and len(x["refs"]) == 100
    r = history(plain)
    assert "in refs/heads/main, refs/heads/side, refs/heads/x000 and 150 more" in r.out, r
    assert "    held by 2 blobs in 3 commits\n" in r.out, r
    r = history(plain, "--format", "sarif")
    x, = json.loads(r.out)["runs"][0]["results"]
    assert x["properties"]["refCount"] == 153 and x["properties"]["commits"] == 3


def test_what_no_ref_reaches_is_said_to_be_unreachable(plain, keys):
    made = [type(keys)(str(i)) for i in range(4)]
    plain.plant("a", made[0].id)
    plain.git("reset", "-q", "--hard", "HEAD^")
    plain.git("update-ref", "-m", "back", "HEAD", plain.head())
    tree = plain.git("rev-parse", "HEAD^{tree}").out.strip()
    loose_commit = plain.git("commit-tree", "-m", made[1].id, tree).out.strip()
    plain.run("git", "hash-object", "-w", "--stdin", stdin=made[2].id, ok=True)
    blob = plain.run("git", "hash-object", "-w", "--stdin", stdin=made[3].id, ok=True)
    plain.git("tag", "-a", "-m", "a blob", "blob", blob.out.strip())
    found = {x["redacted"]: x for x in rows(plain)}
    reached = [found[f"{k.id[:4]}...{k.id[-2:]}"] for k in made]
    assert [x["reached"] for x in reached] == ["reflogs", "nothing", "nothing", "refs"]
    assert reached[1]["commit"] == loose_commit and "commit" in reached[0]
    assert reached[3]["refs"] == ["refs/tags/blob"]
    r = history(plain)
    assert r.out.count("unreachable: no ref leads to it") == 2, r
    assert r.out.count("unreachable but for reflogs") == 1, r
    plain.git("branch", "again", reached[0]["commit"])
    assert [x["reached"] for x in rows(plain)].count("refs") == 2


def test_a_commit_that_no_ref_reaches_still_names_the_path(plain, keys):
    bad = plain.plant("dir/a", keys.id)
    plain.git("reset", "-q", "--hard", "HEAD^")
    plain.git("reflog", "expire", "--expire=now", "--all")
    x, = [x for x in rows(plain) if "logs" not in x["path"]]
    assert (x["path"], x["commit"], x["reached"]) == ("dir/a", bad, "nothing")


def test_names_of_directories_are_told_at_each_of_their_paths(plain, keys):
    inner = type(keys)("another")
    first = plain.plant(f"x/{keys.id}/{inner.id}/f", "x\n")
    second = plain.plant(f"y/{keys.id}", "x\n")
    found = rows(plain)
    assert {(x["path"].count("/"), x["commit"]) for x in found} == {
        (2, first), (3, first), (1, second)}, found
    assert [x["path"][:2] for x in found if x["commit"] == second] == ["y/"]
    r = history(plain)
    keys.assert_unseen(r)
    inner.assert_unseen(r)
    allow(plain, "path = x/")
    assert [x["path"][:2] for x in rows(plain)] == ["y/"]


def test_what_head_allows_is_not_said_to_be_gone(plain, keys):
    plain.plant("a", keys.id + "\n")
    plain.plant("a", f"{keys.id} # sekisho:allow aws-access-key-id made up\n")
    x, = rows(plain)
    assert "in_head" not in x


def test_replace_refs_hide_nothing(plain, keys):
    bad = plain.plant("a", keys.text())
    tree = plain.git("rev-parse", "HEAD^^{tree}").out.strip()
    plain.git("replace", bad, plain.git("commit-tree", "-m", "good", tree).out.strip())
    found = rows(plain)
    assert {x["commit"] for x in found} == {bad}


def test_grafts_hide_nothing(plain, keys):
    bad = plain.plant("a", keys.text())
    plain.plant("a", "clean\n")
    grafts = plain.path / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(plain.head() + "\n")
    assert {x["commit"] for x in rows(plain)} == {bad}


def test_shallow_clones(plain, world, keys):
    plain.plant("a", keys.text())
    plain.plant("b", "x\n")
    shallow = world.clone(f"file://{plain.path}", "shallow", "--depth=1")
    r = history(shallow, "-v")
    assert r.status == 1 and paths(r) == ["a"], r
    assert "history: a shallow clone" in r.err, r
    assert "shallow" not in history(plain, "-v").err


def test_reflogs(plain, world, keys):
    other, third = type(keys)("another"), type(keys)("third")
    plain.git("update-ref", "-m", f"back to {keys.id}", "refs/heads/main", "HEAD")
    plain.git("branch", f"x/{other.id}")
    plain.git("worktree", "add", "-q", "--detach", str(world.top / "linked"))
    plain.git("commit", "-q", "--allow-empty", "-m", "x", cwd=world.top / "linked",
              env={"GIT_COMMITTER_NAME": third.id})
    plain.git("branch", "-D", f"x/{other.id}")
    assert not any("logs" in x["path"] for x in rows(world.repo("bare", "--bare")))
    for r in (history(plain), history(plain, cwd=world.top / "linked")):
        assert r.status == 1 and ".git/logs/HEAD:" in r.out, r
        assert ".git/worktrees/linked/logs/HEAD:" in r.out, r
        for k in (keys, other, third):
            k.assert_unseen(r)
    found = [x for x in rows(plain) if "logs" in x["path"]]
    assert found and all("commit" not in x and x["place"] == "file" for x in found)


def test_a_corrupt_loose_object_fails_the_run_and_hides_nothing(plain, keys):
    plain.plant("a", keys.text())
    plain.plant("b", "x" * 5000)
    loose(plain, plain.git("rev-parse", "HEAD:b").out.strip()).write_bytes(b"junk")
    r = history(plain)
    assert r.status == 1 and paths(r) == ["a"] and unread(r), r


def test_a_corrupt_loose_object_alone_is_3(plain):
    plain.add("b", "x" * 5000)
    path = loose(plain, plain.git("rev-parse", ":b").out.strip())
    path.write_bytes(path.read_bytes()[:20])
    r = history(plain)
    assert r.status == 3 and unread(r), r


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_pack_fails_the_run(plain, keys, keep):
    for i in range(20):
        plain.plant(f"f{i}", os.urandom(3000).hex())
    pack(plain)
    plain.plant("loose", keys.text())
    folder = plain.path / ".git" / "objects" / "pack"
    name = next(x for x in os.listdir(folder) if x.endswith(".pack"))
    data = (folder / name).read_bytes()
    os.chmod(folder / name, 0o644)
    (folder / name).write_bytes(data[: int(len(data) * keep)])
    r = history(plain)
    assert r.status in (1, 3) and unread(r), r
    assert "loose" in r.out or "blob" in r.out, r


def test_a_damaged_pack_fails_the_run_and_hides_nothing(plain, keys):
    for i in range(20):
        plain.plant(f"f{i}", os.urandom(3000).hex())
    plain.plant("a", keys.text())
    pack(plain)
    folder = plain.path / ".git" / "objects" / "pack"
    name = next(x for x in os.listdir(folder) if x.endswith(".pack"))
    data = bytearray((folder / name).read_bytes())
    middle = len(data) // 2
    data[middle:middle + 64] = bytes(64)
    os.chmod(folder / name, 0o644)
    (folder / name).write_bytes(data)
    r = history(plain)
    assert unread(r) and r.status == 1 and "a:" in r.out, r


def test_a_pack_without_its_index_is_told(plain, keys):
    plain.plant("a", keys.text())
    pack(plain)
    folder = plain.path / ".git" / "objects" / "pack"
    for x in os.listdir(folder):
        if x.endswith(".idx"):
            os.remove(folder / x)
    r = history(plain)
    assert r.status == 3 and r.err, r


def test_a_branch_that_leads_nowhere_hides_nothing(plain, keys):
    plain.plant("a", keys.text())
    (plain.path / ".git" / "refs" / "heads" / "broken").write_text("1" * 40 + "\n")
    r = history(plain)
    assert r.status == 1 and len(places(r)) == 2 and unread(r), r


def allow(repo, text):
    repo.write(".sekisho", f"[allow]\n{text}\nreason = a test of lists\n")


def test_allowed_paths_count_in_histories(plain, keys):
    plain.plant("tests/fixtures/a", keys.text())
    plain.plant("tests/fixtures/a", "clean\n")
    for text in ("path = tests/fixtures/", "path = tests/\nrule = aws-*".replace("aws-*", "aws-access-key-id")):
        allow(plain, text)
        r = history(plain)
        assert r.status == (0 if "rule" not in text else 1), r
        assert "aws-access-key-id" not in r.out
    allow(plain, "path = blob*")
    assert len(rows(plain)) == 2
    allow(plain, "path = [bt]*\nrule = aws-access-key-id")
    assert len(rows(plain)) == 1
    allow(plain, "path = src/")
    assert len(rows(plain)) == 2


def test_what_also_stood_at_a_path_that_is_not_allowed_is_told(plain, keys):
    allow(plain, "path = tests/")
    plain.plant("tests/a", keys.text())
    plain.plant("src/a", keys.text())
    assert paths(history(plain)) == ["src/a"]


def test_other_entries_count_even_where_no_commit_leads(plain, keys):
    plain.run("git", "hash-object", "-w", "--stdin", stdin=keys.id + "\n", ok=True)
    found = rows(plain)
    assert len(found) == 1
    allow(plain, f"fingerprint = {found[0]['fingerprint']}")
    assert history(plain).status == 0
    allow(plain, "value = ^AK")
    assert history(plain).status == 0


def test_markers_count_in_histories(plain, keys):
    plain.plant("a", f"{keys.id} # sekisho:allow aws-access-key-id made up\n")
    r = history(plain, "-v")
    assert r.status == 0 and "allowed: " in r.err, r


def test_allowed_names_in_histories(plain, keys):
    plain.plant(f"tests/{keys.id}", "x\n")
    plain.plant(f"src/{keys.id}", "x\n")
    allow(plain, "path = tests/")
    r = history(plain)
    assert len(places(r)) == 1 and r.out.startswith("src/"), r
    allow(plain, "rule = aws-access-key-id")
    assert history(plain).status == 0


def test_fingerprints_are_those_of_the_tree(plain, keys):
    plain.plant("dir/a", keys.text() + "postgres://admin:hunter22hunter@db/x\n")
    tree = plain.cli("scan", "--format", "jsonl")
    tree = [json.loads(x) for x in tree.out.splitlines()][:-1]
    assert {x["fingerprint"] for x in tree} == {x["fingerprint"] for x in rows(plain)}


def test_a_bare_repositorys_list_is_that_of_its_head(plain, world, keys):
    plain.plant("tests/a", keys.text())
    allow(plain, "path = tests/")
    plain.git("add", ".sekisho")
    plain.commit("allow")
    bare = world.clone(plain.path, "bare.git", "--bare")
    assert history(bare).status == 0


def test_two_runs_say_the_same(plain, keys):
    for i in range(40):
        plain.plant(f"d{i % 5}/f{i}", f"{i}\n" + type(keys)(str(i)).text())
    first = history(plain)
    assert len(places(first)) == 80
    assert all(history(plain).out == first.out for _ in range(3))


def test_a_stash_is_found_with_its_index_and_what_was_untracked(plain, keys):
    made = [type(keys)(str(i)) for i in range(3)]
    plain.write("README", made[0].text())
    plain.git("add", "README")
    plain.write("README", made[1].text())
    plain.write("new/a", made[2].text())
    plain.git("stash", "push", "-q", "--include-untracked")
    index, untracked = plain.git("rev-parse", "stash^2", "stash^3").out.split()
    found = [x for x in rows(plain) if x["rule"] == "aws-access-key-id"]
    assert {(x["redacted"][:4] + x["redacted"][-2:], x["path"], x["commit"])
            for x in found} == {
        (made[0].id[:4] + made[0].id[-2:], "README", index),
        (made[1].id[:4] + made[1].id[-2:], "README", plain.head("stash")),
        (made[2].id[:4] + made[2].id[-2:], "new/a", untracked)}, found
    assert all(x["refs"] == ["refs/stash"] for x in found)


def test_what_only_a_merge_holds_is_found_in_the_merge(plain, keys):
    plain.git("checkout", "-q", "-b", "side")
    plain.plant("b", "x\n")
    plain.git("checkout", "-q", "main")
    plain.plant("a", "y\n")
    plain.git("merge", "-q", "--no-commit", "side")
    plain.write("a", "y\n" + keys.text())
    plain.write("new", keys.text())
    plain.git("add", "a", "new")
    plain.commit("evil")
    merge = plain.head()
    assert plain.parents() == 2
    plain.plant("a", "y\n")
    found = rows(plain)
    assert {(x["path"], x["commit"]) for x in found} == {("a", merge), ("new", merge)}
    assert len(found) == 4


def test_what_a_push_left_in_quarantine_is_found_while_it_is_there(world, plain, keys):
    """As a pre-receive hook is run: new objects are in a directory beside."""
    bare = world.clone(plain.path, "bare.git", "--bare")
    made = plain.plant("a", keys.text())
    seen = world.top / "seen"
    (bare.path / "hooks").mkdir(exist_ok=True)
    world.script("bare.git/hooks/pre-receive",
                 f"#!/bin/sh\n{world.sekisho} scan --history --format jsonl"
                 f" >{seen}\nexit 1\n")
    assert plain.git("push", str(bare.path), "main", ok=None).status != 0
    found = [json.loads(x) for x in seen.read_text().splitlines()][:-1]
    blob = plain.git("rev-parse", f"{made}:a").out.strip()
    assert {x["blob"] for x in found} == {blob} and len(found) == 2, found
    assert {(x["path"], x["commit"], x["reached"]) for x in found} == {
        ("a", made, "nothing")}, found
    assert history(bare).status == 0


@pytest.mark.parametrize("fanned", [False, True])
def test_a_note_names_the_object_that_it_is_about(plain, keys, fanned):
    about = plain.head()
    path = f"{about[:2]}/{about[2:]}" if fanned else about
    note = plain.run("git", "hash-object", "-w", "--stdin", stdin=keys.id, ok=True).out.strip()
    index = {"GIT_INDEX_FILE": str(plain.path / ".git" / "other")}
    plain.git("update-index", "--add", "--cacheinfo", f"100644,{note},{path}", env=index)
    tree = plain.git("write-tree", env=index).out.strip()
    plain.git("update-ref", "refs/notes/commits",
              plain.git("commit-tree", "-m", "notes", tree).out.strip())
    assert keys.id in plain.git("notes", "show").out
    x, = rows(plain)
    assert (x["path"], x["note_on"], x["refs"]) == (path, about, ["refs/notes/commits"])
    assert f"    a note on {about}\n" in history(plain).out
    sarif = json.loads(history(plain, "--format", "sarif").out)
    assert sarif["runs"][0]["results"][0]["properties"]["noteOn"] == about
    one = plain.cli("explain", x["fingerprint"], "--history").out
    assert f"  a note on: {about}\n" in one
    plain.git("notes", "--ref=other", "add", "-m", f"again {keys.id}", "HEAD^{tree}")
    tree = plain.git("rev-parse", "HEAD^{tree}").out.strip()
    assert {x["note_on"] for x in rows(plain)} == {about, tree}
    text = history(plain).out
    assert any(f"    a note on {x}\n" in text and f", a note on {y[:12]}\n" in text
               for x, y in ((about, tree), (tree, about))), text


def test_a_file_named_by_an_id_is_no_note(plain, keys):
    about = plain.head()
    plain.plant(about, keys.id)
    plain.git("update-ref", "refs/notes-not/x", plain.head())
    x, = rows(plain)
    assert x["path"] == about and "note_on" not in x
    plain.git("update-ref", "refs/notes/x", plain.head())
    x, = rows(plain)
    assert x["note_on"] == about
