"""sekisho explain: why something is a finding, and what to do about it."""

import json


def found(repo, *how):
    done = repo.cli("scan", "--format", "jsonl", *how)
    return [json.loads(line) for line in done.out.splitlines()[:-1]]


def by_rule(findings, rule):
    (one,) = [f for f in findings if f["rule"] == rule]
    return one


def test_a_pair_is_explained_without_showing_it(world, keys):
    r = world.repo()
    r.write("conf/app.ini", "[x]\n" + keys.text())
    secret = by_rule(found(r), "aws-secret-access-key")
    done = r.cli("explain", secret["fingerprint"])
    assert done.status == 0 and not done.err
    keys.assert_unseen(done)
    assert "conf/app.ini:3:" in done.out
    assert f"belongs to: {secret['pair']}, on line 2" in done.out
    for name in secret["signals"]:
        assert f"  {name}: " in done.out
    assert "https://docs.aws.amazon.com/" in done.out
    assert "aws iam update-access-key" in done.out
    assert f"sekisho allow {secret['fingerprint']} --reason" in done.out


def test_what_is_allowed_can_be_explained(world, keys):
    r = world.repo()
    r.write("a.env", keys.text())
    one = found(r)[0]["fingerprint"]
    r.cli("allow", one, "--reason", "a test", ok=True)
    assert one not in r.cli("scan").out
    assert r.cli("explain", one).status == 0


def test_it_is_looked_for_where_it_was_found(world, keys):
    r = world.repo()
    r.plant("gone.env", keys.text())
    r.git("rm", "-q", "gone.env")
    r.commit("clean")
    one = by_rule(found(r, "--history"), "aws-access-key-id")["fingerprint"]
    done = r.cli("explain", one)
    assert done.status == 2 and not done.out
    assert len(done.err.splitlines()) == 1 and "--history" in done.err
    assert "gone.env:1:" in r.cli("explain", one, "--history").out
    r.add("new.env", keys.text())
    assert "new.env:1:" in r.cli("explain", one, "--staged").out
    assert "new.env:1:" in r.cli("explain", one, "new.env").out


def test_files_outside_any_repository_are_explained(world, keys):
    path = world.top / "plain.env"
    path.write_text(keys.text())
    done = world.cli("scan", "--format", "jsonl", str(path))
    one = json.loads(done.out.splitlines()[0])["fingerprint"]
    done = world.cli("explain", one, str(path))
    assert done.status == 0
    keys.assert_unseen(done)


def test_wrong_use_is_one_line(world):
    r = world.repo()
    for args in (["x"], ["0" * 24, "--staged", "--history"],
                 ["0" * 24, "--history", "a"], []):
        done = r.cli("explain", *args)
        assert done.status == 2 and not done.out
        assert done.err


def test_what_could_not_be_read_is_not_called_absent(world):
    done = world.cli("explain", "0" * 24, str(world.top / "missing"))
    assert done.status == 3


def test_a_canary_is_to_be_left_alone(world):
    r = world.repo()
    r.write("a.env", "id = AKIA" + "SP2TPHJSQH3FJRUX\n")
    (one,) = found(r)
    assert one["canary"] is True and one["confidence"] == "low"
    assert "canary" in r.cli("scan").out
    out = r.cli("explain", one["fingerprint"]).out
    assert "Leave it alone" in out and "delete-access-key" not in out
    sarif = json.loads(r.cli("scan", "--format", "sarif").out)
    assert sarif["runs"][0]["results"][0]["properties"]["canary"] is True


def test_a_url_that_is_over_is_low(world):
    r = world.repo()
    query = ("https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA"
             "Y34FZKBOKMUTVV7A%2F20240131%2Feu-west-1%2Fs3%2Faws4_request"
             "&X-Amz-Date={}T010203Z&X-Amz-Expires=604800&X-Amz-Signature="
             "3f9a0c6d1b8e7f2a4c5d6e9b0a1f8c7d52e81b09f4c6a37d90be18f2c5d7640a\n")
    r.write("a.txt", query.format("20240131"))
    (one,) = found(r)
    assert one["confidence"] == "low" and "expired" in one["signals"]
    assert one["region"] == "eu-west-1"
    assert one["issued"] == "2024-01-31T01:02:03Z"
    assert "    expired 2024-02-07 01:02 UTC\n" in r.cli("scan").out
    r.write("a.txt", query.format("29990131"))
    (one,) = found(r)
    assert one["confidence"] == "high" and "living" in one["signals"]


def report(repo, *how):
    path = repo.world.top / "report.jsonl"
    path.write_text(repo.cli("scan", "--format", "jsonl", *how).out)
    return path


def test_a_report_is_enough_to_explain_a_finding(world, keys):
    r = world.repo()
    r.plant("conf/app.ini", "[x]\n" + keys.text())
    r.plant("other", keys.id + "\n")
    r.git("notes", "add", "-m", f"note {keys.id}")
    path = report(r, "--history")
    for rule in ("aws-secret-access-key", "aws-access-key-id"):
        one = by_rule(found(r, "--history"), rule)["fingerprint"]
        there = r.cli("explain", one, "--history")
        (r.path / ".git").rename(world.top / "gone")
        for done in (world.cli("explain", one, "--from", str(path)),
                     world.cli("explain", one, "--from", "-", stdin=path.read_text())):
            assert done.status == 0 and not done.err, done
            keys.assert_unseen(done)
            clause = ", and it is no placeholder or example"
            assert done.out == there.out.replace(clause, ""), done
        (world.top / "gone").rename(r.path / ".git")


def test_what_the_report_does_not_hold_is_left_out(world):
    line = {"rule": "of-mine", "severity": "high", "confidence": "low",
            "description": "a thing", "place": "file", "path": "a", "start": 0,
            "end": 3, "fingerprint": "0" * 24, "redacted": "abc..."}
    path = world.top / "r"
    path.write_text(json.dumps(line) + "\n")
    out = world.cli("explain", "0" * 24, "--from", str(path)).out
    assert out.splitlines()[:4] == [
        "0" * 24 + ": a thing", "  a", "  rule: of-mine", "  matched: abc..."], out
    assert "confidence low" in out and "see:" not in out


def test_a_report_with_secrets_is_explained_without_them(world, keys):
    r = world.repo()
    r.plant(f"dir/{keys.id}", "x\n")
    path = report(r, "--history", "--show-secrets")
    assert keys.id in path.read_text()
    one = found(r, "--history")[0]["fingerprint"]
    done = world.cli("explain", one, "--from", str(path))
    assert done.status == 0 and "dir/AKIA..." in done.out, done
    keys.assert_unseen(done)


def test_one_explanation_for_several_repositories(world, keys):
    for name in ("a", "b", "c"):
        world.repo(name).plant("x", keys.id)
    path = world.top / "r"
    path.write_text(world.cli("scan", "--history", "--format", "jsonl", "--repo", "a",
                              "--repo", "b", "--repo", "c").out)
    one = json.loads(path.read_text().splitlines()[0])["fingerprint"]
    done = world.cli("explain", one, "--from", str(path))
    assert done.out.startswith("repository a\n") and done.out.count(one) == 2, done
    assert done.out.endswith("\nAlso in\n  b\n  c\n"), done


def test_a_report_that_lacks_the_finding_says_whether_it_is_whole(world, keys):
    r = world.repo()
    r.write("a.env", keys.text())
    path = report(r)
    done = r.cli("explain", "0" * 24, "--from", str(path))
    assert done.status == 2 and not done.out, done
    assert len(done.err.splitlines()) == 1 and str(path) in done.err, done
    whole = path.read_text()
    one = json.loads(whole.splitlines()[0])["fingerprint"]
    path.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    assert r.cli("explain", one, "--from", str(path)).status == 0
    for broken, why in (("".join(whole.splitlines(keepends=True)[:-1]), "closing line"),
                        (whole[:40] + "\n" + whole, "report.jsonl:1: "),
                        (whole + "\x00\x1b[31m", "report.jsonl:"), ("", "closing line")):
        path.write_text(broken)
        done = r.cli("explain", "0" * 24, "--from", str(path))
        assert done.status == 3 and not done.out and why in done.err, done
        assert "\x1b" not in done.err
    path.unlink()
    done = r.cli("explain", "0" * 24, "--from", str(path))
    assert done.status == 3 and str(path) in done.err, done


def test_a_report_goes_with_no_other_place(world):
    r = world.repo()
    for more in (["--staged"], ["--history"], ["--range", "a..b"], ["path"],
                 ["--rules", "x"]):
        done = r.cli("explain", "0" * 24, "--from", "x", *more)
        assert done.status == 2 and "--from" in done.err, done


def test_it_takes_what_a_scan_of_a_history_takes(world, keys):
    r = world.repo()
    r.plant("a/gone.env", keys.text())
    r.git("rm", "-q", "a/gone.env")
    r.commit("clean", "--date=2001-01-01T00:00:00Z")
    other = world.repo("other")
    other.plant("README", "hello\n")
    one = by_rule(found(r, "--history"), "aws-access-key-id")["fingerprint"]
    for how in (["HEAD"], ["HEAD~1", "--since=2001-01-01"], ["--reachable"],
                ["main", "--", "a"], ["--", "a/gone.env"]):
        done = r.cli("explain", one, "--history", *how)
        assert done.status == 0 and "a/gone.env:1:" in done.out, (how, done)
    for how in (["HEAD~1..HEAD"], ["--since=2100-01-01"], ["main", "--", "b"]):
        assert r.cli("explain", one, "--history", *how).status == 2, how
    done = other.cli("explain", one, "--history", "--repo", ".", "--repo", "../repo")
    assert done.status == 0 and done.out.startswith("repository ../repo\n"), done
    done = other.cli("explain", one, "--history", "--repo", ".", "--repo", "../none")
    assert done.status == 3 and not done.out and "../none" in done.err, done
    for how in (["--since=yesterday"], ["--from", "x", "--staged"], ["--staged", "README"],
                ["--repo", "."]):
        assert r.cli("explain", one, *how).status == 2, how


def test_standard_input_is_explained(world, keys):
    lines = world.cli("scan", "-", "--format", "jsonl", stdin=keys.text()).out.splitlines()
    one = json.loads(lines[0])["fingerprint"]
    assert world.cli("explain", one, "-", stdin=keys.text()).status == 0
