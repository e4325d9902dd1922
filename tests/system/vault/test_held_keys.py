"""A key that is held in Secrets Manager or Parameter Store: the identity that
reads it, the key in it, and the session that is all that stays."""

import json

import pytest

from . import faults
from .fake_aws import ACCOUNT, REGION
from .world import seconds_left

SPELLINGS = [
    {"AccessKeyId": 0, "SecretAccessKey": 1},
    {"aws_access_key_id": 0, "aws_secret_access_key": 1},
    {"AWS_ACCESS_KEY_ID": 0, "AWS_SECRET_ACCESS_KEY": 1},
    {"accessKeyId": 0, "secretAccessKey": 1},
    {"access_key_id": 0, "secret_access_key": 1},
    {"access_key": 0, "secret_key": 1},
    {"awsAccessKeyId": 0, "awsSecretKey": 1},
    {"access-key-id": 0, "secret-access-key": 1},
]


class Held:
    """reader may read, and key is what it finds."""

    def __init__(self, aws, vault):
        self.aws = aws
        self.vault = vault
        self.reader = aws.user("reader")
        self.key = aws.user("deployer")
        self.text = json.dumps(
            {"AccessKeyId": self.key.id, "SecretAccessKey": self.key.secret}
        )

    def set(self, source, **more):
        self.vault.profiles(
            default={
                "sekisho_source": source, "sekisho_reader_profile": "reader", **more
            },
            reader=self.vault.static(self.reader),
        )

    def secret(self, value=None, **more):
        self.aws.secret("app/key", self.text if value is None else value)
        self.set("secretsmanager:app/key", **more)


@pytest.fixture
def held(aws, vault):
    return Held(aws, vault)


def test_a_secret_gives_a_session(aws, vault, held):
    held.secret()
    made = vault.get()
    assert made["AccessKeyId"] == aws.issued[-1].id
    assert aws.last("GetSecretValue").key is held.reader
    assert aws.last("GetSessionToken").key is held.key
    assert 43000 < seconds_left(made) <= 43200


def test_a_parameter_gives_a_session(aws, vault, held):
    aws.parameter("/app/key", held.text)
    held.set("ssm:/app/key")
    vault.get()
    assert aws.last("GetParameter").params["WithDecryption"] is True
    assert aws.last("GetSessionToken").key is held.key


def test_the_key_assumes_the_profiles_role(aws, vault, held):
    role = aws.role("deploy", trust={held.key.arn})
    held.secret(role_arn=role, duration_seconds=43200, external_id="abc")
    made = vault.get()
    call = aws.last("AssumeRole")
    assert call.key is held.key and call.params["ExternalId"] == "abc"
    assert 43000 < seconds_left(made) <= 43200
    assert aws.count("GetSessionToken") == 0


def test_the_key_assumes_the_role_that_the_secret_names(aws, vault, held):
    role = aws.role("deploy", trust={held.key.arn})
    held.secret(json.dumps({**json.loads(held.text), "role_arn": role}))
    vault.get()
    assert aws.last("AssumeRole").params["RoleArn"] == role


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda s: next(iter(s)))
def test_a_key_is_found_however_it_is_spelt(aws, vault, held, spelling):
    pair = held.key.id, held.key.secret
    held.secret(json.dumps({name: pair[i] for name, i in spelling.items()}))
    vault.get()
    assert aws.last("GetSessionToken").key is held.key


@pytest.mark.parametrize("form", [
    '{{"AccessKey": {{"UserName": "ci", "Status": "Active", "AccessKeyId": "{id}",'
    ' "SecretAccessKey": "{secret}"}}}}',
    "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY='{secret}'\n",
    "export AWS_ACCESS_KEY_ID={id}\r\nexport AWS_SECRET_ACCESS_KEY=\"{secret}\"\r\n",
    "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n",
])
def test_a_key_is_found_in_the_forms_that_people_keep(aws, vault, held, form):
    held.secret(form.format(id=held.key.id, secret=held.key.secret))
    vault.get()
    assert aws.last("GetSessionToken").key is held.key


def test_a_key_under_names_that_the_profile_gives(aws, vault, held):
    other = aws.user("other")
    held.secret(
        json.dumps({
            "AccessKeyId": other.id, "SecretAccessKey": other.secret,
            "deploy.id": held.key.id, "deploy.secret": held.key.secret,
        }),
        sekisho_secret_id_field="deploy.id",
        sekisho_secret_secret_field="deploy.secret",
    )
    vault.get()
    assert aws.last("GetSessionToken").key is held.key


def test_a_binary_secret(aws, vault, held):
    held.secret(held.text.encode())
    vault.get()
    assert aws.last("GetSessionToken").key is held.key


def test_versions_and_stages(aws, vault, held):
    old, new = aws.user("old"), aws.user("new")
    for key in (old, new):
        text = json.dumps({"AccessKeyId": key.id, "SecretAccessKey": key.secret})
        secret = aws.secret("app/key", text)
    version = secret.stages["AWSPREVIOUS"]
    for more, key in (
        ({}, new),
        ({"sekisho_secret_version_stage": "AWSPREVIOUS"}, old),
        ({"sekisho_secret_version_id": version}, old),
    ):
        held.set("secretsmanager:app/key", **more)
        vault.get()
        assert aws.last("GetSessionToken").key is key, more
    held.set("secretsmanager:app/key", sekisho_secret_version_stage="AWSPENDING")
    vault.fails(words=["AWSPENDING", "app/key"])


def test_versions_and_labels_of_a_parameter(aws, vault, held):
    aws.parameter("/app/key", held.text, label="good")
    aws.parameter("/app/key", "{}")
    for name in ("/app/key:1", "/app/key:good"):
        held.set(f"ssm:{name}")
        vault.get()
    held.set("ssm:/app/key:7")
    vault.fails(words=["/app/key:7"])


def test_an_arn_says_the_region(aws, vault, held):
    secret = aws.secret("app/key", held.text)
    held.set(f"secretsmanager:{secret.arn}", region="us-west-2")
    vault.get()
    assert aws.last("GetSecretValue").region == REGION
    assert aws.last("GetSessionToken").region == "us-west-2"


def test_a_secret_through_parameter_store(aws, vault, held):
    aws.parameter("/aws/reference/secretsmanager/app/key", held.text)
    held.set("ssm:/aws/reference/secretsmanager/app/key")
    vault.get()


def test_an_instances_role_reads_the_secret(aws, vault, held):
    aws.secret("app/key", held.text)
    aws.listen("169.254.169.254", 80)
    vault.env.pop("AWS_EC2_METADATA_DISABLED")
    vault.profiles(default={
        "sekisho_source": "secretsmanager:app/key",
        "sekisho_reader_source": "Ec2InstanceMetadata",
    })
    vault.get()
    assert aws.last("GetSecretValue").key is aws.imds.current
    assert aws.last("GetSessionToken").key is held.key


def test_a_role_reads_the_secret(aws, vault, held):
    role = aws.role("reader", trust={held.reader.arn})
    aws.secret("app/key", held.text)
    vault.profiles(
        default={
            "sekisho_source": "secretsmanager:app/key", "sekisho_reader_profile": "r",
        },
        r={"role_arn": role, "source_profile": "base"},
        base=vault.static(held.reader),
    )
    vault.get()
    assert aws.last("GetSecretValue").key.role == role


def test_the_key_is_read_anew_for_each_session(aws, vault, held):
    held.secret()
    vault.get()
    vault.get()
    assert aws.count("GetSecretValue") == 1
    held.key.active = False
    held.key = aws.user("rotated")
    aws.secret("app/key", json.dumps(
        {"AccessKeyId": held.key.id, "SecretAccessKey": held.key.secret}
    ))
    vault.get("--refresh")
    assert aws.last("GetSessionToken").key is held.key


def test_another_secret_is_another_session(aws, vault, held):
    held.secret()
    first = vault.get()
    aws.secret("other", held.text)
    held.set("secretsmanager:other")
    assert vault.get()["AccessKeyId"] != first["AccessKeyId"]


@pytest.mark.parametrize("value, words", [
    ("", []),
    ("{}", ["no access key id"]),
    ("not JSON at all", []),
    ('{"AccessKeyId": "AKIA', ["JSON"]),
    ('["AccessKeyId"]', []),
    ('{"user": "ann", "password": "hunter2"}', ["user", "password"]),
    (b"\xff\xfe\x00", []),
])
def test_a_secret_without_a_key_is_not_quoted(aws, vault, held, value, words):
    held.secret(value)
    said = vault.fails(words=["app/key", *words])
    assert "hunter2" not in said and "AKIA" not in said
    assert aws.count("GetSessionToken") == 0


def test_two_keys_in_one_secret(aws, vault, held):
    other = aws.user("other")
    held.secret(json.dumps({
        "AccessKeyId": held.key.id, "SecretAccessKey": held.key.secret,
        "aws_access_key_id": other.id, "aws_secret_access_key": other.secret,
    }))
    vault.fails(words="two")


def test_a_deleted_secret(aws, vault, held):
    held.secret()
    aws.secrets["app/key"].deleted = True
    vault.fails(words=["app/key", "marked for deletion"])


def test_a_secret_that_is_not_there(aws, vault, held):
    held.set("secretsmanager:app/none")
    vault.fails(words=["app/none", "can't find"])


def test_a_parameter_that_is_not_there(aws, vault, held):
    held.set("ssm:/app/none")
    vault.fails(words=["/app/none"])


def test_a_reader_that_may_not_read(aws, vault, held):
    held.secret()
    aws.denied.add("GetSecretValue")
    vault.fails(words=["not authorized", "secretsmanager:GetSecretValue"])


def test_a_secret_that_kms_does_not_decrypt(aws, vault, held):
    held.secret()
    aws.always("GetSecretValue", faults.error("DecryptionFailure", "no key for it"))
    vault.fails(words="DecryptionFailure")


def test_a_held_key_that_aws_does_not_know(aws, vault, held):
    held.secret()
    held.key.active = False
    vault.fails(words=["GetSessionToken", "InvalidClientTokenId"])


def test_a_held_key_is_not_what_is_given(aws, vault, held):
    held.secret()
    result = vault.vault("get")
    assert held.key.id not in result.out and held.key.secret not in result.out


def test_a_secret_of_the_largest_size(aws, vault, held):
    pair = json.loads(held.text)
    held.secret(json.dumps({**pair, "more": "x" * 65000}))
    vault.get()


@pytest.mark.parametrize("keys, word", [
    ({"sekisho_reader_profile": None}, "who reads"),
    ({"sekisho_reader_source": "Environment"}, "both"),
    ({"sekisho_reader_profile": "none"}, "none"),
    ({"sekisho_reader_profile": "default"}, "default"),
    ({"sekisho_source": "secretsmanager:"}, "name"),
    ({"sekisho_source": "vault:x", "sekisho_reader_profile": None}, "keyring:NAME"),
    ({"sekisho_source": f"secretsmanager:arn:aws:s3:::{ACCOUNT}"}, "ARN"),
    ({"sekisho_secret_version_id": "short"}, "version_id"),
    ({"source_profile": "reader"}, "source_profile"),
    ({"aws_access_key_id": "x"}, "aws_access_key_id"),
])
def test_what_does_not_fit_together_is_refused_before_a_call(
    aws, vault, held, keys, word
):
    vault.profiles(
        default={
            "sekisho_source": "secretsmanager:app/key",
            "sekisho_reader_profile": "reader", **keys,
        },
        reader=vault.static(held.reader),
    )
    vault.fails(status=2, words=[word, str(vault.config)])
    assert not aws.calls
