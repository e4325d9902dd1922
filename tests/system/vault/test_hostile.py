"""Answers that no service gives: taken as they should be, or one line."""

import json
import time

import pytest

from . import faults
from .fake_aws import ACCOUNT
from .world import seconds_left

DEEP = '{"a":' * 100000


@pytest.fixture
def role(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})


def between(name, text):
    """The element's content is another."""

    def change(body):
        head, _, rest = body.partition(f"<{name}>".encode())
        return head + f"<{name}>".encode() + text + rest[rest.index(b"</"):]

    return faults.changed(change)


@pytest.mark.parametrize("name, text", [
    ("AccessKeyId", b""), ("AccessKeyId", b"A" * 200), ("AccessKeyId", b"A\nB"),
    ("AccessKeyId", b'A"B'), ("SecretAccessKey", b""), ("SecretAccessKey", b"a b"),
    ("SecretAccessKey", b"x" * 2000), ("SessionToken", b"t" * 20000),
    ("SessionToken", b"t\r\nX-Evil: 1"), ("SessionToken", b"\xff\xfe"),
    ("Expiration", b""), ("Expiration", b"tomorrow"), ("Expiration", b"1700000000"),
    ("Expiration", b"2099-02-30T00:00:00Z"), ("Expiration", b"99999-01-01T00:00:00Z"),
])
def test_fields_of_sts_that_are_none(aws, vault, role, name, text):
    aws.always("AssumeRole", between(name, text))
    vault.fails(words="AssumeRole")


def test_a_time_before_1970(aws, vault, role):
    aws.always("AssumeRole", between("Expiration", b"1969-01-01T00:00:00Z"))
    vault.fails(words="ended")


def test_a_session_without_a_token_is_none(aws, vault, role):
    aws.always("AssumeRole", faults.changed(
        lambda b: b.replace(b"SessionToken>", b"OtherToken>")
    ))
    vault.fails(words="AssumeRole")


@pytest.mark.parametrize("body", [
    b"<a>" * 100000, b"<?xml version='1.0' encoding='utf-16'?><a/>",
    b"<AssumeRoleResponse>" + b"<AssumeRoleResult><Credentials/></AssumeRoleResult>" * 9,
    b"\x00" * 1000, b"{}", b"<a b='" + b"c" * 300000 + b"'/>",
], ids=["deep", "utf-16", "cut", "nul", "json", "long"])
def test_xml_that_is_none(aws, vault, role, body):
    aws.always("AssumeRole", faults.raw(200, body, "text/xml"))
    vault.fails(words="AssumeRole")


def test_headers_that_are_none(aws, vault, role):
    aws.fail(
        "AssumeRole", faults.throttled(Retry_After="x" * 5000),
        faults.throttled(Retry_After="-1", x_amz_retry_after="99999999999999999999"),
    )
    vault.get()


def test_a_wait_that_is_too_long_is_not_kept(aws, vault, role):
    aws.always("AssumeRole", faults.throttled(Retry_After=10 ** 9))
    vault.fails(words="Throttling")
    aws.mend()
    vault.given(vault.moved(1000, "get"), 1000)


@pytest.fixture
def reader(aws, vault):
    vault.profiles(
        default={"sekisho_source": "secretsmanager:x", "sekisho_reader_profile": "r"},
        r=vault.static(aws.user("reader")),
    )


@pytest.mark.parametrize("body", [
    "", "{}", "[]", "null", "{\"SecretString\": 1}", "{\"SecretString\": null}",
    "{\"SecretBinary\": \"no base64!\"}", "{\"SecretString\": \"a\"} more",
    "{\"SecretString\": \"a\", \"SecretString\": \"b\"}", DEEP,
    "{\"SecretString\": \"\\ud800\"}", "\ufeff{}",
], ids=lambda b: b[:20] or "empty")
def test_answers_of_secrets_manager_that_are_none(aws, vault, reader, body):
    aws.always("GetSecretValue", faults.raw(200, body, "application/x-amz-json-1.1"))
    vault.fails(words="GetSecretValue")
    assert aws.count("GetSessionToken") == 0


@pytest.mark.parametrize("body", [
    "", "{}", "{\"__type\": 7}", "{\"__type\": \"" + "x" * 9000 + "\"}", "<html>",
    "{\"__type\": \"a#\\u001b[31mb\", \"message\": {}}", DEEP,
], ids=lambda b: b[:20] or "empty")
def test_errors_of_secrets_manager_that_are_none(aws, vault, reader, body):
    aws.always("GetSecretValue", faults.raw(400, body, "application/x-amz-json-1.1"))
    said = vault.fails(words="400")
    assert len(said) < 1000 and all(c.isprintable() for c in said[:-1])


@pytest.mark.parametrize("change", [
    {"AccessKeyId": ""}, {"SecretAccessKey": 7}, {"Token": None}, {"Token": "a b"},
    {"Expiration": "soon"}, {"Expiration": None}, {"AccessKeyId": "x" * 500},
], ids=lambda c: "-".join(map(str, next(iter(c.items()))))[:24])
@pytest.mark.parametrize("operation", ["imds:role", "container"])
def test_answers_of_metadata_that_are_none(aws, vault, operation, change):
    def fault(body):
        return json.dumps({**json.loads(body), **change}).encode()

    aws.always(operation, faults.changed(fault))
    source = "EcsContainer" if operation == "container" else "Ec2InstanceMetadata"
    vault.profiles(default={
        "credential_source": source, "ec2_metadata_service_endpoint": aws.url,
    })
    vault.fails(env={
        "AWS_EC2_METADATA_DISABLED": None,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/v1/credentials",
    })


@pytest.mark.parametrize("operation", ["imds:token", "imds:list", "imds:role"])
@pytest.mark.parametrize("fault", [
    faults.raw(200, ""), faults.raw(200, "a\r\nb: c"), faults.raw(200, b"\xff\x00" * 9),
    faults.oversized(), faults.cut(),
], ids=["empty", "header", "bytes", "oversized", "cut"])
def test_metadata_that_is_none(aws, vault, operation, fault):
    aws.always(operation, fault)
    vault.profiles(default={
        "credential_source": "Ec2InstanceMetadata",
        "ec2_metadata_service_endpoint": aws.url,
    })
    vault.fails(env={"AWS_EC2_METADATA_DISABLED": None})


def tool(vault, key, **change):
    answer = {
        "Version": 1, "AccessKeyId": key.id, "SecretAccessKey": key.secret,
        "SessionToken": key.token, "Expiration": key.expiration(), **change,
    }
    answer = {k: v for k, v in answer.items() if v is not None}
    path = vault.aws_credentials
    vault.write(path, "; " + json.dumps(answer))
    made = vault.script("other", f"#!/bin/sh\ncut -c3- {path}\n")
    vault.profiles(default={"credential_process": made})


@pytest.mark.parametrize("change", [
    {"Version": "1"}, {"Version": 1.5}, {"Version": None}, {"AccessKeyId": None},
    {"SecretAccessKey": ""}, {"Expiration": "tomorrow"}, {"Expiration": 1700000000},
    {"Expiration": "2099-01-01T00:00:00"}, {"SessionToken": 5},
], ids=lambda c: "-".join(map(str, next(iter(c.items())))))
def test_answers_of_another_tool_that_are_none(aws, vault, change):
    tool(vault, aws.issue(f"arn:aws:iam::{ACCOUNT}:user/ann", 3600), **change)
    vault.fails(words="credential_process")


@pytest.mark.parametrize("text, lasts", [
    ("%Y-%m-%dT%H:%M:%S+02:00", 3600 - 7200), ("%Y-%m-%dT%H:%M:%S.123Z", 3600),
    ("%Y-%m-%dT%H:%M:%S-02:00", 3600 + 7200),
])
def test_times_that_other_tools_write(aws, vault, text, lasts):
    key = aws.issue(f"arn:aws:iam::{ACCOUNT}:user/ann", 3600)
    tool(vault, key, Expiration=time.strftime(text, time.gmtime(key.expires)))
    if lasts < 0:
        vault.fails(words="ended")
    else:
        assert lasts - 60 < seconds_left(vault.get()) <= lasts


def test_a_key_of_another_tool_that_never_ends_is_not_kept(aws, vault):
    key = aws.user()
    tool(vault, key, SessionToken=None, Expiration=None)
    made = vault.get()
    assert set(made) == {"Version", "AccessKeyId", "SecretAccessKey"}
    assert not list(vault.data.rglob("*/*"))
