"""moto as it is set up here: it refuses what AWS would."""

import json

import botocore.exceptions
import pytest


def refused(call, **params):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**params)
    return e.value.response["Error"]["Code"]


def test_the_key_in_the_secret_gets_the_role_and_the_role_its_name(emulator):
    sm = emulator.client("secretsmanager", emulator.user)
    text = sm.get_secret_value(SecretId="app/deployer")["SecretString"]
    ssm = emulator.client("ssm", emulator.user)
    value = ssm.get_parameter(Name="/app/deployer", WithDecryption=True)
    assert value["Parameter"]["Value"] == text
    held = json.loads(text)["AccessKey"]
    assert (held["AccessKeyId"], held["SecretAccessKey"]) == emulator.held
    sts = emulator.client("sts", emulator.held)
    made = sts.assume_role(RoleArn=emulator.role, RoleSessionName="test")["Credentials"]
    pair = made["AccessKeyId"], made["SecretAccessKey"]
    me = emulator.client("sts", pair, made["SessionToken"])
    assert me.get_caller_identity()["Arn"].endswith("assumed-role/deploy/test")


def test_a_wrong_secret_is_refused(emulator):
    wrong = (emulator.held[0], emulator.user[1])
    sts = emulator.client("sts", wrong)
    assert refused(
        sts.assume_role, RoleArn=emulator.role, RoleSessionName="test"
    ) == "SignatureDoesNotMatch"


def test_an_unknown_key_is_refused(emulator, keys):
    sts = emulator.client("sts", (keys.id, keys.secret))
    assert refused(
        sts.assume_role, RoleArn=emulator.role, RoleSessionName="test"
    ) == "InvalidClientTokenId"


def test_a_wrong_token_is_refused(emulator):
    sts = emulator.client("sts", emulator.held)
    made = sts.assume_role(RoleArn=emulator.role, RoleSessionName="test")["Credentials"]
    pair = made["AccessKeyId"], made["SecretAccessKey"]
    me = emulator.client("sts", pair, "no token")
    assert refused(me.get_caller_identity) == "InvalidClientTokenId"


def test_what_the_policy_does_not_allow_is_refused(emulator):
    sm = emulator.client("secretsmanager", emulator.held)
    code = refused(sm.get_secret_value, SecretId="app/deployer")
    assert code in ("AccessDenied", "403")
