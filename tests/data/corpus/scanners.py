"""How each scanner is run, and what it says, in one form.

A scanner has tree(files, where): its findings of a directory, and perhaps
repo(path, where): of a repository in all its places. `where` is a directory for
its use. None of them may ask a network about what it finds.
"""
import base64
import collections
import json
import os
import re
import shutil
import subprocess

# kind: None where a scanner's rules are not ours. secret: what it says that it
# found; text: what it shows of the line; digest: SHA-1 of the secret.
Finding = collections.namedtuple(
    "Finding", "path line kind secret text digest pair rule",
    defaults=(None,) * 6)
SECONDS = 900


def run(argv, cwd, where, ok=(0, 1), **more):
    env = {"HOME": where, "TMPDIR": where, "LC_ALL": "C.UTF-8",
           "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
           "GIT_CONFIG_NOSYSTEM": "1", **more}
    done = subprocess.run(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=SECONDS, check=False)
    if done.returncode not in ok:
        raise RuntimeError(f"{argv[0]}: status {done.returncode}: "
                           + done.stderr.decode(errors="replace")[-500:])
    return done


def objects(data):
    """JSON lines"""
    for line in data.decode(errors="replace").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


class Scanner:
    repo = None

    def __init__(self, program):
        self.program = program

    def version(self):
        return ""


class Sekisho(Scanner):
    name = "sekisho"

    def version(self):
        return run([self.program, "--version"], "/", "/").stdout.decode().split(
            "\n")[0]

    def _findings(self, *args, cwd, where):
        done = run([self.program, "scan", "--format", "jsonl",
                    "--show-secrets", *args], cwd, where, ok=(0, 1, 3))
        for o in objects(done.stdout):
            if "rule" in o:
                yield Finding(o.get("path", ""), o.get("line", 0), o["rule"],
                              o.get("secret", ""), pair=o.get("pair"),
                              rule=o["rule"])

    def tree(self, files, where):
        return list(self._findings(".", cwd=files, where=where))

    def repo(self, path, where):
        return [f for args in ((), ("--staged",), ("--history",))
                for f in self._findings(*args, cwd=path, where=where)]


class GitSecrets(Scanner):
    name = "git-secrets"

    def _scan(self, args, cwd, where):
        if not os.path.exists(os.path.join(where, ".gitconfig")):
            run([self.program, "--register-aws", "--global"], where, where)
        err = run([self.program, *args], cwd, where).stderr
        for line in err.decode(errors="replace").splitlines():
            m = re.match(r"(?:[0-9a-f]{40}:)?(.+?):([0-9]+):(.*)", line)
            if m:
                yield Finding(m[1], int(m[2]), text=m[3])

    def tree(self, files, where):
        run(["git", "init", "-q"], files, where)
        try:
            return list(self._scan(["--scan", "-r", "."], files, where))
        finally:
            shutil.rmtree(os.path.join(files, ".git"))

    def repo(self, path, where):
        return [f for args in (["--scan"], ["--scan", "--cached"],
                               ["--scan-history"])
                for f in self._scan(args, path, where)]


class Gitleaks(Scanner):
    name = "gitleaks"

    def version(self):
        return run([self.program, "version"], "/", "/").stdout.decode().strip()

    def _run(self, command, cwd, where):
        report = os.path.join(where, "report.json")
        run([self.program, command, ".", "--no-banner", "--exit-code", "0",
             "--report-format", "json", "--report-path", report,
             "--max-archive-depth", "4"], cwd, where)
        with open(report, encoding="utf-8") as f:
            return [Finding(o["File"], o["StartLine"], secret=o["Secret"],
                            text=o["Match"], rule=o["RuleID"])
                    for o in json.load(f) or ()]

    def tree(self, files, where):
        return self._run("dir", files, where)

    def repo(self, path, where):
        return self._run("git", path, where)


class Betterleaks(Scanner):
    """2.0 and later; a key id comes with the secret that belongs to it"""
    name = "betterleaks"

    def version(self):
        return run([self.program, "version"], "/", "/").stdout.decode().strip()

    def _run(self, command, cwd, where):
        report = os.path.join(where, "report.json")
        run([self.program, command, ".", "--no-banner", "--silent",
             "--exit-code", "0", "--output", report], cwd, where)
        with open(report, encoding="utf-8") as f:
            for o in json.load(f)["findings"] or ():
                parts = {(c["rule_id"], c["match"]["value"]): c
                         for s in o.get("component_sets") or ()
                         for c in s["components"]}
                for x in (o, *parts.values()):
                    at = x.get("location") or o["location"]
                    yield Finding(at.get("path", ""), at.get("start_line", 0),
                                  secret=x["match"]["value"],
                                  text=x["match"]["full"], rule=x["rule_id"])

    def tree(self, files, where):
        return list(self._run("filesystem", files, where))

    def repo(self, path, where):
        return list(self._run("git", path, where))


class DetectSecrets(Scanner):
    name = "detect-secrets"

    def version(self):
        return run([self.program, "--version"], "/", "/").stdout.decode().strip()

    def tree(self, files, where):
        done = run([self.program, "scan", "--all-files", "--no-verify", "."],
                   files, where)
        for path, found in json.loads(done.stdout)["results"].items():
            for o in found:
                # of a private key it hashes the header
                key = o["type"] == "Private Key"
                yield Finding(path, o["line_number"], rule=o["type"],
                              digest=None if key else o["hashed_secret"])


class Kingfisher(Scanner):
    name = "kingfisher"

    def version(self):
        return run([self.program, "--version"], "/", "/").stdout.decode().split(
            "\n")[0]

    def _scan(self, path, where):
        done = run([self.program, "scan", ".", "--no-validate", "--format",
                    "jsonl", "--confidence", "low", "--no-update-check"],
                   path, where, ok=(0, 200, 205))
        for o in objects(done.stdout):
            if "finding" in o:
                f = o["finding"]
                more = f.get("dependent_captures") or {}
                for secret in {f["snippet"], *more.values()}:
                    yield Finding(f["path"], f["line"], secret=secret,
                                  rule=o["rule"]["id"])

    def tree(self, files, where):
        return list(self._scan(files, where))

    repo = tree


class TruffleHog(Scanner):
    name = "trufflehog"

    def version(self):
        done = run([self.program, "--version"], "/", "/")
        return (done.stdout + done.stderr).decode().split()[-1]

    def _scan(self, args, cwd, where):
        done = run([self.program, *args, "--json", "--no-verification",
                    "--no-update"], cwd, where)
        for o in objects(done.stdout):
            data = o.get("SourceMetadata", {}).get("Data", {})
            for place in data.values():
                for secret in {o["Raw"], *(o.get("SecretParts") or {}).values()}:
                    yield Finding(place.get("file", ""), place.get("line", 0),
                                  secret=secret, rule=o["DetectorName"])

    def tree(self, files, where):
        return list(self._scan(["filesystem", "."], files, where))

    def repo(self, path, where):
        return list(self._scan(["git", f"file://{path}"], path, where))


class NoseyParker(Scanner):
    name = "noseyparker"

    def version(self):
        return run([self.program, "--version"], "/", "/").stdout.decode().split(
            "\n")[0].split()[-1]

    def tree(self, files, where):
        store = os.path.join(where, "store")
        shutil.rmtree(store, ignore_errors=True)
        run([self.program, "scan", "--datastore", store, "."], files, where)
        done = run([self.program, "report", "--datastore", store, "--format",
                    "jsonl", "--max-matches", "-1"], files, where)
        for o in objects(done.stdout):
            for m in o["matches"]:
                path = next((p.get("path") or p.get("blob_path", "")
                             for p in m["provenance"]), "")
                line = m["location"]["source_span"]["start"]["line"]
                for group in m["groups"]:
                    secret = base64.b64decode(group).decode(errors="replace")
                    yield Finding(path, line, secret=secret,
                                  rule=o["rule_name"])

    repo = tree


class RipSecrets(Scanner):
    name = "ripsecrets"

    def version(self):
        return run([self.program, "--version"], "/", "/").stdout.decode().split(
            )[-1]

    def tree(self, files, where):
        done = run([self.program, "."], files, where)
        for line in done.stdout.decode(errors="replace").splitlines():
            m = re.match(r"(.+?):([0-9]+):(.*)", line)
            if m:
                yield Finding(m[1], int(m[2]), text=m[3])


PEERS = (GitSecrets, Gitleaks, Betterleaks, TruffleHog, Kingfisher, NoseyParker,
         DetectSecrets, RipSecrets)


def found(ours):
    """the scanners on PATH; git-secrets is the original, not ours"""
    for peer in PEERS:
        for folder in os.environ.get("PATH", "").split(":"):
            program = os.path.join(folder, peer.name)
            if os.access(program, os.X_OK) and not os.path.samefile(
                    folder, os.path.dirname(os.path.realpath(ours))):
                yield peer(program)
                break
