"""Signature Version 4 as a service checks it, with botocore's own signer."""

import calendar
import hashlib
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SKEW = 300
HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
WRONG = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service "
    "documentation for details."
)


class Refused(Exception):
    """code: as the query protocol spells it; status: of that protocol."""

    def __init__(self, code, message, status=403):
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Signature:
    def __init__(self, text):
        m = HEADER.fullmatch(text)
        if not m:
            raise Refused("IncompleteSignature", "The header is malformed", 400)
        self.key_id, self.day, self.region, self.service, names, self.value = m.groups()
        self.names = names.split(";")


def stamp(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def check_date(text, now):
    try:
        at = calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused("IncompleteSignature", "Date must be in ISO-8601", 400)
    if at < now - SKEW:
        raise Refused(
            "SignatureDoesNotMatch",
            f"Signature expired: {text} is now earlier than {stamp(now - SKEW)} "
            f"({stamp(now)} - 5 min.)",
        )
    if at > now + SKEW:
        raise Refused(
            "SignatureDoesNotMatch",
            f"Signature not yet current: {text} is still later than "
            f"{stamp(now + SKEW)} ({stamp(now)} + 5 min.)",
        )


def check_names(signature, headers):
    must = {"host"} | {n.lower() for n in headers if n.lower().startswith("x-amz-")}
    left = must - set(signature.names)
    if left:
        raise Refused(
            "SignatureDoesNotMatch", f"{', '.join(sorted(left))} must be signed"
        )
    if signature.names != sorted(set(signature.names)):
        raise Refused("SignatureDoesNotMatch", "SignedHeaders must be sorted")


def expected(signature, secret, method, url, headers, body):
    request = AWSRequest(method, url, data=body)
    for name in signature.names:
        values = headers.get_all(name)
        if values is None:
            raise Refused("SignatureDoesNotMatch", f"{name} is signed but not there")
        for value in values:
            request.headers[name] = value
    request.context["timestamp"] = headers["X-Amz-Date"]
    credentials = Credentials(signature.key_id, secret)
    signer = SigV4Auth(credentials, signature.service, signature.region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return signer.signature(text, request)


def check(method, url, headers, body, service, find_secret, now):
    """The signature, if it is right. find_secret: of a key id, or Refused."""
    text = headers.get("Authorization")
    if text is None:
        raise Refused(
            "MissingAuthenticationToken", "Request is missing Authentication Token"
        )
    signature = Signature(text)
    if signature.service != service:
        raise Refused(
            "SignatureDoesNotMatch",
            f"Credential should be scoped to correct service: '{service}'.",
        )
    date = headers.get("X-Amz-Date", "")
    check_date(date, now)
    if signature.day != date[:8]:
        raise Refused("SignatureDoesNotMatch", "Date in Credential scope does not match")
    check_names(signature, headers)
    hashed = headers.get("X-Amz-Content-SHA256")
    if hashed is not None and hashed != hashlib.sha256(body).hexdigest():
        raise Refused("SignatureDoesNotMatch", "the body is another")
    secret = find_secret(signature.key_id)
    if expected(signature, secret, method, url, headers, body) != signature.value:
        raise Refused("SignatureDoesNotMatch", WRONG)
    return signature
