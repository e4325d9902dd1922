"""Where secrets are while the program runs, and where they never are."""

import json
import os
import re
import signal

import pytest

from . import faults
from .keyring import Keyring
from .memory import Image
from .world import FORMS, end


@pytest.fixture
def held(aws, vault):
    """A key in Secrets Manager, another that reads it in the keyring."""
    reader, key = aws.user("reader"), aws.user("deployer")
    vault.add("reader", reader)
    aws.secret("app/key", json.dumps(
        {"AccessKeyId": key.id, "SecretAccessKey": key.secret}
    ))
    vault.profiles(
        default={
            "sekisho_source": "secretsmanager:app/key",
            "sekisho_reader_profile": "reader", "role_arn": aws.role("deploy"),
        },
        reader={"sekisho_source": "keyring:reader"},
        second={"role_arn": aws.role("second"), "source_profile": "default"},
        third={"role_arn": aws.role("third"), "source_profile": "second"},
    )
    return reader, key


def held_at(aws, vault, operation, *args):
    """The program, blocked in a call of this operation."""
    gate = faults.Gate()
    aws.fail(operation, gate)
    program = vault.start(vault.program, *args)
    gate.wait()
    return gate, program


def forms(secret):
    return {form(secret.encode()) for form in FORMS}


def assert_absent(image, *secrets):
    for secret in secrets:
        for needle in forms(secret):
            assert image.find(needle) == [], "it is still in memory"


def assert_locked_alone(image, secret):
    """In one place, as it is, that is neither swapped out nor dumped."""
    places = image.find(secret.encode())
    assert len(places) == 1, places
    if image.sanitized:
        assert "dd" in places[0].flags, places
    else:
        assert places[0].is_locked(), places
    for needle in forms(secret) - {secret.encode()}:
        assert image.find(needle) == []


# ---- memory ----


def test_a_key_is_in_locked_pages_alone_while_it_is_used(aws, vault, held):
    reader, key = held
    gate, program = held_at(aws, vault, "GetSecretValue", "get")
    assert_locked_alone(Image(program.pid), reader.secret)
    gate.open()
    vault.given(end(program))


def test_what_was_read_is_in_locked_pages_alone(aws, vault, held):
    reader, key = held
    gate, program = held_at(aws, vault, "AssumeRole", "get")
    image = Image(program.pid)
    assert_absent(image, reader.secret)
    assert_locked_alone(image, key.secret)
    gate.open()
    vault.given(end(program))


def test_what_was_used_is_wiped(aws, vault, held):
    """A token in use is in the transport's buffers as well."""
    reader, key = held
    gate = faults.Gate()
    go = faults.changed(lambda body: body)
    aws.fail("AssumeRole", go, go, gate)
    program = vault.start(vault.program, "get", "third")
    gate.wait()
    first, second = aws.issued
    image = Image(program.pid)
    assert_absent(image, reader.secret, key.secret, first.secret, first.token)
    assert_locked_alone(image, second.secret)
    gate.open()
    vault.given(end(program))


def test_a_refused_key_is_wiped_before_the_next_try(aws, vault, held):
    reader, key = held
    gate = faults.Gate()
    aws.fail("AssumeRole", faults.unavailable(), faults.cut(), gate)
    program = vault.start(vault.program, "get")
    gate.wait()
    refused = [k for k in aws.issued if k.role]
    assert refused, "the cut answer had credentials in it"
    image = Image(program.pid)
    assert_absent(image, refused[0].secret)
    assert_locked_alone(image, key.secret)
    gate.open()
    vault.given(end(program))


def test_a_cached_session_is_in_locked_pages_alone(aws, vault, held):
    vault.get()
    session = aws.issued[-1]
    gate, program = held_at(aws, vault, "AssumeRole", "get", "second")
    assert_locked_alone(Image(program.pid), session.secret)
    gate.open()
    vault.given(end(program))


def test_a_keyring_leaves_nothing_in_memory(aws, vault, desktop):
    desktop(Keyring)
    key = aws.user()
    vault.add("work", key)
    vault.profiles(default={"sekisho_source": "keyring:work"})
    gate, program = held_at(aws, vault, "GetSessionToken", "get")
    assert_locked_alone(Image(program.pid), key.secret)
    gate.open()
    vault.given(end(program))


def test_a_key_waits_for_a_code_in_locked_pages(aws, vault):
    key, device = aws.user(), aws.device()
    vault.add("work", key)
    vault.profiles(default={"sekisho_source": "keyring:work", "mfa_serial": device.serial})
    terminal = vault.at_terminal("get")
    terminal.expect("profile default: ")
    assert_locked_alone(Image(terminal.program.pid), key.secret)
    terminal.type(device.code(aws.now()) + "\n")
    assert terminal.finish()[0] == 0


def test_a_passphrase_is_wiped_once_it_was_used(aws, vault):
    phrase = "correct horse battery staple"
    key = aws.user()
    vault.settings["file_protection"] = "passphrase"
    vault.profiles(default={"sekisho_source": "keyring:work"})
    text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    terminal = vault.at_terminal("add", "work", stdin=text.encode())
    for question in ("assphrase", "same again"):
        terminal.expect(question)
        terminal.shown = b""
        terminal.type(phrase + "\n")
    assert terminal.finish()[0] == 0
    gate = faults.Gate()
    aws.fail("GetSessionToken", gate)
    terminal = vault.at_terminal("get")
    terminal.expect("assphrase")
    terminal.type(phrase + "\n")
    gate.wait()
    image = Image(terminal.program.pid)
    assert_absent(image, phrase)
    assert_locked_alone(image, key.secret)
    gate.open()
    terminal.type(phrase + "\n")
    assert terminal.finish()[0] == 0


def test_a_command_has_its_session_and_nothing_before_it(aws, vault, held):
    reader, key = held
    program = vault.start(
        vault.program, "exec", "default", "--", "sh", "-c", "echo; read x"
    )
    assert program.stdout.readline() == b"\n"
    assert_absent(Image(program.pid), reader.secret, key.secret)
    with open(f"/proc/{program.pid}/environ", "rb") as f:
        assert aws.issued[-1].secret.encode() in f.read()
    end(program, "\n")


def test_others_cannot_look_into_the_process(aws, vault, held):
    gate, program = held_at(aws, vault, "AssumeRole", "get")
    with open(f"/proc/{program.pid}/status") as f:
        status = f.read()
    with open(f"/proc/{program.pid}/limits") as f:
        core = next(x for x in f if x.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.stat(f"/proc/{program.pid}/mem").st_uid == 0
    assert re.search(r"CoreDumping:\s+0", status)
    os.kill(program.pid, signal.SIGSEGV)
    program.communicate()
    gate.open()
    assert not list(vault.top.rglob("core*"))


def test_a_users_process_is_not_his_to_look_into(aws, as_user):
    as_user.credentials(ann=as_user.static(aws.user("ann")))
    as_user.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann",
    })
    gate, program = held_at(aws, as_user, "AssumeRole", "get")
    for name in ("mem", "environ", "maps"):
        looked = as_user.run("cat", f"/proc/{program.pid}/{name}")
        assert looked.status != 0 and looked.out == "", name
    gate.open()
    as_user.given(end(program))


# ---- what the kernel sees ----


def strace(vault, *args, **more):
    """The system calls of the program and its children, a line each."""
    log = vault.top / "strace"
    options = vault.env.get("ASAN_OPTIONS", "")
    result = vault.run(
        "strace", "-f", "-y", "-qq", "-s", "200000", "-v", "-xx",
        "-e", "trace=process,network,%desc,%file", "-e", "signal=none", "-o", str(log),
        vault.program, *args, env={"ASAN_OPTIONS": f"{options}:detect_leaks=0"}, **more,
    )
    lines = log.read_text(errors="replace").splitlines()
    log.unlink()
    return result, lines


def shown(secret):
    """As strace writes it."""
    return "".join(f"\\x{b:02x}" for b in secret.encode())


def calls_with(lines, secret):
    return [line for line in lines if shown(secret) in line]


def name_of(line):
    return re.match(r"\d+ +(?:<\.\.\. )?(\w+)", line)[1]


def test_a_secret_is_in_no_argument_and_no_environment(aws, vault, held):
    device = aws.device()
    tool = vault.script("tool", f"#!/bin/sh\ncat {vault.top}/code\n")
    (vault.top / "code").write_text(device.code(aws.now()))
    text = vault.config.read_text().replace(
        "sekisho_source = keyring:reader",
        f"sekisho_source = keyring:reader\nmfa_serial = {device.serial}\n"
        f"mfa_process = {tool}",
    )
    vault.write(vault.config, text)
    result, lines = strace(vault, "get")
    vault.given(result)
    started = [line for line in lines if name_of(line).startswith("exec")]
    assert len(started) >= 3, "the tool was not seen"
    for secret in vault.secrets():
        assert not any(shown(secret) in line for line in started)
    code = (vault.top / "code").read_text()
    assert not any(shown(code) in line for line in started)


def test_a_secret_goes_to_standard_output_and_nowhere_else(aws, vault, held):
    result, lines = strace(vault, "get")
    made = vault.given(result)
    writing = re.compile(r"write|pwrite|send|rename|link|setxattr|open|mkdir|stat")
    for secret in vault.secrets():
        for line in calls_with(lines, secret):
            if not writing.search(name_of(line)):
                continue
            assert secret in (made["SecretAccessKey"], made["SessionToken"]) or (
                "socket" in line.lower() or "TCP" in line
            ), f"{name_of(line)} had a secret"
            assert name_of(line) in ("write", "sendto", "sendmsg", "writev"), line[:80]
    printed = calls_with(lines, made["SecretAccessKey"])
    names = [name_of(p) for p in printed]
    assert [n for n in names if not n.startswith(("read", "recv"))] == ["write"]


def test_no_secret_key_goes_over_the_network(aws, vault, held):
    _, lines = strace(vault, "get")
    for secret in {k.secret for k in aws.keys.values()}:
        for line in calls_with(lines, secret):
            assert not name_of(line).startswith("send"), "a secret key was sent"


def test_children_of_the_program_get_no_variables_of_ours(aws, vault):
    log = vault.top / "log"
    tool = vault.script("tool", f"#!/bin/sh\nenv >{log}\nls -l /proc/self/fd >>{log}\n")
    key = aws.user()
    vault.profiles(
        default={"role_arn": aws.role("deploy"), "source_profile": "a",
                 "mfa_serial": "arn:aws:iam::1:mfa/x", "mfa_process": tool},
        a=vault.static(key),
    )
    vault.fails(words="mfa_process")
    text = log.read_text()
    assert key.secret not in text and key.id not in text
    for line in text.splitlines():
        assert "socket:" not in line and "sekisho/" not in line, line


def test_a_proxy_is_told_a_name_and_nothing_else(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann", "endpoint_url": None,
    })
    vault.fails(env={"HTTPS_PROXY": aws.url}, words=["AssumeRole", "proxy"])
    assert aws.tunnels and not aws.calls
    for tunnel in aws.tunnels:
        assert tunnel.path == "sts.eu-central-1.amazonaws.com:443"
        names = {name.lower() for name in tunnel.headers}
        assert names <= {"host", "user-agent", "proxy-connection"}


def test_a_netrc_is_not_read(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    vault.write(vault.home / ".netrc", "default login x password yyyyyyyy\n")
    vault.write(vault.home / ".curlrc", "proxy = http://127.0.0.1:9\n")
    vault.get()
    assert aws.calls[0].headers["Authorization"].startswith("AWS4-HMAC-SHA256")
