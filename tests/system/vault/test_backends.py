"""Where secrets are kept, in each state that such a place is met in."""

import json
import shutil
import time

import pytest

from . import faults
from .keyring import PASSWORD, Bus, Keyring, Silent, wait_for
from .world import end


def configure(aws, vault, **settings):
    """`role` is cached; `keyring` has its key in the keyring."""
    vault.settings.update(settings)
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(
        role={"role_arn": aws.role("deploy"), "source_profile": "ann"},
        keyring={"sekisho_source": "keyring:work"},
    )


def reconfigure(vault, **settings):
    for key, value in settings.items():
        text = vault.config.read_text()
        if f"\n{key} = " in text:
            line = next(x for x in text.splitlines() if x.startswith(f"{key} = "))
            text = text.replace(line, f"{key} = {value}")
        else:
            text = text.replace("[sekisho]\n", f"[sekisho]\n{key} = {value}\n")
        vault.write(vault.config, text)


# ---- the kernel keyring ----


@pytest.fixture
def kernel(aws, as_user):
    configure(aws, as_user)
    return as_user


def test_the_kernel_keyring_answers_without_the_full_program(aws, kernel):
    first = kernel.get("role")
    lone = kernel.top / "bin/sekisho-vault"
    lone.parent.mkdir()
    shutil.copy(kernel.program, lone)
    lone.parent.chmod(0o755)
    kernel.program = str(lone)
    for args in (("role",), ("--", "role")):
        assert kernel.get(*args) == first
    assert kernel.vault("get", env={"AWS_PROFILE": "role"}).status == 0
    result = kernel.vault("get", "keyring")
    kernel.failed(result, words="installation is not complete")
    assert len(aws.calls) == 1


@pytest.mark.parametrize("args", [
    ("get", "--refresh", "role"), ("get", "--show-secrets", "role"),
    ("get", "role", "more"), ("get", "--bad"), ("exec", "role", "--", "true"), ("get",),
])
def test_what_the_small_program_does_not_answer_the_full_one_does(aws, kernel, args):
    kernel.get("role")
    small = kernel.vault(*args)
    full = kernel.run(str(kernel.programs.full), *args)
    assert small.status == full.status and small.err == full.err


def test_the_kernel_keyring_serves_other_sessions_of_the_user(aws, kernel):
    first = kernel.get("role")
    assert kernel.get("role") == first
    assert not kernel.data.exists(), "it is in a file as well"
    result = kernel.vault("status")
    assert "kernel" in result.out and "role" in result.out


def test_the_small_program_renews_in_time(aws, kernel):
    first = kernel.left(600, "role")
    assert kernel.get("role") != first


def test_the_kernel_keyrings_quota_is_no_failure(aws, as_user):
    vault = as_user
    vault.credentials(ann=vault.static(aws.user("ann")))
    names = [f"p{i}" for i in range(24)]
    vault.profiles(**{
        n: {"role_arn": aws.role(n), "source_profile": "ann"} for n in names
    })
    for name in names:
        result = vault.vault("get", name)
        vault.given(result)
        assert result.err.count("\n") <= 1
    for name in names:
        vault.get(name)


def test_another_user_sees_nothing_of_it(aws, kernel):
    kernel.get("role")
    kernel.uid += 50
    kernel.own(kernel.top)
    kernel.get("role")
    assert len(aws.calls) == 2


def test_root_does_not_use_it_unless_it_is_told_to(aws, vault):
    configure(aws, vault)
    vault.get("role")
    out = vault.vault("status").out
    assert "file" in out and "kernel" in out and "root" in out


def test_a_container_does_not_use_it(aws, as_user):
    configure(aws, as_user)
    env = {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    as_user.get("role", env=env)
    assert "container" in as_user.vault("status", env=env).out
    assert list(as_user.data.rglob("*")), "it is not in the file"


def test_50_cold_callers_of_a_user_make_one_call(aws, kernel):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    programs = [kernel.start(kernel.program, "get", "role") for _ in range(50)]
    gate.wait()
    gate.open()
    made = {kernel.given(end(p))["AccessKeyId"] for p in programs}
    assert len(made) == 1 and len(aws.calls) == 1


# ---- the encrypted file ----


@pytest.fixture
def file(aws, vault):
    configure(aws, vault)
    return vault


def test_the_file_is_the_owners_alone(aws, file):
    file.get("role")
    file.add("work", aws.user())
    paths = [file.data, *file.data.rglob("*")]
    assert len(paths) > 2
    for path in paths:
        assert path.stat().st_mode & 0o077 == 0, path


def test_keys_that_are_added_at_once_are_all_kept(aws, file):
    """The first of them makes the key that encrypts the others."""
    keys = {f"k{i}": aws.user(f"k{i}") for i in range(20)}
    programs = [file.start(file.program, "add", name) for name in keys]
    for program, key in zip(programs, keys.values()):
        text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
        assert end(program, text).status == 0
    file.profiles(**{n: {"sekisho_source": f"keyring:{n}"} for n in keys})
    for name, key in keys.items():
        file.get(name)
        assert aws.last("GetSessionToken").key is key


def test_a_damaged_file_is_replaced_and_said(aws, file):
    first = file.get("role")
    for path in file.data.rglob("*"):
        if path.is_file():
            data = bytearray(path.read_bytes())
            if len(data) > 100:
                data[len(data) // 2] ^= 1
                path.write_bytes(data)
    second = file.get("role")
    assert second != first
    assert file.get("role") == second


def test_a_damaged_key_is_an_error_and_stays(aws, file):
    file.add("work", aws.user())
    damaged = {}
    for path in file.data.rglob("*"):
        if path.is_file() and path.stat().st_size > 100:
            damaged[path] = bytes(b ^ 1 for b in path.read_bytes())
            path.write_bytes(damaged[path])
    file.fails("keyring", words="work")
    assert all(p.read_bytes() == data for p, data in damaged.items())


def test_without_the_key_file_nothing_is_lost(aws, file):
    key = aws.user()
    file.add("work", key)
    first = file.get("keyring")
    small = [p for p in file.data.rglob("*") if p.is_file() and p.stat().st_size < 100]
    assert small, "there is no key file"
    kept = {p: p.read_bytes() for p in small}
    for path in small:
        path.unlink()
    file.fails("keyring", "--refresh")
    for path, data in kept.items():
        path.write_bytes(data)
        path.chmod(0o600)
    assert file.get("keyring", "--refresh") != first
    assert aws.last("GetSessionToken").key is key


def test_a_key_file_that_others_can_read_is_not_used(aws, file):
    file.add("work", aws.user())
    for path in file.data.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
    file.fails("keyring", words="chmod")


PHRASE = "correct horse battery staple"


def answer(vault, args, *pairs, stdin=b""):
    """Answers each question without an echo; exit status and standard error."""
    terminal = vault.at_terminal(*args, stdin=stdin)
    for question, text in pairs:
        terminal.expect(question)
        terminal.expect_hidden()
        terminal.shown = b""
        terminal.type(text + "\n")
    status, _, err = terminal.finish()
    assert terminal.after == terminal.before
    assert b"assphrase" not in terminal.shown, "it was asked for again"
    return status, err


def protect(aws, vault):
    """The file has a key and a passphrase, and is locked."""
    configure(aws, vault, file_protection="passphrase")
    vault.held.append(PHRASE)
    key = aws.user()
    pair = {"AccessKeyId": key.id, "SecretAccessKey": key.secret}
    questions = ("assphrase", PHRASE), ("same again", PHRASE)
    status, err = answer(
        vault, ("add", "work"), *questions, stdin=json.dumps(pair).encode()
    )
    assert (status, err) == (0, "")
    vault.vault("lock", ok=True)
    return key


def test_a_passphrase_opens_the_file_once(aws, as_user):
    key = protect(aws, as_user)
    as_user.fails("keyring", words="sekisho-vault unlock")
    status, err = answer(as_user, ("unlock",), *[("assphrase", "wrong")] * 3)
    assert status == 3 and "passphrase" in err
    as_user.fails("keyring", words="sekisho-vault unlock")
    assert answer(as_user, ("unlock",), ("assphrase", PHRASE)) == (0, "")
    as_user.get("keyring")
    assert aws.last("GetSessionToken").key is key
    as_user.vault("lock", ok=True)
    as_user.fails("keyring", words="sekisho-vault unlock")


def test_a_passphrase_can_be_given_to_get_itself(aws, vault):
    """There is no kernel keyring that could keep the file open."""
    key = protect(aws, vault)
    said = vault.fails("keyring", words="locked")
    assert "sekisho-vault unlock" not in said, "which does not work here"
    status, err = answer(vault, ("get", "keyring"), ("assphrase", PHRASE))
    assert status == 0 and aws.last("GetSessionToken").key is key


def test_lock_of_a_locked_file_with_sessions_in_it(aws, vault):
    protect(aws, vault)
    assert answer(vault, ("get", "keyring"), ("assphrase", PHRASE)) == (0, "")
    assert vault.vault("lock").status == 0


def test_lock_of_a_file_that_has_no_lock_removes_nothing(aws, file):
    first = file.get("role")
    file.failed(file.vault("lock"), status=2, words="nothing to lock")
    assert file.get("role") == first


# ---- the Secret Service ----


def test_unlocked_it_keeps_keys_and_sessions(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault)
    vault.add("work", aws.user())
    assert service.items() == 1
    first = vault.get("keyring")
    assert service.items() == 2
    assert vault.get("keyring") == first
    assert not vault.data.exists(), "it is in a file as well"
    assert "secret-service" in vault.vault("status").out
    vault.vault("purge", ok=True)
    vault.vault("remove", "work", ok=True)
    assert service.items() == 0


def test_locked_it_is_not_taken_for_empty(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault)
    vault.add("work", aws.user())
    service.lock()
    vault.fails("keyring", words="locked")
    result = vault.vault("add", "other", stdin="{}")
    assert result.status == 3
    assert "locked" in vault.vault("status").out
    vault.get("role")
    service.kill()
    service.daemon = service.run(PASSWORD)
    wait_for(service.is_unlocked, "the keyring")
    vault.get("keyring")


def test_lock_locks_it(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault)
    vault.add("work", aws.user())
    vault.get("keyring")
    assert vault.vault("lock").status == 0
    assert service.is_locked()
    vault.fails("keyring", words="locked")


def test_absent_it_is_passed_over_and_named(aws, vault, desktop):
    desktop(Bus)
    configure(aws, vault)
    vault.add("work", aws.user())
    first = vault.get("keyring")
    assert vault.get("keyring") == first
    out = vault.vault("status").out
    assert "file" in out and "ecret" in out


@pytest.mark.parametrize("address", [
    None, "unix:path=/none/such", "nonsense", "unix:abstract=none", "tcp:host=192.0.2.1",
])
def test_without_a_bus_it_is_passed_over(aws, vault, address):
    configure(aws, vault)
    vault.env["DBUS_SESSION_BUS_ADDRESS"] = address
    assert vault.get("role") == vault.get("role")
    assert len(aws.calls) == 1


@pytest.mark.parametrize("state", ["absent", "no bus"])
def test_wanted_and_absent_it_is_an_error(aws, vault, desktop, state):
    if state == "absent":
        desktop(Bus)
    configure(aws, vault, keyring="secret-service")
    vault.fails("keyring", words="ecret")
    result = vault.vault("get", "role")
    vault.given(result)
    assert result.err.count("\n") == 1


def test_a_silent_bus_is_given_up(aws, vault, desktop):
    desktop(Silent)
    configure(aws, vault, timeout="2")
    vault.given(vault.vault("get", "role"))
    reconfigure(vault, keyring="secret-service")
    vault.fails("keyring", words="ecret")


def test_a_daemon_that_hangs_is_given_up(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault, timeout="2", keyring="secret-service")
    vault.add("work", aws.user())
    service.stop()
    vault.fails("keyring", words="answer")


def test_a_daemon_that_hangs_is_not_taken_for_empty(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault, timeout="2")
    vault.add("work", aws.user())
    service.stop()
    assert "sekisho-vault add" not in vault.fails("keyring", words="answer")
    key = aws.user()
    text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    vault.failed(vault.vault("add", "work", stdin=text), words="answer")
    vault.failed(vault.vault("remove", "work"), words="answer")


def test_what_was_done_is_said_beside_a_daemon_that_hangs(aws, vault, desktop):
    """Its sessions may be left; the key and the sessions of others are not."""
    service = desktop(Keyring)
    configure(aws, vault, timeout="2", keyring="file")
    service.stop()
    key = aws.user()
    text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    for args, done in ((("add", "work"), "work is kept in file"),
                       (("purge",), "0 cached credentials removed"),
                       (("remove", "work"), "work is removed from file")):
        result = vault.vault(*args, stdin=text.encode())
        assert result.status == 3 and done in result.out
        assert "may still be in secret-service" in result.err


def test_a_key_that_is_not_found_says_where_it_was_looked_for(aws, vault, desktop):
    """It may be in a service that this session has no bus to."""
    desktop(Keyring)
    configure(aws, vault)
    vault.add("work", aws.user())
    vault.env["DBUS_SESSION_BUS_ADDRESS"] = None
    vault.fails("keyring", words=["work", "file", "no session bus"])


def test_unlock_without_anyone_to_ask(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault)
    service.lock()
    said = vault.failed(vault.vault("unlock"))
    assert "`sekisho-vault unlock`" not in said, "which is what was run"


def test_a_daemon_that_is_killed_in_the_middle_is_no_end(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault, keyring="secret-service")
    vault.add("work", aws.user())
    service.stop()
    program = vault.start(vault.program, "get", "keyring")
    time.sleep(0.5)
    service.kill()
    vault.failed(end(program), words="ecret")


def test_a_daemon_that_dies_between_is_no_end(aws, vault, desktop):
    service = desktop(Keyring)
    configure(aws, vault)
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    program = vault.start(vault.program, "get", "role")
    gate.wait()
    service.kill()
    gate.open()
    result = end(program)
    vault.given(result)
    assert result.err.count("\n") <= 1


@pytest.mark.parametrize("variable, value", [
    ("SECRET_BACKEND", "file"), ("SECRET_SERVICE_BUS_NAME", "org.example.Other"),
    ("SECRET_FILE_TEST_PATH", "/tmp/none"), ("SNAP_NAME", "x"),
])
def test_variables_of_libsecret_divert_nothing(aws, vault, desktop, variable, value):
    service = desktop(Keyring)
    configure(aws, vault)
    key = aws.user()
    text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    vault.vault("add", "work", stdin=text, env={variable: value}, ok=True)
    assert service.items() == 1
