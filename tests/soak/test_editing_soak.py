"""A short soak test of editing, and the mistakes that it must find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.soak.editing import EditingSoak, Failure, play, shorten
from tests.soak.editing_round import Desk, Round, World

US_TK = World(pair=("tk", "tk"), layout="us", group=0, live="off", cursor_keys="always", grab_server=False)


@pytest.mark.slow
def test_windows_hold_the_text_of_the_ledger() -> None:
    """Whatever is said and done, in every run of the tests and not only in the long ones."""
    told: list[str] = []
    soak = EditingSoak(7, told.append, length=45, pairs=(("gtk", "xterm"), ("tk", "tk")))
    soak.run(90, 120)  # a number of utterances, not a duration, because machines differ
    assert not soak.failures, told
    assert soak.counts["utterances"] >= 60
    assert soak.counts["refused"] < soak.counts["utterances"] / 3


class Spoilt(Round):
    """A round in which a window may lose its text behind the ledger's back."""

    def _spoil(self) -> None:
        self.pane.client.clear()


@pytest.fixture
def desk() -> Iterator[Desk]:
    built = Desk()
    yield built
    built.close()


@pytest.mark.slow
def test_failure_is_found_and_reduced_to_its_steps(desk: Desk) -> None:
    """Else a clean run would say nothing, and a failure after an hour could not be followed."""
    there = (("hear", "hello"), ("key",), ("focus",), ("hear", "good morning"), ("ask", "undo"))
    assert play(desk, US_TK, (*there, ("focus",), ("hear", "scratch that"), ("hear", "all is well")), Spoilt) == ""
    wrong = (*there, ("hear", "one"), ("spoil",), ("hear", "two"))
    reason = play(desk, US_TK, wrong, Spoilt)
    assert reason == "there is ' two'; the ledger has 'One two', expected between [('', '')]"
    failure = shorten(desk, Failure("1", US_TK, reason, wrong), 30, Spoilt)
    assert failure.steps == (("hear", "one"), ("spoil",))
    users = (("key",), ("spoil",), ("hear", "one"))
    assert play(desk, US_TK, users, Spoilt) == "0 of 1 characters of the user's are there: ' one'"
