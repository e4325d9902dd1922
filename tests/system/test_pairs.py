"""Key pairs whose halves stand apart: in one file, in two, in a history."""

import base64
import json


def secrets(result):
    found = [json.loads(line) for line in result.out.splitlines()[:-1]]
    return {f["path"]: (f.get("pair"), f.get("pair_path"), f.get("pair_line"))
            for f in found if f["rule"] == "aws-secret-access-key"}


def scan(repo, *how):
    return secrets(repo.cli("scan", "--format", "jsonl", *how))


def shown(key_id):
    return key_id[:4] + "..." + key_id[-2:]


def test_five_hundred_lines_apart(world, keys):
    r = world.repo()
    r.write("a.txt", f"id: {keys.id}\n" + "x\n" * 500 +
            f"aws_secret_access_key: {keys.secret}\n")
    assert scan(r) == {"a.txt": (shown(keys.id), None, 1)}


def test_two_files_of_a_commit_say_the_same_in_tree_history_range_and_index(world, keys):
    r = world.repo()
    r.plant("README", "x\n")
    r.add("conf/id.txt", f"x\naws_access_key_id = {keys.id}\n")
    r.add("conf/secret.txt", f"aws_secret_access_key = {keys.secret}\n")
    wanted = {"conf/secret.txt": (shown(keys.id), "conf/id.txt", 2)}
    assert scan(r) == wanted
    assert scan(r, "--staged") == wanted
    r.commit("both")
    assert scan(r, "--history") == wanted
    assert scan(r, "--range", "HEAD~1..HEAD") == wanted
    done = r.cli("scan")
    keys.assert_unseen(done)
    assert f"    belongs to {shown(keys.id)} in conf/id.txt, line 2\n" in done.out


def test_halves_of_two_commits_are_no_pair_in_a_history(world, keys):
    r = world.repo()
    r.plant("a/id.txt", f"aws_access_key_id = {keys.id}\n")
    r.plant("b/secret.txt", f"aws_secret_access_key = {keys.secret}\n")
    assert scan(r, "--history") == {"b/secret.txt": (None, None, None)}


def test_a_path_with_a_secret_in_it_is_not_shown_as_a_partner(world, keys):
    r = world.repo()
    r.write(f"of-{keys.id}.txt", f"aws_access_key_id = {keys.id}\n")
    r.write("secret.txt", f"aws_secret_access_key = {keys.secret}\n")
    for how in ("text", "jsonl", "sarif"):
        keys.assert_unseen(r.cli("scan", "--format", how))
    one = [json.loads(l) for l in r.cli("scan", "--format", "jsonl").out.splitlines()[:-1]
           if "secret-access" in l][0]
    keys.assert_unseen(r.cli("explain", one["fingerprint"]))


def test_halves_of_which_one_is_encoded_are_a_pair(world, keys):
    r = world.repo()
    text = base64.b64encode(f"aws_secret_access_key = {keys.secret}\n".encode()).decode()
    r.write("a.yaml", f"id: {keys.id}\nmore: {text}\n")
    assert scan(r) == {"a.yaml": (shown(keys.id), None, 1)}
    (one,) = [json.loads(l) for l in r.cli("scan", "--format", "jsonl").out.splitlines()[:-1]
              if "aws-secret" in l]
    assert "  in: base64\n" in r.cli("explain", one["fingerprint"]).out
