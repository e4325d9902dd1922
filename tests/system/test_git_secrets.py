"""`git secrets`: what is scanned, what is said, and with which exit status."""

import gzip
import os

import pytest

from test_archives import zipped

MITIGATIONS = "[ERROR] Matched one or more prohibited patterns"


@pytest.fixture
def gs(world):
    """A repository with two patterns, and git-secrets on the PATH."""
    bin_dir = os.path.dirname(world.sekisho)
    world.env["PATH"] = bin_dir + ":" + world.env["PATH"]
    r = world.repo("gs")
    r.git("config", "--add", "secrets.patterns", "@todo")
    r.git("config", "--add", "secrets.patterns", "forbidden|me")
    return r


def secrets(repo, *args, **more):
    return repo.run("git-secrets", *args, **more)


def lines(result):
    """What was found: all before the empty line that the error begins with."""
    found = result.err.split("\n\n[ERROR]")[0]
    return found.split("\n") if MITIGATIONS in result.err else []


def clean(result):
    return (result.status, result.all) == (0, "")


# ---- the command line


@pytest.mark.parametrize("args", [[], ["--"], ["word"], ["--", "--scan"]])
def test_without_a_command_it_shows_its_usage(gs, args):
    r = secrets(gs, *args)
    assert r.status == 0
    assert r.out.startswith("usage: git secrets --scan [-r|--recursive]")
    assert r.out.count("\n   or: git secrets --") == 7
    assert "    -r, --recursive       --scan scans directories" in r.out
    assert "hook (internal" not in r.out


@pytest.mark.parametrize("args", [["-h"], ["--help"], ["--scan", "-h"]])
def test_help_has_the_status_of_gits(gs, args):
    r = secrets(gs, *args)
    assert (r.status, r.err) == (129, "")
    assert r.out.startswith("usage: git secrets")


@pytest.mark.parametrize(
    "args, said",
    [
        (["--bogus"], "error: unknown option `bogus'"),
        (["-x"], "error: unknown switch `x'"),
        (["--sca"], "error: ambiguous option: sca (could be --scan or --scan-history)"),
        (["--scan=1"], "error: option `scan' takes no value"),
    ],
)
def test_what_is_no_option_is_status_129(gs, args, said):
    r = secrets(gs, *args)
    assert r.status == 129
    assert r.err.split("\n")[0] == said


@pytest.mark.parametrize("args, shown", [(["-r", "--scan"], "-r"), (["--no-scan"], "--no-scan")])
def test_the_first_option_is_the_command(gs, args, shown):
    r = secrets(gs, *args)
    assert r.status == 129
    assert r.out.startswith(f"Unknown option: {shown}\nusage: git secrets")


@pytest.mark.parametrize(
    "args, said",
    [
        (["--scan", "-f"], "-f|--force can only be supplied with the --install subcommand"),
        (["--list", "-r"], "-r|--recursive can only be supplied with the --scan subcommand"),
        (["--scan", "--allowed"], "-a|--allowed can only be supplied with the --add subcommand"),
        (["--scan", "--lit"], "-l|--literal can only be supplied with the --add subcommand"),
        (["--list", "--untracked"], "--untracked can only be supplied with the --scan subcommand"),
        (["--scan", "-r", "--cached"],
         "-r|--recursive cannot be supplied with --cached, --no-index, or --untracked"),
    ],
)
def test_a_misplaced_modifier_is_refused(gs, args, said):
    r = secrets(gs, *args)
    assert (r.status, r.all) == (1, said + "\n")


def test_abbreviations_negations_and_words_anywhere(gs):
    gs.write("a", "@todo\n")
    assert lines(secrets(gs, "a", "--scan", "--no-recursive")) == ["a:1:@todo"]
    assert clean(secrets(gs, "--scan-h"))
    assert secrets(gs, "--reg").out == "OK\n"


# ---- scanning files


def test_findings_go_to_stderr_and_the_advice_follows(gs):
    gs.write("a", "ok\n@todo this\nmesa\n\"me\"\n")
    r = secrets(gs, "--scan", "a")
    assert (r.status, r.out) == (1, "")
    assert lines(r) == ["a:2:@todo this", 'a:4:"me"']
    assert r.err.endswith("- Use --no-verify if this is a one-time false positive\n")


def test_files_are_told_in_the_order_of_the_arguments(gs):
    gs.write("b", "me\n")
    gs.write("a", "me\n")
    path = str(gs.path / "a")
    assert lines(secrets(gs, "--scan", "b", path)) == ["b:1:me", f"{path}:1:me"]


def test_standard_input(gs):
    r = secrets(gs, "--scan", "-", stdin="x\nme\n")
    assert (r.status, lines(r)) == (1, ["(standard input):2:me"])
    assert clean(secrets(gs, "--scan", "-", stdin="mesa\n"))


def test_a_named_pipe_can_be_scanned(gs):
    r = gs.run("bash", "-c", "git-secrets --scan <(echo me)")
    assert r.status == 1
    assert lines(r)[0].endswith(":1:me")


def test_directories_only_if_recursive(gs):
    gs.write("d/e/f", "me\n")
    assert clean(secrets(gs, "--scan", "d"))
    assert lines(secrets(gs, "--scan", "-r", "d")) == ["d/e/f:1:me"]


def test_a_missing_file_is_status_2(gs):
    r = secrets(gs, "--scan", "gone")
    assert (r.status, r.out) == (2, "")
    assert "gone: No such file or directory" in r.err


def test_a_missing_file_hides_no_finding(gs):
    gs.write("a", "me\n")
    r = secrets(gs, "--scan", "gone", "a")
    assert r.status == 1
    assert "a:1:me\n" in r.err and "gone: No such file" in r.err


def test_without_files_it_is_what_git_tracks_here_and_below(gs):
    gs.add("top", "me\n")
    gs.add("sub/tracked", "me\n")
    gs.write("sub/untracked", "me\n")
    gs.write("sub/ignored", "me\n")
    gs.write(".gitignore", "ignored\n")
    assert lines(secrets(gs, "--scan")) == ["sub/tracked:1:me", "top:1:me"]
    below = gs.path / "sub"
    assert lines(secrets(gs, "--scan", cwd=below)) == ["tracked:1:me"]
    assert lines(secrets(gs, "--scan", "--untracked", cwd=below)) == [
        "tracked:1:me", "untracked:1:me"]
    assert lines(secrets(gs, "--scan", "--no-index", cwd=below)) == [
        "ignored:1:me", "tracked:1:me", "untracked:1:me"]


def test_cached_is_the_index_and_not_the_work_tree(gs):
    gs.add("a", "me\n")
    gs.write("a", "clean\n")
    assert clean(secrets(gs, "--scan"))
    assert lines(secrets(gs, "--scan", "--cached")) == ["a:1:me"]
    assert lines(secrets(gs, "--scan", "--cached", "a")) == ["a:1:me"]
    assert clean(secrets(gs, "--scan", "--cached", "other"))


def test_outside_of_a_repository(gs, world):
    (world.top / "loose").write_text("me\n")
    r = secrets(gs, "--scan", cwd=world.top)
    assert r.status == 128 and r.err.startswith("fatal: not a git repository")
    assert clean(secrets(gs, "--scan", "loose", cwd=world.top))
    world.run("git", "config", "--global", "secrets.patterns", "me", ok=True)
    assert lines(secrets(gs, "--scan", "loose", cwd=world.top)) == ["loose:1:me"]


def test_no_patterns_and_nothing_built_in_is_clean(gs, keys):
    gs.git("config", "--unset-all", "secrets.patterns")
    gs.git("config", "secrets.builtin", "false")
    gs.write("a", keys.text())
    assert clean(secrets(gs, "--scan", "a"))


def test_binary_content_is_not_for_the_users_patterns(gs, keys):
    gs.write("bin", b"\0\n@todo\n")
    assert clean(secrets(gs, "--scan", "bin"))
    gs.write("bin", b"\0\nme " + keys.text().encode())
    r = secrets(gs, "--scan", "bin")
    assert r.status == 1
    keys.assert_unseen(r)


def test_attributes_blind_it_not(gs):
    gs.add(".gitattributes", "* -diff\n*.b binary\n")
    gs.add("a", "me\n")
    gs.add("x.b", "me\n")
    assert lines(secrets(gs, "--scan")) == ["a:1:me", "x.b:1:me"]
    assert lines(secrets(gs, "--scan", "--cached")) == ["a:1:me", "x.b:1:me"]


@pytest.mark.parametrize(
    "name, shown",
    [
        (b"with space", "with space"),
        (b"new\nline", '"new\\nline"'),
        (b'quo"te', '"quo\\"te"'),
        ("\u00e4".encode(), '"\\303\\244"'),
        (b"\xff\xfe", '"\\377\\376"'),
        (b"-r", "-r"),
        (b":(top)x", ":(top)x"),
        (b"*", "*"),
    ],
)
def test_odd_names_are_scanned_and_quoted_as_git_does(gs, name, shown):
    gs.write(name, "me\n")
    gs.git("add", "-A")
    assert lines(secrets(gs, "--scan")) == [f"{shown}:1:me"]
    assert lines(secrets(gs, "--pre_commit_hook")) == [f"{shown}:1:me"]


def test_a_pattern_with_blanks_is_one_pattern(gs):
    gs.git("config", "--add", "secrets.patterns", "two words")
    gs.git("config", "--add", "secrets.patterns", "f*b")
    gs.add("fab", "words here\nfab\n")
    gs.add("hit", "two words\n")
    assert lines(secrets(gs, "--scan")) == ["hit:1:two words"]


# ---- patterns


@pytest.mark.parametrize("pattern", ["(a)\\1", "[[.a.]]b", "a(b", "[z-a]"])
def test_a_pattern_that_is_none_is_refused(gs, pattern):
    gs.git("config", "--add", "secrets.patterns", pattern)
    gs.write("a", "nothing\n")
    r = secrets(gs, "--scan", "a")
    assert r.status == 2
    assert "secrets.patterns" in r.err


@pytest.mark.parametrize("pattern", ["a(b", "", ".*", "x|"])
def test_a_bad_allowed_pattern_allows_nothing(gs, pattern):
    gs.git("config", "--add", "secrets.allowed", "me")
    gs.git("config", "--add", "secrets.allowed", pattern)
    gs.write("a", "me\n")
    r = secrets(gs, "--scan", "a")
    assert r.status == 2
    assert "secrets.allowed" in r.err


def test_allowed_patterns_see_path_line_and_text(gs):
    gs.write("src/x", "me\nme\nme too\n")
    gs.git("config", "--add", "secrets.allowed", "^src/x:2:")
    assert lines(secrets(gs, "--scan", "src/x")) == ["src/x:1:me", "src/x:3:me too"]
    gs.git("config", "--add", "secrets.allowed", "too$")
    assert lines(secrets(gs, "--scan", "src/x")) == ["src/x:1:me"]


def test_gitallowed_skips_blank_lines_and_comments(gs):
    gs.add("a", "#me\n")
    gs.write(".gitallowed", "\n  \n#me\n")
    assert secrets(gs, "--scan").status == 1
    gs.write(".gitallowed", "# yes\r\nme$\r\n")
    assert clean(secrets(gs, "--scan"))


def test_gitallowed_in_a_directory_with_a_blank(gs, world):
    r = world.repo("with blank")
    r.git("config", "secrets.patterns", "me")
    r.add("a", "me\n")
    r.write(".gitallowed", "^a:1:me$\n")
    assert clean(secrets(r, "--scan"))


# ---- built-in rules


def test_a_key_is_found_without_register_and_not_shown(gs, keys):
    gs.git("config", "--unset-all", "secrets.patterns")
    gs.add("a", "x\n" + keys.text())
    for args in (["--scan"], ["--scan", "a"], ["--pre_commit_hook"], ["--scan-history"]):
        r = secrets(gs, *args)
        assert r.status == 1, args
        keys.assert_unseen(r)
        assert [x.split("=")[0] for x in lines(r)] == [
            "a:2:aws_access_key_id ", "a:3:aws_secret_access_key "], args


def test_a_key_on_a_line_of_the_users_own_pattern_is_hidden(gs, keys):
    secrets(gs, "--register-aws")
    gs.write("a", f"me {keys.id} @todo\n")
    r = secrets(gs, "--scan", "a")
    keys.assert_unseen(r)
    assert lines(r)[0].startswith("a:1:me AKIA")
    assert lines(r)[0].endswith(" @todo")
    gs.git("config", "secrets.redact", "false")
    assert lines(secrets(gs, "--scan", "a")) == [f"a:1:me {keys.id} @todo"]


def test_a_key_can_be_allowed(gs, keys):
    gs.write("a", keys.text())
    gs.git("config", "--add", "secrets.allowed", "^a:[0-9]+:aws_")
    assert clean(secrets(gs, "--scan", "a"))


def test_private_keys_are_not_its_business(gs):
    gs.write("a", "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIBOgIBAAJBAK\n")
    assert clean(secrets(gs, "--scan", "a"))


# ---- providers


def test_providers_lines_are_patterns(gs):
    secrets(gs, "--add-provider", "--", "echo", "foo bar", "baz")
    assert gs.git("config", "secrets.providers").out == "echo foo bar baz\n"
    gs.write("a", "foo bar baz\nfoo\n")
    assert lines(secrets(gs, "--scan", "a")) == ["a:1:foo bar baz"]


def test_a_providers_key_is_not_shown(gs):
    value = "q" * 5 + "7x" * 9
    secrets(gs, "--add-provider", "echo " + value)
    gs.write("a", f"v={value}\n")
    r = secrets(gs, "--scan", "a")
    assert r.status == 1 and value not in r.all
    gs.git("config", "secrets.redact", "no")
    assert lines(secrets(gs, "--scan", "a")) == [f"a:1:v={value}"]


def test_redact_hides_a_providers_short_words_too(gs):
    secrets(gs, "--add-provider", "echo hunter2")
    gs.write("a", "hunter2\n")
    assert lines(secrets(gs, "--scan", "a")) == ["a:1:hunter2"]
    gs.git("config", "secrets.redact", "true")
    assert "hunter2" not in secrets(gs, "--scan", "a").all


def test_a_provider_that_is_not_there_is_told(gs):
    secrets(gs, "--add-provider", "no-such-provider x")
    gs.write("a", "me\n")
    r = secrets(gs, "--scan", "a")
    assert r.status == 1
    assert "no-such-provider: command not found" in r.err


def test_a_provider_is_no_shell_command(gs, world):
    made = world.top / "made"
    secrets(gs, "--add-provider", f"echo a; touch {made} `touch {made}`")
    gs.write("a", "ok\n")
    secrets(gs, "--scan", "a")
    assert not made.exists()


def test_providers_may_fail_say_nothing_and_use_crlf(gs, world):
    script = world.script("p", "#!/bin/sh\nprintf 'one\\r\\n\\r\\ntwo\\r\\n'\nexit 3\n")
    secrets(gs, "--add-provider", script)
    secrets(gs, "--add-provider", "true")
    gs.write("a", "one\n\ntwo\nx\n")
    assert lines(secrets(gs, "--scan", "a")) == ["a:1:one", "a:3:two"]


def test_the_aws_provider_reads_the_users_credentials(gs, world, keys):
    (world.home / ".aws").mkdir()
    odd = "Short+word]"
    (world.home / ".aws" / "credentials").write_text(
        f'[default]\naws_access_key_id = "{keys.id}"\n'
        f"# aws_secret_access_key={odd}=cut\naws_session_token = ignored\n"
    )
    r = secrets(gs, "--aws-provider")
    assert (r.status, r.out) == (0, f"{keys.id}\nShort\\+word\\]\n")
    gs.git("config", "secrets.builtin", "false")
    secrets(gs, "--register-aws")
    gs.git("config", "--unset-all", "secrets.patterns")
    gs.write("a", f"x {keys.id}\n({odd})\n")
    r = secrets(gs, "--scan", "a")
    keys.assert_unseen(r)
    assert lines(r)[1:] == [f"a:2:({odd})"]
    assert secrets(gs, "--aws-provider", "gone").all == ""


# ---- configuration


def test_add_tells_apart_what_is_there(gs):
    assert clean(secrets(gs, "--add", "x.y"))
    assert secrets(gs, "--add", "x.y").status == 1
    assert secrets(gs, "--add", ".").status == 1, "a part of another one"
    assert clean(secrets(gs, "--add", "--literal", "x.y"))
    assert clean(secrets(gs, "--add", "-a", "-l", "a[b]\\"))
    assert gs.git("config", "--get-all", "secrets.patterns").out.split("\n")[2:4] == [
        "x.y", "x\\.y"]
    assert gs.git("config", "secrets.allowed").out == "a[b]\\\\\n"


def test_add_global(gs, world):
    assert clean(secrets(gs, "--add", "--global", "@todo"))
    assert secrets(gs, "--list", "--global", cwd=world.top).out == "secrets.patterns @todo\n"
    assert secrets(gs, "--add", "x", cwd=world.top).status == 128


def test_list_is_what_git_config_has(gs, world):
    gs.write("secrets.x", "a file of this name changes nothing\n")
    assert secrets(gs, "--list").out == (
        "secrets.patterns @todo\nsecrets.patterns forbidden|me\n")
    r = secrets(gs, "--list", cwd=world.top)
    assert (r.status, r.all) == (1, "")


def test_register_aws_once(gs):
    r = secrets(gs, "--register-aws", "word")
    assert (r.status, r.all) == (0, "OK\n")
    listed = secrets(gs, "--list").out
    assert "secrets.providers git secrets --aws-provider\n" in listed
    assert listed.count("secrets.patterns ") == 7
    assert listed.count("secrets.allowed ") == 2
    r = secrets(gs, "--register-aws")
    assert (r.status, r.all) == (0, "")
    assert secrets(gs, "--list").out == listed


# ---- history


def test_history_tells_the_commit_that_brought_it(gs):
    first = gs.plant("a", "clean\n@todo\n")
    gs.plant("a", "gone\n")
    gs.plant("b", "me\n")
    other = gs.head()
    assert lines(secrets(gs, "--scan-history")) == [
        f"{first}:a:2:@todo", f"{other}:b:1:me"]


def test_history_reads_messages(gs):
    made = gs.plant("a", "ok\n", "subject\n\nwith @todo inside")
    assert lines(secrets(gs, "--scan-history")) == [
        f"{made}:(message):3:with @todo inside"]


def test_history_is_not_names_and_headers(gs):
    gs.git("config", "--add", "secrets.patterns", "Test|a")
    gs.plant("me", "ok\n")
    gs.git("branch", "forbidden")
    assert clean(secrets(gs, "--scan-history"))


def test_history_before_the_first_commit_is_the_index(gs):
    gs.add("a", "me\n")
    gs.add("b", "me\n")
    assert lines(secrets(gs, "--scan-history")) == ["a:1:me", "b:1:me"]


def test_history_that_is_clean_goes_on_with_the_files(gs):
    gs.plant("a", "ok\n")
    gs.write("a", "me\n")
    assert lines(secrets(gs, "--scan-history")) == ["a:1:me"]


def test_history_outside_of_a_repository(gs, world):
    assert secrets(gs, "--scan-history", cwd=world.top).status == 128


def test_a_bare_repository_has_a_history_and_no_files(gs, world):
    made = gs.plant("a", "me\n")
    world.run("git", "clone", "-q", "--bare", str(gs.path), "bare.git", ok=True)
    bare = world.top / "bare.git"
    world.run("git", "config", "secrets.patterns", "me", cwd=bare, ok=True)
    assert lines(secrets(gs, "--scan-history", cwd=bare)) == [f"{made}:a:1:me"]
    r = secrets(gs, "--scan", cwd=bare)
    assert r.status == 128 and r.err.startswith("fatal: ")


def test_an_object_that_is_in_no_commit_is_told_by_its_id(gs):
    gs.plant("a", "ok\n")
    gs.add("b", "me\n")
    blob = gs.git("rev-parse", ":b").out.strip()
    assert lines(secrets(gs, "--scan-history")) == ["b:1:me"]
    gs.git("rm", "-q", "--cached", "b")
    assert lines(secrets(gs, "--scan-history")) == [f"{blob}:1:me"]


def test_every_line_of_the_first_version_is_told(gs):
    first = gs.plant("a", "@todo one\nx\n@todo two\n")
    gs.plant("a", "@todo one\n@todo two\n@todo three me\n")
    second = gs.head()
    assert lines(secrets(gs, "--scan-history")) == [
        f"{first}:a:1:@todo one", f"{first}:a:3:@todo two",
        f"{second}:a:3:@todo three me"]


def test_what_no_branch_reaches_counts_unless_switched_off(gs):
    gs.plant("a", "ok\n")
    gs.plant("b", "me\n")
    left = gs.head()
    gs.git("reset", "-q", "--hard", "HEAD~1")
    assert lines(secrets(gs, "--scan-history")) == [f"{left}:b:1:me"]
    gs.git("config", "secrets.unreachable", "false")
    assert clean(secrets(gs, "--scan-history"))
    gs.git("branch", "again", left)
    assert lines(secrets(gs, "--scan-history")) == [f"{left}:b:1:me"]


@pytest.mark.parametrize("option", [[], ["--object-format=sha256"]])
def test_every_object_format(gs, world, option):
    r = world.repo("other", *option)
    r.git("config", "secrets.patterns", "me")
    made = r.plant("a", "me\n")
    r.add("b", "me\n")
    assert lines(secrets(r, "--scan-history")) == [f"{made}:a:1:me"]
    assert lines(secrets(r, "--scan", "--cached")) == ["a:1:me", "b:1:me"]
    assert lines(secrets(r, "--pre_commit_hook")) == ["b:1:me"]


def test_what_is_packed_is_told_by_the_way_to_it(gs, keys):
    """Neither git nor grep looks there: what was found is not dropped."""
    members = {"in/.env": "x\n" + keys.text(), "b": "an @todo\n", "c": "\0@todo"}
    gs.write("a.zip", zipped(members))
    gs.write("b.gz", gzip.compress(keys.text().encode()))
    gs.write("c.txt", "\ufeffx\n".encode("utf-16-le") + keys.text().encode("utf-16-le"))
    gs.write("d.zip", zipped({f"{keys.id}\n\x1b": "x"}))
    r = secrets(gs, "--scan", "a.zip", "b.gz", "c.txt", "d.zip")
    assert r.status == 1, r
    told = [x.rsplit(":", 1)[0] for x in lines(r)]
    assert sorted(told) == [
        "a.zip!b:1:in an archive", "a.zip!in/.env:2:in an archive",
        "a.zip!in/.env:3:in an archive", "b.gz:1:gzip", "b.gz:2:gzip",
        "c.txt:2:utf-16", "c.txt:3:utf-16", "d.zip:1:member name"], told
    keys.assert_unseen(r)
    gs.git("add", ".")
    assert sorted(told) == sorted(
        x.rsplit(":", 1)[0] for x in lines(secrets(gs, "--scan", "--cached")))
    gs.git("config", "--add", "secrets.allowed", "a.zip!in/.env:3:")
    assert "in/.env:3" not in secrets(gs, "--scan", "a.zip").err
