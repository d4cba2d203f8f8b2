"""Everything that can be said, phrase by phrase, with its result: the shipped vocabulary and commands."""

from pathlib import Path

import pytest

from tests.text.spoken import DEFAULT, heard, written
from windictator.text.context_adjust import Context
from windictator.text.grammar import Command, Grammar

TABLE = Path(__file__).parents[1] / "data" / "spoken-english.txt"
BEFORE = Context.after("Go on ")
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\s": " "}


def rows():
    """The rows of the table: its group, what is said, "=>" or "->", what comes of it."""
    group = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            arrow = "=>" if " => " in line else "->"
            spoken, result = line.split(f" {arrow} ")
            yield group, spoken, arrow, result


def table(arrow):
    """The rows with this arrow as parameters: what is said, what comes of it."""
    return [
        pytest.param(spoken, result, id=f"{group}: {spoken}") for group, spoken, kind, result in rows() if kind == arrow
    ]


def understood(spoken):
    """The command that an utterance is, as the table shows it; "" for words."""
    meaning = Grammar(DEFAULT).parse(heard(spoken, pause=0.5))
    if not isinstance(meaning, Command):
        return ""
    slots = meaning.slot_values[0] if meaning.slot_values else ()
    items = [(slot,) if isinstance(slot, int) else slot for slot in slots]
    shown = [" ".join(getattr(item, "text", str(item)) for item in slot) for slot in items]
    rest = " ".join(word.text for word in meaning.argument)
    return " ".join(filter(None, [meaning.name, " / ".join(shown), rest]))


def test_table_is_found_and_long():
    """A table that is not found or not read would prove nothing."""
    assert len(table("=>")) >= 80
    assert len(table("->")) >= 40


@pytest.mark.parametrize(("spoken", "expected"), table("=>"))
def test_phrase_is_written(spoken, expected):
    """The phrase is not a command, and has this text."""
    for escape, character in ESCAPES.items():
        expected = expected.replace(escape, character)
    assert understood(spoken) == ""
    assert written(spoken, context=BEFORE) == expected


@pytest.mark.parametrize(("spoken", "expected"), table("->"))
def test_phrase_is_a_command(spoken, expected):
    """The phrase is this command, with these words and numbers in its slots."""
    assert understood(spoken) == expected


def test_command_inside_a_sentence_is_words():
    """Only the beginning of an utterance can be a command."""
    for _, spoken, arrow, _ in rows():
        if arrow == "->":
            assert understood(f"yes {spoken}") == ""
