"""AWS as far as a vault meets it, over HTTP on addresses of this machine.

Every signature is checked, every call is written down, and a test says what is
to go wrong. The clock is this machine's and `offset`.
"""

import base64
import collections
import email.utils
import http.server
import json
import os
import random
import socket
import ssl
import threading
import time
import urllib.parse

from conftest import BASE32, Keys

from . import fake_sts, signing
from .fake_metadata import Container, Metadata
from .faults import Answer
from .signing import Refused
from .totp import Device

ACCOUNT = "111122223333"
REGION = "eu-central-1"
UNKNOWN = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
JSON_CODES = {
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "ExpiredToken": "ExpiredTokenException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "AccessDenied": "AccessDeniedException",
}
TARGETS = {"secretsmanager": "secretsmanager", "AmazonSSM": "ssm"}


class Key:
    """A long-term key, or with a token a temporary one."""

    def __init__(self, pair, arn, token=None, expires=None, **more):
        self.id = pair.id if token is None else "ASIA" + pair.id[4:]
        self.secret = pair.secret
        self.arn = arn
        self.account = arn.split(":")[4]
        self.token = token
        self.expires = expires
        self.role = more.get("role")
        self.mfa = more.get("mfa", False)
        self.source_identity = more.get("source_identity")
        self.active = True

    def secrets(self):
        return [self.secret] + ([self.token] if self.token else [])

    def expiration(self):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.expires))


class Role:
    def __init__(self, arn, trust=None, external_id=None, mfa=False, longest=43200):
        self.arn = arn
        self.trust = trust
        self.external_id = external_id
        self.mfa = mfa
        self.longest = longest


class Secret:
    def __init__(self, arn, name):
        self.arn = arn
        self.name = name
        self.versions = {}
        self.stages = {}
        self.deleted = False

    def put(self, value, stage="AWSCURRENT"):
        version = "%032x" % random.getrandbits(128)
        if stage == "AWSCURRENT" and stage in self.stages:
            self.stages["AWSPREVIOUS"] = self.stages[stage]
        self.versions[version] = value
        self.stages[stage] = version
        return version


class Parameter:
    def __init__(self, name, kind):
        self.name = name
        self.kind = kind
        self.versions = []
        self.labels = {}

    def put(self, value, label=None):
        self.versions.append(value)
        if label:
            self.labels[label] = len(self.versions)


class Request:
    def __init__(self, aws, handler, body):
        self.aws = aws
        self.method = handler.command
        self.target = handler.path
        self.path = urllib.parse.urlsplit(handler.path).path
        self.headers = handler.headers
        self.body = body
        self.params = {}
        self.key = None
        self.region = None
        self.at = aws.now()
        self.service, self.operation = self.route()

    def route(self):
        target = self.headers.get("X-Amz-Target")
        if self.path.startswith("/latest/"):
            return "imds", self.aws.imds.operation(self)
        if self.path.startswith(self.aws.container.paths):
            return "container", "container"
        if target:
            prefix, _, operation = target.partition(".")
            self.params = json.loads(self.body)
            return TARGETS[prefix], operation
        self.params = dict(urllib.parse.parse_qsl(self.body.decode(), True))
        return "sts", self.params.get("Action", "none")

    def url(self):
        return f"http://{self.headers['Host']}{self.target}"

    def error(self, code, message, status=400):
        if self.service == "sts":
            return fake_sts.error(code, message, status)
        if self.service == "imds":
            return Answer(status, message)
        if self.service == "container":
            body = json.dumps({"code": code, "message": message})
            return Answer(status, body, "application/json")
        code = JSON_CODES.get(code, code)
        body = {"__type": code, "message": message}
        answer = Answer(400 if status == 403 else status, json.dumps(body))
        answer.headers["Content-Type"] = "application/x-amz-json-1.1"
        if self.service == "secretsmanager":
            answer.headers["x-amzn-ErrorType"] = code + ":http://internal.amazon.com/"
        return answer


class FakeAws:
    def __init__(self):
        self.offset = 0
        self.lifetime = None
        self.keys = {}
        self.roles = {}
        self.devices = {}
        self.secrets = {}
        self.parameters = {}
        self.web_tokens = {}
        self.denied = set()
        self.faults = collections.defaultdict(collections.deque)
        self.standing = {}
        self.calls = []
        self.tunnels = []
        self.issued = []
        self.imds = Metadata(self)
        self.container = Container(self)
        self.lock = threading.RLock()
        self.servers = []
        self.random = random.Random(os.urandom(16))
        self.url = self.listen()

    # ---- servers ----

    def listen(self, host="127.0.0.1", port=0, tls=None):
        """tls: files of certificate and key."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        server = Server(family, (host, port), self)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.servers.append(server)
        port = server.server_address[1]
        scheme = "https" if tls else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    # ---- what a test sets and asks ----

    def now(self):
        return time.time() + self.offset

    def fail(self, operation, *faults):
        """For one call each, in this order."""
        self.faults[operation].extend(faults)

    def always(self, operation, fault):
        """Until `mend`."""
        self.standing[operation] = fault

    def mend(self):
        self.faults.clear()
        self.standing.clear()

    def count(self, operation):
        return sum(c.operation == operation for c in self.calls)

    def last(self, operation):
        return [c for c in self.calls if c.operation == operation][-1]

    def pair(self):
        return Keys(self.random.random())

    def user(self, name="ann", account=ACCOUNT):
        return self.add(Key(self.pair(), f"arn:aws:iam::{account}:user/{name}"))

    def add(self, key):
        with self.lock:
            self.keys[key.id] = key
        return key

    def role(self, name, account=ACCOUNT, **more):
        role = Role(f"arn:aws:iam::{account}:role/{name}", **more)
        self.roles[role.arn] = role
        return role.arn

    def device(self, name="ann", account=ACCOUNT):
        device = Device(f"arn:aws:iam::{account}:mfa/{name}")
        self.devices[device.serial] = device
        return device

    def secret(self, name, value, stage="AWSCURRENT"):
        """value: bytes make it a binary one."""
        if name not in self.secrets:
            suffix = "".join(self.random.choice(BASE32) for _ in range(6))
            arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{suffix}"
            self.secrets[name] = Secret(arn, name)
        self.secrets[name].put(value, stage)
        return self.secrets[name]

    def parameter(self, name, value, kind="SecureString", label=None):
        parameter = self.parameters.setdefault(name, Parameter(name, kind))
        parameter.put(value, label)
        return parameter

    def web_token(self, subject="system:serviceaccount:app:web", lasts=3600):
        payload = f'{{"sub":"{subject}","n":{self.random.getrandbits(64)}}}'.encode()
        parts = [b'{"alg":"RS256"}', payload, os.urandom(256)]
        token = ".".join(
            base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts
        )
        self.web_tokens[token] = self.now() + lasts
        return token

    def issue(self, arn, duration, **more):
        """New temporary credentials."""
        lasts = self.lifetime if self.lifetime is not None else duration
        token = base64.b64encode(self.random.randbytes(690)).decode()
        key = Key(self.pair(), arn, token, int(self.now() + lasts), **more)
        self.issued.append(key)
        return self.add(key)

    # ---- a request ----

    def handle(self, request):
        operation = request.operation
        with self.lock:
            self.calls.append(request)
            queue = self.faults[operation]
            fault = queue.popleft() if queue else self.standing.get(operation)
        if fault:
            return fault(request, lambda: self.right(request))
        return self.right(request)

    def right(self, request):
        try:
            with self.lock:
                return self.perform(request)
        except Refused as e:
            return request.error(e.code, e.message, e.status)

    def perform(self, request):
        if request.service == "imds":
            return self.imds.answer(request)
        if request.service == "container":
            return self.container.answer(request)
        if request.operation != "AssumeRoleWithWebIdentity":
            self.authenticate(request)
            self.authorize(request)
        if request.service == "sts":
            return fake_sts.perform(self, request)
        if request.operation == "GetSecretValue":
            return self.get_secret_value(request)
        if request.operation == "GetParameter":
            return self.get_parameter(request)
        raise Refused("UnknownOperationException", "", 400)

    def authenticate(self, request):
        def find_secret(key_id):
            key = self.keys.get(key_id)
            if not key or not key.active:
                raise Refused("InvalidClientTokenId", UNKNOWN)
            request.key = key
            return key.secret

        signature = signing.check(
            request.method, request.url(), request.headers, request.body,
            request.service, find_secret, self.now(),
        )
        request.region = signature.region
        if request.headers.get("X-Amz-Security-Token") != request.key.token:
            raise Refused("InvalidClientTokenId", UNKNOWN)
        if request.key.expires is not None and request.key.expires <= self.now():
            raise Refused("ExpiredToken", EXPIRED)

    def authorize(self, request):
        if request.operation in self.denied:
            raise self.not_authorized(request, "*")

    @staticmethod
    def not_authorized(request, resource):
        return Refused(
            "AccessDenied",
            f"User: {request.key.arn} is not authorized to perform: "
            f"{request.service}:{request.operation} on resource: {resource} because no "
            f"identity-based policy allows the {request.service}:{request.operation} "
            "action",
        )

    def get_secret_value(self, request):
        params = request.params
        found = [
            s for s in self.secrets.values() if params["SecretId"] in (s.name, s.arn)
        ]
        if not found:
            raise Refused(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.", 400,
            )
        secret = found[0]
        if secret.deleted:
            raise Refused(
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked "
                "for deletion.", 400,
            )
        stage = params.get("VersionStage")
        version = params.get("VersionId")
        if version is None:
            version = secret.stages.get(stage or "AWSCURRENT")
        elif stage is not None and secret.stages.get(stage) != version:
            version = None
        if version not in secret.versions:
            what = (
                f"VersionId: {params['VersionId']}" if "VersionId" in params
                else f"staging label: {stage or 'AWSCURRENT'}"
            )
            raise Refused(
                "ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for {what}", 400,
            )
        value = secret.versions[version]
        body = {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version,
            "VersionStages": [s for s, v in secret.stages.items() if v == version],
            "CreatedDate": 1.7e9,
        }
        if isinstance(value, bytes):
            body["SecretBinary"] = base64.b64encode(value).decode()
        else:
            body["SecretString"] = value
        return Answer(200, json.dumps(body), "application/x-amz-json-1.1")

    def get_parameter(self, request):
        name = request.params["Name"]
        if name.startswith("arn:"):
            name = name.split(":parameter", 1)[1]
            name = name if name in self.parameters else name.lstrip("/")
        name, _, selector = name.partition(":")
        parameter = self.parameters.get(name)
        if not parameter:
            raise Refused("ParameterNotFound", "", 400)
        number = len(parameter.versions)
        if selector:
            number = parameter.labels.get(selector)
            if selector.isdigit():
                number = int(selector)
            if not number or number > len(parameter.versions):
                raise Refused(
                    "ParameterVersionNotFound",
                    f"Systems Manager could not find version {selector} of {name}.", 400,
                )
        value = parameter.versions[number - 1]
        if parameter.kind == "SecureString" and not request.params.get("WithDecryption"):
            value = base64.b64encode(os.urandom(60)).decode()
        body = {
            "Parameter": {
                "Name": name, "Type": parameter.kind, "Value": value,
                "Version": number, "DataType": "text",
                "ARN": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name.lstrip('/')}",
            }
        }
        return Answer(200, json.dumps(body), "application/x-amz-json-1.1")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, family, address, aws):
        self.address_family = family
        self.aws = aws
        super().__init__(address, Handler)

    def server_bind(self):
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 100

    def answer_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        answer = self.server.aws.handle(Request(self.server.aws, self, body))
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("x-amzn-RequestId", "11112222-3333-4444-5555-666677778888")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut])
        self.close_connection = self.close_connection or answer.cut is not None

    do_GET = do_POST = do_PUT = answer_one

    def do_CONNECT(self):
        """As a proxy it writes down where to, and refuses."""
        self.server.aws.tunnels.append(self)
        self.send_error(403)

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(self.server.aws.now(), usegmt=True)

    def log_message(self, *args):
        pass
