"""Forms in which a text with credentials is committed.

VALUE forms change the credential alone, where the host's syntax allows it; TEXT
forms carry a whole file in another one, as text; FILE forms change the bytes of
the file itself.
"""
import base64
import gzip
import html
import io
import json
import re
import tarfile
import urllib.parse
import zipfile

from keys import fold

QUOTED = "python js java go cs swift dart groovy php ruby c r lua".split()
GLUE = {"php": " . ", "c": " ", "ruby": " + ", "lua": " .. "}


def _escape(chars, code):
    return lambda s: "".join(code(c) if c in chars else c for c in s)


def _every(code):
    return lambda s: "".join(map(code, s))


# name -> (traits of hosts, function, what a value must hold to change)
VALUE = {
    "json-slash": (("json", "js", "php"), _escape("/", lambda c: "\\/"), "/"),
    "json-u": (("json", "js", "java"), _escape(
        "+/=", lambda c: f"\\u{ord(c):04x}"), "+/="),
    "json-u-all": (("json", "js", "java"), _every(
        lambda c: f"\\u{ord(c):04x}"), ""),
    "html": (("xml",), _escape("+/=", lambda c: f"&#{ord(c)};"), "+/="),
    "html-hex": (("xml",), _escape("+/=", lambda c: f"&#x{ord(c):X};"), "+/="),
    "html-all": (("xml",), _every(lambda c: f"&#{ord(c)};"), ""),
    "hex-escape": (("python", "js", "c", "php"), _every(
        lambda c: f"\\x{ord(c):02x}"), ""),
}


def concat(trait, text, mark, rng, lines):
    """cuts a quoted value in two: "AB" + "CD"; None if it is not quoted"""
    if trait not in QUOTED or not mark.start:
        return None
    quote = text[mark.start - 1]
    if quote not in "\"'" or text[mark.end:mark.end + 1] != quote:
        return None
    raw = mark.raw
    cut = rng.randrange(4, len(raw) - 4)
    glue = GLUE.get(trait, " + ")
    if lines:
        glue = glue.rstrip() + "\n        "
    return raw[:cut] + quote + glue + quote + raw[cut:]


def _b64(data):
    return base64.b64encode(data).decode()


def _offset(n):
    def encode(text, rng):
        head = "#" * (n - 1) + "\n" if n else ""
        return _b64((head + text).encode())
    return encode


TEXT = {
    "base64": _offset(0),
    "base64-1": _offset(1),
    "base64-2": _offset(2),
    "base64-64": lambda t, rng: fold(_b64(t.encode()), 64),
    "base64-76": lambda t, rng: fold(_b64(t.encode()), 76),
    "base64-url": lambda t, rng: base64.urlsafe_b64encode(
        t.encode()).decode().rstrip("="),
    "base64-double": lambda t, rng: _b64(_b64(t.encode()).encode()),
    "hex": lambda t, rng: t.encode().hex(),
    "percent-text": lambda t, rng: urllib.parse.quote(t, safe=""),
    "json-text": lambda t, rng: json.dumps(t)[1:-1],
    "json-json": lambda t, rng: json.dumps(json.dumps(t))[1:-1],
    "html-text": lambda t, rng: html.escape(t),
    "u-text": lambda t, rng: _every(lambda c: f"\\u{ord(c):04x}")(t),
}

# What a text in another form stands in; {} is the text.
CARRIERS = {
    "base64": ("CONFIG_B64={}\n", 'user_data = "{}"\n',
               "data:\n  credentials: {}\n", '{{"content": "{}"}}\n', "{}\n"),
    "base64-64": ("-----BEGIN CONFIG-----\n{}\n-----END CONFIG-----\n", "{}\n",
                  "Content-Transfer-Encoding: base64\n\n{}\n"),
    "hex": ("blob = '{}'\n", "{}\n", "INSERT INTO f VALUES (1, x'{}');\n"),
    "percent-text": ("body={}&x=1\n", "https://example.org/save?text={}\n"),
    "json-text": ('{{"file": "{}"}}\n', 'content: "{}"\n'),
    "html-text": ("<pre>{}</pre>\n", '<input value="{}">\n'),
    "u-text": ('"text": "{}"\n',),
}
ALIKE = {"base64-1": "base64", "base64-2": "base64", "base64-url": "base64",
         "base64-double": "base64", "base64-76": "base64-64",
         "json-json": "json-text"}


def carry(name, text, rng):
    """(text, start, end) of a carrier and the encoded text in it"""
    encoded = TEXT[name](text, rng)
    frame = rng.choice(CARRIERS[ALIKE.get(name, name)])
    head, tail = (s.replace("{{", "{").replace("}}", "}")
                  for s in frame.split("{}", 1))
    return head + encoded + tail, len(head), len(head) + len(encoded)


def _zip(data, path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("README"), "made for a test\n")
        info = zipfile.ZipInfo("conf/" + path)
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, data)
    return out.getvalue()


def _tar(data, path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        info = tarfile.TarInfo("conf/" + path)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _binary(data, path):
    """pages of a data base or an editor's swap file"""
    return b"b0VIM 9.0\0\0\0\x10" + bytes(range(256)) + data + b"\0" * 64


# name -> (bytes of the file, what its name gets)
FILE = {
    "utf-16le": (lambda b, p: b.decode().encode("utf-16-le"), ""),
    "utf-16be": (lambda b, p: b.decode().encode("utf-16-be"), ""),
    "utf-16le-bom": (lambda b, p: b"\xff\xfe" + b.decode().encode("utf-16-le"),
                     ""),
    "utf-16be-bom": (lambda b, p: b"\xfe\xff" + b.decode().encode("utf-16-be"),
                     ""),
    "crlf": (lambda b, p: re.sub(rb"\r?\n", b"\r\n", b), ""),
    "latin-1": (lambda b, p: "# schl\xfcssel\n".encode("latin-1") + b, ""),
    "binary": (_binary, ".swp"),
    "gzip": (lambda b, p: gzip.compress(b, mtime=0), ".gz"),
    "zip": (_zip, ".zip"),
    "tar": (_tar, ".tar"),
    "tar.gz": (lambda b, p: gzip.compress(_tar(b, p), mtime=0), ".tar.gz"),
}
