"""What people declare harmless: .sekisho, markers, git-secrets' patterns."""

import os
import re

import pytest

ID, SECRET = "aws-access-key-id", "aws-secret-access-key"
# In two pieces, so that no line of this file holds a marker.
OURS = "sekisho:" + "allow"


@pytest.fixture
def planted(world, keys):
    r = world.repo()
    r.write("conf/a.env", keys.text())
    return r


def fingerprints(repo):
    line = r": \w+ ([a-z0-9-]+) .* \[([0-9a-f]{24})\]$"
    return dict(re.findall(line, repo.cli("scan").out, re.M))


def entry(**keys):
    lines = "".join(f"{k} = {v}\n" for k, v in {"reason": "for a test", **keys}.items())
    return "[allow]\n" + lines


@pytest.mark.parametrize("text", [
    entry(rule=ID) + entry(rule=SECRET),
    entry(path="conf/"),
    entry(path="*.env"),
    entry(path="**/a.env"),
    entry(value="^AKIA") + entry(rule=SECRET, path="conf/*"),
    entry(path="conf/a.env", until="2999-12-31"),
])
def test_what_an_entry_allows_is_not_found(planted, text):
    assert planted.cli("scan").status == 1
    planted.write(".sekisho", text)
    done = planted.cli("scan")
    assert done.status == 0 and done.out == "", done


@pytest.mark.parametrize("text", [
    entry(rule=ID),
    entry(path="other/"),
    entry(path="/a.env"),
    entry(rule=ID, path="conf/", value="^ASIA"),
    entry(path="conf/a.env", until="2001-01-01"),
])
def test_what_an_entry_does_not_allow_is_found(planted, text):
    planted.write(".sekisho", text)
    assert planted.cli("scan").status == 1


@pytest.mark.parametrize("text", [
    "[allow]\nrule = aws-access-key-id\n",
    "[allow]\nreason = nothing\n",
    entry(rule="no-such-rule"),
    entry(rules=ID),
    entry(path="["),
    entry(value="("),
    entry(value=".*"),
    entry(rule=ID, until="2026-02-30"),
    entry(fingerprint="123"),
    "[other]\nrule = aws-access-key-id\nreason = r\n",
    "[allow\n",
    "junk\n",
    "[allow]\nrule = aws-access-key-id\0\nreason = r\n",
])
@pytest.mark.parametrize("staged", [False, True])
def test_a_file_that_does_not_parse_ends_the_run(planted, keys, text, staged):
    planted.add("conf/a.env", keys.text())
    planted.add(".sekisho", text)
    done = planted.cli("scan", *(["--staged"] if staged else []))
    assert done.status == 2, done
    assert re.search(r"\.sekisho:\d+: ", done.err), done
    keys.assert_unseen(done)


def test_a_marker_allows_its_line(world, keys):
    r = world.repo()
    r.write("a.py", f"k = '{keys.id}'  # {OURS} {ID} made up for a test\n")
    r.write("b.py", f"# {OURS} {ID} made up for a test\nk = '{keys.id}'\n")
    r.write("c.py", f"k = '{keys.id}'  # gitleaks:" "allow\n")
    r.write("d.py", f"k = '{keys.id}'  # pragma: " "allowlist secret\n")
    r.write("e.py", "# pragma: " f"allowlist nextline secret\nk = '{keys.id}'\n")
    done = r.cli("scan", "-v")
    assert done.status == 0, done
    assert len(re.findall(r"allowed by \S+", done.err)) == 5, done


def test_a_marker_without_rule_or_reason_allows_nothing(world, keys):
    r = world.repo()
    r.write("a.py", f"k = '{keys.id}'  # {OURS}\n")
    r.write("b.py", f"k = '{keys.id}'  # {OURS} {ID}\n")
    r.write("c.py", f"k = '{keys.id}'  # {OURS} {SECRET} wrong rule\n")
    r.write("d.py", f"j = 1  # {OURS} {ID} another line\nk = '{keys.id}'\n")
    done = r.cli("scan")
    assert done.status == 1
    assert len(re.findall(r"^\w\.py:", done.out, re.M)) == 4, done


def test_git_secrets_patterns_are_honoured(planted):
    planted.write(".gitallowed", "# ours\n\n^conf/a[.]env:[12]:\r\n")
    assert planted.cli("scan").status == 0
    os.unlink(planted.path / ".gitallowed")
    planted.git("config", "--add", "secrets.allowed", "aws_[a-z_]+ =")
    assert planted.cli("scan").status == 0


@pytest.mark.parametrize("pattern", ["", "(", "x|", ".*"])
def test_a_git_secrets_pattern_that_lets_all_pass_ends_the_run(planted, pattern):
    planted.git("config", "--add", "secrets.allowed", "harmless")
    planted.git("config", "--add", "secrets.allowed", pattern)
    done = planted.cli("scan")
    assert done.status == 2 and "secrets.allowed" in done.err, done


def test_allow_writes_an_entry_that_counts(planted, keys):
    for print_ in fingerprints(planted).values():
        done = planted.cli("allow", print_, "--reason", "made up for a test")
        assert done.status == 0 and ".sekisho:" in done.out, done
        keys.assert_unseen(done)
    assert planted.cli("scan").status == 0
    text = planted.read(".sekisho").decode()
    assert keys.id not in text and keys.secret not in text


def test_allow_works_from_below_and_keeps_what_was_there(planted):
    planted.write(".sekisho", "# ours\n" + entry(path="vendor/"))
    (planted.path / ".sekisho").chmod(0o640)
    print_ = fingerprints(planted)[ID]
    done = planted.cli("allow", print_, "--reason", "r e a s o n", "--rule", ID,
                       "--path", "conf/**", "--until", "2999-01-01",
                       cwd=planted.path / "conf")
    assert done.status == 0, done
    assert planted.read(".sekisho").decode() == (
        "# ours\n" + entry(path="vendor/") +
        f"\n[allow]\nrule = {ID}\npath = conf/**\nfingerprint = {print_}\n"
        "reason = r e a s o n\nuntil = 2999-01-01\n")
    assert (planted.path / ".sekisho").stat().st_mode & 0o777 == 0o640


def test_allow_does_not_write_the_same_twice(planted):
    print_ = fingerprints(planted)[ID]
    planted.cli("allow", print_, "--reason", "once", ok=True)
    before = planted.read(".sekisho")
    planted.cli("allow", print_, "--reason", "twice", ok=True)
    assert planted.read(".sekisho") == before


@pytest.mark.parametrize("options", [
    [],
    ["--reason", ""],
    ["--reason", "two\nlines"],
    ["--reason", "r", "--until", "tomorrow"],
    ["--reason", "r", "--until", "2001-01-01"],
    ["--reason", "r", "--rule", "no-such-rule"],
    ["--reason", "r", "--path", "["],
    ["--reason", "r", "--path", "a\n[allow]\nrule = aws-access-key-id"],
])
def test_allow_refuses_what_would_not_be_understood(planted, options):
    done = planted.cli("allow", "0123456789abcdef01234567", *options)
    assert done.status == 2, done
    assert not (planted.path / ".sekisho").exists()


def test_allow_touches_no_file_that_does_not_parse(planted):
    planted.write(".sekisho", "[allow]\n")
    done = planted.cli("allow", "0123456789abcdef01234567", "--reason", "r")
    assert done.status == 2 and ".sekisho:1:" in done.err, done
    assert planted.read(".sekisho") == b"[allow]\n"


def test_allow_does_not_follow_a_link(planted):
    (planted.path.parent / "elsewhere").write_text("")
    (planted.path / ".sekisho").symlink_to("../elsewhere")
    done = planted.cli("allow", "0123456789abcdef01234567", "--reason", "r")
    assert done.status == 2, done
    assert (planted.path.parent / "elsewhere").read_text() == ""


def test_allow_needs_a_work_tree(world):
    bare = world.bare()
    assert bare.cli("allow", "0123456789abcdef01234567", "--reason", "r").status == 2
    done = world.cli("allow", "0123456789abcdef01234567", "--reason", "r")
    assert done.status not in (0, 1), done
