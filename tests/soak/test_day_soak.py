"""A short stretch of the soak of a working day, and mistakes that its model must find."""

from __future__ import annotations

import pytest

from tests.soak.day_model import Page, Said, classify, judge, type_own
from tests.soak.day_walk import walk_day

WORDS = Said("words", "hello there")


@pytest.mark.slow
def test_day_leaves_every_window_as_the_model_says() -> None:
    """Else only a long run shows that a day goes wrong."""
    told: list[str] = []
    counts, _, failures = walk_day(150, 7, ("gtk", "xterm", "chromium"), 120, told.append)
    assert not failures, told
    assert counts["steps"] == 150
    assert counts["corrections"] > 20
    assert counts["refused"] < counts["steps"] / 2


def problem(page: Page, said: Said, typed: str, after: str, erased: int = 0) -> str:
    return judge(page, said, typed, erased, after)


def test_words_at_the_caret_are_right() -> None:
    assert problem(Page(done=set()), WORDS, "Hello there", "Hello there") == ""


@pytest.mark.parametrize(
    ("typed", "after", "why"),
    [
        ("Hello there", "Hello ther", "not inserted"),
        ("Hello hair", "Hello hair", "became"),
        ("hello there", "hello there", "not 'Hello there'"),
    ],
)
def test_wrong_words_are_found(typed: str, after: str, why: str) -> None:
    assert why in problem(Page(done=set()), WORDS, typed, after)


def test_lost_letter_of_the_users_is_found() -> None:
    page = Page(text="One zx", carets={6}, steps=[""])
    assert "own letters" in problem(page, Said("scratch", "scratch that"), "", "z", 5)


def test_taken_back_too_much_is_found() -> None:
    page = Page(text="One two three", carets={13}, steps=["", "One", "One two"])
    assert problem(page, Said("scratch", "scratch that"), "", "One two", 6) == ""
    assert "should be 'One two'" in problem(page, Said("scratch", "scratch that"), "", "One", 10)


def test_own_key_at_another_place_is_found() -> None:
    assert "not where it was typed" in type_own(Page(text="One", carets={3}), "z", "zOne")
    assert type_own(Page(text="One", carets={3}), "z", "Onez") == ""


def test_reason_that_the_user_gave_no_cause_for_is_not_true() -> None:
    page = Page(text="One", carets={3}, dictated=True, steps=[""], done=set())
    said = Said("scratch", "scratch that")
    refusal = ("", "nothing-to-erase", "user-input")
    assert classify(page, said, *refusal) == ("a key or button was pressed", False)
    page.done.add("key")
    assert classify(page, said, *refusal) == ("a key or button was pressed", True)
