"""Spoken keys: which key combinations are intended, which words are not keys, and tables that are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.settings.places import without_line
from tests.text.spoken import COMMANDS, DEFAULT, heard, written
from windictator.settings.commands import CommandsError, parse_commands
from windictator.settings.conflicts import command_conflicts
from windictator.text.commands.spoken_keys import MAX_COMBINATIONS
from windictator.text.grammar import Command, Grammar, PlainText

GRAMMAR = Grammar(DEFAULT)
words_near_keys = st.lists(
    st.sampled_from(["press", "control", "shift", "f", "five", "page", "down", "up", "times", "key", "the", "enter"]),
    max_size=12,
)


def pressed(spoken):
    command = GRAMMAR.parse(heard(spoken))
    if isinstance(command, PlainText):
        return None
    assert command.name == "press"
    return [str(chord) for chord in command.keys] * command.number


@pytest.mark.parametrize(
    ("spoken", "chords"),
    [
        ("press control shift t", ["ctrl+shift+t"]),
        ("press enter", ["Return"]),
        ("Press the escape key", ["Escape"]),
        ("press f five", ["F5"]),
        ("press f twelve", ["F12"]),
        ("press alt f four", ["alt+F4"]),
        ("press alt tab", ["alt+Tab"]),
        ("press page down", ["Next"]),
        ("press control page up", ["ctrl+Prior"]),
        ("press control tango", ["ctrl+t"]),
        ("press x ray", ["x"]),
        ("press five", ["5"]),
        ("press control plus", ["ctrl++"]),
        ("press alt full stop", ["alt+."]),
        ("press escape three times", ["Escape"] * 3),
        ("press down five times", ["Down"] * 5),
        ("press tab twenty one times", ["Tab"] * 21),
        ("press control k control c", ["ctrl+k", "ctrl+c"]),
        ("press down down enter", ["Down", "Down", "Return"]),
        ("press super", ["Super_L"]),
        ("press control backspace", ["ctrl+BackSpace"]),
        # An f, five times: "f five" would leave "times" alone.
        ("press f five times", ["f"] * 5),
    ],
)
def test_spoken_keys_are_key_combinations(spoken, chords):
    """Keys have names, letters of the spelling alphabet, digits and symbols."""
    assert [chord.replace("plus", "+").replace("period", ".") for chord in pressed(spoken)] == chords


@pytest.mark.parametrize(
    "spoken",
    ["press", "press on", "press enter to go on", "please press enter", "press a button", "press the button",
     "press five times", "press enter many times", "the press enter key", "press freedom", "press page"],
)  # fmt: skip
def test_press_with_other_words_is_text(spoken):
    """In a sentence, "press enter" is written."""
    assert GRAMMAR.parse(heard(spoken)) == PlainText(heard(spoken))


def test_literal_prefix_makes_keys_words():
    """The words themselves are written."""
    assert written("literal press enter") == "Press enter"
    assert written("say press enter") == "Say press enter"


def test_shipped_key_phrases_do_not_conflict():
    """No phrase with keys hides another one, or is hidden."""
    assert not [conflict for conflict in command_conflicts(DEFAULT) if "press" in str(conflict)]


@given(words_near_keys)
def test_live_text_waits_for_all_keys(words):
    """No letter of a later command may be typed before it is complete."""
    recognized = heard(" ".join(words))
    if isinstance(GRAMMAR.parse(recognized), Command):
        for end in range(1, len(words)):
            early = isinstance(GRAMMAR.parse(recognized[:end]), Command)
            assert early or GRAMMAR.unstable_word_count(words[:end]) == end


@given(words_near_keys)
def test_slot_limits_combinations_and_modifiers(words):
    """The limits hold however often they are said."""
    for length, keys in COMMANDS._keys.matches(words, 0):
        assert 0 < len(keys) <= MAX_COMBINATIONS
        assert len(keys) <= length <= len(words)


def test_table_of_another_language():
    """It has other phrases for keys, and another word for pressing them."""
    commands = parse_commands(
        '[press]\nspoken = ["taste <key>"]\n[keys]\nctrl = ["steuerung"]\nPage_Down = ["bild ab"]\n', "de.toml"
    )
    command, readings = commands.parses(["taste", "steuerung", "bild", "ab"])
    assert command.name == "press" and [[str(chord) for chord in keys] for (keys,) in readings] == [["ctrl+Next"]]
    assert commands.may_complete(["taste", "steuerung", "bild"])


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("keys = 1", "keys: must be a table"),
        ("[keys]\nnothing = []", "keys.nothing: 'nothing': 'nothing' is not a key"),
        ("[keys]\nTab = 1", "keys.Tab: must be a list of phrases"),
        ('[keys]\nTab = [" "]', "keys.Tab: must be a list of phrases"),
        ('[keys]\nTab = ["t"]\nt = ["T"]', "keys.t: 'T' is used for two keys"),
        ('[press]\nspoken = ["press"]', 'press.spoken: "press": this command has the slots <key> <number>'),
        (
            '[press]\nspoken = ["press <number> <key>"]',
            'press.spoken: "press <number> <key>": two slots need a word between them',
        ),
    ],
)
def test_invalid_table_of_keys_is_refused(toml, reason):
    """The error is one line with the key of the file."""
    with pytest.raises(CommandsError) as caught:
        parse_commands(toml, "own.toml")
    assert without_line(str(caught.value)).startswith(f"own.toml:{reason}") and "\n" not in str(caught.value)
