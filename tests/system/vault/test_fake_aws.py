"""The fake AWS against AWS's own SDK: what it takes and what it refuses."""

import json
import subprocess
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import pytest

from . import faults
from .fake_aws import REGION
from .totp import hotp

ONCE = botocore.config.Config(retries={"total_max_attempts": 1})


def client(aws, key=None, service="sts", **more):
    pair = {}
    if key:
        pair = {
            "aws_access_key_id": key.id,
            "aws_secret_access_key": key.secret,
            "aws_session_token": key.token,
        }
    session = boto3.session.Session(region_name=REGION)
    return session.client(
        service, endpoint_url=aws.url, config=ONCE, **{**pair, **more}
    )


def refused(call, **params):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**params)
    return e.value.response["Error"]


def assume(aws, key, arn, **more):
    made = client(aws, key).assume_role(
        RoleArn=arn, RoleSessionName="test", **more
    )["Credentials"]
    return aws.keys[made["AccessKeyId"]]


def ask(url, method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=50) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def test_a_right_signature_is_taken(aws):
    key = aws.user()
    assert client(aws, key).get_caller_identity()["Arn"] == key.arn
    assert aws.count("GetCallerIdentity") == 1
    assert aws.last("GetCallerIdentity").key is key


def test_a_wrong_secret_is_refused(aws):
    key = aws.user()
    sts = client(aws, key, aws_secret_access_key=aws.pair().secret)
    assert refused(sts.get_caller_identity)["Code"] == "SignatureDoesNotMatch"


def test_an_unknown_key_is_refused(aws):
    sts = client(aws, aws.user(), aws_access_key_id=aws.pair().id)
    assert refused(sts.get_caller_identity)["Code"] == "InvalidClientTokenId"


def test_a_session_token_must_be_the_issued_one(aws):
    key = assume(aws, aws.user(), aws.role("reader"))
    assert client(aws, key).get_caller_identity()["Arn"].endswith("reader/test")
    for token in (None, aws.user().secret):
        sts = client(aws, key, aws_session_token=token)
        assert refused(sts.get_caller_identity)["Code"] == "InvalidClientTokenId"


def test_what_has_expired_is_refused(aws):
    key = assume(aws, aws.user(), aws.role("reader"), DurationSeconds=900)
    aws.lifetime = 0
    gone = assume(aws, aws.user(), aws.role("reader"))
    assert client(aws, key).get_caller_identity()
    assert refused(client(aws, gone).get_caller_identity)["Code"] == "ExpiredToken"


@pytest.mark.parametrize("offset, word", [(-400, "later than"), (400, "earlier than")])
def test_a_clock_off_by_more_than_five_minutes_is_refused(aws, offset, word):
    key = aws.user()
    aws.offset = offset // 2
    assert client(aws, key).get_caller_identity()
    aws.offset = offset
    error = refused(client(aws, key).get_caller_identity)
    assert error["Code"] == "SignatureDoesNotMatch"
    assert word in error["Message"]


def test_a_role_is_for_those_it_trusts(aws):
    ann, bob = aws.user("ann"), aws.user("bob")
    role = aws.role("deploy", trust={ann.arn}, external_id="abc")
    assert assume(aws, ann, role, ExternalId="abc").role == role
    for key, more in ((bob, {"ExternalId": "abc"}), (ann, {})):
        error = refused(
            client(aws, key).assume_role, RoleArn=role, RoleSessionName="test", **more
        )
        assert error["Code"] == "AccessDenied"


def test_a_chained_role_lasts_an_hour_at_most(aws):
    first = assume(aws, aws.user(), aws.role("one"), DurationSeconds=7200)
    role = aws.role("two")
    assume(aws, first, role, DurationSeconds=3600)
    error = refused(
        client(aws, first).assume_role, RoleArn=role, RoleSessionName="test",
        DurationSeconds=3601,
    )
    assert error["Code"] == "ValidationError"
    assert "1 hour session limit" in error["Message"]


def test_codes_are_those_of_other_devices(aws):
    device = aws.device()
    for at in (0, 59, 1111111109):
        code = subprocess.run(
            ["oathtool", "--totp", "-b", "-N", f"@{at}", device.base32()],
            capture_output=True, check=True, text=True,
        ).stdout.strip()
        assert code == hotp(device.seed, at // 30)


def test_a_code_is_taken_once(aws):
    key, device = aws.user(), aws.device()
    role = aws.role("admin", mfa=True)
    mfa = {"SerialNumber": device.serial, "TokenCode": device.code(aws.now())}
    params = {"RoleArn": role, "RoleSessionName": "test"}
    assert refused(client(aws, key).assume_role, **params)["Code"] == "AccessDenied"
    assert assume(aws, key, role, **mfa)
    error = refused(client(aws, key).assume_role, **params, **mfa)
    assert error["Message"].startswith("MultiFactorAuthentication failed")
    mfa["TokenCode"] = device.code(aws.now(), 1)
    session = client(aws, key).get_session_token(**mfa)["Credentials"]
    assert assume(aws, aws.keys[session["AccessKeyId"]], role)


def test_a_session_gets_no_session(aws):
    key = assume(aws, aws.user(), aws.role("reader"))
    assert refused(client(aws, key).get_session_token)["Code"] == "AccessDenied"


def test_a_web_identity_is_not_signed(aws):
    role, token = aws.role("pod"), aws.web_token()
    call = client(aws, aws.user()).assume_role_with_web_identity
    params = {"RoleArn": role, "RoleSessionName": "pod"}
    made = call(WebIdentityToken=token, **params)["Credentials"]
    assert aws.keys[made["AccessKeyId"]].role == role
    assert "Authorization" not in aws.calls[-1].headers
    for token, code in (
        (aws.web_token(lasts=0), "ExpiredTokenException"),
        ("eyJ.eyJ.x", "InvalidIdentityToken"),
    ):
        assert refused(call, WebIdentityToken=token, **params)["Code"] == code


def test_secrets_have_versions_and_stages(aws):
    key = aws.user()
    sm = client(aws, key, "secretsmanager")
    first = aws.secret("app/key", "one").stages["AWSCURRENT"]
    arn = aws.secret("app/key", b"\x00two").arn

    def get(**more):
        return sm.get_secret_value(SecretId="app/key", **more)

    assert get()["SecretBinary"] == b"\x00two"
    assert get(VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert get(VersionId=first)["SecretString"] == "one"
    assert sm.get_secret_value(SecretId=arn)["Name"] == "app/key"
    for more in ({"VersionStage": "AWSPENDING"}, {"VersionId": "0" * 32}):
        error = refused(sm.get_secret_value, SecretId="app/key", **more)
        assert error["Code"] == "ResourceNotFoundException"
    aws.secrets["app/key"].deleted = True
    error = refused(sm.get_secret_value, SecretId="app/key")
    assert error["Code"] == "InvalidRequestException"


def test_parameters_have_versions_and_labels(aws):
    ssm = client(aws, aws.user(), "ssm")
    aws.parameter("/app/key", "one", label="old")
    aws.parameter("/app/key", "two")

    def get(name, **more):
        return ssm.get_parameter(Name=name, **more)["Parameter"]["Value"]

    assert get("/app/key") not in ("one", "two")
    assert get("/app/key", WithDecryption=True) == "two"
    assert get("/app/key:1", WithDecryption=True) == "one"
    assert get("/app/key:old", WithDecryption=True) == "one"
    error = refused(ssm.get_parameter, Name="/app/key:9")
    assert error["Code"] == "ParameterVersionNotFound"
    assert refused(ssm.get_parameter, Name="/no")["Code"] == "ParameterNotFound"


@pytest.mark.parametrize("service, call, code, signature", [
    ("sts", "get_caller_identity", "AccessDenied", "SignatureDoesNotMatch"),
    ("secretsmanager", "get_secret_value", "AccessDeniedException",
     "InvalidSignatureException"),
    ("ssm", "get_parameter", "AccessDeniedException", "InvalidSignatureException"),
])
def test_each_service_has_its_own_error_shape(aws, service, call, code, signature):
    operation = "".join(w.title() for w in call.split("_"))
    params = {
        "get_secret_value": {"SecretId": "x"}, "get_parameter": {"Name": "x"},
    }.get(call, {})
    key = aws.user()
    aws.denied.add(operation)
    error = refused(getattr(client(aws, key, service), call), **params)
    assert error["Code"] == code
    assert f"{service}:{operation}" in error["Message"]
    wrong = client(aws, key, service, aws_secret_access_key="no")
    assert refused(getattr(wrong, call), **params)["Code"] == signature


def test_faults_come_in_order_and_once(aws):
    sts = client(aws, aws.user())
    aws.fail(
        "GetCallerIdentity", faults.throttled(Retry_After=7), faults.internal(),
        faults.closed(), faults.cut(), faults.raw(200, "<no"),
    )
    with pytest.raises(botocore.exceptions.ClientError) as e:
        sts.get_caller_identity()
    assert e.value.response["Error"]["Code"] == "Throttling"
    assert e.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"
    assert refused(sts.get_caller_identity)["Code"] == "InternalFailure"
    for _ in range(3):
        with pytest.raises((
            botocore.exceptions.HTTPClientError,
            botocore.exceptions.ConnectionClosedError,
            botocore.parsers.ResponseParserError,
        )):
            sts.get_caller_identity()
    assert sts.get_caller_identity()


def test_metadata_wants_a_token(aws):
    base = aws.url + "/latest/meta-data/iam/security-credentials/"
    ttl = "X-aws-ec2-metadata-token-ttl-seconds"

    def token(seconds="60", **more):
        return ask(aws.url + "/latest/api/token", "PUT", **{ttl: seconds}, **more)

    assert ask(base)[0] == 401
    assert token("0")[0] == token("21601")[0] == token("x")[0] == 400
    assert token(X_Forwarded_For="10.0.0.1")[0] == 403
    status, held = token()
    header = {"X-aws-ec2-metadata-token": held}
    assert ask(base, **header) == (200, "web")
    made = json.loads(ask(base + "web", **header)[1])
    assert made["Code"] == "Success"
    assert made["Token"] == aws.keys[made["AccessKeyId"]].token
    assert ask(base + "other", **header)[0] == 404
    aws.offset = 61
    assert ask(base, **header)[0] == 401
    aws.imds.role = None
    assert ask(base, **{"X-aws-ec2-metadata-token": token()[1]})[0] == 404
    aws.imds.enabled = False
    assert token()[0] == 403


def test_metadata_is_at_its_own_addresses(aws):
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    for host in ("169.254.169.254", "fd00:ec2::254", "::1"):
        url = aws.listen(host, 0 if host == "::1" else 80)
        assert ask(url + "/latest/api/token", "PUT", **ttl)[0] == 200


def test_a_container_has_its_authorization(aws):
    aws.container.authorization = "first"
    url = aws.url + "/v2/credentials/0123"
    assert ask(url)[0] == 401
    made = json.loads(ask(url, Authorization="first")[1])
    assert made["AccountId"] == "111122223333"
    aws.container.authorization = "second"
    assert ask(url, Authorization="first")[0] == 401
    old = aws.container.current
    aws.container.rotate()
    made = json.loads(ask(url, Authorization="second")[1])
    assert made["AccessKeyId"] != old.id
