"""Repositories that hold a credential in every place that git has for one."""
import os
import subprocess

PLACES = ("work tree", "staged", "older commit", "deleted file", "merge",
          "message", "tag", "branch name", "stash", "note", "unreachable",
          "file name")
DATE = "1700000000 +0000"


class Repo:
    def __init__(self, path):
        self.path = path
        os.makedirs(path)
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": path,
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test", "LC_ALL": "C",
            "GIT_COMMITTER_EMAIL": "test@example.org",
            "GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}
        self.git("init", "-q", "-b", "main")
        self.add("README", "hello\n")
        self.commit("first")

    def git(self, *args):
        return subprocess.run(
            ("git", "-c", "gc.auto=0", *args), cwd=self.path, env=self.env,
            check=True, stdin=subprocess.DEVNULL, capture_output=True,
            text=True).stdout.strip()

    def write(self, name, text):
        with open(os.path.join(self.path, name), "w", encoding="utf-8") as f:
            f.write(text)

    def add(self, name, text):
        self.write(name, text)
        self.git("add", name)

    def commit(self, message):
        self.git("commit", "-q", "-m", message)


def _work_tree(r, name, text):
    r.write(name, text)


def _staged(r, name, text):
    r.add(name, text)
    r.write(name, "clean\n")


def _older(r, name, text):
    r.add(name, text)
    r.commit("add")
    r.add(name, "clean\n")
    r.commit("mend")


def _deleted(r, name, text):
    r.add(name, text)
    r.commit("add")
    r.git("rm", "-q", name)
    r.commit("remove")


def _merge(r, name, text):
    r.git("checkout", "-q", "-b", "topic")
    r.add("topic", "topic\n")
    r.commit("topic")
    r.git("checkout", "-q", "main")
    r.add("other", "other\n")
    r.commit("other")
    r.git("merge", "-q", "--no-commit", "--no-ff", "topic")
    r.add(name, text)
    r.commit("merge")
    r.git("rm", "-q", name)
    r.commit("remove")


def _message(r, name, text):
    r.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m",
          f"deploy\n\n{text}")


def _tag(r, name, text):
    r.git("tag", "-a", "v1", "--cleanup=verbatim", "-m", f"one\n\n{text}")


def _branch(r, name, text):
    r.git("branch", f"fix/{text}")


def _stash(r, name, text):
    r.write("README", text)
    r.git("stash", "-q")


def _note(r, name, text):
    r.git("notes", "add", "-m", text)


def _unreachable(r, name, text):
    r.write(name, text)
    r.git("hash-object", "-w", name)
    os.unlink(os.path.join(r.path, name))


def _file_name(r, name, text):
    r.add(f"{text}.csv", "user,state\n")
    r.commit("add")


MAKE = dict(zip(PLACES, (_work_tree, _staged, _older, _deleted, _merge,
                         _message, _tag, _branch, _stash, _note, _unreachable,
                         _file_name)))
NAMES = {"branch name", "file name"}    # hold a key id, no more


def make(corpus, templates, fill, each):
    """each times a repository a place, below DIR/repos/PLACE-N"""
    able = [t for t in templates if "@id@" in t.text and "@secret@" in t.text
            and "/" not in t.path]
    for place in PLACES:
        for i in range(each):
            rng = corpus.rng("place", place, i)
            piece = fill(rng.choice(able), rng)
            folder = f"repos/{place.replace(' ', '-')}-{i}"
            r = Repo(os.path.join(corpus.out, folder))
            text, marks = piece.text, piece.marks
            if place in NAMES:
                marks = [m for m in marks if m.kind == "aws-access-key-id"][:1]
                text = marks[0].secret
            MAKE[place](r, piece.path, text)
            corpus.piece_labels(folder, piece._replace(marks=marks),
                                place=place, line=0, end_line=0)
