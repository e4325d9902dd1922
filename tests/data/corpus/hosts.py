"""Templates of files that people commit, and what is put into them.

A table (hosts/*.txt, negatives.txt) is a row of `=== PATH [TRAIT]` lines, each
with the text of a file below it. In it

    @secret@            a credential, which becomes a label (KINDS)
    @secret:b64@        the same in another form (FORMS)
    @region@            what is no secret: a method v_region of Values
    @?@...              a line that is there or not
"""
import base64
import collections
import html
import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = re.compile(r"@([A-Za-z][A-Za-z0-9_-]*)(?::([a-z0-9]+))?@")

# placeholder -> kind of the label
KINDS = {
    "id": "aws-access-key-id", "id-akia": "aws-access-key-id",
    "secret": "aws-secret-access-key", "token": "aws-session-token",
    "presigned": "aws-presigned-url", "bedrock": "aws-bedrock-api-key",
    "bedrock-short": "aws-bedrock-api-key/short", "eks": "aws-eks-token",
    "svc-pass": "aws-service-password", "smtp": "aws-ses-smtp-password",
    "ecr": "aws-ecr-token", "ecr-auth": "aws-ecr-token/auth",
    "appsync": "aws-appsync-api-key", "mws": "aws-mws-auth-token",
    "pem": "private-key", "pem-enc": "private-key-encrypted",
    "pgp": "pgp-private-key", "putty": "putty-private-key",
}
MAKE = {
    "id": "key_id", "secret": "secret", "token": "token",
    "presigned": "presigned", "bedrock": "bedrock_long",
    "bedrock-short": "bedrock_short", "eks": "eks",
    "svc-pass": "service_password", "smtp": "smtp_password",
    "ecr": "ecr_token", "ecr-auth": "ecr_auth", "appsync": "appsync",
    "mws": "mws", "pem": "private_key", "pem-enc": "encrypted_key",
    "pgp": "pgp", "putty": "putty",
}


def percent(s, every=False):
    return "".join(c if c.isalnum() and not every else f"%{ord(c):02X}"
                   for c in s)


# name -> (what it makes of a value, the encoding that the label tells)
FORMS = {
    "b64": (lambda s: base64.b64encode(s.encode()).decode(), "base64-value"),
    "pct": (percent, "percent"),
    "json": (lambda s: json.dumps(s)[1:-1], "plain"),
    "html": (html.escape, "plain"),
    "uamp": (lambda s: s.replace("&", "\\u0026"), "json-u"),
    "crlf": (lambda s: s.replace("\n", "\r\n"), "plain"),
    "plus": (lambda s: s.replace("\n", "\n+"), "plain"),
    "cstring": (lambda s: "\n".join(f'    "{x}\\n"' for x in s.split("\n")),
                "plain"),
}

Template = collections.namedtuple("Template", "path trait text")
# start and end are offsets into the text; raw is what stands there.
Mark = collections.namedtuple("Mark", "start end kind secret raw encoding")


def load(*names):
    """the templates of tables"""
    out = []
    for name in names:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            parts = re.split(r"^=== (\S+)(?: (\S+))?\n", f.read(), flags=re.M)
        for i in range(1, len(parts), 3):
            out.append(Template(parts[i], parts[i + 1] or "", parts[i + 2]))
    return out


class Filler:
    """Puts values into a template."""

    def __init__(self, values, form=None):
        self.values = values
        self.form = form        # applied to credentials: (function, name)
        self.made = {}

    def credential(self, name):
        """one of each number: id and id2 differ, id and id do not"""
        if name not in self.made:
            base = name.rstrip("23456789")
            maker = self.values.maker
            if base in ("id", "id-akia"):
                prefix = "AKIA" if base == "id-akia" else None
                value = maker.key_id("ASIA" if "token" in self.wanted
                                     else prefix)
            elif base == "svc-user":
                value = maker.service_user()
            else:
                value = getattr(maker, MAKE[base])()
            self.made[name] = value
        return self.made[name]

    def fill(self, template):
        """(text, marks)"""
        lines = []
        for line in template.text.splitlines(keepends=True):
            if line.startswith("@?@"):
                line = line[3:] if self.values.rng.random() < 0.5 else ""
            lines.append(line)
        text = "".join(lines)
        self.wanted = {m.group(1) for m in PLACE.finditer(text)}
        out, marks, at, size = [], [], 0, 0

        def put(s):
            nonlocal size
            out.append(s)
            size += len(s)
        for m in PLACE.finditer(text):
            put(text[at:m.start()])
            at = m.end()
            name, form = m.groups()
            base = name.rstrip("23456789")
            value = self.values.get(name)
            if value is None:
                value = self.credential(name)
            if base not in KINDS:
                put(value)
                continue
            shown, encoding = self.shape(value, form)
            if "\n" in shown:
                shown = indent(shown, "".join(out).rsplit("\n", 1)[-1])
            marks.append(Mark(size, size + len(shown), KINDS[base], value,
                              shown, encoding))
            put(shown)
        put(text[at:])
        return "".join(out), marks

    def shape(self, value, form):
        if form:
            f, encoding = FORMS[form]
            return f(value), encoding
        if self.form:
            f, encoding = self.form
            return f(value), encoding
        return value, "plain"


def indent(text, before):
    """a block stands as deep as its first line"""
    if before.strip():
        return text
    return text.replace("\n", "\n" + before)
