"""``windictator explain``."""

from __future__ import annotations

import json

import pytest

from windictator.cli.run import run

pytestmark = pytest.mark.usefixtures("clean_environment")


def test_parts_are_shown_with_their_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """The user sees why a word was changed, and what to turn off."""
    assert run(["explain", "the b b c at nine thirty comma hello"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "the",
        "b b c  ->  'BBC'  (acronyms)",
        "at",
        "nine thirty  ->  '9:30'  (number)",
        "comma  ->  ','  (symbol)",
        "hello",
    ]


def test_pauses_count(capsys: pytest.CaptureFixture[str]) -> None:
    """A pause decides about many symbols."""
    assert run(["explain", "milk | star | eggs", "--json"]) == 0
    parts = json.loads(capsys.readouterr().out)
    assert [(part["said"], part["written"], part["rule"]) for part in parts] == [
        ("milk", "milk", ""),
        ("star", "*", "symbol"),
        ("eggs", "eggs", ""),
    ]


def test_nothing_to_explain_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says so."""
    assert run(["explain", " "]) == 2
    assert "no words" in capsys.readouterr().err
