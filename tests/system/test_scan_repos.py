"""`sekisho scan --history` of several repositories, and their one report."""

import json
import os
import re
import signal
import subprocess

import pytest
import yaml

from conftest import Keys
from test_report import sarif_schema  # noqa: F401 (a fixture)
from test_scan_tree import unread


@pytest.fixture
def three(world):
    """One with a key, a clean bare one, one with two keys, one of them shared."""
    a, c = world.repo("a"), world.repo("c")
    bare = world.bare("b.git")
    shared = Keys("shared")
    a.plant("f", shared.id)
    c.plant("g", shared.id)
    c.plant("h", Keys("other").id)
    return a, bare, c


def scan(world, *options, **more):
    return world.cli("scan", "--history", *options, **more)


def lines(result):
    return [json.loads(x) for x in result.out.splitlines()]


ALL = ("--repo", "a", "--repo", "b.git", "--repo", "c")


def test_each_finding_says_its_repository(world, three):
    r = scan(world, *ALL, "--format", "jsonl")
    assert r.status == 1 and not r.err, r
    *rest, last = lines(r)
    found = [x for x in rest if "summary" not in x]
    sums = [x["summary"] for x in rest if "summary" in x]
    assert [(x["repository"], x["path"]) for x in found] == \
        [("a", "f"), ("c", "g"), ("c", "h")]
    assert [(s["repository"], s["status"]) for s in sums] == \
        [("a", 1), ("b.git", 0), ("c", 1)]
    total = last["total"]
    assert total["repositories"] == 3 and total["status"] == 1
    for count in ("blobs", "bytes", "commits", "names", "unread_count"):
        assert total[count] == sum(s[count] for s in sums)
    # as each says it alone
    for repo, name in ((three[0], "a"), (three[2], "c")):
        alone = lines(repo.cli("scan", "--history", "--format", "jsonl"))[:-1]
        assert alone == [{k: v for k, v in x.items() if k != "repository"}
                         for x in found if x["repository"] == name]


def test_text_has_a_heading(world, three):
    r = scan(world, *ALL, "-v")
    assert [x for x in r.out.splitlines() if x.startswith("repository ")] == \
        ["repository a", "repository c"]
    assert "sekisho: in b.git:\nscanned 0 blobs" in r.err
    assert "sekisho: in 3 repositories:\nscanned " in r.err


def test_sarif_has_a_run_for_each(world, three, sarif_schema):
    r = scan(world, *ALL, "--repo", "none", "--format", "sarif")
    report = json.loads(r.out)
    assert not list(sarif_schema.iter_errors(report))
    runs = report["runs"]
    assert [x["automationDetails"]["id"] for x in runs] == ["a", "b.git", "c", "none"]
    assert [len(x["results"]) for x in runs] == [1, 0, 2, 0]
    assert [x["invocations"][0]["executionSuccessful"] for x in runs] == [True] * 3 + [False]


@pytest.mark.parametrize("form", ["jsonl", "sarif", "text"])
def test_a_report_of_the_report_is_the_same(world, three, form):
    one = scan(world, *ALL, "--format", "jsonl", "-o", "one")
    assert one.status == 1
    want = scan(world, *ALL, "--format", form)
    got = world.cli("report", "--format", form, "one")
    assert got.status == 1 and not got.err, got
    if form == "sarif":
        for x, y in zip(json.loads(want.out)["runs"], json.loads(got.out)["runs"]):
            assert x["automationDetails"] == y["automationDetails"]
            assert [z["partialFingerprints"] for z in x["results"]] == \
                [z["partialFingerprints"] for z in y["results"]]
    else:
        assert got.out == want.out
    parts = []
    for k in (1, 2):
        parts.append(f"part-{k}")
        scan(world, *ALL, "--format", "jsonl", "--shard", f"{k}/2", "-o", parts[-1])
    got = world.cli("report", "--format", "text", *parts)
    assert got.status == 1 and got.out == scan(world, *ALL).out and not got.err, got
    got = world.cli("report", parts[0])
    assert got.status == 3 and got.err.count("part 2 of 2 is missing") == 3, got


def test_a_report_that_ends_between_repositories_is_told(world, three):
    text = scan(world, *ALL, "--format", "jsonl").out.splitlines(True)
    for n in range(len(text)):
        r = world.cli("report", stdin="".join(text[:n]))
        assert r.status == 3 and "the closing line is missing" in r.err, (n, r)


def test_one_that_cannot_be_opened_stops_no_other(world, three):
    (world.top / "empty").mkdir()
    (three[0].path / "inside").mkdir()
    broken = world.repo("broken")
    (broken.path / ".git" / "config").write_text("[broken\n")
    for bad in ("none", "empty", "a/inside", "broken", "/dev/null", ""):
        r = scan(world, "--repo", bad, *ALL)
        assert r.status == 1 and r.out.count("repository ") == 2, (bad, r)
        assert len(unread(r)) == 1, (bad, r)
        r = scan(world, "--repo", "b.git", "--repo", bad)
        assert r.status == 3 and len(unread(r)) == 1 and not r.out, (bad, r)


def test_each_has_its_own_configuration_and_list(world, three):
    a, _, c = three
    a.git("config", "--add", "secrets.allowed", "AKIA.*")
    c.write(".sekisho", "[allow]\npath = h\nreason = a test\n")
    found = [x for x in lines(scan(world, *ALL, "--format", "jsonl")) if "rule" in x]
    assert [(x["repository"], x["path"]) for x in found] == [("c", "g")]
    c.write(".sekisho", "[allow\n")
    r = scan(world, *ALL)
    assert r.status == 3 and len(unread(r)) == 1 and ".sekisho" in r.err, r


def test_what_is_selected_is_selected_in_each(world, three):
    three[2].git("tag", "v1", "HEAD^")
    r = scan(world, *ALL, "--format", "jsonl", "v1")
    found = [x for x in lines(r) if "rule" in x]
    assert [(x["repository"], x["path"]) for x in found] == [("c", "g")]
    # it is in no other one: these were not read
    assert r.status == 1 and len(unread(r)) == 2, r
    r = scan(world, *ALL, "--format", "jsonl", "--", "h")
    assert [x["path"] for x in lines(r) if "rule" in x] == ["h"]


@pytest.mark.parametrize("text", [
    b"a\nb.git\nc\n", b"a\n\nb.git\nc", b"a\0b.git\0c\0", b"a\nb.git\nc\na\n",
])
def test_lists_of_repositories(world, three, text):
    want = scan(world, *ALL).out
    assert scan(world, "--repos-from", "-", stdin=text).out == want
    (world.top / "list").write_bytes(text)
    assert scan(world, "--repos-from", "list").out == want
    assert scan(world, "--repo", "a", "--repos-from", "list").out == want


def test_odd_names(world, three):
    name = "new\nline\udcff"
    three[0].path.rename(world.top / name)
    r = scan(world, "--repos-from", "-", "--format", "jsonl",
             stdin=name.encode("utf-8", "surrogateescape") + b"\0")
    assert r.status == 1, r
    assert all("repository_base64" in x for x in lines(r)[:1])
    again = world.cli("report", stdin=r.out)
    assert again.status == 1 and 'repository "new\\nline\\377"' in again.out, again


@pytest.mark.parametrize("text", [b"", b"\n\n", b"\0", b"a\0b", b"a\nb\0c"])
def test_lists_that_are_none(world, three, text):
    r = scan(world, "--repos-from", "-", stdin=text)
    assert r.status == 2 and not r.out, r


def test_a_list_that_is_not_there(world):
    r = scan(world, "--repos-from", "none")
    assert r.status == 3 and "none" in r.err, r


def test_variables_of_git_name_no_other(world, three):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"):
        r = scan(world, *ALL, env={name: str(three[0].path)})
        assert r.status == 2 and name in r.err and not r.out, r


def test_only_histories(world, three):
    for options in (["--repo", "a"], ["--repos-from", "-"], ["--repo", "a", "--staged"]):
        assert world.cli("scan", *options).status == 2


def test_an_interrupt_ends_the_list(world, three):
    """A list that never comes: what waits for it just ends; then a report that
    says that it was interrupted is told as not ended."""
    p = subprocess.Popen([world.sekisho, "scan", "--history", "--repos-from", "-"],
                         stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=world.top,
                         env=world.env)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=60)
    assert p.returncode == -signal.SIGINT
    text = scan(world, *ALL, "--format", "jsonl").out
    text = text.replace('"status":1', '"status":3,"interrupted":true', 1)
    r = world.cli("report", stdin=text)
    assert r.status == 3 and r.out.count("repository ") == 2, r


README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")


def example(kind, mark):
    """The block of the README that holds a text."""
    with open(README, encoding="utf-8") as f:
        blocks = re.findall(rf"^```{kind}\n(.*?)^```", f.read(), re.M | re.S)
    (block,) = [b for b in blocks if mark in b]
    return block


def put_together(world):
    world.run("sh", "-c", example("sh", "sekisho report"), ok=None)
    report = json.loads((world.top / "history.sarif").read_text())
    return {run["automationDetails"]["id"]: len(run["results"]) for run in report["runs"]}


@pytest.fixture
def jobs(world, three):
    (world.top / "reports").mkdir()
    world.env["PATH"] = f"{os.path.dirname(world.sekisho)}:{world.env['PATH']}"
    return world


def test_the_example_for_slurm(jobs):
    script = example("sh", "SBATCH")
    low, high = map(int, re.search(r"--array=(\d+)-(\d+)", script).groups())
    (jobs.top / "repositories").write_text("a\nb.git\nc\n")
    for i in range(low, high + 1):
        r = jobs.run("sh", "-c", script, env={
            "SLURM_ARRAY_TASK_ID": str(i), "SLURM_ARRAY_TASK_MIN": str(low),
            "SLURM_ARRAY_TASK_MAX": str(high), "SLURM_ARRAY_TASK_STEP": "1",
            "SLURM_ARRAY_TASK_COUNT": str(high - low + 1)})
        assert r.status == 0 and not r.all, r
    assert put_together(jobs) == {"a": 1, "b.git": 0, "c": 2}


def test_the_example_for_kubernetes(jobs):
    job = yaml.safe_load(example("yaml", "completionMode"))["spec"]
    (container,) = job["template"]["spec"]["containers"]
    (jobs.top / "c").rename(jobs.top / "project.git")
    places = {"git": jobs.top, "reports": jobs.top / "reports"}
    script = container["args"][0]
    for mount in container["volumeMounts"]:
        script = script.replace(mount["mountPath"], str(places[mount["name"]]))
    assert container["command"] == ["sh", "-c"] and job["completionMode"] == "Indexed"
    for i in range(job["completions"]):
        r = jobs.run("sh", "-c", script, env={"JOB_COMPLETION_INDEX": str(i)})
        assert r.status == 0 and not r.all, r
    assert put_together(jobs) == {f"{jobs.top}/project.git": 2}
