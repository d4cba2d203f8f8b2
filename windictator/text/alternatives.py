"""What else may have been said: other texts for an utterance, as they would stand in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from windictator.text.grammar import Command, Grammar
from windictator.text.utterance import RecognizedWord, Words
from windictator.text.vocabulary import Vocabulary

MAX_READINGS = 5
MAX_NAMES = 3
MAX_ALTERNATIVES = MAX_READINGS + MAX_NAMES + 1
"""Alternatives in a list: the numbers by which they are chosen are one word each."""


class Alternative(NamedTuple):
    """``text``: as it would stand there, with its space. ``words``: what would have been said for it."""

    text: str
    words: Words


def distinct(alternatives: Iterable[Alternative], current: str) -> tuple[Alternative, ...]:
    """Those that look otherwise than what ``stands`` there, and than each other, and like something."""
    found: dict[str, Alternative] = {}
    for alternative in alternatives:
        if alternative.text.strip() and alternative.text != current:
            found.setdefault(alternative.text, alternative)
    return tuple(found.values())


def candidates(recognised: Words, transcripts: Sequence[str], vocabulary: Vocabulary) -> list[Words]:
    """What else may have been said: the recognizer's other ``readings``, then names of the user's that parts of what
    was ``said`` sound like. None of them is a command."""
    heard, grammar = [word.text for word in recognised], Grammar(vocabulary)
    dictated = (words for words in _dictated_parts(transcripts, grammar) if [word.text for word in words] != heard)
    names = (words for words in vocabulary.similar_names(recognised, MAX_NAMES) if not _is_command(words, grammar))
    return [*islice(dictated, MAX_READINGS), *names]


def _is_command(words: Words, grammar: Grammar) -> bool:
    return isinstance(grammar.parse(words), Command)


def _dictated_parts(transcripts: Sequence[str], grammar: Grammar) -> Iterator[Words]:
    """What each reading dictates: without the command that it opens with; commands alone dictate nothing."""
    for reading in transcripts:
        meaning = grammar.parse(tuple(map(RecognizedWord, reading.split())))
        while isinstance(meaning, Command) and meaning.argument:
            meaning = grammar.parse(meaning.argument)
        if not isinstance(meaning, Command):
            yield meaning.words


def alternatives_line(texts: Sequence[str]) -> str:
    """One line that lists them."""
    return "choose by number: " + "  ".join(f"{number} {text}" for number, text in enumerate(texts, start=1))


def numbered_values(texts: Sequence[str]) -> list[dict[str, object]]:
    """A list of alternatives as plain values for programs: by their numbers, from 1 on."""
    return [{"number": number, "text": text} for number, text in enumerate(texts, start=1)]
