"""Roles: what is sent to STS, chains of them, and limits before the call."""

import json

import pytest

from .fake_aws import ACCOUNT
from .world import seconds_left


@pytest.fixture
def ann(aws, vault):
    key = aws.user("ann")
    vault.credentials(ann=vault.static(key))
    return key


def role(aws, vault, name="deploy", source="ann", trust=None, **more):
    vault.profiles(default={
        "role_arn": aws.role(name, trust=trust), "source_profile": source, **more
    })


def test_a_chain_of_roles(aws, vault, ann):
    arns = [aws.role(f"r{i}", trust=set()) for i in range(5)]
    aws.roles[arns[0]].trust.add(ann.arn)
    for before, after in zip(arns, arns[1:]):
        aws.roles[after].trust.add(before)
    profiles = {"r0": {"role_arn": arns[0], "source_profile": "ann"}}
    for i in range(1, 5):
        profiles[f"r{i}"] = {"role_arn": arns[i], "source_profile": f"r{i - 1}"}
    vault.profiles(**profiles)
    vault.get("r4")
    assert [c.params["RoleArn"] for c in aws.calls] == arns
    vault.get("r2")
    assert len(aws.calls) == 5, "a part of the chain was asked for again"


def test_all_that_a_role_can_be_asked_with(aws, vault, ann):
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    role(
        aws, vault, role_session_name="ann@ci", external_id="ext:1",
        duration_seconds=1800, source_identity="ann",
        session_tags="project=blue, cost center=42", transitive_session_tags="project",
        sekisho_policy=policy,
        sekisho_policy_arns="arn:aws:iam::aws:policy/ReadOnlyAccess",
    )
    made = vault.get()
    sent = aws.last("AssumeRole").params
    assert sent["RoleSessionName"] == "ann@ci"
    assert sent["ExternalId"] == "ext:1"
    assert sent["DurationSeconds"] == "1800"
    assert sent["SourceIdentity"] == "ann"
    assert json.loads(sent["Policy"]) == json.loads(policy)
    assert sent["PolicyArns.member.1.arn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    tags = {sent[f"Tags.member.{i}.Key"]: sent[f"Tags.member.{i}.Value"] for i in (1, 2)}
    assert tags == {"project": "blue", "cost center": "42"}
    assert sent["TransitiveTagKeys.member.1"] == "project"
    assert 1700 < seconds_left(made) <= 1800


@pytest.mark.parametrize("change", [
    {"role_session_name": "other"}, {"external_id": "other"},
    {"duration_seconds": 900}, {"source_identity": "other"},
    {"session_tags": "a=b"}, {"sekisho_policy": '{"Version":"2012-10-17"}'},
    {"sekisho_policy_arns": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    {"region": "us-west-2"}, {"endpoint_url": "localhost"},
], ids=lambda c: next(iter(c)))
def test_any_change_is_another_session(aws, vault, ann, change):
    role(aws, vault)
    first = vault.get()
    if "endpoint_url" in change:
        change = {"endpoint_url": aws.url.replace("127.0.0.1", "localhost")}
    role(aws, vault, **change)
    assert vault.get()["AccessKeyId"] != first["AccessKeyId"]
    role(aws, vault)
    assert vault.get()["AccessKeyId"] == first["AccessKeyId"]


def test_a_changed_source_key_is_another_session(aws, vault, ann):
    role(aws, vault)
    first = vault.get()
    vault.credentials(ann=vault.static(aws.user("other")))
    assert vault.get()["AccessKeyId"] != first["AccessKeyId"]


def test_a_session_name_of_ours_where_none_is_given(aws, vault, ann):
    role(aws, vault)
    vault.get()
    assert 2 <= len(aws.last("AssumeRole").params["RoleSessionName"]) <= 64


def test_the_account_is_pinned(aws, vault, ann):
    role(aws, vault, sekisho_account=ACCOUNT)
    assert vault.get()["AccountId"] == ACCOUNT
    vault.profiles(default={**vault.static(ann), "sekisho_account": "999900001111"})
    vault.fails(words=[ACCOUNT, "999900001111"])
    role(aws, vault, sekisho_account="999900001111")
    vault.fails(status=2, words=[ACCOUNT, "999900001111"])


def test_a_role_denied(aws, vault, ann):
    role(aws, vault, trust=set())
    vault.fails(words=["AssumeRole", "role/deploy", "not authorized", "AccessDenied"])
    assert aws.count("AssumeRole") == 1


def test_a_duration_that_the_role_does_not_allow(aws, vault, ann):
    role(aws, vault, duration_seconds=7200)
    aws.roles[f"arn:aws:iam::{ACCOUNT}:role/deploy"].longest = 3600
    vault.fails(words="MaxSessionDuration")


def test_a_chained_role_over_an_hour_is_refused_before_the_call(aws, vault, ann):
    vault.profiles(
        one={"role_arn": aws.role("one"), "source_profile": "ann"},
        two={
            "role_arn": aws.role("two"), "source_profile": "one",
            "duration_seconds": 3601,
        },
    )
    vault.fails("two", status=2, words=["duration_seconds", "3600", "temporary"])
    assert not aws.calls


@pytest.mark.parametrize("key, value, word", [
    ("duration_seconds", "899", "900"),
    ("duration_seconds", "43201", "43200"),
    ("duration_seconds", "an hour", "900"),
    ("role_session_name", "a", "64"),
    ("role_session_name", "a b", "character"),
    ("external_id", "x" * 1225, "1224"),
    ("source_identity", "a" * 65, "64"),
    ("session_tags", "novalue", "KEY=VALUE"),
    ("session_tags", ",".join(f"k{i}=v" for i in range(51)), "50"),
    ("session_tags", "k=" + "v" * 257, "256"),
    ("transitive_session_tags", "absent", "session_tags"),
    ("sekisho_policy", "x" * 10, "JSON"),
    ("sekisho_policy", '{"a":"' + "x" * 2048 + '"}', "2048"),
    ("sekisho_policy_arns", ",".join(
        f"arn:aws:iam::aws:policy/P{i}" for i in range(11)), "10"),
    ("role_arn", "arn:aws:iam::1:user/x", "role"),
    ("mfa_serial", "short", "9"),
    ("sekisho_account", "12", "12"),
    ("region", "a/b", "region"),
], ids=lambda v: v[:24])
def test_a_limit_is_named_before_the_call(aws, vault, ann, key, value, word):
    role(aws, vault, **{key: value})
    vault.fails(status=2, words=[word, f"{vault.config}:"])
    assert not aws.calls


@pytest.mark.parametrize("profiles, word", [
    ({"a": {"role_arn": 1, "source_profile": "b"},
      "b": {"role_arn": 1, "source_profile": "a"}}, "b"),
    ({"a": {"role_arn": 1, "source_profile": "a"}}, "a"),
    ({"a": {"role_arn": 1}}, "source_profile"),
    ({"a": {"role_arn": 1, "source_profile": "b", "credential_source": "Environment"}},
     "both"),
    ({"a": {"role_arn": 1, "source_profile": "none"}}, "none"),
    ({"a": {"aws_access_key_id": "AKIA"}}, "aws_secret_access_key"),
    ({"a": {"role_arn": 1, "credential_source": "ec2instancemetadata"}}, "spelt"),
])
def test_profiles_that_lead_nowhere(aws, vault, profiles, word):
    for keys in profiles.values():
        if "role_arn" in keys:
            keys["role_arn"] = aws.role("deploy")
    vault.profiles(**profiles)
    vault.fails("a", status=2, words=[word, f"{vault.config}:"])


@pytest.mark.parametrize("partition, region", [
    ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"),
    ("aws-eusc", "eusc-de-east-1"), ("aws", "us-east-1"),
])
def test_a_partition_has_its_region(aws, vault, ann, partition, region):
    arn = aws.role("deploy").replace("arn:aws:", f"arn:{partition}:")
    aws.roles[arn] = aws.roles[f"arn:aws:iam::{ACCOUNT}:role/deploy"]
    vault.profiles(default={
        "role_arn": arn, "source_profile": "ann", "region": None,
    })
    vault.get()
    assert aws.last("AssumeRole").region == region


def test_the_region_of_the_environment_beats_the_profiles(aws, vault, ann):
    role(aws, vault)
    vault.get(env={"AWS_REGION": "ap-south-1"})
    assert aws.last("AssumeRole").region == "ap-south-1"


def test_services_have_endpoints_of_their_own(aws, vault, ann):
    role(aws, vault, endpoint_url="http://127.0.0.1:9", services="local")
    with vault.config.open("a") as f:
        f.write(f"[services local]\nsts =\n  endpoint_url = {aws.url}\n")
    vault.get()


@pytest.mark.parametrize("url", ["http://192.0.2.1:80", "http://sts.example.org"])
def test_plain_http_is_for_loopback_alone(aws, vault, ann, url):
    role(aws, vault, endpoint_url=url)
    vault.fails(status=2, words=["http", "endpoint"])


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
def test_an_endpoint_of_the_environment_is_believed_for_loopback_alone(
    aws, vault, ann, variable
):
    role(aws, vault, endpoint_url=None)
    vault.fails(
        env={variable: "https://sts.example.org"}, status=2,
        words=[variable, "trust_environment"],
    )
    vault.get(env={variable: aws.url})


@pytest.mark.parametrize("region, keys, host", [
    ("eu-central-1", {}, "sts.eu-central-1.amazonaws.com"),
    ("us-east-1", {"use_fips_endpoint": "true"}, "sts-fips.us-east-1.amazonaws.com"),
    ("eu-west-1", {"use_dualstack_endpoint": "true"}, "sts.eu-west-1.api.aws"),
    ("us-gov-west-1", {"use_fips_endpoint": "true"}, "sts.us-gov-west-1.amazonaws.com"),
    ("cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn"),
    ("cn-north-1", {"use_dualstack_endpoint": "true"},
     "sts.cn-north-1.api.amazonwebservices.com.cn"),
    ("eusc-de-east-1", {}, "sts.eusc-de-east-1.amazonaws.eu"),
])
def test_the_endpoint_of_a_region(aws, vault, ann, region, keys, host):
    role(aws, vault, endpoint_url=None, region=region, **keys)
    vault.fails(env={"https_proxy": aws.url}, words=host)
    assert {t.path for t in aws.tunnels} == {f"{host}:443"}


@pytest.mark.parametrize("source, host", [
    ("secretsmanager:x", "secretsmanager.eu-central-1.amazonaws.com"),
    ("ssm:x", "ssm.eu-central-1.amazonaws.com"),
    ("secretsmanager:arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:x-ABCDEF",
     "secretsmanager.cn-north-1.amazonaws.com.cn"),
])
def test_the_endpoint_of_a_secret(aws, vault, ann, source, host):
    vault.profiles(default={
        "sekisho_source": source, "sekisho_reader_profile": "ann", "endpoint_url": None,
    })
    vault.fails(env={"https_proxy": aws.url}, words=host)
    assert {t.path for t in aws.tunnels} == {f"{host}:443"}


def test_a_host_without_a_proxy(aws, vault, ann):
    role(aws, vault, endpoint_url=None)
    env = {"https_proxy": aws.url, "no_proxy": "amazonaws.com"}
    vault.fails(env=env, words="sts.eu-central-1.amazonaws.com")
    assert not aws.tunnels


def test_the_environment_is_trusted_if_settings_say_so(aws, vault, ann):
    vault.settings["trust_environment"] = "true"
    role(aws, vault, endpoint_url=None)
    env = {"AWS_ENDPOINT_URL_STS": "https://sts.example.org", "https_proxy": aws.url}
    vault.fails(env=env, words="sts.example.org")
    assert {t.path for t in aws.tunnels} == {"sts.example.org:443"}
