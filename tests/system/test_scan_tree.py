"""`sekisho scan [PATH...]` and `scan -`: files as they are on disk."""

import base64
import json
import os
import signal
import socket
import subprocess
import time

import pytest

GIB = 1 << 30


def places(result):
    """PATH:LINE of each finding, in order; indented lines are details."""
    return [
        ":".join(line.split(": ")[0].split(":")[:2])
        for line in result.out.splitlines()
        if line and not line.startswith(" ")
    ]


def paths(result):
    return sorted({p.split(":")[0] for p in places(result)})


def unread(result):
    return [x for x in result.err.splitlines() if x.startswith("not read: ")]


@pytest.fixture
def plain(world):
    """A repository without hooks."""
    return world.repo("plain")


def test_a_clean_tree_is_silent(plain):
    plain.add("a", "nothing\n")
    r = plain.cli("scan")
    assert (r.status, r.all) == (0, ""), r


def test_an_empty_repository_is_clean(plain):
    assert plain.cli("scan").status == 0


def test_tracked_and_untracked_files_are_read_and_ignored_ones_are_not(plain, keys):
    plain.add("tracked", keys.text())
    plain.add("tracked-and-ignored", keys.text())
    plain.write("untracked", keys.text())
    plain.write("ignored", keys.text())
    plain.write("dir/ignored", keys.text())
    plain.write(".gitignore", "ignored\ntracked-and-ignored\n")
    r = plain.cli("scan")
    assert r.status == 1, r
    assert paths(r) == ["tracked", "tracked-and-ignored", "untracked"]
    keys.assert_unseen(r)


def test_a_named_file_is_read_although_ignored(plain, keys):
    plain.write(".gitignore", "ignored\n")
    plain.write("ignored", keys.text())
    assert plain.cli("scan").status == 0
    assert paths(plain.cli("scan", "ignored")) == ["ignored"]


def test_a_directory_inside_an_ignored_one_is_read_whole(plain, keys):
    plain.write(".gitignore", "out\n")
    plain.write("out/deep/file", keys.text())
    assert plain.cli("scan", ".").status == 0
    assert paths(plain.cli("scan", "out/deep")) == ["out/deep/file"]
    assert paths(plain.cli("scan", "out/")) == ["out/deep/file"]


def test_outside_a_repository_every_file_is_read(world, keys):
    top = world.top / "dir"
    (top / "sub").mkdir(parents=True)
    (top / ".gitignore").write_text("*\n")
    (top / "sub" / "key").write_text(keys.text())
    assert paths(world.cli("scan", cwd=top)) == ["sub/key"]
    assert paths(world.cli("scan", ".", cwd=top)) == ["sub/key"]
    assert paths(world.cli("scan", "dir")) == ["dir/sub/key"]
    assert paths(world.cli("scan", "dir/")) == ["dir/sub/key"]
    assert paths(world.cli("scan", str(top))) == [f"{top}/sub/key"]


def test_paths_are_from_the_top_however_a_file_was_named(plain, keys):
    plain.add("sub/dir/key", keys.text())
    sub = plain.path / "sub"
    absolute = str(sub / "dir" / "key")
    for cwd, operands in (
        (plain.path, ()), (plain.path, ("sub",)), (plain.path, ("sub/",)),
        (plain.path, ("./sub/dir/key",)), (sub, ()), (sub, (".",)),
        (sub, ("dir/key",)), (sub, ("../sub",)), (sub, (absolute,)),
        (plain.world.top, (absolute,)),
    ):
        r = plain.cli("scan", *operands, cwd=cwd)
        want = absolute if cwd == plain.world.top else "sub/dir/key"
        assert paths(r) == [want], (cwd, operands, r)


def test_an_allowed_path_holds_however_the_file_was_named(plain, keys):
    plain.add(".sekisho", "[allow]\npath = sub/fixtures/\nreason = made up\n")
    plain.add("sub/fixtures/key", keys.text())
    sub = plain.path / "sub"
    assert plain.cli("scan").status == 0
    assert plain.cli("scan", "fixtures/key", cwd=sub).status == 0
    assert plain.cli("scan", "fixtures", cwd=sub).status == 0
    assert plain.cli("scan", str(sub / "fixtures" / "key")).status == 0
    assert plain.cli("scan", "-v").err.count("left out 1") == 1


def test_binary_files_are_read(plain, keys):
    plain.write("core", b"\0\1\2" * 99 + keys.id.encode() + b"\0\xff" * 99)
    assert paths(plain.cli("scan")) == ["core"]


def test_a_symlinks_target_is_text_and_is_not_followed(plain, keys, world):
    outside = world.top / "outside"
    outside.write_text(keys.text())
    os.symlink(outside, plain.path / "link")
    os.symlink(f"s3://x?{keys.id}&y", plain.path / "dangling")
    r = plain.cli("scan")
    assert paths(r) == ["dangling"], r
    assert "not read" not in r.err


def test_a_named_symlink_is_followed_and_keeps_its_name(plain, keys, world):
    outside = world.top / "outside"
    outside.write_text(keys.text())
    (world.top / "tree").mkdir()
    (world.top / "tree" / "key").write_text(keys.text())
    os.symlink(outside, plain.path / "link")
    os.symlink(world.top / "tree", plain.path / "way")
    assert paths(plain.cli("scan", "link")) == ["link"]
    assert paths(plain.cli("scan", "way")) == ["way/key"]


def test_pipes_and_sockets_do_not_hang(world, plain):
    top = world.top / "special"
    top.mkdir()
    os.mkfifo(top / "pipe")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(top / "socket"))
        r = world.cli("scan", "-v", str(top))
    assert r.status == 0 and r.err.count("a socket, pipe or device") == 2, r
    r = world.cli("scan", str(top / "pipe"))
    assert r.status == 3 and len(unread(r)) == 1, r
    assert world.cli("scan", "--strict", str(top)).status == 3
    # git lists what was a file once
    plain.add("was", "a file\n")
    os.remove(plain.path / "was")
    os.mkfifo(plain.path / "was")
    r = plain.cli("scan", "-v")
    assert r.status == 0 and "elsewhere: was: " in r.err, r


def test_what_cannot_be_read_is_told_and_fails_the_run(world, keys):
    top = world.top / "dir"
    top.mkdir()
    os.symlink("loop", top / "loop")
    (top / "key").write_text(keys.text())
    big = top / "big"
    with open(big, "wb") as f:
        f.truncate(GIB + 1)
    r = world.cli("scan", "dir")
    assert r.status == 1 and paths(r) == ["dir/key"], r
    assert unread(r) == ["not read: dir/big: larger than 1024 MiB"], r
    os.remove(top / "key")
    assert world.cli("scan", "dir").status == 3
    r = world.cli("scan", "dir/loop", "dir/none")
    assert r.status == 3 and len(unread(r)) == 2, r


def test_a_missing_operand_does_not_hide_the_others(plain, keys):
    plain.add("key", keys.text())
    r = plain.cli("scan", "nowhere", "key")
    assert r.status == 1 and paths(r) == ["key"], r
    assert len(unread(r)) == 1 and "nowhere" in unread(r)[0]


def test_a_sparse_file_of_a_gigabyte_is_read(world, keys):
    path = world.top / "sparse"
    with open(path, "wb") as f:
        f.seek(GIB - 100)
        f.write(keys.id.encode())
        f.truncate(GIB)
    r = world.cli("scan", "sparse")
    assert r.status == 1, r


def test_deleted_files_are_nothing_to_be_read(plain):
    plain.add("file", "x\n")
    plain.add("dir/file", "x\n")
    plain.commit()
    os.remove(plain.path / "file")
    os.remove(plain.path / "dir" / "file")
    os.rmdir(plain.path / "dir")
    (plain.path / "dir").write_text("a file now\n")
    r = plain.cli("scan")
    assert (r.status, r.all) == (0, ""), r


def test_repositories_inside_are_told_and_read_when_named(world, plain, keys):
    inner = world.repo("inner")
    inner.add("deep/key", keys.text())
    inner.commit()
    plain.git("submodule", "--quiet", "add", str(inner.path), "module")
    nested = world.repo("plain/nested")
    nested.add("deep/key", keys.text())
    r = plain.cli("scan", "-v")
    assert r.status == 0, r
    assert "elsewhere: module: a submodule" in r.err
    assert "elsewhere: nested: a repository" in r.err
    assert plain.cli("scan", "--strict").status == 3
    for name in ("module", "nested"):
        assert paths(plain.cli("scan", name)) == [f"{name}/deep/key"], name
        assert paths(plain.cli("scan", f"{name}/deep")) == [f"{name}/deep/key"]
        r = plain.cli("scan", cwd=plain.path / name)
        assert paths(r) == ["deep/key"], r


def test_only_a_real_git_directory_is_left_to_history(world, keys):
    top = world.top / "dir"
    (top / ".git").mkdir(parents=True)
    (top / ".git" / "key").write_text(keys.text())
    world.repo("dir/real")
    (top / "real" / ".git" / "key").write_text(keys.text())
    r = world.cli("scan", "-v", "dir")
    assert paths(r) == ["dir/.git/key"], r
    assert "elsewhere: dir/real/.git: a repository" in r.err


NAMES = [
    b"with space", b'quo"te', b"back\\slash", b"new\nline", b"tab\there",
    b"\xff\xfe not utf-8", b"-dash", b":(top)x", b"*", "é".encode(),
    b"esc\x1b[31mape", b"semi;colon:1:2",
]


@pytest.mark.parametrize("tracked", [True, False])
def test_odd_file_names_are_read_and_shown_on_one_line(plain, keys, tracked):
    for name in NAMES:
        plain.write(name, keys.id + "\n")
    if tracked:
        plain.git("add", "--", ".")
    r = plain.cli("scan")
    lines = [x for x in r.out.splitlines() if not x.startswith(" ")]
    assert len(lines) == len(NAMES), r
    assert "\x1b" not in r.all
    r = plain.cli("scan", "--format", "jsonl")
    rows = [json.loads(x) for x in r.out.splitlines()]
    assert len(rows) == len(NAMES) + 1


def test_jsonl_is_json_for_everything(plain, keys):
    plain.write(b"\xff" + keys.id.encode(), keys.text() + "\xff\0")
    with open(plain.path / "big", "wb") as f:
        f.truncate(GIB + 1)
    r = plain.cli("scan", "--format", "jsonl")
    rows = [json.loads(x) for x in r.out.splitlines()]
    summary = rows[-1]["summary"]
    assert len(rows) > 3 and summary["unread_count"] == 1, rows
    assert summary["unread"] == ["big: larger than 1024 MiB"]
    assert {x["place"] for x in rows[:-1]} == {"file", "file-name"}
    keys.assert_unseen(r)


def test_a_key_in_a_name_is_shown_nowhere(plain, keys):
    other = type(keys)("another")
    name = f"{keys.id}_{other.id}/{keys.id}.csv"
    plain.write(name, other.text())
    with open(plain.path / f"{keys.id}.big", "wb") as f:
        f.truncate(GIB + 1)
    plain.world.repo(f"plain/{keys.id}.repo")
    (plain.path / f"{keys.id}.lfs").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    for options in ((), ("-v",), ("--format", "jsonl"), ("--format", "sarif"),
                    ("-v", keys.id, f"{keys.id}.big")):
        r = plain.cli("scan", *options)
        assert r.status == 1, r
        keys.assert_unseen(r)
        other.assert_unseen(r)
    r = plain.cli("scan")
    for kind in (".big", ".repo", ".lfs"):
        assert kind in r.all, kind
    assert keys.id in plain.cli("scan", "--show-secrets").out


def test_an_allowed_key_in_a_name_is_not_shown_either(plain, keys):
    plain.write(".sekisho", "[allow]\nrule = aws-access-key-id\nreason = all of them\n")
    plain.write(f"{keys.id}.txt", keys.id)
    r = plain.cli("scan", "-v")
    assert r.status == 0 and "allowed: " in r.err, r
    keys.assert_unseen(r)


def test_every_key_on_a_very_long_line_is_told(world, keys):
    path = world.top / "minified.json"
    one = ("x" * 480 + " " + keys.id + " ").encode()
    path.write_bytes(one * (50_000_000 // len(one)))
    r = world.cli("scan", "--format", "jsonl", "minified.json")
    assert r.status in (1, 3), r.err
    assert len(r.out.splitlines()) > 90_000


def test_a_marker_on_a_long_line_counts_near_the_secret(world, keys):
    near = "x" * 9000 + f" {keys.id} gitleaks:allow " + "x" * 9000
    far = f"{keys.id} " + "x" * 9000 + " gitleaks:allow"
    assert world.cli("scan", "-", stdin=near).status == 0
    assert world.cli("scan", "-", stdin=far).status == 1


def test_a_bare_repository_has_no_files(world, keys):
    bare = world.bare()
    r = bare.cli("scan")
    assert r.status == 2 and "--history" in r.err, r
    (bare.path / "note").write_text(keys.text())
    assert paths(bare.cli("scan", "note")) == ["note"]
    assert paths(bare.cli("scan", ".")) == ["note"]


def test_standard_input_is_read(world, keys):
    r = world.cli("scan", "-", stdin="x\n  " + keys.id)
    assert r.status == 1 and r.out.startswith("-:2:3: "), r
    assert world.cli("scan", "-", stdin="clean").status == 0
    assert world.cli("scan", "-", stdin="").status == 0
    allowed = f"{keys.id} # sekisho:allow aws-access-key-id a test of markers"
    assert world.cli("scan", "-", stdin=allowed).status == 0


def test_output_goes_to_a_file(plain, keys):
    plain.add("key", keys.text())
    r = plain.cli("scan", "--format", "jsonl", "-o", "report.jsonl")
    assert r.status == 1 and r.out == "", r
    assert json.loads(plain.read("report.jsonl").splitlines()[-1])["summary"]
    r = plain.cli("scan", "-o", "no/such/dir/report")
    assert r.status == 3, r


def test_a_report_that_cannot_be_written_fails(plain, keys):
    plain.add("key", keys.text())
    for closing in (">&-", ">/dev/full"):
        r = plain.run("sh", "-c", f"'{plain.world.sekisho}' scan {closing}")
        assert r.status == 3, (closing, r)


def test_a_damaged_index_is_told(plain, keys):
    """git lists what it can make of it, and may pass over files."""
    plain.add("a", "x\n")
    plain.add("dir/key", keys.text())
    plain.git("commit", "-q", "-m", "x")
    assert not unread(plain.cli("scan"))
    path = plain.path / ".git" / "index"
    data = bytearray(path.read_bytes())
    for at in (40, data.index(b"dir/key") + 3, len(data) - 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        for args in ([], ["."], ["dir"]):
            r = plain.cli("scan", *args)
            assert r.status in (1, 3) and "index: damaged" in r.err, r
    path.write_bytes(data[:-20] + bytes(20))
    assert not unread(plain.cli("scan")) and plain.cli("scan", "a").status == 0


def test_usage_errors_are_2(plain):
    for args in (("--staged", "--history"), ("--range", "a..b", "x"),
                 ("--whole",), ("--nonsense",), ("--staged", "-")):
        assert plain.cli("scan", *args).status == 2, args


def test_no_colour_and_no_progress_in_pipes(plain, keys):
    plain.add("key", keys.text())
    assert "\x1b" not in plain.cli("scan").all
    assert "\r" not in plain.cli("scan", env={"TERM": "xterm"}).all


def on_a_terminal(repo, env, *args):
    """What a terminal shows; standard output and error are one there."""
    master, slave = os.openpty()
    p = subprocess.Popen([repo.world.sekisho, *args], cwd=repo.path, stdout=slave,
                         stderr=slave, env={**repo.world.env, **env})
    os.close(slave)
    shown = b""
    try:
        while part := os.read(master, 65536):
            shown += part
    except OSError:
        pass
    os.close(master)
    p.wait(timeout=60)
    return shown.decode()


def test_colour_is_for_terminals_that_want_it(plain, keys):
    plain.add("key", keys.text())
    assert "\x1b[" in on_a_terminal(plain, {"TERM": "xterm"}, "scan")
    for env in ({"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}):
        assert "\x1b[" not in on_a_terminal(plain, env, "scan"), env


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_tells_what_it_found(world, keys, sig):
    top = world.top / "dir"
    (top / "a").mkdir(parents=True)
    (top / "a" / "key").write_text(keys.text())
    for i in range(40):
        with open(top / f"big{i}", "wb") as f:
            f.truncate(GIB // 2)
    p = subprocess.Popen([world.sekisho, "scan", "dir"], cwd=world.top,
                         env=world.env, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    time.sleep(1.0)
    p.send_signal(sig)
    p.send_signal(sig)  # as timeout(1) does
    out, err = p.communicate(timeout=60)
    assert p.returncode == 3, (out, err)
    assert b"dir/a/key" in out and b"interrupted" in err


class Allowances:
    """Each way to allow, by what has to be written where."""

    def __init__(self, repo, keys):
        self.repo = repo
        self.keys = keys

    def file(self, comment):
        self.repo.add("key", f"{self.keys.id} {comment}\n")

    def config(self, key, value):
        self.repo.git("config", key, value)


@pytest.fixture
def allow(plain, keys):
    return Allowances(plain, keys)


@pytest.mark.parametrize("comment", [
    "# sekisho:allow aws-access-key-id made up for this test",
    "// gitleaks:allow", "<!-- pragma: allowlist secret -->",
])
def test_markers_allow(plain, allow, comment):
    allow.file(comment)
    r = plain.cli("scan", "-v")
    assert r.status == 0 and "allowed: key:1" in r.err, r


@pytest.mark.parametrize("comment", [
    "# sekisho:allow", "# sekisho:allow aws-access-key-id",
    "# sekisho:allow private-key another rule", "# gitleaks-allow",
])
def test_markers_that_say_too_little_do_not_count(plain, allow, comment):
    allow.file(comment)
    assert plain.cli("scan").status == 1


def test_lists_allow(plain, allow, keys):
    allow.file("")
    assert plain.cli("scan").status == 1
    plain.write(".gitallowed", f"# a comment\n\n{keys.id[:6]}[A-Z0-9]+\n")
    assert plain.cli("scan").status == 0
    os.remove(plain.path / ".gitallowed")
    allow.config("secrets.allowed", "^key:1:")
    assert plain.cli("scan").status == 0
    plain.git("config", "--unset-all", "secrets.allowed")
    plain.write(".sekisho", "[allow]\nrule = aws-access-key-id\npath = k*\n"
                "reason = this is a test\nuntil = 2000-01-01\n")
    r = plain.cli("scan")
    assert r.status == 1 and ".sekisho:1: expired on 2000-01-01" in r.err, r
    plain.write("list", "[allow]\npath = key\nreason = this is a test\n")
    allow.config("sekisho.allowFile", "list")
    assert plain.cli("scan").status == 0


def test_rules_of_ones_own_find(plain, world):
    rule = "[mine]\ndescription = mine\nseverity = high\nregex = \\bmine-[0-9]{8}\\b\nmatch = mine-12345678\nnomatch = mine-1\n"
    plain.add("file", "mine-12345678 and yours-1234\n")
    plain.write("my.rules", rule)
    assert plain.cli("scan").status == 0
    assert "mine" in plain.cli("scan", "--rules", "my.rules").out
    plain.git("config", "sekisho.rulesFile", "my.rules")
    assert plain.cli("scan", "file", cwd=world.top / "plain").status == 1
    plain.git("config", "--unset", "sekisho.rulesFile")
    plain.git("config", "secrets.patterns", "yours-[0-9]{4}")
    assert "secrets-pattern" in plain.cli("scan").out


BROKEN = [
    (".sekisho", "[allow]\npath = x\n"), (".sekisho", "nonsense\n"),
    (".sekisho", "[allow]\nrule = no-such-rule\nreason = none of them\n"),
    (".gitallowed", "a(\n"), (".gitallowed", ".*\n"),
    ("config secrets.allowed", "("), ("config secrets.patterns", "("),
    ("config sekisho.rulesFile", "missing"),
    ("config sekisho.allowFile", "missing"),
]


@pytest.mark.parametrize("where,text", BROKEN)
@pytest.mark.parametrize("mode", [
    ("scan",), ("scan", "--staged"), ("scan", "--history"), ("scan", "-"),
    ("hook", "pre-commit"),
])
def test_what_does_not_parse_is_2_and_never_left_out(plain, keys, where, text, mode):
    plain.add("key", keys.text())
    if where.startswith("config "):
        plain.git("config", where.split()[1], text)
    else:
        plain.add(where, text)
    r = plain.cli(*mode)
    assert r.status == 2 and r.err, r
    keys.assert_unseen(r)


@pytest.mark.parametrize("where,text", BROKEN)
@pytest.mark.parametrize("mode", [("scan", "--staged"), ("scan", "--range", "A..B")])
def test_that_nothing_is_found_does_not_hide_a_broken_list(plain, where, text, mode):
    plain.add("file", "clean\n")
    if where.startswith("config "):
        plain.git("config", where.split()[1], text)
    else:
        plain.add(where, text)
    plain.commit("first")
    plain.git("tag", "A")
    plain.add("file", "clean still\n")
    plain.commit("second")
    plain.git("tag", "B")
    plain.add("file", "clean as ever\n")
    assert plain.cli(*mode).status == 2


@pytest.mark.parametrize("where,text", [b for b in BROKEN if " " in b[0]])
def test_a_hook_sees_broken_configuration_without_a_finding(plain, where, text):
    plain.add("file", "clean\n")
    plain.git("config", where.split()[1], text)
    assert plain.cli("hook", "pre-commit").status == 2


def test_a_hook_sees_a_broken_list_that_the_commit_changes(plain):
    plain.add(".sekisho", "nonsense\n")
    assert plain.cli("hook", "pre-commit").status == 2


def test_a_rule_file_on_the_command_line_that_is_broken_is_2(plain):
    plain.write("bad.rules", "[x]\nregex = (\n")
    for name in ("bad.rules", "missing.rules"):
        r = plain.cli("scan", "--rules", name)
        assert r.status == 2 and name in r.err, r


def service_account():
    body = "MIIEvQIBADANBgkq" + base64.b64encode(os.urandom(1201)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    armour = "-----{} PRIVATE" + " KEY-----"
    return {
        "type": "service_account",
        "private_key_id": os.urandom(20).hex(),
        "private_key": "\n".join([armour.format("BEGIN"), *lines, armour.format("END")]),
        "client_email": "x@example.iam.gserviceaccount.com",
    }


@pytest.mark.parametrize(
    "write",
    [
        lambda key: json.dumps(key, indent=2),
        lambda key: json.dumps(json.dumps(key)),
        lambda key: repr(key),
        lambda key: json.dumps(key, indent=2).replace("-----END", '",\n  "cut": "'),
        lambda key: base64.b64encode(json.dumps(key).encode()).decode(),
    ],
    ids=["json", "string", "python", "cut-off", "base64"],
)
def test_a_service_account_key_is_one_finding_of_its_own_rule(plain, write):
    plain.add("key", write(service_account()) + "\n")
    r = plain.cli("scan", "--format", "jsonl")
    found = [json.loads(line) for line in r.out.splitlines()]
    assert [f["rule"] for f in found if "rule" in f] == ["google-service-account-key"], r
