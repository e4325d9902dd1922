"""Our signatures against botocore's, on requests made at random."""

import datetime
import os
import random
import string
import subprocess
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNER = os.path.join(os.environ["SEKISHO_BUILD"], "unit", "test_sigv4")
VISIBLE = string.ascii_letters + string.digits + string.punctuation
REQUESTS = 400


class UnchangedPath(botocore.auth.SigV4Auth):
    """As S3 has it signed."""

    def _normalize_url_path(self, path):
        return path


def text(rng, least, most, letters=VISIBLE):
    return "".join(rng.choices(letters, k=rng.randint(least, most)))


def make_url(rng):
    path = "".join(
        rng.choice(["/", "/.", "/..", "//", "/" + quote(text(rng, 1, 8)), "/%E1%88%B4"])
        for _ in range(rng.randint(0, 6))
    )
    pairs = [
        quote(text(rng, 1, 3), safe="") + "=" + quote(text(rng, 0, 5), safe="")
        for _ in range(rng.randint(0, 5))
    ]
    port = rng.choice(["", ":443", ":8443"])
    query = "?" + "&".join(pairs) if pairs else ""
    return f"https://service.example.com{port}/{path}{query}"


def make_headers(rng):
    names = ["content-type", "x-amz-target", "x-z", "x-z", "accept", "user-agent",
             "x-amz-meta-b", "x-amz-meta-b2", "x-amzn-trace-id", "expect"]
    chosen = rng.sample(names, rng.randint(0, 6))
    return [(n, " " * rng.randint(0, 2) + text(rng, 0, 20, VISIBLE + "   \t"))
            for n in chosen]


def make_request(rng):
    method = rng.choice(["GET", "POST", "PUT"])
    return {
        "method": method,
        "url": make_url(rng),
        "time": rng.randrange(0, 4102444800),
        "region": rng.choice(["us-east-1", "eusc-de-east-1"]),
        "service": rng.choice(["sts", "ssm", "secretsmanager", "s3"]),
        "id": text(rng, 16, 32, string.ascii_uppercase),
        "secret": text(rng, 1, 80, string.ascii_letters + "+/="),
        "token": text(rng, 1, 800, string.ascii_letters + "+/=")
        if rng.random() < 0.5 else "",
        "body": rng.randbytes(0 if method == "GET" else rng.choice([0, 1, 63, 64, 500])),
        "headers": make_headers(rng),
    }


def by_botocore(monkeypatch, r):
    moment = datetime.datetime.fromtimestamp(r["time"], datetime.timezone.utc)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: moment)
    request = AWSRequest(r["method"], r["url"], data=r["body"])
    for name, value in r["headers"]:
        request.headers.add_header(name, value)
    signer = UnchangedPath if r["service"] == "s3" else botocore.auth.SigV4Auth
    keys = Credentials(r["id"], r["secret"], r["token"] or None)
    signer(keys, r["service"], r["region"]).add_auth(request)
    return f"{request.headers['X-Amz-Date']} {request.headers['Authorization']}"


def as_line(r):
    fields = [r["method"], r["url"], str(r["time"]), r["region"], r["service"],
              r["id"], r["secret"], r["token"], r["body"]]
    for name, value in r["headers"]:
        fields += [name, value]
    return " ".join(
        (f if isinstance(f, bytes) else f.encode()).hex() for f in fields) + "\n"


@pytest.mark.parametrize("seed", range(3))
def test_signs_as_botocore_does(monkeypatch, seed):
    rng = random.Random(seed)
    requests = [make_request(rng) for _ in range(REQUESTS)]
    done = subprocess.run([SIGNER, "sign"], input="".join(map(as_line, requests)),
                          capture_output=True, text=True, timeout=60, check=True)
    ours = done.stdout.splitlines()
    assert len(ours) == REQUESTS
    for r, line in zip(requests, ours):
        assert line == by_botocore(monkeypatch, r), r
