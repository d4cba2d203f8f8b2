"""Alternatives to an utterance: other texts that may have been dictated, as they would appear in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from windictator.text.grammar import Command, Grammar
from windictator.text.utterance import RecognizedWord, Words
from windictator.text.vocabulary import Vocabulary

MAX_READINGS = 5
"""Maximum number of alternatives from the recognizer."""
MAX_NAMES = 3
"""Maximum number of alternatives with a name of the user's."""
MAX_ALTERNATIVES = MAX_READINGS + MAX_NAMES + 1
"""Maximum number of alternatives in a list; each number that selects one is a single word."""


class Alternative(NamedTuple):
    """Another text for an utterance.

    text: text as it would appear, with its space.
    words: words that the user would have said for it.
    """

    text: str
    words: Words


def distinct(alternatives: Iterable[Alternative], current: str) -> tuple[Alternative, ...]:
    """Return the alternatives with a visible text that differs from ``current`` and from all earlier ones."""
    found: dict[str, Alternative] = {}
    for alternative in alternatives:
        if alternative.text.strip() and alternative.text != current:
            found.setdefault(alternative.text, alternative)
    return tuple(found.values())


def candidates(recognised: Words, transcripts: Sequence[str], vocabulary: Vocabulary) -> list[Words]:
    """Return what else may have been said, without commands.

    recognised: words of the utterance.
    transcripts: other transcripts of the recognizer.

    The transcripts come first, then the words with a name of the user's that a part of them sounds like.
    """
    heard, grammar = [word.text for word in recognised], Grammar(vocabulary)
    dictated = (words for words in _dictated_parts(transcripts, grammar) if [word.text for word in words] != heard)
    names = (words for words in vocabulary.similar_names(recognised, MAX_NAMES) if not _is_command(words, grammar))
    return [*islice(dictated, MAX_READINGS), *names]


def _is_command(words: Words, grammar: Grammar) -> bool:
    return isinstance(grammar.parse(words), Command)


def _dictated_parts(transcripts: Sequence[str], grammar: Grammar) -> Iterator[Words]:
    """Yield the dictated words of each transcript, without the commands that open it."""
    for reading in transcripts:
        meaning = grammar.parse(tuple(map(RecognizedWord, reading.split())))
        while isinstance(meaning, Command) and meaning.argument:
            meaning = grammar.parse(meaning.argument)
        if not isinstance(meaning, Command):
            yield meaning.words


def alternatives_line(texts: Sequence[str]) -> str:
    """Return the alternatives as one line for the user."""
    return "choose by number: " + "  ".join(f"{number} {text}" for number, text in enumerate(texts, start=1))


def numbered_values(texts: Sequence[str]) -> list[dict[str, object]]:
    """Return the alternatives as plain values for programs, numbered from 1."""
    return [{"number": number, "text": text} for number, text in enumerate(texts, start=1)]
