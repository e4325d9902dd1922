"""AWS Security Token Service, API version 2011-06-15."""

import json
import re
from xml.sax.saxutils import escape

from .faults import Answer
from .signing import Refused

SPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
REQUEST_ID = "01234567-89ab-cdef-0123-456789abcdef"
NAME = re.compile(r"[\w+=,.@-]{2,64}")
BAD_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
    "by role chaining"
)


def error(code, message, status):
    who = "Sender" if status < 500 else "Receiver"
    body = (
        f'<ErrorResponse xmlns="{SPACE}">\n  <Error>\n    <Type>{who}</Type>\n'
        f"    <Code>{code}</Code>\n    <Message>{escape(message)}</Message>\n  </Error>\n"
        f"  <RequestId>{REQUEST_ID}</RequestId>\n</ErrorResponse>\n"
    )
    return Answer(status, body, "text/xml")


def xml(value):
    if isinstance(value, dict):
        return "".join(f"<{k}>{xml(v)}</{k}>" for k, v in value.items())
    return escape(str(value))


def result(operation, fields):
    body = (
        f'<{operation}Response xmlns="{SPACE}">\n'
        f"<{operation}Result>{xml(fields)}</{operation}Result>\n"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>\n"
        f"</{operation}Response>\n"
    )
    return Answer(200, body, "text/xml")


def invalid(text):
    return Refused("ValidationError", text, 400)


def perform(aws, request):
    call = CALLS.get(request.operation)
    if not call or request.params.get("Version") != "2011-06-15":
        raise Refused("InvalidAction", "Could not find operation", 400)
    return result(request.operation, call(aws, request))


def credentials(key):
    return {
        "AccessKeyId": key.id,
        "SecretAccessKey": key.secret,
        "SessionToken": key.token,
        "Expiration": key.expiration(),
    }


def duration(params, least, most, default):
    value = int(params.get("DurationSeconds", default))
    for wrong, word, limit in (
        (value < least, "greater", least), (value > most, "less", most),
    ):
        if wrong:
            raise invalid(
                f"1 validation error detected: Value '{value}' at 'durationSeconds' "
                f"failed to satisfy constraint: Member must have value {word} than or "
                f"equal to {limit}"
            )
    return value


def check_mfa(aws, request):
    """Whether a code was given; it must be right then."""
    serial = request.params.get("SerialNumber")
    code = request.params.get("TokenCode")
    if serial is None and code is None:
        return False
    device = aws.devices.get(serial)
    if not device or request.key.token or not device.accept(code or "", aws.now()):
        raise Refused("AccessDenied", BAD_CODE)
    return True


def check_role(aws, request, mfa):
    params = request.params
    role = aws.roles.get(params["RoleArn"])
    caller = request.key.role or request.key.arn
    if (
        not role
        or (role.trust is not None and caller not in role.trust)
        or (role.external_id and params.get("ExternalId") != role.external_id)
        or (role.mfa and not mfa and not request.key.mfa)
    ):
        raise Refused(
            "AccessDenied",
            f"User: {request.key.arn} is not authorized to perform: sts:AssumeRole on "
            f"resource: {params['RoleArn']}",
        )
    return role


def check_inputs(params):
    if not 20 <= len(params.get("RoleArn", "")) <= 2048:
        raise invalid("RoleArn has no right length")
    if not NAME.fullmatch(params.get("RoleSessionName", "")):
        raise invalid("RoleSessionName is not right")
    if "Policy" in params:
        try:
            json.loads(params["Policy"])
        except ValueError:
            raise Refused("MalformedPolicyDocument", "Syntax errors in policy.", 400)


def session_of(aws, role, params, lasts, **more):
    _, _, _, _, account, name = role.arn.split(":", 5)
    short = name.rsplit("/", 1)[1]
    arn = (
        f"arn:aws:sts::{account}:assumed-role/{short}/{params['RoleSessionName']}"
    )
    key = aws.issue(arn, lasts, role=role.arn, **more)
    who = {"AssumedRoleId": f"AROAEXAMPLE:{params['RoleSessionName']}", "Arn": arn}
    return key, who


def assume_role(aws, request):
    params = request.params
    check_inputs(params)
    lasts = duration(params, 900, 43200, 3600)
    mfa = check_mfa(aws, request)
    role = check_role(aws, request, mfa)
    if request.key.token and lasts > 3600:
        raise invalid(CHAINED)
    if lasts > role.longest:
        raise invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this "
            "role."
        )
    identity = params.get("SourceIdentity", request.key.source_identity)
    if request.key.source_identity not in (None, identity):
        raise Refused("AccessDenied", "The source identity cannot be changed")
    key, who = session_of(aws, role, params, lasts, source_identity=identity)
    fields = {"Credentials": credentials(key), "AssumedRoleUser": who}
    if identity:
        fields["SourceIdentity"] = identity
    return fields


def web_identity(aws, request):
    params = request.params
    check_inputs(params)
    lasts = duration(params, 900, 43200, 3600)
    end = aws.web_tokens.get(params.get("WebIdentityToken"))
    if end is None:
        raise Refused(
            "InvalidIdentityToken", "Couldn't retrieve verification key", 400
        )
    if end <= aws.now():
        raise Refused(
            "ExpiredTokenException",
            f"Token expired: current date/time {int(aws.now())} must be before the "
            f"expiration date/time {int(end)}", 400,
        )
    role = aws.roles.get(params["RoleArn"])
    if not role:
        raise Refused(
            "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"
        )
    key, who = session_of(aws, role, params, lasts)
    return {
        "SubjectFromWebIdentityToken": "system:serviceaccount:app:web",
        "Audience": "sts.amazonaws.com",
        "AssumedRoleUser": who,
        "Credentials": credentials(key),
    }


def session_token(aws, request):
    if request.key.token:
        raise Refused(
            "AccessDenied", "Cannot call GetSessionToken with session credentials"
        )
    lasts = duration(request.params, 900, 129600, 43200)
    mfa = check_mfa(aws, request)
    key = aws.issue(request.key.arn, lasts, mfa=mfa)
    return {"Credentials": credentials(key)}


def caller_identity(aws, request):
    key = request.key
    return {"Arn": key.arn, "UserId": "AIDAEXAMPLE", "Account": key.account}


CALLS = {
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": web_identity,
    "GetSessionToken": session_token,
    "GetCallerIdentity": caller_identity,
}
