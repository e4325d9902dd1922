#!/usr/bin/env python3
"""Recall and precision of scanners on a corpus that generate.py made.

    score.py DIR [--sekisho PROGRAM] [--peers] [-v]

A label is found when the scanner names its file and shows its secret, or, of a
scanner that shows none, its line. Ours must give it the right rule, too. What
is found and has no label is a false positive. -v lists both kinds of mistake.
"""
import argparse
import base64
import collections
import fnmatch
import hashlib
import html
import json
import os
import re
import sys
import tempfile
import urllib.parse

import scanners

HERE = os.path.dirname(os.path.abspath(__file__))
AXES = ("kind", "encoding", "distance", "place")
GOAL = 0.99     # recall and precision
SHORT = 12      # of a piece of a secret that still tells it


def load(folder):
    with open(os.path.join(folder, "labels.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def pending():
    """{conditions: reason} of what is known not to be found yet"""
    out = {}
    with open(os.path.join(HERE, "pending.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                conditions, reason = line.split("|")
                out[tuple(tuple(c.split("=", 1)) for c in conditions.split())] \
                    = reason.strip()
    return out


def same_path(found, label):
    found = os.path.normpath(found) if found else ""
    return found == label or found.startswith((label + "!", label + ":",
                                               label + "/"))


def overlap(a, b):
    """one text holds the other, or a line of it: quotes and armour that one
    scanner shows and another does not make no difference"""
    if a in b or b in a:
        return min(len(a), len(b)) >= SHORT
    whole = a.replace("\\n", "")
    lines = (line.strip("+\r ") for line in b.split("\n"))
    return any(line in a or line in whole for line in lines if len(line) >= 40)


def readings(text):
    """what a scanner shows, decoded: some show the text as it stands"""
    yield text
    yield urllib.parse.unquote(text)
    yield html.unescape(text)
    for _ in range(2):
        text = text.replace("\\\\", "\\")
    yield re.sub(r"\\u00([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)),
                 text).replace("\\n", "\n").replace("\\/", "/")
    if re.fullmatch(r"[A-Za-z0-9+/_-]{24,}=*", text):
        text = text.rstrip("=").translate(str.maketrans("-_", "+/"))
        text = text[:len(text) - (len(text) % 4 == 1)] + "==="
        plain = base64.b64decode(text)
        yield plain.decode("utf-8", "replace").replace("\r\n", "\n")


def matches(finding, label):
    if finding.kind and finding.kind != label["kind"].split("/")[0]:
        return False
    if finding.secret:
        return any(overlap(shown, label[form])
                   for shown in readings(finding.secret)
                   for form in ("secret", "raw"))
    if finding.digest:
        return any(hashlib.sha1(label[form].encode()).hexdigest()
                   == finding.digest for form in ("secret", "raw"))
    if not label["line"]:
        return any(label[form].split("\n")[0] in finding.text
                   for form in ("secret", "raw"))
    return label["line"] <= finding.line <= label["end_line"]


class Score:
    def __init__(self, scanner):
        self.scanner = scanner
        self.total = 0
        self.right = 0
        self.found = []         # labels
        self.missed = []
        self.wrong = []         # findings
        self.crossed = []       # (label, finding): the wrong key id
        self.paired = []

    def take(self, labels, findings, path_matters=True):
        by_file = collections.defaultdict(list)
        for f in findings:
            by_file[os.path.normpath(f.path) if path_matters else ""].append(f)
        used = set()
        for label in labels:
            if label.get("negative"):
                continue
            hits = [f for path, those in by_file.items()
                    if not path_matters or same_path(path, label["file"])
                    for f in those if matches(f, label)]
            used.update(map(id, hits))
            (self.found if hits else self.missed).append(label)
            if "id" in label and any(f.rule == "aws-secret-access-key"
                                     for f in hits):
                self.pair(label, hits)
        self.right += len(used)
        self.wrong += [f for f in findings if id(f) not in used]

    def pair(self, label, hits):
        want = label["id"]
        if any(f.pair and f.pair[:4] == want[:4] and f.pair[-2:] == want[-2:]
               for f in hits):
            self.paired.append(label)
        else:
            self.crossed.append((label, hits[0]))

    def recall(self, axis=None, value=None, but=()):
        """(found, all) of the labels with this value"""
        def count(labels):
            return sum((axis is None or kind(x, axis) == value)
                       and not excused(x, but) for x in labels)
        n = count(self.found)
        return n, n + count(self.missed)

    def under(self, conditions):
        """(found, all) of the labels that meet all conditions"""
        n = sum(is_under(x, conditions) for x in self.found)
        return n, n + sum(is_under(x, conditions) for x in self.missed)

    def precision(self):
        n = self.right + len(self.wrong)
        return (self.right / n if n else 1.0), self.right, len(self.wrong)


def kind(label, axis):
    return (label["kind"].split("/")[0] if axis == "kind"
            else label.get(axis, ""))


def is_under(label, conditions):
    return all(any(fnmatch.fnmatchcase(kind(label, axis), one)
                   for one in value.split(","))
               for axis, value in conditions)


def excused(label, table):
    return any(is_under(label, conditions) for conditions in table)


def score(scanner, folder, labels):
    out = Score(scanner)
    groups = collections.defaultdict(list)
    for label in labels:
        repo = label["file"] if label["file"].startswith("repos/") else None
        groups[repo].append(label)
    with tempfile.TemporaryDirectory(prefix="corpus-score-") as where:
        for repo, those in sorted(groups.items(), key=lambda g: g[0] or ""):
            if repo is None:
                files = os.path.join(folder, "files")
                out.take(those, list(scanner.tree(files, where)))
            elif scanner.repo:
                out.take(those, list(scanner.repo(
                    os.path.join(folder, repo), where)), False)
            else:
                out.missed += those
    return out


def share(n, of):
    return f"{100 * n / of:6.2f}" if of else "     -"


def values(scores, axis):
    seen = collections.Counter(kind(x, axis) for s in scores[:1]
                               for x in s.found + s.missed)
    return sorted(seen)


def table(scores, table_of_pending):
    print(f"{'recall, %':26}{'labels':>7}  "
          + "".join(f"{s.scanner.name:>15}" for s in scores))
    for axis in AXES:
        print(f" by {axis}")
        for value in values(scores, axis):
            n = scores[0].recall(axis, value)[1]
            print(f"  {value:24}{n:7}  "
                  + "".join(f"{share(*s.recall(axis, value)):>15}"
                            for s in scores))
    print(f"{'all':26}{scores[0].recall()[1]:7}  "
          + "".join(f"{share(*s.recall()):>15}" for s in scores))
    print(f"{'precision, %':35}"
          + "".join(f"{100 * s.precision()[0]:15.2f}" for s in scores))
    print(f"{'findings that are wrong':35}"
          + "".join(f"{len(s.wrong):15}" for s in scores))
    if table_of_pending:
        print("known not to be found yet:")
    for conditions, reason in table_of_pending.items():
        n, of = scores[0].under(conditions)
        print(f"  {' '.join('='.join(c) for c in conditions)}: {reason} "
              f"({n} of {of} found)")


def verdict(s, table_of_pending):
    """prints the last line; 0 if the goal is reached"""
    n, of = s.recall(but=table_of_pending)
    precision, right, wrong = s.precision()
    paired, crossed = len(s.paired), len(s.crossed)
    good = n >= GOAL * of and precision >= GOAL
    print(f"secrets with the right key id: {paired} of {paired + crossed} that "
          "have one and were found")
    print(f"bench-detect: {'ok' if good else 'FAILED'}: {s.scanner.name} found "
          f"{n} of {of} supported credentials ({share(n, of).strip()} %), "
          f"{wrong} of {right + wrong} findings were wrong (precision "
          f"{100 * precision:.2f} %); the goal is {100 * GOAL:.0f} %")
    return 0 if good else 1


def mistakes(s):
    """lines, one for each"""
    for x in s.missed:
        yield (f"{s.scanner.name}: missed {x['file']}:{x['line']} {x['kind']} "
               f"{x['encoding']} {x['raw'][:60]!r}")
    for f in s.wrong:
        what = f.secret or f.text or ""
        yield (f"{s.scanner.name}: wrong {f.path}:{f.line} {f.rule} "
               f"{what[:60]!r}")
    for x, f in s.crossed:
        yield (f"{s.scanner.name}: pair {x['file']}:{x['line']} "
               f"{x['distance']}: {f.pair}, not {x['id']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder")
    parser.add_argument("--sekisho", default="build/bin/sekisho")
    parser.add_argument("--peers", action="store_true",
                        help="also the scanners on PATH")
    parser.add_argument("-v", action="store_true", dest="verbose")
    args = parser.parse_args()
    labels = load(args.folder)
    program = os.path.abspath(args.sekisho)
    those = [scanners.Sekisho(program)]
    if args.peers:
        those += scanners.found(program)
    scores = [score(s, args.folder, labels) for s in those]
    for s in scores:
        if args.verbose:
            print(*mistakes(s), sep="\n")
    table(scores, pending())
    return verdict(scores[0], pending())


if __name__ == "__main__":
    sys.exit(main())
