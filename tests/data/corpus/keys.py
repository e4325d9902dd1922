"""Credentials that look real, made of a seed: no string here is one.

The shapes are those that AWS documents or that others observed; RSA, EC and
other private keys have the right structure around random numbers.
"""
import base64
import binascii
import struct

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
ALNUM = BASE64[:62]
HEX = "0123456789abcdef"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1",
           "ap-northeast-1", "ap-southeast-2", "sa-east-1", "ca-central-1")


def b64(data):
    return base64.b64encode(data).decode()


class Maker:
    """Every method makes one credential of its kind."""

    def __init__(self, rng):
        self.rng = rng

    def run(self, letters, n):
        return "".join(self.rng.choices(letters, k=n))

    def region(self):
        return self.rng.choice(REGIONS)

    def account(self):
        return str(self.rng.randrange(10 ** 11, 10 ** 12))

    def date(self):
        r = self.rng
        return (f"20{r.randrange(19, 27)}{r.randrange(1, 13):02}"
                f"{r.randrange(1, 29):02}")

    def time(self):
        r = self.rng
        return (f"T{r.randrange(24):02}{r.randrange(60):02}"
                f"{r.randrange(60):02}Z")

    def key_id(self, prefix=None):
        """The 40 bits after the first are the account; a fifth of the ids is
        of the kind that was made before 2019 and holds none."""
        if prefix is None:
            prefix = self.rng.choices(("AKIA", "ASIA", "ABIA", "ACCA"),
                                      (80, 14, 3, 3))[0]
        bits = self.rng.getrandbits(80)
        if self.rng.random() < 0.8:
            rest = bits & ((1 << 39) - 1)
            bits = 1 << 79 | int(self.account()) << 39 | rest
        else:
            bits &= ~(1 << 79)
        return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()

    def secret(self):
        return b64(self.rng.randbytes(30))

    def token(self):
        n = self.rng.randrange(230, 800)
        start, weight = zip(*((b"!\n\torigin_ec\x10", 8),
                              (b"\x17\n\x06er/aws\x10", 1),
                              (b"\x15\n\x03aws\x10", 1)))
        s = self.rng.choices(start, weight)[0] + self.rng.randbytes(1)
        if s[0] == 0x21:
            s += b"\xff" * 9 + b"\x01\x1a" + self.region().encode()
        return b64(s + self.rng.randbytes(n))

    def presigned(self):
        key = self.key_id(self.rng.choice(("AKIA", "ASIA")))
        bucket = self.run("abcdefghijkmnpqrstuvw", 9)
        path = self.run("abcdefghijkmnpqrstuvw", 7)
        day, region = self.date(), self.region()
        if self.rng.random() < 0.25:
            sig = b64(self.rng.randbytes(20))
            for plain, code in (("+", "%2B"), ("/", "%2F"), ("=", "%3D")):
                sig = sig.replace(plain, code)
            return (f"https://{bucket}.s3.amazonaws.com/{path}.zip?"
                    f"AWSAccessKeyId={key}&Expires="
                    f"{self.rng.randrange(1550000000, 1790000000)}"
                    f"&Signature={sig}")
        url = (f"https://{bucket}.s3.{region}.amazonaws.com/{path}.pdf?"
               "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
               f"{key}%2F{day}%2F{region}%2Fs3%2Faws4_request&X-Amz-Date="
               f"{day}{self.time()}&X-Amz-Expires="
               f"{self.rng.choice((300, 900, 3600, 604800))}"
               "&X-Amz-SignedHeaders=host")
        if key.startswith("ASIA"):
            token = self.token().replace("+", "%2B").replace("/", "%2F")
            url += "&X-Amz-Security-Token=" + token.replace("=", "%3D")
        return url + "&X-Amz-Signature=" + self.run(HEX, 64)

    def bedrock_long(self):
        name = f"BedrockAPIKey-{self.run('abcdefghijklmnop0123456789', 4)}"
        return "ABSK" + b64(f"{name}-at-{self.account()}:"
                            f"{self.secret()}{self.run(BASE64, 4)}".encode())

    def _query(self, service, host, action, key, extra=""):
        day, region = self.date(), self.region()
        return (f"{host}/?Action={action}&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                f"&X-Amz-Credential={key}%2F{day}%2F{region}%2F{service}"
                f"%2Faws4_request&X-Amz-Date={day}{self.time()}"
                f"&X-Amz-Expires={'43200' if service == 'bedrock' else '60'}"
                f"{extra}&X-Amz-Signature={self.run(HEX, 64)}&Version=1")

    def bedrock_short(self):
        token = self.token().replace("+", "%2B").replace("/", "%2F")
        return "bedrock-api-key-" + b64(self._query(
            "bedrock", "bedrock.amazonaws.com", "CallWithBearerToken",
            self.key_id("ASIA"), "&X-Amz-Security-Token="
            + token.replace("=", "%3D") + "&X-Amz-SignedHeaders=host").encode())

    def eks(self):
        text = self._query(
            "sts", f"https://sts.{self.region()}.amazonaws.com",
            "GetCallerIdentity", self.key_id(self.rng.choice(("AKIA", "ASIA"))),
            "&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id")
        return "k8s-aws-v1." + base64.urlsafe_b64encode(
            text.encode()).decode().rstrip("=")

    def service_user(self):
        return (self.rng.choice(("deploy", "build-user", "ci", "alice.m"))
                + "-at-" + self.account())

    def service_password(self):
        return b64(self.rng.randbytes(32))

    def smtp_password(self):
        version = 4 if self.rng.random() < 0.8 else 2
        return b64(bytes((version,)) + self.rng.randbytes(32))

    def ecr_token(self):
        r = self.rng
        return b64((
            f'{{"payload":"{b64(r.randbytes(r.randrange(600, 900)))}",'
            f'"datakey":"{b64(r.randbytes(184))}","version":"2",'
            f'"type":"DATA_KEY","expiration":'
            f"{r.randrange(1550000000, 1790000000)}}}").encode())

    def ecr_auth(self):
        return b64(b"AWS:" + self.ecr_token().encode())

    def appsync(self):
        return "da2-" + self.run("abcdefghijklmnopqrstuvwxyz234567", 26)

    def mws(self):
        return "amzn.mws." + "-".join(self.run(HEX, n) for n in (8, 4, 4, 4, 12))

    # ---- private keys ------------------------------------------------------

    def private_key(self):
        return self.rng.choice((self.rsa, self.rsa, self.pkcs8, self.ec,
                                self.ed25519, self.openssh))()

    def encrypted_key(self):
        r = self.rng
        which = r.randrange(3)
        if which == 0:
            head = ("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                    + self.run("0123456789ABCDEF", 32) + "\n\n")
            return armour("RSA PRIVATE KEY", r.randbytes(1200), head)
        if which == 1:
            iv = sequence(number(r.getrandbits(60)), octets(r.randbytes(16)))
            oid = bytes.fromhex("06092a864886f70d01050d")
            return armour("ENCRYPTED PRIVATE KEY", sequence(
                sequence(oid, iv), octets(r.randbytes(1232))))
        return self.openssh(b"aes256-ctr", b"bcrypt")

    def _rsa(self):
        r = self.rng
        half = r.choice((512, 1024))

        def odd(bits):
            return r.getrandbits(bits) | 1 << (bits - 1) | 1
        return sequence(number(0), number(odd(2 * half)), number(65537),
                        number(odd(2 * half - 2)), *(
                            number(odd(half)) for _ in range(5)))

    def rsa(self):
        return armour("RSA PRIVATE KEY", self._rsa())

    def pkcs8(self):
        rsa = bytes.fromhex("300d06092a864886f70d0101010500")
        return armour("PRIVATE KEY", sequence(
            number(0), rsa, octets(self._rsa())))

    def ec(self):
        r = self.rng
        return armour("EC PRIVATE KEY", sequence(
            number(1), octets(r.randbytes(32)),
            bytes.fromhex("a00a06082a8648ce3d030107"),
            b"\xa1\x44\x03\x42\x00\x04" + r.randbytes(64)))

    def ed25519(self):
        return armour("PRIVATE KEY", sequence(
            number(0), bytes.fromhex("300506032b6570"),
            octets(octets(self.rng.randbytes(32)))))

    def openssh(self, cipher=b"none", kdf=b"none"):
        r = self.rng

        def text(b):
            return struct.pack(">I", len(b)) + b
        options = b"" if kdf == b"none" else (
            text(r.randbytes(16)) + struct.pack(">I", 16))
        public = text(b"ssh-ed25519") + text(r.randbytes(32))
        private = r.randbytes(4) * 2 + public + text(r.randbytes(64))
        private += text(b"me@example.org")
        private += bytes(range(1, 1 + -len(private) % 8))
        if kdf != b"none":
            private = r.randbytes(len(private))
        return armour("OPENSSH PRIVATE KEY", b"openssh-key-v1\0" + text(cipher)
                      + text(kdf) + text(options) + struct.pack(">I", 1)
                      + text(public) + text(private), width=70)

    def pgp(self):
        r = self.rng
        body = b"\x04" + struct.pack(">I", r.randrange(2 ** 30, 2 ** 31)) + b"\x01"
        for bits in (2048, 17):
            body += struct.pack(">H", bits) + r.randbytes((bits + 7) // 8)
        body += b"\0" + r.randbytes(650)
        data = b"\x95" + struct.pack(">H", len(body)) + body + r.randbytes(300)
        lines = fold(b64(data), 64)
        check = b64(crc24(data))
        mark = "-----{} PGP " + "PRIVATE" + " KEY BLOCK-----"
        head = r.choice(("", "Version: GnuPG v2\n"))
        return (mark.format("BEGIN") + f"\n{head}\n{lines}\n={check}\n"
                + mark.format("END"))

    def putty(self):
        r = self.rng
        public = fold(b64(r.randbytes(279)), 64)
        private = fold(b64(r.randbytes(590)), 64)
        return ("PuTTY-User" + "-Key-File-2: ssh-rsa\nEncryption: none\n"
                f"Comment: rsa-key-{self.date()}\n"
                f"Public-Lines: {public.count(chr(10)) + 1}\n{public}\n"
                f"Private-Lines: {private.count(chr(10)) + 1}\n{private}\n"
                f"Private-MAC: {self.run(HEX, 40)}")


# kind of a label -> method of Maker
KINDS = {
    "aws-access-key-id": "key_id",
    "aws-secret-access-key": "secret",
    "aws-session-token": "token",
    "aws-presigned-url": "presigned",
    "aws-bedrock-api-key": "bedrock_long",
    "aws-bedrock-api-key/short": "bedrock_short",
    "aws-eks-token": "eks",
    "aws-service-password": "service_password",
    "aws-ses-smtp-password": "smtp_password",
    "aws-ecr-token": "ecr_token",
    "aws-ecr-token/auth": "ecr_auth",
    "aws-appsync-api-key": "appsync",
    "aws-mws-auth-token": "mws",
    "private-key": "private_key",
    "private-key-encrypted": "encrypted_key",
    "pgp-private-key": "pgp",
    "putty-private-key": "putty",
}


def fold(text, width):
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


def armour(name, data, head="", width=64):
    mark = "-----{} " + name + "-----"
    return (mark.format("BEGIN") + "\n" + head + fold(b64(data), width) + "\n"
            + mark.format("END"))


def tlv(tag, data):
    n = len(data)
    if n < 0x80:
        return bytes((tag, n)) + data
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + data


def number(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def octets(data):
    return tlv(4, data)


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def crc24(data):
    """RFC 4880, 6.1"""
    crc = 0xb704ce
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864cfb
    return binascii.unhexlify(f"{crc & 0xffffff:06x}")
