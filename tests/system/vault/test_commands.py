"""The commands beside get."""

import json
import os
import signal
import subprocess

import pytest

from . import faults
from .world import end

NAMES = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION", "AWS_REGION", "AWS_DEFAULT_REGION",
)


@pytest.fixture
def role(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(work={"role_arn": aws.role("deploy"), "source_profile": "ann"})


# ---- get ----


def test_get_prints_one_object_and_nothing_else(aws, vault, role):
    result = vault.vault("get", "work")
    assert set(json.loads(result.out)) == {
        "Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration",
        "AccountId",
    }
    assert result.out.count("\n") == 1 and result.err == ""


def test_profiles_may_come_from_a_pipe(aws, vault, role):
    """A shell's <(...) can be read once, whether anything is cached or not."""
    with open(vault.aws_credentials, "rb") as file:
        text = file.read()
    for _ in range(2):
        read, write = os.pipe()
        os.write(write, text)
        os.close(write)
        result = vault.vault(
            "get", "work", pass_fds=(read,),
            env={"AWS_SHARED_CREDENTIALS_FILE": f"/dev/fd/{read}"})
        os.close(read)
        assert result.status == 0, result.err
    assert len(aws.issued) == 1


@pytest.mark.parametrize("args", [("get", "work"), ("env", "work")])
@pytest.mark.parametrize("cached", [False, True])
def test_secrets_are_not_for_a_terminal(aws, vault, role, args, cached):
    if cached:
        vault.get("work")
    terminal = vault.at_terminal(*args, ends=("stdout",))
    status, _, err = terminal.finish()
    assert status == 2 and "--show-secrets" in err and err.count("\n") == 1
    assert terminal.shown == b""
    terminal = vault.at_terminal(*args, "--show-secrets", ends=("stdout",))
    status, _, err = terminal.finish()
    assert status == 0 and aws.issued[-1].secret.encode() in terminal.shown


@pytest.mark.parametrize("args", [
    ("get", "a", "b"), ("get", "--none"), ("frob",), (), ("exec", "work"), ("add",),
    ("exec", "--"), ("env", "--shell", "csh", "work"), ("remove",), ("setup",),
    ("lock", "x"), ("list", "x"),
])
def test_wrong_usage(vault, args):
    result = vault.vault(*args)
    assert result.status == 2 and result.out == "" and result.err != ""


# ---- exec and env ----


def environment(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def test_exec_gives_the_environment_to_the_command_alone(aws, vault, role):
    stray = {
        "AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "work",
        "AWS_SECURITY_TOKEN": "stray", "AWS_WEB_IDENTITY_TOKEN_FILE": "/none",
        "AWS_ROLE_ARN": "stray", "AWS_ROLE_SESSION_NAME": "stray",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
    }
    result = vault.vault("exec", "work", "--", "env", env=stray)
    assert result.status == 0 and result.err == ""
    got, key = environment(result.out), aws.issued[-1]
    assert [got[name] for name in NAMES] == [
        key.id, key.secret, key.token, key.expiration(), "eu-central-1", "eu-central-1",
    ]
    for name in stray:
        if name != "AWS_CONTAINER_CREDENTIALS_FULL_URI":
            assert name not in got, name
    assert got["HOME"] == vault.env["HOME"]


def test_exec_takes_a_region(aws, vault, role):
    out = vault.vault("exec", "--region", "us-west-2", "work", "--", "env").out
    assert environment(out)["AWS_REGION"] == "us-west-2"
    assert environment(out)["AWS_DEFAULT_REGION"] == "us-west-2"
    assert aws.last("AssumeRole").region == "eu-central-1"


def test_exec_of_a_key_without_a_token_leaves_no_other_token(aws, vault):
    vault.profiles(work=vault.static(aws.user()))
    stray = {"AWS_SESSION_TOKEN": "stray", "AWS_CREDENTIAL_EXPIRATION": "stray"}
    got = environment(vault.vault("exec", "work", "--", "env", env=stray).out)
    assert "AWS_SESSION_TOKEN" not in got and "AWS_CREDENTIAL_EXPIRATION" not in got


def test_exec_is_the_command(aws, vault, role):
    def run(*args, **more):
        return vault.vault("exec", "work", "--", *args, **more)

    assert run("sh", "-c", "exit 42").status == 42
    assert run("cat", stdin="through").out == "through"
    assert run("sh", "-c", "echo \"$2\"", "sh", "-x", "a  b").out == "a  b\n"
    assert run("none such").status == 127
    assert run("/etc/passwd").status == 126
    assert run("sh", "-c", "kill -TERM $$").status == -signal.SIGTERM


def test_exec_does_not_run_the_command_without_credentials(aws, vault, role):
    aws.always("AssumeRole", faults.error("AccessDenied", "no", 403))
    mark = vault.top / "mark"
    result = vault.vault("exec", "work", "--", "touch", str(mark))
    vault.failed(result, words="AccessDenied")
    assert not mark.exists()


def test_exec_leaves_no_files_open_and_signals_as_they_were(aws, vault, role):
    command = "ls /proc/self/fd; grep -E 'Sig(Ign|Blk)' /proc/self/status"
    lines = vault.vault("exec", "work", "--", "sh", "-c", command).out.split()
    assert lines[:4] == ["0", "1", "2", "3"] and lines[4].startswith("Sig")
    assert int(lines[lines.index("SigBlk:") + 1], 16) == 0
    ignored = int(lines[lines.index("SigIgn:") + 1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_env_is_for_a_shell_to_evaluate(aws, vault, role):
    text = vault.vault("env", "work").out
    shell = subprocess.run(
        ["sh", "-c", f"{text}\nexec env"], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "AWS_SESSION_TOKEN": "stray"},
    )
    got, key = environment(shell.stdout), aws.issued[-1]
    assert got["AWS_ACCESS_KEY_ID"] == key.id
    assert got["AWS_SECRET_ACCESS_KEY"] == key.secret
    assert got["AWS_SESSION_TOKEN"] == key.token
    assert got["AWS_REGION"] == "eu-central-1"
    for shell in ("fish", "powershell"):
        text = vault.vault("env", "--shell", shell, "work").out
        assert key.secret in text and key.token in text


def test_env_of_a_key_without_a_token_takes_another_token_away(aws, vault):
    vault.profiles(work=vault.static(aws.user()))
    text = vault.vault("env", "work").out
    shell = subprocess.run(
        ["sh", "-c", f"{text}\nexec env"], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "AWS_SESSION_TOKEN": "stray",
             "AWS_CREDENTIAL_EXPIRATION": "stray"},
    )
    assert "stray" not in shell.stdout


# ---- keys ----


def test_add_takes_a_key_from_standard_input(aws, vault):
    key = aws.user()
    forms = {
        "json": json.dumps(
            {"AccessKey": {"AccessKeyId": key.id, "SecretAccessKey": key.secret}}
        ),
        "lines": f"{key.id}\n{key.secret}\n",
    }
    for name, text in forms.items():
        result = vault.vault("add", name, stdin=text)
        assert result.status == 0, result
        vault.assert_unseen(result.all)
        vault.profiles(default={"sekisho_source": f"keyring:{name}"})
        vault.get()
        assert aws.last("GetSessionToken").key is key


def test_add_asks_on_the_terminal_and_hides_the_secret(aws, vault):
    key = aws.user()
    terminal = vault.at_terminal("add", "work", ends=("stdin", "stdout", "stderr"))
    terminal.expect("ccess key id: ")
    terminal.type(key.id + "\n")
    terminal.expect("ecret access key")
    terminal.expect_hidden()
    terminal.type(key.secret + "\n")
    status, _, _ = terminal.finish()
    assert status == 0 and key.secret.encode() not in terminal.shown
    assert terminal.after == terminal.before
    vault.profiles(default={"sekisho_source": "keyring:work"})
    vault.get()


def test_an_interrupted_add_gives_the_terminal_back(vault):
    terminal = vault.at_terminal("add", "work", ends=("stdin", "stdout", "stderr"))
    terminal.expect("ccess key id: ")
    terminal.type("AKIA\n")
    terminal.expect("ecret access key")
    terminal.expect_hidden()
    terminal.type("\x03")
    status, _, _ = terminal.finish()
    assert status != 0 and terminal.after == terminal.before


@pytest.mark.parametrize("text", [
    "", "\n", "AKIA", "{}", "x" * 100000, "\0" * 50,
], ids=lambda t: f"{t[:4]!r}")
def test_add_takes_no_nonsense(vault, text):
    vault.failed(vault.vault("add", "work", stdin=text), words="standard input")
    assert "work" not in vault.vault("list").out


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 300, "../x"])
def test_names_of_keys(aws, vault, name):
    key = aws.user()
    result = vault.vault("add", name, stdin=json.dumps(
        {"AccessKeyId": key.id, "SecretAccessKey": key.secret}
    ))
    if result.status == 0:
        assert vault.vault("remove", name).status == 0
    else:
        vault.failed(result, status=result.status)
    assert not (vault.data.parent / "x").exists()


def test_an_added_key_replaces_the_one_of_its_name(aws, vault):
    old, new = aws.user("old"), aws.user("new")
    vault.add("work", old)
    vault.profiles(default={"sekisho_source": "keyring:work"})
    first = vault.get()
    vault.add("work", new)
    assert vault.get() != first
    assert aws.last("GetSessionToken").key is new


def test_remove_takes_the_sessions_with_it(aws, vault):
    vault.add("work", aws.user())
    vault.profiles(default={"sekisho_source": "keyring:work"})
    vault.get()
    assert vault.vault("remove", "work").status == 0
    vault.fails(words="sekisho-vault add work")
    vault.failed(vault.vault("remove", "work"), words="work")


def test_list_names_profiles_and_keys(aws, vault, role):
    vault.add("kept", aws.user())
    result = vault.vault("list")
    assert result.status == 0
    vault.assert_unseen(result.all)
    for word in ("work", "ann", "kept", "assume-role"):
        assert word in result.out


# ---- the cache ----


def test_status_says_what_is_cached_and_where(aws, vault, role):
    vault.get("work")
    for args in (("status",), ("status", "work")):
        result = vault.vault(*args)
        assert result.status == 0
        vault.assert_unseen(result.all)
        for word in ("work", "fresh", "file", "root", "deploy", "min",
                     aws.issued[-1].expiration()):
            assert word in result.out, f"{word}: {result}"
        assert aws.issued[-1].id not in result.out
    assert len(aws.calls) == 1


def test_status_before_anything_was_done(vault):
    result = vault.vault("status")
    assert result.status == 0 and result.err == ""


def test_purge_of_one_and_of_all(aws, vault, role):
    with vault.config.open("a") as f:
        f.write(f"[profile other]\nrole_arn = {aws.role('other')}\n"
                f"source_profile = ann\nendpoint_url = {aws.url}\n")
    vault.get("work")
    other = vault.get("other")
    assert vault.vault("purge", "work").status == 0
    assert vault.get("other") == other
    assert len(aws.calls) == 2
    vault.get("work")
    assert len(aws.calls) == 3
    assert vault.vault("purge").status == 0
    vault.get("work")
    vault.get("other")
    assert len(aws.calls) == 5


def test_purge_reaches_the_keyring_of_each_profile(aws, as_user):
    vault = as_user
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(work={
        "role_arn": aws.role("deploy"), "source_profile": "ann",
        "sekisho_keyring": "file",
    })
    first = vault.get("work")
    assert vault.vault("purge").status == 0
    assert vault.get("work") != first


def test_purge_while_a_renewal_is_under_way(aws, vault, role):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    holder = vault.start(vault.program, "get", "work")
    gate.wait()
    assert vault.vault("purge").status == 0
    gate.open()
    vault.given(end(holder))


# ---- setup ----


def sdk(vault, name="work"):
    """What an SDK reads: the lines of the profile's section."""
    text, lines = vault.aws_config.read_text(), []
    for line in text.split(f"[profile {name}]\n")[1].splitlines():
        if line.startswith("["):
            break
        lines.append(line.strip())
    return dict(re_split(line) for line in lines if line)


def re_split(line):
    key, _, value = line.partition("=")
    return key.strip(), value.strip()


def test_setup_writes_what_an_sdk_reads(aws, vault):
    vault.add("work", aws.user())
    result = vault.vault(
        "setup", "work", "--region", "eu-central-1", "--set",
        "sekisho_source=keyring:work", "--set", f"endpoint_url={aws.url}",
    )
    assert result.status == 0, result
    got = sdk(vault)
    assert set(got) == {"credential_process", "region"}
    assert got["region"] == "eu-central-1"
    command = got["credential_process"].split()
    assert command == [vault.program, "get", "work"]
    assert vault.config.stat().st_mode & 0o077 == 0
    made = vault.run(*command)
    assert vault.given(made)["AccessKeyId"] == aws.issued[-1].id


def test_setup_leaves_all_else_as_it_is(aws, vault):
    before = "# mine\n[default]\nregion = us-east-1 ; here\n\n[profile other]\nx=1\n"
    vault.write(vault.aws_config, before)
    ours = "[profile b]\n# kept\nsekisho_source = keyring:b\n"
    vault.write(vault.config, ours)
    vault.vault("setup", "work", "--set", "sekisho_source=keyring:work", ok=True)
    vault.vault("setup", "work", "--region", "eu-west-1", ok=True)
    assert vault.aws_config.read_text().startswith(before)
    assert vault.config.read_text().startswith(ours)
    assert vault.aws_config.read_text().count("[profile work]") == 1
    assert sdk(vault)["region"] == "eu-west-1"


@pytest.mark.parametrize("where, keys", [
    ("aws_config", {"role_arn": "arn:aws:iam::1:role/x", "source_profile": "y"}),
    ("aws_config", {"sso_session": "x"}),
    ("aws_config", {"aws_access_key_id": "x", "aws_secret_access_key": "y"}),
    ("aws_config", {"credential_process": "/usr/bin/other"}),
    ("aws_credentials", {"aws_access_key_id": "x", "aws_secret_access_key": "y"}),
])
def test_setup_refuses_a_mixture_and_changes_nothing(vault, where, keys):
    path = getattr(vault, where)
    word = "profile " if where == "aws_config" else ""
    vault.write(path, vault.sections({"work": keys}, word=word))
    before = path.read_text()
    result = vault.vault("setup", "work", "--set", "sekisho_source=keyring:work")
    said = vault.failed(result, status=2, words=[str(path), "work"])
    assert path.read_text() == before, said
    assert not vault.config.exists(), "half of it was written"
    assert where == "aws_config" or not vault.aws_config.exists()


@pytest.mark.parametrize("value", [
    "novalue", "=x", "key=a\nb", "a\nb=c", "[key]=a", "key=a # b", "sekisho_source=keyring:x",
])
def test_setup_takes_no_nonsense(vault, value):
    result = vault.vault(
        "setup", "work", "--set", value, "--set", "sekisho_source=keyring:work")
    vault.failed(result, status=2)
    assert not vault.config.exists() and not vault.aws_config.exists()


@pytest.mark.parametrize("key", ["aws_access_key_id", "AWS_Secret_Access_Key",
                                 "aws_session_token"])
def test_setup_takes_no_key_from_an_argument(vault, key):
    result = vault.vault("setup", "work", "--set", f"{key}=hidden-word")
    assert "hidden-word" not in vault.failed(result, status=2, words="sekisho-vault add")
    assert not vault.config.exists() and not vault.aws_config.exists()


def test_setup_of_a_profile_that_does_not_work_writes_nothing(vault):
    result = vault.vault("setup", "work", "--set", "sekisho_source=nonsense:x")
    vault.failed(result, status=2)
    assert not vault.config.exists() and not vault.aws_config.exists()


def test_setup_without_a_source_says_what_to_do(aws, vault):
    vault.add("new", aws.user())
    result = vault.vault("setup", "new", "--region", "eu-central-1")
    assert result.status == 2 and "--set sekisho_source=keyring:new" in result.err
    assert not os.path.exists(vault.aws_config)
