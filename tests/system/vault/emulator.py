"""moto's server with its checks of signatures, tokens and policies switched on."""

import json
import logging
import urllib.request

import boto3
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
ALLOWED = ["sts:*", "secretsmanager:GetSecretValue", "ssm:GetParameter"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions):
    return policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


class Emulator:
    """user may only read the secrets; the key in them may only assume the role,
    and the role may ask for its own name."""

    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.check_calls_from("inf")
        self.post("/moto-api/reset", b"")
        self.fill()
        self.check_calls_from(0)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, data=body, method="POST",
            headers={"Content-Type": "application/octet-stream"},
        )
        with urllib.request.urlopen(request, timeout=50) as answer:
            return answer.read()

    def check_calls_from(self, number):
        self.post("/moto-api/reset-auth", str(number).encode())

    def client(self, service, key=("setup", "setup"), token=None):
        return boto3.session.Session(region_name=REGION).client(
            service, endpoint_url=self.url, aws_access_key_id=key[0],
            aws_secret_access_key=key[1], aws_session_token=token,
        )

    def make_user(self, name, *actions):
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(
            UserName=name, PolicyName="own", PolicyDocument=allow(*actions)
        )
        self.created = iam.create_access_key(UserName=name)
        made = self.created["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def fill(self):
        iam = self.client("iam")
        self.user = self.make_user(
            "reader", "secretsmanager:GetSecretValue", "ssm:GetParameter"
        )
        self.held = self.make_user("deployer", "sts:AssumeRole", "sts:GetSessionToken")
        self.text = json.dumps(self.created, default=str)
        self.role = iam.create_role(
            RoleName="deploy", AssumeRolePolicyDocument=policy(TRUST)
        )["Role"]["Arn"]
        iam.put_role_policy(
            RoleName="deploy", PolicyName="own",
            PolicyDocument=allow("sts:GetCallerIdentity", "s3:ListAllMyBuckets"),
        )
        self.secret = self.client("secretsmanager").create_secret(
            Name="app/deployer", SecretString=self.text
        )["ARN"]
        self.client("ssm").put_parameter(
            Name="/app/deployer", Value=self.text, Type="SecureString"
        )

    def close(self):
        self.check_calls_from("inf")
        self.server.stop()

