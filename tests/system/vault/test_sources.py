"""Where a profile's credentials come from."""

import json
import os

import pytest

from . import faults
from .fake_aws import ACCOUNT
from .world import seconds_left

NO_CACHE = {"XDG_RUNTIME_DIR": None}


@pytest.fixture
def instance(aws, vault):
    """The vault runs on an EC2 instance: metadata is where it always is."""
    aws.listen("169.254.169.254", 80)
    vault.env.pop("AWS_EC2_METADATA_DISABLED")
    vault.profiles(
        default={"credential_source": "Ec2InstanceMetadata"},
        admin={"credential_source": "Ec2InstanceMetadata", "role_arn": aws.role("admin")},
    )
    return aws.imds


@pytest.fixture
def container(aws, vault):
    aws.listen("169.254.170.2", 80)
    vault.env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/0123"
    vault.profiles(default={"credential_source": "EcsContainer"})
    return aws.container


def operations(aws):
    return [c.operation for c in aws.calls]


# ---- keys in the open ----


def test_a_key_in_the_shared_credentials_file(aws, vault):
    key = aws.user()
    vault.credentials(default=vault.static(key))
    made = vault.get()
    assert made["AccessKeyId"] == key.id
    assert "SessionToken" not in made and "Expiration" not in made
    assert not aws.calls


def test_a_role_with_the_key_of_another_profile(aws, vault):
    key = aws.user()
    vault.credentials(base=vault.static(key))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "base"})
    made = vault.get()
    assert made["AccountId"] == ACCOUNT
    assert 3500 < seconds_left(made) <= 3600
    assert aws.last("AssumeRole").key is key
    assert aws.last("AssumeRole").region == "eu-central-1"


def test_a_role_with_the_key_in_the_environment(aws, vault):
    key = aws.user()
    vault.profiles(
        default={"role_arn": aws.role("deploy"), "credential_source": "Environment"}
    )
    env = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    assert vault.get(env=env)["AccessKeyId"] == aws.issued[-1].id
    assert aws.last("AssumeRole").key is key
    vault.fails(env={"AWS_ACCESS_KEY_ID": key.id}, status=2, words="AWS_SECRET")


def test_the_profile_is_that_of_the_environment_unless_it_is_named(aws, vault):
    one, two, three = aws.user("one"), aws.user("two"), aws.user("three")
    vault.profiles(
        default=vault.static(one), work=vault.static(two), other=vault.static(three)
    )
    assert vault.get()["AccessKeyId"] == one.id
    assert vault.get(env={"AWS_PROFILE": "work"})["AccessKeyId"] == two.id
    assert vault.get("other", env={"AWS_PROFILE": "work"})["AccessKeyId"] == three.id
    vault.fails("none", status=2, words="none")


def test_a_profile_of_ours_beats_that_of_aws(aws, vault):
    ours, theirs = aws.user("ours"), aws.user("theirs")
    vault.aws_profiles(work=vault.static(theirs))
    vault.profiles(default=vault.static(ours))
    assert vault.get("work")["AccessKeyId"] == theirs.id
    vault.profiles(work=vault.static(ours))
    assert vault.get("work")["AccessKeyId"] == ours.id


# ---- a key in the keyring ----


def test_a_key_in_the_keyring_gets_a_session(aws, vault):
    key = aws.user()
    vault.add("work", key)
    vault.profiles(default={"sekisho_source": "keyring:work"})
    made = vault.get()
    assert made["AccessKeyId"] != key.id
    assert 43000 < seconds_left(made) <= 43200
    assert aws.last("GetSessionToken").key is key


def test_a_key_that_is_not_in_the_keyring(vault):
    vault.profiles(default={"sekisho_source": "keyring:work"})
    vault.fails(words=["work", "sekisho-vault add work"])


# ---- another tool ----


def process(vault, text):
    return vault.script("other tool", f"#!/bin/sh\n{text}\n")


def test_another_tools_process(aws, vault):
    key = aws.issue(f"arn:aws:iam::{ACCOUNT}:user/ann", 3600)
    answer = {
        "Version": 1, "AccessKeyId": key.id, "SecretAccessKey": key.secret,
        "SessionToken": key.token, "Expiration": key.expiration(),
    }
    tool = vault.script("other tool", '#!/bin/sh\ncat "$2"\necho to the user >&2\n')
    vault.profiles(default={"credential_process": f"'{tool}' --from answer"})
    with (vault.top / "answer").open("w") as f:
        json.dump(answer, f)
    result = vault.vault("get")
    (vault.top / "answer").unlink()
    assert vault.given(result)["AccessKeyId"] == key.id
    assert "to the user" in result.err


@pytest.mark.parametrize("text, word", [
    ("echo '{\"Version\": 1'", "JSON"),
    ("echo '{\"Version\": 2, \"AccessKeyId\": \"x\"}'", "Version"),
    ("exit 7", "7"),
    ("kill -9 $$", "9"),
    ("head -c 9000000 /dev/zero", "more than"),
    ("true", ""),
])
def test_another_tool_that_does_not_answer_right(vault, text, word):
    vault.profiles(default={"credential_process": f"'{process(vault, text)}'"})
    vault.fails(words=["credential_process", word])


def test_another_tool_that_hangs_is_ended(vault):
    left = vault.top / "left"
    tool = process(vault, f"echo $$ >{left}; exec sleep 1000")
    vault.settings["timeout"] = "1"
    vault.profiles(default={"credential_process": f"'{tool}'"})
    vault.fails(words="credential_process")
    assert not os.path.exists(f"/proc/{left.read_text().strip()}")


@pytest.mark.parametrize("command", [
    "sekisho-vault get default", "/usr/bin/sekisho-vault get work",
    "env AWS_PROFILE=x sekisho-vault get", "'sekisho-vault' get x",
])
def test_a_process_that_is_ourselves_is_not_run(vault, command):
    vault.aws_profiles(default={"credential_process": command})
    vault.fails(status=2, words="calls sekisho-vault itself")


# ---- an EC2 instance ----


def test_an_instance_has_its_role(aws, vault, instance):
    made = vault.get()
    assert made["AccessKeyId"] == instance.current.id
    assert operations(aws) == ["imds:token", "imds:list", "imds:role"]
    assert all("X-Forwarded-For" not in c.headers for c in aws.calls)
    vault.get()
    assert len(aws.calls) == 3, "it was not cached"


def test_an_instances_role_assumes_another(aws, vault, instance):
    vault.get("admin")
    assert aws.last("AssumeRole").key is instance.current


def test_an_instance_over_ipv6(aws, vault, instance):
    aws.listen("fd00:ec2::254", 80)
    aws.servers[1].shutdown()
    aws.servers[1].server_close()
    vault.get(env={"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"})


def test_an_instance_is_never_asked_through_a_proxy(aws, vault, instance):
    proxy = {name: "http://127.0.0.1:9" for name in ("http_proxy", "ALL_PROXY")}
    assert vault.get(env=proxy)["AccessKeyId"] == instance.current.id


@pytest.mark.parametrize("operation", ["imds:list", "imds:role"])
def test_a_refused_token_is_replaced_once(aws, vault, instance, operation):
    aws.fail(operation, faults.error("", "", 401))
    vault.get()
    assert aws.count("imds:token") == 2


@pytest.mark.parametrize("operation", ["imds:token", "imds:list", "imds:role"])
def test_an_instance_that_is_busy_is_asked_again(aws, vault, instance, operation):
    aws.fail(operation, faults.error("", "", 503))
    vault.get()
    assert aws.count(operation) == 2


@pytest.mark.parametrize("operation, status, words", [
    ("imds:token", 403, ["switched off"]),
    ("imds:token", 404, []),
    ("imds:token", 400, []),
    ("imds:list", 404, ["no role"]),
    ("imds:list", 403, ["switched off"]),
    ("imds:role", 404, []),
])
def test_an_instance_that_refuses(aws, vault, instance, operation, status, words):
    aws.always(operation, faults.error("", "", status))
    vault.fails(words=words + ["profile default"])
    assert aws.count(operation) == 1


def test_an_instance_without_a_role(aws, vault, instance):
    instance.role = None
    vault.fails(words="no role")


def test_an_instance_that_says_why(aws, vault, instance):
    instance.code = "AssumeRoleUnauthorizedAccess"
    instance.message = "EC2 cannot assume the role web"
    vault.fails(words=["AssumeRoleUnauthorizedAccess", "EC2 cannot assume"])


def test_a_token_that_never_comes_names_the_hop_limit(aws, vault, instance):
    aws.always("imds:token", faults.Gate())
    vault.fails(words="hop limit")
    assert "imds:list" not in operations(aws), "version 1 was tried"


def test_a_switch_keeps_an_instance_from_being_asked(aws, vault, instance):
    vault.fails(env={"AWS_EC2_METADATA_DISABLED": "TRUE"}, words="AWS_EC2_METADATA")
    assert not aws.calls


@pytest.mark.parametrize("role", ["../../x", "a/b", "a b", "a?b", "a" * 300, ""])
def test_an_instance_with_a_role_name_that_none_has(aws, vault, instance, role):
    aws.always("imds:list", faults.raw(200, role))
    vault.fails()
    assert aws.count("imds:role") == 0


def test_an_instance_that_redirects_is_not_followed(aws, vault, instance):
    for operation in ("imds:token", "imds:list", "imds:role"):
        aws.mend()
        aws.always(operation, faults.redirected(aws.url + "/latest/followed"))
        vault.fails(env=NO_CACHE | {"XDG_CACHE_HOME": str(vault.top / operation[5:])})
    assert aws.count("imds:other") == 0


def test_what_an_instance_gives_is_used_past_its_end(aws, vault, instance):
    aws.lifetime = -60
    result = vault.vault("get")
    made = vault.given(result)
    assert 500 < seconds_left(made) < 1000
    assert "ended" in result.err
    assert result.err.count("\n") == 1


def test_what_ended_long_ago_is_not_used(aws, vault, instance):
    aws.lifetime = -3600
    vault.fails(words="ended")


# ---- a container ----


def test_a_task_has_its_role(aws, vault, container):
    made = vault.get()
    assert made["AccessKeyId"] == container.current.id
    assert made["AccountId"] == ACCOUNT
    assert operations(aws) == ["container"]


def test_a_task_is_never_asked_through_a_proxy(aws, vault, container):
    vault.get(env={"http_proxy": "http://127.0.0.1:9"})


@pytest.mark.parametrize("host", ["169.254.170.23", "fd00:ec2::23"])
def test_a_pod_has_its_identity(aws, vault, container, host):
    url = aws.listen(host, 80).removesuffix(":80")
    token = vault.top / "token"
    token.write_text("a token of the test\n")
    container.authorization = "a token of the test"
    env = {
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": None,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": url + "/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this one",
    }
    assert vault.get(env=env)["AccessKeyId"] == container.current.id


def test_a_rotated_token_file_is_read_again_for_each_try(aws, vault, container):
    token = vault.top / "token"
    token.write_text("first")

    def rotate(request, proceed):
        token.write_text("second")
        container.authorization = "second"
        return faults.unavailable()(request, proceed)

    container.authorization = "first"
    aws.fail("container", rotate)
    vault.get(env={"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)})
    sent = [c.headers["Authorization"] for c in aws.calls]
    assert sent == ["first", "second"]


@pytest.mark.parametrize("url", [
    "http://192.0.2.1/v1/credentials",
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.170.2@192.0.2.1/",
    "http://[fd00:ec2::24]/",
    "ftp://127.0.0.1/",
])
def test_plain_http_is_for_few_hosts(aws, vault, url):
    vault.profiles(default={"credential_source": "EcsContainer"})
    result = vault.vault("get", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})
    vault.failed(result, status=result.status)
    assert result.status in (2, 3)
    assert not aws.calls


def test_a_container_that_refuses_says_why(aws, vault, container):
    container.authorization = "held by nobody"
    vault.fails(words=["authorization token", "401"])
    assert aws.count("container") == 1


def test_a_line_break_in_a_token_is_no_header(aws, vault, container):
    vault.fails(env={"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX-Other: b"})
    assert not aws.calls


# ---- a web identity ----


@pytest.fixture
def pod(aws, vault):
    token = vault.top / "token"
    token.write_text(aws.web_token())
    vault.profiles(default={
        "role_arn": aws.role("pod"), "web_identity_token_file": token,
        "role_session_name": "pod-1",
    })
    return token


def test_a_web_identity_gets_its_role(aws, vault, pod):
    assert vault.get()["AccountId"] == ACCOUNT
    call = aws.last("AssumeRoleWithWebIdentity")
    assert call.params["RoleSessionName"] == "pod-1"
    assert "Authorization" not in call.headers


def test_a_web_identity_from_the_environment_alone(aws, vault, pod):
    vault.profiles(default={"credential_source": "Environment"})
    env = {
        "AWS_ROLE_ARN": aws.role("pod"), "AWS_WEB_IDENTITY_TOKEN_FILE": str(pod),
    }
    vault.get(env=env)
    assert aws.count("AssumeRoleWithWebIdentity") == 1


def test_a_web_identitys_token_is_read_again_for_each_try(aws, vault, pod):
    def rotate(request, proceed):
        pod.write_text(aws.web_token())
        return faults.error("IDPCommunicationError", "timed out")(request, proceed)

    aws.fail("AssumeRoleWithWebIdentity", rotate)
    vault.get()
    first, second = [c.params["WebIdentityToken"] for c in aws.calls]
    assert first != second


def test_a_web_identitys_token_that_has_expired(aws, vault, pod):
    token = aws.web_token(lasts=-10)
    pod.write_text(token)
    vault.held.append(token)
    try:
        vault.fails(words="Token expired")
    finally:
        pod.unlink()
    assert aws.count("AssumeRoleWithWebIdentity") == 1


def test_a_web_identitys_token_that_is_not_there(aws, vault, pod):
    pod.unlink()
    vault.fails(words=str(pod))
    assert not aws.calls
