"""What stands around credentials and what is taken for them: names, digests,
identifiers, encoded pictures. Every public method is a placeholder's value."""
import base64
import hashlib
import json
import uuid

from keys import ALNUM, BASE32, BASE64, HEX, Maker, b64, fold

WORDS = """account adapter archive backup balance bridge bucket buffer builder
cache canvas carrier catalog channel client cluster column command config
context control counter cursor daemon default deploy device digest display
domain driver editor element engine entity event export factory feature field
filter folder format gateway handler header image import index invoice journal
kernel layout ledger library license listener loader locale manager mapper
marker matrix member message metric migration mirror model module monitor
network number object observer option order output package panel parser partner
payload payment pipeline planner plugin policy printer process profile project
provider publisher quality query queue reader record region registry render
report request resolver resource response router runner sample schedule schema
search segment sensor server service session setting signal source storage
stream string subject supplier support switch symbol system table target ticket
timer token tracker transfer update upload vendor vertex viewer virtual visitor
volume wallet widget window worker writer""".split()

ID_NAMES = """AWS_ACCESS_KEY_ID AWS_ACCESS_KEY_ID AWS_ACCESS_KEY S3_ACCESS_KEY
S3_ACCESS_KEY_ID AWS_KEY_ID AWS_KEY S3_KEY PROD_AWS_ACCESS_KEY_ID ACCESS_KEY_ID
AWS_S3_ACCESS_KEY_ID BACKUP_AWS_ACCESS_KEY_ID TF_VAR_aws_access_key
AWS_ACCESS_KEY_ID_STAGING MINIO_ACCESS_KEY AMAZON_ACCESS_KEY""".split()
SECRET_NAMES = """AWS_SECRET_ACCESS_KEY AWS_SECRET_ACCESS_KEY AWS_SECRET_KEY
S3_SECRET_KEY S3_SECRET_ACCESS_KEY AWS_SECRET AWS_ACCESS_SECRET S3_SECRET
PROD_AWS_SECRET_ACCESS_KEY SECRET_ACCESS_KEY AWS_S3_SECRET_ACCESS_KEY
BACKUP_AWS_SECRET_ACCESS_KEY TF_VAR_aws_secret_key
AWS_SECRET_ACCESS_KEY_STAGING MINIO_SECRET_KEY AMAZON_SECRET_KEY""".split()
TOKEN_NAMES = "AWS_SESSION_TOKEN AWS_SESSION_TOKEN AWS_SECURITY_TOKEN".split()


def camel(words):
    return words[0] + "".join(w.capitalize() for w in words[1:])


class Values:
    def __init__(self, rng):
        self.rng = rng
        self.maker = Maker(rng)
        # The names of a pair belong together.
        self.which = rng.randrange(len(ID_NAMES))
        self.kept = {}

    def get(self, name):
        """None if no value is called so. A file has one of each but digests."""
        f = getattr(self, "v_" + name.replace("-", "_"), None)
        return f() if f else None

    def once(self, name, make):
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    # ---- names of variables ------------------------------------------------

    def v_ID_NAME(self):
        return ID_NAMES[self.which]

    def v_SECRET_NAME(self):
        return SECRET_NAMES[self.which]

    def v_TOKEN_NAME(self):
        return self.once("token", lambda: self.rng.choice(TOKEN_NAMES))

    def v_id_name(self):
        return self.v_ID_NAME().lower()

    def v_secret_name(self):
        return self.v_SECRET_NAME().lower()

    def v_kebab_id(self):
        return self.v_id_name().replace("_", "-")

    def v_kebab_secret(self):
        return self.v_secret_name().replace("_", "-")

    def v_idName(self):
        return camel(self.v_id_name().split("_"))

    def v_secretName(self):
        return camel(self.v_secret_name().split("_"))

    # ---- what stands beside ------------------------------------------------

    def v_region(self):
        return self.once("region", self.maker.region)

    def v_account(self):
        return self.once("account", self.maker.account)

    def v_bucket(self):
        return self.once("bucket", lambda: "-".join(
            self.rng.sample(WORDS, 2)) + f"-{self.rng.randrange(90)}")

    def v_word(self):
        return self.rng.choice(WORDS)

    def v_words(self):
        return " ".join(self.rng.sample(WORDS, 5))

    def v_num(self):
        return str(self.rng.randrange(10 ** self.rng.randrange(2, 10)))

    def v_date(self):
        d = self.maker.date()
        return f"{d[:4]}-{d[4:6]}-{d[6:]}"

    def v_PRIVATE(self):
        """apart, so that this very tree holds no header of a key"""
        return "PRIVATE"

    # ---- digests and ids ---------------------------------------------------

    def _hash(self, name):
        return hashlib.new(name, self.rng.randbytes(16))

    def v_md5(self):
        return self._hash("md5").hexdigest()

    def v_sha1(self):
        return self._hash("sha1").hexdigest()

    def v_SHA1(self):
        return self.v_sha1().upper()

    def v_sha256(self):
        return self._hash("sha256").hexdigest()

    def v_sha512(self):
        return self._hash("sha512").hexdigest()

    def v_sha1_b64(self):
        return b64(self._hash("sha1").digest())

    def v_sha256_b64(self):
        return b64(self._hash("sha256").digest())

    def v_sri256(self):
        return "sha256-" + self.v_sha256_b64()

    def v_sri384(self):
        return "sha384-" + b64(self._hash("sha384").digest())

    def v_sri512(self):
        return "sha512-" + b64(self._hash("sha512").digest())

    def v_uuid(self):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def v_role(self):
        return self.rng.choice(("AROA", "AIDA", "ANPA", "AGPA", "AIPA",
                                "ASCA")) + self.maker.run(BASE32, 17)

    def v_role20(self):
        return self.rng.choice(("AROA", "AIDA", "ANPA")) + self.maker.run(
            BASE32, 16)

    def v_canonical(self):
        return self.maker.run(HEX, 64)

    def v_ulid(self):
        return "01" + self.maker.run("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)

    def v_objectid(self):
        return self.maker.run(HEX, 24)

    def v_tfid(self):
        return self.rng.choice(("vpc", "subnet", "sg", "ami", "i", "eni")) \
            + "-0" + self.maker.run(HEX, 16)

    def v_licence(self):
        return "-".join(self.maker.run(BASE32, 5) for _ in range(5))

    def v_random20(self):
        letters = [c for c in BASE32 if c not in "A"]
        return self.maker.run(letters, 20)

    def v_random19(self):
        return "AKIA" + self.maker.run(BASE32, 15)

    def v_random21(self):
        return "AKIA" + self.maker.run(BASE32, 17)

    def v_random40(self):
        return self.maker.run(ALNUM, 40)

    def v_random41(self):
        return self.maker.run(BASE64, 41)

    def v_random39(self):
        return self.maker.run(BASE64, 39)

    def v_random64(self):
        return self.maker.run(BASE64, 64)

    def v_random88(self):
        return b64(self.rng.randbytes(64))

    # ---- words -------------------------------------------------------------

    def _fit(self, n, join):
        """words joined to exactly n characters"""
        while True:
            words = self.rng.sample(WORDS, 9)
            for k in range(2, 9):
                s = join(words[:k])
                if len(s) == n:
                    return s
                if len(s) > n:
                    break

    def v_camel40(self):
        return self._fit(40, lambda w: "".join(x.capitalize() for x in w))

    def v_lowercamel40(self):
        return self._fit(40, camel)

    def v_snake40(self):
        return self._fit(40, "_".join)

    def v_kebab40(self):
        return self._fit(40, "-".join)

    def v_path40(self):
        return self._fit(40, "/".join)

    def v_classpath40(self):
        return self._fit(40, lambda w: "/".join(w[:-1]) + "/"
                         + w[-1].capitalize() + "Factory")

    def v_version40(self):
        n = self.rng.randrange(10, 99)
        return self._fit(40, lambda w: "/".join(w) + f"/V{n}/X{n}")

    def v_caps20(self):
        start = self.rng.choice(("ASIA", "ACCA"))
        return start + self._fit(16, "".join).upper()

    def v_caps40(self):
        return self._fit(40, "".join).upper()

    # ---- encoded things ----------------------------------------------------

    def v_jwt(self):
        def part(x):
            return base64.urlsafe_b64encode(x).decode().rstrip("=")
        head = json.dumps({"alg": "HS256", "typ": "JWT"}).encode()
        body = json.dumps({"sub": self.v_num(), "name": self.v_words(),
                           "iat": 1500000000}).encode()
        return ".".join(map(part, (head, body, self.rng.randbytes(32))))

    def v_png(self):
        return b64(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
                   + self.rng.randbytes(self.rng.randrange(200, 900)))

    def v_jpeg_lines(self):
        return fold(b64(b"\xff\xd8\xff\xe0\0\x10JFIF"
                        + self.rng.randbytes(1500)), 76)

    def v_woff(self):
        return b64(b"wOF2\0\1\0\0" + self.rng.randbytes(1200))

    def v_map(self):
        return b64(json.dumps({"version": 3, "sources": [self.v_word()],
                               "mappings": self.maker.run(ALNUM + ";,", 300)}
                              ).encode())

    def v_cert(self):
        return fold(b64(b"\x30\x82\x03\x77\x30\x82\x02\x5f\xa0\x03\x02\x01"
                        + self.rng.randbytes(875)), 64)

    def v_pubkey(self):
        return fold(b64(bytes.fromhex(
            "30820122300d06092a864886f70d01010105000382010f00")
            + self.rng.randbytes(270)), 64)

    def v_sshpub(self):
        return "ssh-rsa " + b64(b"\0\0\0\7ssh-rsa\0\0\0\3\1\0\1\0\0\1\1\0"
                                + self.rng.randbytes(256)) + " me@example.org"

    def v_fingerprint(self):
        return "SHA256:" + self.v_sha256_b64().rstrip("=")

    def v_bcrypt(self):
        return "$2b$12$" + self.maker.run(ALNUM + "./", 53)

    def v_crypt(self):
        return ("$6$" + self.maker.run(ALNUM, 16) + "$"
                + self.maker.run(ALNUM + "./", 86))

    def v_pbkdf2(self):
        return ("pbkdf2_sha256$260000$" + self.maker.run(ALNUM, 22) + "$"
                + self.v_sha256_b64())

    def v_textb64(self):
        return b64(" ".join(self.rng.sample(WORDS, 8)).encode()[:30])

    def v_vlq(self):
        return ";".join("AAAA" + self.maker.run("ACDEGIKMOQSUWYaceg", 4)
                        for _ in range(40))

    def v_dna(self):
        return self.maker.run("ACGT", 70)

    def v_protein(self):
        return self.maker.run("ACDEFGHIKLMNPQRSTVWY", 60)

    def v_protein_line(self):
        s = self.maker.run("ACDEFGHIKLMNPQRSTVWY", 40)
        return "AKIA" + s[:16]

    def v_vault(self):
        return "\n".join("    " + self.maker.run("0123456789", 80)
                         for _ in range(5))

    def v_sops(self):
        return ("ENC[AES256_GCM,data:" + b64(self.rng.randbytes(30)) + ",iv:"
                + self.v_sha256_b64() + ",tag:" + b64(self.rng.randbytes(16))
                + ",type:str]")

    def v_kms(self):
        return b64(b"\x01\x02\x02\x00x" + self.rng.randbytes(180))

    def v_etag(self):
        return b64(self.rng.randbytes(60))

    # Request ids in S3's answers: x-amz-id-2 is 56 bytes in base64.
    def v_amz_id_2(self):
        return b64(self.rng.randbytes(56))

    def v_request_id(self):
        return self.maker.run("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16)

    def v_signature(self):
        return self.maker.run(HEX, 64)

    def v_public_id(self):
        return self.maker.key_id(self.rng.choice(("AKIA", "ASIA")))

    def v_example_id(self):
        return self.rng.choice(("AKIA", "ASIA", "AKIA")) + "IOSFODNN7EXAMPLE"

    def v_example_secret(self):
        tail = self.rng.choice(("EXAMPLEKEY", "EXAMPLEKEY", "zEXAMPLEKEY"[:10]))
        return "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + tail

    def v_fake_id(self):
        r = self.rng
        return "AKIA" + r.choice((
            "X" * 16, "0" * 16, "1234567890123456", "ABCDEFGHIJKLMNOP",
            "EXAMPLE" + self.maker.run(BASE32, 9), "TEST" * 4, "FAKE" * 4,
            "YOURACCESSKEYIDX", "EXAMPLEACCESSKEY", "A" * 16, "DUMMY" * 3 + "A",
            self.maker.run(BASE32, 9) + "EXAMPLE", "QWERTYUIOPASDFGH",
            "PLACEHOLDER23456", "INSERTKEYHEREXXX"))

    def v_fake_secret(self):
        r = self.rng
        return r.choice((
            "x" * 40, "X" * 40, "your/secret/access/key/goes/here/1234567",
            "<your-secret-access-key>", "YOUR_SECRET_ACCESS_KEY", "changeme",
            "0" * 40, "1234567890123456789012345678901234567890",
            "abcdefghijklmnopqrstuvwxyz0123456789ABCD", "secret", "...",
            "${AWS_SECRET_ACCESS_KEY}", "{{ vault.aws_secret_key }}",
            "$(cat /run/secrets/aws)", "REDACTED", "*" * 40,
            "EXAMPLE" + self.maker.run(BASE64, 33),
            self.maker.run(BASE64, 30) + "EXAMPLEKEY",
            "your-secret-access-key-goes-right-here12",
            "ThisIsNotARealSecretAccessKeyJustExample",
            "test" * 10, "fakefakefakefakefakefakefakefakefakefake",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "dummySecretAccessKeyForUnitTestsOnly0123",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
            "<%= ENV['AWS_SECRET_ACCESS_KEY'] %>", "!vault |"))
