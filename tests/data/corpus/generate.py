#!/usr/bin/env python3
"""Makes a labelled corpus: files with credentials, and files without.

    generate.py --seed N --out DIR [--rounds N] [--plain]

DIR/files gets the files, DIR/labels.jsonl one JSON object a line:

    file, line, end_line   where it stands, below DIR/files
    kind       rule of sekisho that should find it, perhaps with /VARIANT
    secret     the credential; raw: as it stands there
    encoding, distance, place, host
    id         of a secret access key: the key id that belongs to it
    negative   true: nothing in this file may be found but what has a label

A round has one file of each host, encoding, distance and negative. All comes
from the seed: the same one makes the same corpus, in every Python from 3.11.
"""
import argparse
import collections
import json
import os
import random

import forms
import hosts
import places
from values import WORDS, Values

TABLES = ("hosts/shell.txt", "hosts/config.txt", "hosts/cloud.txt",
          "hosts/languages.txt", "hosts/data.txt", "hosts/single.txt",
          "hosts/more.txt", "hosts/tools.txt", "hosts/dumps.txt",
          "hosts/more_languages.txt")
GAPS = (5, 30, 500)
PAIR = {"aws-access-key-id", "aws-secret-access-key"}

Piece = collections.namedtuple("Piece", "path trait text marks")


class Corpus:
    def __init__(self, out, seed):
        self.out = out
        self.seed = seed
        self.n = 0
        os.makedirs(os.path.join(out, "files"))
        self.labels = open(os.path.join(out, "labels.jsonl"), "w",
                           encoding="utf-8")

    def folder(self, axis):
        self.n += 1
        return f"{axis}/{self.n:05}"

    def rng(self, *what):
        return random.Random(f"{self.seed} {what}")

    def write(self, path, data):
        full = os.path.join(self.out, "files", path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)

    def label(self, **what):
        print(json.dumps(what, sort_keys=True), file=self.labels)

    def piece_labels(self, path, piece, **more):
        """labels of a piece; more overrides what its marks say"""
        ids = [m.secret for m in piece.marks
               if m.kind == "aws-access-key-id"]
        secrets = 0
        for m in piece.marks:
            what = {"file": path, "kind": m.kind, "secret": m.secret,
                    "raw": m.raw, "encoding": m.encoding, "place": "tree",
                    "line": 1 + piece.text.count("\n", 0, m.start),
                    "end_line": 1 + piece.text.count("\n", 0, m.end),
                    "host": piece.path, "distance": "none"}
            if m.kind == "aws-secret-access-key":
                if ids:
                    what["id"] = ids[min(secrets, len(ids) - 1)]
                    what["distance"] = distance(piece, m)
                secrets += 1
            self.label(**{**what, **more})


def distance(piece, mark):
    lines = min(abs(piece.text.count("\n", 0, mark.start)
                    - piece.text.count("\n", 0, m.start))
                for m in piece.marks if m.kind == "aws-access-key-id")
    return "same line" if not lines else "to 5 lines"


def fill(template, rng, form=None):
    text, marks = hosts.Filler(Values(rng), form).fill(template)
    return Piece(template.path, template.trait, text, marks)


def plain(corpus, templates, n):
    for t in templates:
        path = f"{corpus.folder('plain')}/{t.path}"
        piece = fill(t, corpus.rng(n, path))
        corpus.write(path, piece.text.encode())
        corpus.piece_labels(path, piece)


def negatives(corpus, templates, n):
    for t in templates:
        path = f"{corpus.folder('negative')}/{t.path}"
        piece = fill(t, corpus.rng(n, path))
        corpus.write(path, piece.text.encode())
        corpus.label(file=path, negative=True, host=t.path)
        corpus.piece_labels(path, piece)


def value_forms(corpus, templates, n, each):
    for name, (traits, function, needs) in forms.VALUE.items():
        able = [t for t in templates if t.trait in traits]
        for i in range(each):
            rng = corpus.rng(n, name, i)
            t = rng.choice(able)
            piece = fill(t, rng, (function, name))
            marks = [m._replace(encoding="plain") if needs and not
                     set(needs) & set(m.secret) else m for m in piece.marks]
            path = f"{corpus.folder('value')}/{t.path}"
            corpus.write(path, piece.text.encode())
            corpus.piece_labels(path, piece._replace(marks=marks))


def concatenated(corpus, templates, n, each):
    able = [t for t in templates if t.trait in forms.QUOTED
            and "@secret@" in t.text]
    for name in ("concat", "concat-lines"):
        made = 0
        while made < each:
            rng = corpus.rng(n, name, made, corpus.n)
            piece = cut(fill(rng.choice(able), rng), rng, name)
            path = f"{corpus.folder('value')}/{piece.path}"
            if not any(m.encoding == name for m in piece.marks):
                continue
            corpus.write(path, piece.text.encode())
            corpus.piece_labels(path, piece)
            made += 1


def cut(piece, rng, name):
    """the piece with its values cut in two"""
    text, marks, at = "", [], 0
    for m in piece.marks:
        text += piece.text[at:m.start]
        new = None
        if m.kind in PAIR:
            new = forms.concat(piece.trait, piece.text, m, rng,
                                   name == "concat-lines")
        raw = new or m.raw
        marks.append(m._replace(start=len(text), end=len(text) + len(raw),
                                raw=raw, encoding=name if new else m.encoding))
        text += raw
        at = m.end
    return piece._replace(text=text + piece.text[at:], marks=marks)


def text_forms(corpus, templates, n, each):
    for name in forms.TEXT:
        for i in range(each):
            rng = corpus.rng(n, name, i)
            piece = fill(rng.choice(templates), rng)
            text, start, end = forms.carry(name, piece.text, rng)
            path = f"{corpus.folder('text')}/{name}.{rng.choice(WORDS)}"
            corpus.write(path, text.encode())
            corpus.piece_labels(
                path, piece, encoding=name,
                line=1 + text.count("\n", 0, start),
                end_line=1 + text.count("\n", 0, end))


def file_forms(corpus, templates, n, each):
    for name, (function, ending) in forms.FILE.items():
        for i in range(each):
            rng = corpus.rng(n, name, i)
            piece = fill(rng.choice(templates), rng)
            base = os.path.basename(piece.path)
            path = f"{corpus.folder('file')}/{base}{ending}"
            corpus.write(path, function(piece.text.encode(), base))
            whole = {} if name in ("crlf",) or name.startswith("utf") else {
                "line": 1, "end_line": 10 ** 6}
            corpus.piece_labels(path, piece, encoding=name, **whole)


def filler(rng, n):
    """lines of no interest"""
    out = []
    for _ in range(n):
        a, b, c = rng.sample(WORDS, 3)
        out.append(rng.choice((f"{a}.{b} = {c}", f"# {a} {b} {c}", "",
                               f"{a}_{b} = {rng.randrange(1000)}",
                               f"{a}({b}, {c})")))
    return "\n".join(out) + "\n"


def far(corpus, templates, n, each):
    """key id and secret some lines apart, or in two files"""
    def only(name):
        return [t for t in templates if [
            m[1] for m in hosts.PLACE.finditer(t.text)
            if m[1] in hosts.KINDS] == [name]]
    ids, secrets = only("id"), only("secret")
    for gap in (*GAPS, None):
        for i in range(each):
            rng = corpus.rng(n, "far", gap, i)
            one, two = fill(rng.choice(ids), rng), fill(rng.choice(secrets), rng)
            folder = corpus.folder("far")
            key_id = one.marks[0].secret
            if gap is None:
                for p in (one, two):
                    corpus.write(f"{folder}/{p.path}", p.text.encode())
                corpus.piece_labels(f"{folder}/{one.path}", one)
                corpus.piece_labels(f"{folder}/{two.path}", two, id=key_id,
                                    distance="other file")
                continue
            head = one.text + filler(rng, gap - 1)
            marks = one.marks + [m._replace(start=m.start + len(head),
                                            end=m.end + len(head))
                                 for m in two.marks]
            piece = Piece(two.path, "", head + two.text, marks)
            path = f"{folder}/{two.path}"
            corpus.write(path, piece.text.encode())
            corpus.piece_labels(path, piece, distance=f"{gap} lines")


def generate(seed, out, rounds=1, each=12, only_plain=False,
             repos=2):
    corpus = Corpus(out, seed)
    templates = hosts.load(*TABLES)
    for n in range(rounds):
        plain(corpus, templates, n)
        negatives(corpus, hosts.load("negatives.txt"), n)
        if only_plain:
            continue
        value_forms(corpus, templates, n, each)
        concatenated(corpus, templates, n, each)
        text_forms(corpus, templates, n, each)
        file_forms(corpus, templates, n, each)
        far(corpus, templates, n, each)
    if not only_plain:
        places.make(corpus, templates, fill, repos)
    corpus.labels.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--plain", action="store_true",
                        help="hosts and negatives alone")
    args = parser.parse_args()
    generate(args.seed, args.out, args.rounds, only_plain=args.plain)


if __name__ == "__main__":
    main()
