"""Each thing that goes wrong: one clear line, the right status, nothing lost."""

import json
import os
import resource
import subprocess

import pytest

from . import faults, island


@pytest.fixture
def role(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})


# ---- the network ----


def test_no_network(aws, vault, role):
    vault.fails(preexec_fn=island.cut_off, words=["AssumeRole", "127.0.0.1"])


def test_no_network_and_something_valid(aws, vault, role):
    first = vault.left(600)
    result = vault.vault("get", preexec_fn=island.cut_off)
    assert vault.given(result) == first
    assert result.err.count("\n") == 1


def test_no_resolver(aws, vault, role):
    vault.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann", "endpoint_url": None,
    })
    vault.fails(words="sts.eu-central-1.amazonaws.com")


def test_nothing_listens(aws, vault, role):
    aws.servers[0].shutdown()
    aws.servers[0].server_close()
    vault.fails(words=["127.0.0.1", "refused"])


def test_no_answer_in_time(aws, vault, role):
    vault.settings["timeout"] = "1"
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    aws.always("AssumeRole", faults.Gate())
    vault.fails(words=["AssumeRole", "no answer"])


def test_no_answer_in_the_time_that_an_sdk_has(aws, vault, role):
    del vault.settings["timeout"]
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    aws.always("AssumeRole", faults.Gate())
    vault.fails(words=["AssumeRole", "no answer"])


@pytest.mark.parametrize("fault, words", [
    (faults.cut(), ["AssumeRole"]),
    (faults.closed(), ["AssumeRole"]),
    (faults.oversized(), ["AssumeRole", "larger than"]),
    (faults.raw(200, "<html>a portal</html>", "text/html"), ["AssumeRole"]),
    (faults.raw(200, ""), ["AssumeRole"]),
    (faults.raw(200, b"\xff\x00<"), ["AssumeRole"]),
    (faults.raw(403, "<html>a proxy</html>", "text/html"), ["AssumeRole", "403"]),
    (faults.raw(418, ""), ["AssumeRole", "418"]),
    (faults.changed(lambda b: b.replace(b"SecretAccessKey", b"Other")), ["AssumeRole"]),
    (faults.changed(lambda b: b.replace(b"T", b"?", 9)), ["AssumeRole"]),
    (faults.changed(
        lambda b: b'<!DOCTYPE a [<!ENTITY b "c">]>' + b), ["AssumeRole"]),
], ids=["cut", "closed", "oversized", "html", "empty", "bytes", "403", "418",
        "field", "time", "entity"])
def test_an_answer_that_is_none(aws, vault, role, fault, words):
    aws.always("AssumeRole", fault)
    vault.fails(words=words)


def test_a_redirect_is_not_followed(aws, vault, role):
    other = aws.listen()
    aws.always("AssumeRole", faults.redirected(other))
    vault.fails(words=["AssumeRole", "307"])
    assert aws.count("AssumeRole") == 1 and len(aws.calls) == 1


HOSTILE = "no\nsekisho-vault: forged \x1b[31m\x07 \u202e " + "x" * 9000


def assert_one_safe_line(said):
    assert len(said) < 2000
    assert all(c.isprintable() for c in said[:-1])


def test_an_error_text_in_xml_is_made_one_safe_line(aws, vault, role):
    text = HOSTILE.replace("\x1b", "").replace("\x07", "")
    aws.always("AssumeRole", faults.error("AccessDenied", text, 403))
    assert_one_safe_line(vault.fails(words="AccessDenied"))


def test_an_error_text_in_json_is_made_one_safe_line(aws, vault):
    vault.profiles(
        default={"sekisho_source": "ssm:x", "sekisho_reader_profile": "reader"},
        reader=vault.static(aws.user()),
    )
    aws.always("GetParameter", faults.error("AccessDenied", HOSTILE, 403))
    assert_one_safe_line(vault.fails(words="AccessDenied"))


def test_an_error_text_with_a_secret_in_it(aws, vault, role):
    def quote(request, proceed):
        text = f"bad key {request.key_secret()}"
        return request.error("AccessDenied", text, 403)

    def fault(request, proceed):
        secret = aws.keys[request.headers["Authorization"][29:49]].secret
        request.key_secret = lambda: secret
        return quote(request, proceed)

    aws.always("AssumeRole", fault)
    result = vault.vault("get")
    assert result.status == 3 and result.out == ""
    vault.assert_unseen(result.err)


def test_an_expired_source(aws, vault):
    key = aws.issue("arn:aws:iam::111122223333:user/ann", -10)
    vault.profiles(
        default={"role_arn": aws.role("deploy"), "source_profile": "ann"},
        ann=vault.static(key),
    )
    vault.fails(words=["AssumeRole", "expired"])
    assert aws.count("AssumeRole") == 1


# ---- TLS ----


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of an authority that nobody knows, for localhost."""
    top = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", top / "key", "-out",
         top / "cert"],
        check=True, capture_output=True,
    )
    return str(top / "cert"), str(top / "key")


def over_tls(aws, vault, certificate, host="localhost", **more):
    url = aws.listen(tls=certificate).replace("127.0.0.1", host)
    vault.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann", "endpoint_url": url,
        **more,
    })


def test_a_known_authority(aws, vault, role, certificate):
    over_tls(aws, vault, certificate, ca_bundle=certificate[0])
    vault.get()


def test_an_unknown_authority(aws, vault, role, certificate):
    over_tls(aws, vault, certificate)
    vault.fails(words=["localhost", "certificate"])
    assert not aws.calls


def test_a_certificate_of_another_host(aws, vault, role, certificate):
    over_tls(aws, vault, certificate, "127.0.0.1", ca_bundle=certificate[0])
    vault.fails(words="127.0.0.1")
    assert not aws.calls


def test_a_bundle_that_is_not_there(aws, vault, role, certificate):
    over_tls(aws, vault, certificate, ca_bundle="/none/such")
    vault.fails(status=2, words="/none/such")


def test_a_bundle_of_the_environment(aws, vault, role, certificate):
    over_tls(aws, vault, certificate)
    vault.get(env={"AWS_CA_BUNDLE": certificate[0]})
    vault.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann", "endpoint_url": None,
    })
    vault.fails(env={"AWS_CA_BUNDLE": certificate[0]}, status=2, words="AWS_CA_BUNDLE")


def test_session_keys_of_tls_go_nowhere(aws, vault, role, certificate):
    over_tls(aws, vault, certificate, ca_bundle=certificate[0])
    log = vault.top / "keylog"
    vault.get(env={"SSLKEYLOGFILE": str(log)})
    assert not log.exists()


# ---- the disk ----


@pytest.fixture
def small_disk(vault):
    """A home's data directory with no room left, once `fill` was called."""
    vault.data.parent.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", vault.data.parent], check=True
    )
    fill = vault.data.parent / "fill"

    def full():
        with fill.open("wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 512)
            except OSError:
                return

    yield full
    subprocess.run(["umount", "-l", vault.data.parent], check=True)


def test_a_full_disk_costs_the_cache_alone(aws, vault, role, small_disk):
    vault.vault("status")
    small_disk()
    result = vault.vault("get")
    vault.given(result)
    assert result.err.count("\n") == 1 and "No space left" in result.err


def test_a_full_disk_loses_no_key(aws, vault, small_disk):
    old, new = aws.user("old"), aws.user("new")
    vault.profiles(default={"sekisho_source": "keyring:work"})
    vault.add("work", old)
    before = sorted(p for p in vault.data.rglob("*"))
    small_disk()
    text = json.dumps({"AccessKeyId": new.id, "SecretAccessKey": new.secret})
    vault.failed(vault.vault("add", "work", stdin=text), words="No space left")
    assert sorted(p for p in vault.data.rglob("*")) == before, "a part is left"
    vault.get()
    assert aws.last("GetSessionToken").key is old


def test_a_full_disk_leaves_profiles_as_they_were(aws, vault):
    vault.aws_config.parent.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "none", vault.aws_config.parent],
        check=True,
    )
    try:
        before = "[profile other]\nregion = us-east-1\n" + "# kept\n" * 500
        vault.write(vault.aws_config, before)
        with (vault.aws_config.parent / "fill").open("wb", buffering=0) as f:
            try:
                f.write(b"x" * 8192)
            except OSError:
                pass
        result = vault.vault("setup", "work", "--set", "sekisho_source=keyring:work")
        vault.failed(result, words="No space left")
        assert vault.aws_config.read_text() == before
    finally:
        subprocess.run(["umount", "-l", vault.aws_config.parent], check=True)


def no_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_limit_on_files_costs_the_cache_alone(aws, vault, role):
    result = vault.vault("get", preexec_fn=no_files)
    vault.given(result)
    assert result.err.count("\n") <= 2


def test_standard_output_that_is_full(aws, vault, role):
    with open("/dev/full", "wb") as full:
        result = vault.vault("get", stdout=full)
    assert result.status == 3 and result.err.count("\n") == 1
    assert "No space left" in result.err


def test_standard_output_that_is_closed(aws, vault, role):
    program = f'exec "$0" get >&-'
    result = vault.run("sh", "-c", program, vault.program)
    assert result.status == 3 and result.err.count("\n") == 1
    vault.get()
    result = vault.run("sh", "-c", program, vault.program)
    assert result.status == 3 and result.err.count("\n") == 1


@pytest.mark.parametrize("redirect", ["<&-", "2>&-", "<&- 2>&-"])
def test_other_streams_that_are_closed(aws, vault, role, redirect):
    result = vault.run("sh", "-c", f'exec "$0" get {redirect}', vault.program)
    vault.given(result)


# ---- home, files and settings ----


def test_no_home(aws, as_user):
    """No variable and no passwd entry: uncached, with a line."""
    vault = as_user
    path = vault.top / "aws.ini"
    key = aws.user()
    vault.write(path, f"[default]\nrole_arn = {aws.role('deploy')}\n"
                f"credential_source = Environment\nregion = eu-central-1\n"
                f"endpoint_url = {aws.url}\n")
    env = {
        "HOME": None, "XDG_RUNTIME_DIR": None, "AWS_CONFIG_FILE": str(path),
        "AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret,
    }
    vault.own(vault.top)
    result = vault.vault("get", env=env)
    vault.given(result)
    assert 1 <= result.err.count("\n") <= 2


def test_no_home_and_no_profiles(as_user):
    env = {"HOME": None, "XDG_RUNTIME_DIR": None}
    as_user.fails(env=env, status=2, words="home")
    result = as_user.vault("add", "work", stdin="{}", env=env)
    as_user.failed(result, status=result.status)
    assert result.status in (2, 3)


@pytest.mark.parametrize("home", ["/none/such", "relative", "/dev/null"])
def test_a_home_that_is_none(aws, as_user, home):
    as_user.vault("list", env={"HOME": home})
    as_user.fails(env={"HOME": home, "XDG_RUNTIME_DIR": None}, status=2)


def test_a_home_that_cannot_be_written(aws, as_user):
    vault = as_user
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    vault.home.chmod(0o555)
    first = vault.get()
    assert vault.get() == first
    text = json.dumps({"AccessKeyId": "x" * 16, "SecretAccessKey": "y" * 40})
    result = vault.vault("add", "work", stdin=text)
    vault.failed(result, words=str(vault.home))
    vault.home.chmod(0o755)


def test_a_runtime_directory_of_another_user(aws, as_user):
    vault = as_user
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    vault.state.mkdir()
    os.chown(vault.state, 0, 0)
    vault.state.chmod(0o777)
    first = vault.get()
    assert vault.get() == first
    assert not list(vault.state.iterdir())


@pytest.mark.parametrize("planted", [False, True])
def test_a_runtime_directory_that_all_can_write(aws, as_user, planted):
    """Locks go elsewhere, not even to where another user's link leads."""
    vault = as_user
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    shared, own = vault.top / "shared", vault.home / "own"
    for path in (shared, own):
        path.mkdir()
    vault.own(own)
    own.chmod(0o700)
    if planted:
        (shared / "sekisho").symlink_to(own)
    shared.chmod(0o1777)
    vault.get(env={"XDG_RUNTIME_DIR": str(shared)})
    assert not list(own.iterdir())
    assert [p.name for p in shared.iterdir()] == (["sekisho"] if planted else [])
    assert list((vault.home / ".cache/sekisho/state").iterdir())


def test_directories_that_are_relative(aws, vault, role):
    names = ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME")
    env = {f"XDG_{name}": "relative" for name in names}
    before = sorted(vault.top.iterdir())
    assert vault.get(env=env) == vault.get(env=env)
    assert sorted(vault.top.iterdir()) == before


@pytest.mark.parametrize("text, word", [
    ("[profile x\nregion = y\n", ":2:"), ("region = y\n", ":2:"),
    ("[default]\nSECRETTEXT\n", ":3:"),
])
def test_a_broken_line_is_named_and_not_quoted(vault, text, word):
    vault.write(vault.config, "# first\n" + text)
    said = vault.fails(status=2, words=f"{vault.config}{word}")
    assert "SECRETTEXT" not in said


@pytest.mark.parametrize("line, word", [
    ("keyring = vault", "kernel, secret-service or file"), ("timeout = 0", "timeout"),
    ("timeout = 61", "timeout"), ("file_protection = none", "key-file"),
    ("trust_environment = 1", "true or false"), ("nonsense = 1", "no such setting"),
])
def test_a_setting_that_is_none(vault, line, word):
    vault.write(vault.config, f"[sekisho]\n{line}\n[default]\nregion = x\n")
    vault.fails(status=2, words=[word, f"{vault.config}:2"])


def test_settings_that_others_can_write_are_not_believed(aws, vault, role):
    vault.config.chmod(0o666)
    vault.fails(status=2, words=[str(vault.config), "others"])


def test_a_file_that_is_too_large(vault):
    vault.write(vault.aws_config, "# x\n" * (2 << 20))
    vault.fails(words=[str(vault.aws_config), "larger than"])


def test_a_directory_in_place_of_a_file(vault):
    vault.aws_config.mkdir(parents=True)
    vault.fails(words=[str(vault.aws_config), "directory"])
