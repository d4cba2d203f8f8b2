"""The soak test runs, continues, and finds mistakes."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soak.tally import Count, Tally, compare
from tests.soak.texts import random_text
from windictator.text.normalise import normalise_text

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "soak"


def soak(state: Path, *options: str) -> tuple[int, str, str]:
    command = [str(PROGRAM), "--clients", "raw,xterm,tk", "--state", str(state), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_two_thousand_characters_over_many_layouts(tmp_path: Path) -> None:
    """Zero wrong, zero lost, zero doubled, in every run of the tests and not only in the long ones."""
    state = tmp_path / "state.json"
    status, output, errors = soak(state, "--characters", "1900")
    assert status == 0, output + errors
    tally = Tally.load(state)
    assert tally.total.typed >= 1900
    assert tally.total.clean
    assert len(tally.by_layout) >= 10
    assert tally.by_client.keys() == {"raw", "xterm", "tk"}
    assert "wrong 0, lost 0, doubled 0" in output
    texts = tally.total.texts
    status, output, errors = soak(state, "--characters", "2000")
    assert (status, "Continuing" in errors) == (0, True)
    tally = Tally.load(state)
    assert tally.total.typed >= 2000
    assert texts < tally.total.texts == tally.next < 2 * texts
    status, _, errors = soak(state, "--seed", "2")
    assert status == 1 and "has seed 1" in errors


@pytest.mark.parametrize(
    ("got", "count"),
    [
        ("hello world", Count()),
        ("hella world", Count(wrong=1)),
        ("helo world", Count(lost=1)),
        ("helllo world", Count(doubled=1)),
        ("hello wo", Count(lost=3)),
        ("hello hello world", Count(doubled=6)),
        ("hello, world", Count(wrong=1)),
        ("", Count(lost=11)),
    ],
)
def test_compare_counts_each_kind_of_mistake(got: str, count: Count) -> None:
    """Each kind of mistake has its own figure, and none is passed over."""
    found = compare("hello world", got)
    assert (found.wrong, found.lost, found.doubled) == (count.wrong, count.lost, count.doubled)


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_compare_finds_every_difference(wanted: str, got: str) -> None:
    """Whatever differs is counted."""
    assert compare(wanted, got).clean == (wanted == got)


@given(st.randoms(use_true_random=False), st.integers(2, 400))
def test_random_texts_can_be_typed(rng: random.Random, length: int) -> None:
    """Texts are random, about as long as requested, and consist of characters."""
    text = random_text(rng, "abcABC ", length)
    assert normalise_text(text) == text
    assert length / 3 <= len(text) <= 2 * length + 60
