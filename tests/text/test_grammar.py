"""Commands and dictated text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from windictator.settings.commands import parse_commands
from windictator.text.grammar import Command, Grammar, PlainText
from windictator.text.utterance import RecognizedWord

GRAMMAR = Grammar(DEFAULT)
known_words = st.sampled_from(["scratch", "that", "delete", "strike", "literal", "new", "line", "comma", "the", "cap"])
utterances = st.lists(
    st.builds(RecognizedWord, known_words | st.text(max_size=8), st.floats(), st.floats(), st.floats()), max_size=8
)


@pytest.mark.parametrize(
    ("spoken", "argument"),
    [
        ("scratch that", ""),
        ("delete that", ""),
        ("strike that", ""),
        ("nope that", ""),
        ("Scratch That", ""),
        ("scratch that hello again", "hello again"),
        ("delete that no comma wait", "no comma wait"),
        ("scratch that scratch that", "scratch that"),
    ],
)
def test_scratch_at_the_beginning_is_a_command(spoken, argument):
    """A command is the whole utterance or opens it; the other words are its argument."""
    assert GRAMMAR.parse(heard(spoken)) == Command("scratch", heard(spoken)[2:])
    assert " ".join(word.text for word in heard(spoken)[2:]) == argument


@pytest.mark.parametrize(
    "spoken",
    ["", "hello", "scratch", "scratch this", "that scratch", "please scratch that", "literal scratch that",
     "hello scratch that", "scratched that", "scratch comma that"],
)  # fmt: skip
def test_other_words_are_plain_text(spoken):
    """Everything else is text, including a command in the middle of a sentence."""
    assert GRAMMAR.parse(heard(spoken)) == PlainText(heard(spoken))


def test_command_without_text_after_it():
    """The vocabulary decides if more words may follow a command."""
    grammar = Grammar(DEFAULT.with_commands(parse_commands('[scratch]\nspoken = ["oops"]', "own.toml")))
    assert grammar.parse(heard("oops")) == Command("scratch")
    assert grammar.parse(heard("oops sorry")) == PlainText(heard("oops sorry"))


@given(utterances)
def test_parse_accepts_any_words(words):
    """Any words are a command with its argument, or text, and no word is lost."""
    parsed = GRAMMAR.parse(words)
    if isinstance(parsed, Command):
        assert parsed.argument == tuple(words[2:])
    else:
        assert parsed.words == tuple(words)
        DEFAULT.format(words)


@pytest.mark.parametrize(
    ("partial", "held"),
    [
        ("", 0),
        ("hello", 0),
        ("dear new", 1),
        ("dear new line", 0),
        ("wait dot", 1),
        ("wait dot dot", 2),
        ("wait dot dot dot", 0),
        ("all caps", 2),  # "all caps on" may come
        ("he said open", 1),
        ("say literal", 1),
        ("scratch", 1),
        ("please scratch", 0),
    ],
)
def test_unstable_word_count(partial, held):
    """Live text can wait for the word that decides."""
    assert GRAMMAR.unstable_word_count(partial.split()) == held
