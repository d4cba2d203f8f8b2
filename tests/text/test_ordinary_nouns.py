"""Ordinary sentences with nouns and verbs that are also names of symbols: in continuous speech they stay words."""

from pathlib import Path

import pytest

from tests.text.spoken import DEFAULT, heard, written
from windictator.text.context_adjust import Context, context_adjust
from windictator.text.grammar import Grammar
from windictator.text.utterance import RecognizedWord

TABLE = Path(__file__).parents[1] / "data" / "ordinary-nouns.txt"
SENTENCES = [
    line for line in TABLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith(("#", "["))
]
MIDDLE = Context.after("x ")
GRAMMAR = Grammar(DEFAULT)


def test_table_is_found_and_long():
    """A table that is not found or not read would prove nothing."""
    assert len(SENTENCES) >= 150


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentence_stays_words(sentence):
    """Only words are written, with capitals for days and months; live text agrees with the final."""
    text = written(sentence, vocabulary=DEFAULT.with_numbers(None), context=MIDDLE)
    assert text.casefold() == sentence
    spoken = [word.text for word in heard(sentence)]
    final = written(sentence, context=MIDDLE)
    for length in range(len(spoken)):
        settled = spoken[: length - GRAMMAR.unstable_word_count(spoken[:length])]
        shown, _ = context_adjust(DEFAULT.format([RecognizedWord(word) for word in settled]), MIDDLE)
        assert final.startswith(shown), settled
