"""One-time codes: asked for on the terminal or of a process, and sent once."""

import pytest

from . import faults
from .world import end


@pytest.fixture
def device(aws, vault):
    """A role that wants a code of it."""
    made = aws.device("ann")
    vault.credentials(ann=vault.static(aws.user("ann")))
    configure(aws, vault, made)
    return made


def configure(aws, vault, device, **more):
    vault.profiles(default={
        "role_arn": aws.role("admin", mfa=True), "source_profile": "ann",
        "mfa_serial": device.serial, **more,
    })


def code(aws, device, steps=0):
    return device.code(aws.now(), steps)


def test_a_code_is_asked_for_on_the_terminal(aws, vault, device):
    terminal = vault.at_terminal("get")
    terminal.expect(f"MFA code of {device.serial} for profile default: ")
    terminal.type(code(aws, device) + "\n")
    status, out, err = terminal.finish()
    assert status == 0 and err == ""
    assert out.startswith("{") and out.endswith("}\n")
    assert aws.last("AssumeRole").params["SerialNumber"] == device.serial
    assert vault.get()["AccessKeyId"] == aws.issued[-1].id
    assert aws.count("AssumeRole") == 1


def test_what_is_no_code_is_asked_for_again_and_not_sent(aws, vault, device):
    terminal = vault.at_terminal("get")
    for text in ("12345\n", "no code\n", "1234567\n"):
        terminal.expect("profile default: ")
        terminal.shown = b""
        terminal.type(text)
    status, out, err = terminal.finish()
    assert status == 3 and out == "" and "6 digits" in err
    assert not aws.calls


def test_an_interrupted_prompt_leaves_the_terminal_as_it_was(aws, vault, device):
    terminal = vault.at_terminal("get")
    terminal.expect("profile default: ")
    terminal.type("\x03")
    status, out, _ = terminal.finish()
    assert status != 0 and out == ""
    assert terminal.after == terminal.before
    assert not aws.calls


def test_without_a_terminal_it_says_what_to_do(aws, vault, device):
    vault.fails(words=[device.serial, "no terminal", "sekisho-vault get default"])
    assert not aws.calls


def test_a_wrong_code(aws, vault, device):
    terminal = vault.at_terminal("get")
    terminal.expect("profile default: ")
    terminal.type("000000\n")
    status, _, err = terminal.finish()
    assert status == 3 and "MultiFactorAuthentication failed" in err
    assert aws.count("AssumeRole") == 1


def test_a_process_gives_the_code(aws, vault, device):
    command = f"oathtool --totp -b {device.base32()}"
    configure(aws, vault, device, mfa_process=command)
    vault.get()
    assert aws.count("AssumeRole") == 1
    device.seed = b""


@pytest.mark.parametrize("text, word", [
    ("echo 12345", "6 digits"), ("exit 4", "4"), ("echo", "nothing"),
    ("head -c 1000000 /dev/zero", "more than"),
])
def test_a_process_that_gives_no_code(aws, vault, device, text, word):
    tool = vault.script("tool", f"#!/bin/sh\n{text}\n")
    configure(aws, vault, device, mfa_process=tool)
    vault.fails(words=["mfa_process", word])
    assert not aws.calls


def with_process(aws, vault, device):
    """It gives what stands in a file, so that a test says which code."""
    tool = vault.script("tool", f"#!/bin/sh\ncat {vault.top}/code\n")
    configure(aws, vault, device, mfa_process=tool)

    def show(steps=0):
        (vault.top / "code").write_text(code(aws, device, steps))

    show()
    return show


@pytest.mark.parametrize("fault", [
    faults.lost(), faults.closed(), faults.unavailable(), faults.internal(),
    faults.throttled(), faults.cut(), faults.raw(200, "<not what is wanted/>"),
], ids=["lost", "closed", "503", "500", "throttled", "cut", "garbage"])
def test_a_code_is_never_sent_twice(aws, vault, device, fault):
    with_process(aws, vault, device)
    aws.always("AssumeRole", fault)
    vault.fails()
    assert aws.count("AssumeRole") == 1
    aws.mend()
    vault.fails("--refresh", words=device.serial)
    assert aws.count("AssumeRole") == 1


def test_the_next_code_is_sent(aws, vault, device):
    show = with_process(aws, vault, device)
    aws.fail("AssumeRole", faults.lost())
    vault.fails()
    show(1)
    vault.get("--refresh")
    sent = [c.params["TokenCode"] for c in aws.calls]
    assert len(sent) == 2 and sent[0] != sent[1]


def test_a_code_that_one_profile_sent_another_does_not(aws, vault, device):
    show = with_process(aws, vault, device)
    text = vault.config.read_text()
    other = text[text.index("[default]"):].replace("[default]", "[profile other]")
    with vault.config.open("a") as f:
        f.write(other.replace("role/admin", "role/other"))
    aws.role("other", mfa=True)
    vault.get()
    vault.fails("other", words=device.serial)
    assert aws.count("AssumeRole") == 1
    show(1)
    vault.get("other", "--refresh")


def test_a_wrong_clock_is_the_one_reason_to_send_a_code_again(aws, vault, device):
    aws.offset = 900
    with_process(aws, vault, device)
    vault.get()
    first, second = [c for c in aws.calls]
    assert first.params["TokenCode"] == second.params["TokenCode"]


def test_parallel_callers_share_a_code(aws, vault, device):
    with_process(aws, vault, device)
    programs = [vault.start(vault.program, "get") for _ in range(10)]
    results = [end(p) for p in programs]
    made = {vault.given(r)["AccessKeyId"] for r in results}
    assert len(made) == 1 and aws.count("AssumeRole") == 1


def test_a_session_that_took_a_code_is_shared_by_roles(aws, vault, device):
    key = aws.user("bob")
    vault.add("bob", key)
    tool = vault.script("tool", f"#!/bin/sh\ncat {vault.top}/code\n")
    (vault.top / "code").write_text(code(aws, device))
    base = {"sekisho_source": "keyring:bob", "mfa_serial": device.serial,
            "mfa_process": tool}
    vault.profiles(
        base=base,
        one={"role_arn": aws.role("one", mfa=True), "source_profile": "base"},
        two={"role_arn": aws.role("two", mfa=True), "source_profile": "base"},
    )
    vault.get("one")
    vault.get("two")
    assert aws.count("GetSessionToken") == 1 and aws.count("AssumeRole") == 2
