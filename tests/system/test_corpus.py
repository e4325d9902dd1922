"""A small edition of the labelled corpus: what `make bench-detect` measures."""

import collections
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "data", "corpus"))

import generate  # noqa: E402
import scanners  # noqa: E402
import score  # noqa: E402

SEEDS = (11, 12, 13)
FLOOR = 0.95  # of a single value: it has so few labels that one miss counts


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    made = []
    for seed in SEEDS:
        folder = str(tmp_path_factory.mktemp("corpus") / "c")
        generate.generate(seed, folder, each=8, repos=1)
        scanner = scanners.Sekisho(os.environ["SEKISHO"])
        made.append(score.score(scanner, folder, score.load(folder)))
    return made


def total(scores, *args, **more):
    counts = [s.recall(*args, **more) for s in scores]
    return sum(n for n, _ in counts), sum(of for _, of in counts)


def lines(scores):
    return "\n".join(line for s in scores for line in score.mistakes(s))


def test_what_is_supported_is_found(scores):
    pending = score.pending()
    n, of = total(scores, but=pending)
    assert of > 1000
    assert n >= score.GOAL * of, lines(scores)


@pytest.mark.parametrize("axis", score.AXES)
def test_no_kind_encoding_distance_or_place_is_left_behind(scores, axis):
    pending = score.pending()
    values = collections.Counter(
        score.kind(x, axis) for s in scores for x in s.found + s.missed
    )
    for value in values:
        n, of = total(scores, axis, value, pending)
        assert n >= FLOOR * of - 1, (value, n, of, lines(scores))


def test_hardly_anything_else_is_found(scores):
    right = sum(s.right for s in scores)
    wrong = sum(len(s.wrong) for s in scores)
    assert right >= score.GOAL * (right + wrong), lines(scores)


def test_what_is_pending_is_not_found_yet(scores):
    """A line of pending.txt whose reason is gone has to go."""
    for conditions in score.pending():
        counts = [s.under(conditions) for s in scores]
        n, of = sum(n for n, _ in counts), sum(of for _, of in counts)
        assert of, f"{conditions} of pending.txt is not in the corpus"
        assert n < score.GOAL * of, f"{conditions}: take it off pending.txt"


def test_the_same_seed_makes_the_same_corpus(tmp_path):
    def made(name):
        folder = str(tmp_path / name)
        generate.generate(7, folder, each=1, repos=0)
        return {
            os.path.relpath(os.path.join(at, f), folder): open(
                os.path.join(at, f), "rb").read()
            for at, _, files in os.walk(folder)
            for f in files
        }

    assert made("a") == made("b")
