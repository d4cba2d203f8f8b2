"""Utterances that are numbers and nothing else, with the marks between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from windictator.errors import WinDictatorError
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

if TYPE_CHECKING:  # it brings a library along, and whoever dictates may not want it
    from windictator.text.numbers.normaliser import Numbers

_FIXED_SPACES = "\u202f\xa0"
_JOINED = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER


class NotANumber(WinDictatorError):
    """Something else was said."""


def numbers_only(words: Sequence[RecognizedWord], vocabulary: Vocabulary) -> tuple[FormattedWord, ...]:
    """The numbers that ``words`` are, always in digits: "five" is "5", "five six" is "56".

    Marks of the vocabulary are marks wherever they stand, and those of the spelling alphabet stand without spaces:
    "five plus six" is "5+6". Words that sound like digits are digits where they can be nothing else ("to", "for").
    Raises ``NotANumber``.
    """
    if vocabulary.numbers is None:
        raise NotANumber("numbers mode needs English, and the setting numbers.enabled")
    numbers = vocabulary.numbers.alone()
    heard = [word.text.casefold() for word in words]
    pauses = vocabulary.apart(words) or frozenset()
    try:
        return tuple(_written(heard, numbers, pauses, vocabulary))
    except NotANumber:
        return tuple(_written(numbers.with_homophones(heard), numbers, pauses, vocabulary))


def _written(
    heard: list[str], numbers: Numbers, pauses: frozenset[int], vocabulary: Vocabulary
) -> Iterator[FormattedWord]:
    spoken = numbers.spoken(heard, pauses)
    position = 0
    while position < len(heard):
        length, written = _mark(heard, position, vocabulary)
        number = numbers.at(spoken, position)
        if number is not None and number[0] >= length:
            length, written = number
        if not length:
            raise NotANumber(f"numbers mode: {heard[position]!r} is no number; \"dictation mode\" takes words again")
        yield from written
        position += length


def _mark(heard: Sequence[str], position: int, vocabulary: Vocabulary) -> tuple[int, tuple[FormattedWord, ...]]:
    """The mark, or what changes the spacing, at ``position``: how many words it takes, what is written."""
    for length, phrase in vocabulary.phrases.at(heard, position):
        if phrase.is_character:
            clock = phrase.written.text.strip(_FIXED_SPACES) == ":" and position
            return length, (FormattedWord(":", _JOINED) if clock else phrase.written,)
    for length, character in vocabulary.spelling.at(heard, position):
        if not character.isalnum():
            return length, (FormattedWord(character, _JOINED),)
    return 0, ()
