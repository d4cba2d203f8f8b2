"""Phrases with slots: what is a command, what may become one, and files that cannot be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import COMMANDS, COMMANDS_FILE, DEFAULT, heard, written
from windictator.text.commands.phrases import COMMANDS as NAMES
from windictator.text.commands.phrases import CommandPhrase
from windictator.text.grammar import Command, Grammar, PlainText
from windictator.text.utterance import RecognizedWord

GRAMMAR = Grammar(DEFAULT)
SPOKEN = """replace with correct to delete last the three words repeat that times literal backspace insert before resume
twenty 2 cap undo ² 99999 hundred and"""
spoken_words = st.sampled_from(SPOKEN.split())


def said(words):
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("spoken", "name", "number"),
    [
        ("backspace", "delete_characters", 1),
        ("backspace three", "delete_characters", 3),
        ("press backspace twenty one times", "delete_characters", 21),
        ("Delete Last Two Words", "delete_words", 2),
        ("delete last 12 words", "delete_words", 12),
        ("delete last to words", "delete_words", 2),
        ("repeat that ninety nine times", "repeat", 99),
        ("backspace one hundred", "delete_characters", 100),
        ("backspace two hundred and five times", "delete_characters", 205),
        ("delete last nine hundred ninety nine words", "delete_words", 999),
        ("backspace one thousand", "delete_characters", 1000),
        ("repeat that", "repeat", 1),
    ],
)
def test_numbers_in_slots(spoken, name, number):
    """As words or in digits; without a slot one is meant."""
    command = GRAMMAR.parse(heard(spoken))
    assert isinstance(command, Command)
    assert (command.name, command.number) == (name, number)


@pytest.mark.parametrize(
    "spoken",
    ["delete last night words", "delete last two words please", "backspace zero", "backspace 1001", "backspace ²",
     "replace with that", "replace it with", "replace", "insert before", "please replace it with that",
     "repeat that many times", "delete last twenty twenty words", "replace a b c d e f g h i j k with l"],
)  # fmt: skip
def test_what_does_not_fill_the_slots_is_text(spoken):
    """Nothing of it is lost."""
    assert GRAMMAR.parse(heard(spoken)) == PlainText(heard(spoken))


def test_all_ways_to_take_a_phrase_are_told():
    """The current text decides which is meant."""
    command = GRAMMAR.parse(heard("replace tea with milk with tea with lemon"))
    assert isinstance(command, Command)
    assert [(said(old), said(new)) for old, new in command.words] == [
        ("tea", "milk with tea with lemon"),
        ("tea with milk", "tea with lemon"),
        ("tea with milk with tea", "lemon"),
    ]


@given(st.lists(spoken_words | st.text(max_size=5), max_size=14))
def test_no_words_make_it_raise_and_none_is_lost(words):
    """Slots hold words that were said, in their order; the rest are those of the phrase."""
    recognized = tuple(RecognizedWord(word) for word in words)
    meaning = GRAMMAR.parse(recognized)
    if isinstance(meaning, PlainText):
        assert meaning.words == recognized
    else:
        for reading in meaning.words:
            rest = iter(words)
            assert all(word.text in rest for slot in reading for word in slot)
    assert 0 <= GRAMMAR.unstable_word_count(words) <= len(words)
    DEFAULT.format(recognized)


@given(st.lists(spoken_words, min_size=1, max_size=14))
def test_live_text_waits_for_every_command(words):
    """Of what ends as a command nothing is settled before it is one: no letter of it is typed meanwhile. (If text may
    follow it, it is a command from its last word on.)
    """
    recognized = tuple(RecognizedWord(word) for word in words)
    meaning = GRAMMAR.parse(recognized)
    if isinstance(meaning, Command):
        for end in range(1, len(words)):
            beginning = words[:end]
            early = isinstance(GRAMMAR.parse(recognized[:end]), Command)
            assert early or GRAMMAR.unstable_word_count(beginning) == end


@pytest.mark.parametrize(
    ("partial", "held"),
    [
        ("replace", 1),
        ("replace the battery", 3),
        ("replace one two three four five six seven eight nine ten", 11),
        ("replace one two three four five six seven eight nine ten apples", 0),
        ("delete last", 2),
        ("delete last three", 3),
        ("delete last night", 0),
        ("delete last three apples", 0),
        ("please replace", 0),
        ("insert before", 2),
    ],
)
def test_words_wait_for_a_command_but_not_for_ever(partial, held):
    """As long as the next word may make it one."""
    assert GRAMMAR.unstable_word_count(partial.split()) == held


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("literal replace comma with colon", "Replace, with:"),
        ("literal delete last two words", "Delete last two words"),
        ("literal backspace", "Backspace"),
        ("say literal undo that", "Say undo that"),
    ],
)
def test_commands_can_be_taken_literally(spoken, text):
    """The escape takes the command's phrase; words in its slots mean what they mean in dictation."""
    assert GRAMMAR.parse(heard(spoken)) == PlainText(heard(spoken))
    assert written(spoken) == text


def test_the_users_words_take_the_place_of_commands():
    """Others stay, those with slots too."""
    commands = COMMANDS.without({("scratch", "that")})
    assert ("scratch", "that") not in commands.without_slots and ("delete", "that") in commands.without_slots
    assert commands.parses(["backspace", "two"]) == (CommandPhrase("delete_characters", needs_pause=True), ((2,),))


def test_every_command_has_a_phrase():
    """The shipped file leaves out none."""
    document = COMMANDS_FILE.read_text(encoding="utf-8")
    assert all(f"\n[{name}]\n" in document for name in NAMES)


def test_first_words_are_those_of_all_phrases():
    """An utterance that begins with another word is text."""
    assert COMMANDS.first_words == {phrase[0] for phrase, _ in COMMANDS.items()}
    assert GRAMMAR.parse(()) == PlainText(())
