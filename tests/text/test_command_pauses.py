"""Pauses decide what is a command; "|" is a pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from windictator.text.grammar import Command, Grammar, PlainText

GRAMMAR = Grammar(DEFAULT)
PAUSE, BREATH = 0.3, 0.2
"""Seconds: longer and shorter than what the vocabulary calls a pause."""
spoken_words = st.sampled_from(
    ["undo", "redo", "that", "cap", "delete", "last", "two", "words", "backspace", "replace", "with", "spelling"]
) | st.sampled_from(["mode", "scratch", "hello", "insert", "before", "literal", "off", "on", "wake", "up"])


def told(spoken, pause=PAUSE):
    """The command and its rest, or the text."""
    meaning = GRAMMAR.parse(heard(spoken, pause))
    words = meaning.argument if isinstance(meaning, Command) else meaning.words
    text = " ".join(word.text for word in words)
    return (meaning.name, text) if isinstance(meaning, Command) else text


@pytest.mark.parametrize(
    ("spoken", "name", "rest"),
    [
        ("undo that | hello there", "undo", "hello there"),
        ("cap that | and more", "capitalise", "and more"),
        ("delete last word | hello", "delete_words", "hello"),
        ("delete last two words | hello | again", "delete_words", "hello again"),
        ("backspace | hello", "delete_characters", "hello"),
        ("spelling mode | alpha bravo", "spelling_mode", "alpha bravo"),
        ("undo that | undo that", "undo", "undo that"),
        ("scratch that hello", "scratch", "hello"),
        ("scratch that | hello", "scratch", "hello"),
    ],
)
def test_command_before_a_pause_leaves_the_rest(spoken, name, rest):
    """The rest is dictated, or executed, after the command."""
    assert told(spoken) == (name, rest)


@pytest.mark.parametrize(
    "spoken",
    [
        "undo that hello there",
        "cap that was | nice",
        "delete last two words of | it",
        "backspace keys are | worn",
        "spelling mode is | over",
        "scratch | that",
        "scratch | that hello",
        "undo | that | hello",
        "delete last | word",
        "delete | last two words",
        "replace | with",
        "insert | before hello",
        "resume with | ",
    ],
)
def test_command_phrase_without_its_pauses_is_text(spoken):
    """There is no pause before the rest, or one inside the phrase."""
    assert told(spoken) == " ".join(word for word in spoken.split() if word != "|")


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("replace | hello | with | good day", "replace"),
        ("change teh | to the", "replace"),
        ("insert before | the end", "insert_before"),
        ("backspace | two", "delete_characters"),
        ("press backspace two | times", "delete_characters"),
    ],
)
def test_pause_beside_a_slot_keeps_the_command(spoken, name):
    """The user may think there; the pause neither ends the command nor starts a rest."""
    assert told(spoken) == (name, "")


@pytest.mark.parametrize("spoken", ["undo that | hello", "scratch | that", "delete | last word"])
def test_short_silence_is_ignored(spoken):
    """Typed words have no pauses at all."""
    plain = " ".join(word for word in spoken.split() if word != "|")
    without_times = GRAMMAR.parse(tuple(type(word)(word.text) for word in heard(plain)))
    assert told(spoken, BREATH) == told(plain) == ("undo that hello" if "undo" in plain else told(plain))
    assert isinstance(without_times, Command) == isinstance(told(plain), tuple)


@given(st.lists(st.tuples(spoken_words | st.text(max_size=4), st.booleans()), max_size=12))
def test_any_pauses_keep_every_word(said):
    """Each word is in the phrase, in its slots, or in the rest.

    Pauses only turn a command into text, or give it a rest.
    """
    words = heard(" ".join(f"{'| ' * paused}{''.join(word.split()) or 'x'}" for word, paused in said), PAUSE)
    meaning = GRAMMAR.parse(words)
    if isinstance(meaning, PlainText):
        assert meaning.words == words
        return
    rest = meaning.argument
    assert words[len(words) - len(rest) :] == rest or not rest
    assert len(rest) < len(words)
    head = words[: len(words) - len(rest)]
    fluent = GRAMMAR.parse(tuple(type(word)(word.text) for word in head))
    assert isinstance(fluent, Command) and fluent.name == meaning.name


@given(st.lists(st.tuples(spoken_words, st.booleans()), min_size=1, max_size=12))
def test_live_text_waits_for_pauses_that_make_a_command(said):
    """Pauses are unknown during an utterance, so that no word is stable that they may turn into a command."""
    words = heard(" ".join(f"{'| ' * paused}{word}" for word, paused in said), PAUSE)
    if isinstance(GRAMMAR.parse(words), PlainText):
        return
    spoken = [word.text for word in words]
    for end in range(1, len(spoken) + 1):
        beginning = tuple(type(word)(word.text) for word in words[:end])
        assert isinstance(GRAMMAR.parse(beginning), Command) or GRAMMAR.unstable_word_count(spoken[:end]) == end


@pytest.mark.parametrize(
    ("partial", "held"),
    [
        ("cap that was nice", 4),
        ("please cap that was nice", 0),
        ("delete last two words of it", 6),
        ("delete last night", 0),
    ],
)
def test_live_text_does_not_wait_for_irrelevant_pauses(partial, held):
    """Only utterances that begin with such a command wait."""
    assert GRAMMAR.unstable_word_count(partial.split()) == held
