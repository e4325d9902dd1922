"""The metadata of an EC2 instance, version 2 alone, and a container's endpoint."""

import json
import os

from .faults import Answer
from .signing import Refused

LIST = "/latest/meta-data/iam/security-credentials/"
REGION = "/latest/meta-data/placement/region"
TOKEN = "/latest/api/token"
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


def credentials(key, **more):
    return {
        "AccessKeyId": key.id,
        "SecretAccessKey": key.secret,
        "Token": key.token,
        "Expiration": key.expiration(),
        **more,
    }


class Metadata:
    def __init__(self, aws):
        self.aws = aws
        self.arn = None
        self.role = "web"
        self.region = "eu-central-1"
        self.code = "Success"
        self.message = ""
        self.lasts = 6 * 3600
        self.current = None
        self.tokens = {}
        self.enabled = True

    def operation(self, request):
        path = request.path
        if path == TOKEN:
            return "imds:token"
        if path == LIST:
            return "imds:list"
        return "imds:role" if path.startswith(LIST) else "imds:other"

    def rotate(self):
        arn = f"arn:aws:sts::111122223333:assumed-role/{self.role}/i-0123456789abcdef0"
        role = f"arn:aws:iam::111122223333:role/{self.role}"
        self.current = self.aws.issue(arn, self.lasts, role=role)
        return self.current

    def answer(self, request):
        if not self.enabled:
            return Answer(403, "Forbidden")
        if request.path == TOKEN:
            return self.token(request)
        self.check_token(request)
        if request.path == LIST:
            return Answer(200, self.role) if self.role else Answer(404, "Not Found")
        if self.role and request.path == LIST + self.role:
            return self.role_answer()
        if request.path == REGION:
            return Answer(200, self.region)
        return Answer(404, "Not Found")

    def token(self, request):
        if request.method != "PUT" or "X-Forwarded-For" in request.headers:
            return Answer(403 if request.method == "PUT" else 405)
        ttl = request.headers.get(TTL, "")
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return Answer(400)
        token = os.urandom(42).hex()
        self.tokens[token] = self.aws.now() + int(ttl)
        answer = Answer(200, token)
        answer.headers[TTL] = ttl
        return answer

    def check_token(self, request):
        token = request.headers.get("X-aws-ec2-metadata-token")
        if self.tokens.get(token, 0) <= self.aws.now():
            raise Refused("Unauthorized", "Unauthorized", 401)

    def role_answer(self):
        if self.code != "Success":
            body = {
                "Code": self.code, "Message": self.message,
                "LastUpdated": "2026-01-01T00:00:00Z",
            }
            return Answer(200, json.dumps(body))
        key = self.current or self.rotate()
        body = credentials(
            key, Code="Success", Type="AWS-HMAC", LastUpdated="2026-01-01T00:00:00Z"
        )
        return Answer(200, json.dumps(body, indent=2))


class Container:
    def __init__(self, aws):
        self.aws = aws
        self.paths = ("/v1/credentials", "/v2/credentials/")
        self.authorization = None
        self.role = "task"
        self.lasts = 6 * 3600
        self.current = None

    def rotate(self):
        arn = f"arn:aws:sts::111122223333:assumed-role/{self.role}/0123456789abcdef"
        role = f"arn:aws:iam::111122223333:role/{self.role}"
        self.current = self.aws.issue(arn, self.lasts, role=role)
        return self.current

    def answer(self, request):
        if self.authorization != request.headers.get("Authorization"):
            raise Refused("Unauthorized", "the authorization token is not right", 401)
        key = self.current or self.rotate()
        body = credentials(key, AccountId=key.account, RoleArn=key.role)
        return Answer(200, json.dumps(body), "application/json")
