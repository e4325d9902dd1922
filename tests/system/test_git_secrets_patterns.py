"""Generated patterns on generated lines: what `grep -nwHE` finds is found, and
what `git grep` finds too."""

import random

import pytest

from test_git_secrets import gs, secrets  # noqa: F401

ALPHABET = "aab_.- 1="
ATOMS = [
    "a", "b", "_", "1", "\\.", ".", "[ab]", "[^a]", "[a-b_]", "[[:alnum:]]",
    "[[:space:]]", "[]a]", "[^]b]", "\\s", "\\w", "\\W", "\\S", "-", "=",
    "\\-", "\\=", "[.]", "[a\\]",
]
PER_TEST = 40


def branch(rng, depth):
    out = ""
    for _ in range(rng.randint(1, 3)):
        out += piece(rng, depth)
    return out


def piece(rng, depth):
    if depth and rng.random() < 0.25:
        atom = f"({choice(rng, depth - 1)})"
    else:
        atom = rng.choice(ATOMS)
    return atom + rng.choice(["", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}"])


def choice(rng, depth):
    return "|".join(branch(rng, depth) for _ in range(rng.choice([1, 1, 2])))


def pattern(rng):
    # Edges stand here only: repeated ones are what grep itself gets wrong.
    before = rng.choice(["", "", "", "^", "\\b", "\\<", "\\B"])
    after = rng.choice(["", "", "", "$", "\\b", "\\>", "\\B"])
    core = choice(rng, 2)
    return before + core + after, core


def text(rng):
    return "".join(
        "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, 9))) + "\n"
        for _ in range(60)
    )


def found(output):
    return [x for x in output.split("\n") if x.startswith("a.txt:")]


@pytest.mark.parametrize("seed", range(6))
def test_a_pattern_finds_what_grep_finds(gs, seed):
    rng = random.Random(seed)
    gs.git("config", "secrets.builtin", "false")
    compared = 0
    while compared < PER_TEST:
        p, core = pattern(rng)
        gs.add("a.txt", text(rng))
        gs.git("config", "--replace-all", "secrets.patterns", p)
        ours = secrets(gs, "--scan", "a.txt")
        assert ours.status < 2, (p, ours)
        grep = gs.run("grep", "-nwHE", "-e", p, "a.txt")
        git = gs.run("git", "grep", "-nwHE", "-e", p)
        assert grep.status < 2 and git.status < 2, (p, grep, git)
        assert set(found(git.out)) <= set(found(ours.err)), p
        # A match of nothing is none for git grep; grep counts some of them.
        nothing = gs.run("grep", "-qE", "-e", f"^({core})$", stdin="\n")
        if nothing.status == 0:
            assert set(found(ours.err)) <= set(found(grep.out)), p
        else:
            assert found(ours.err) == found(grep.out), p
            compared += 1


def test_a_pattern_that_can_match_nothing_finds_what_is_there(gs):
    gs.git("config", "--unset-all", "secrets.patterns")
    gs.git("config", "secrets.patterns", "(zz)*")
    gs.write("f", "one\n\nzz two\nazz\n")
    r = gs.run("git-secrets", "--scan", "f")
    assert r.status == 1
    assert r.err.startswith("f:3:zz two\n\n"), r.err
