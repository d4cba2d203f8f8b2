"""Numbers mode: utterances that are numbers only, with symbols between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from windictator.refusals import Refusal, RefusalCode, RefusedError
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

if TYPE_CHECKING:  # it imports a library, which is not needed if numbers are turned off
    from windictator.text.numbers.normaliser import NumberNormaliser

_FIXED_SPACES = "\u202f\xa0"
_NO_SPACES = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER


class NumberError(RefusedError):
    """Error for an utterance that is not a number."""


def numbers_only(words: Sequence[RecognizedWord], vocabulary: Vocabulary) -> tuple[FormattedWord, ...]:
    """Return the numbers that ``words`` are, always in digits: "five" is "5", "five six" is "56".

    Symbols of the vocabulary count everywhere, and symbols of the spelling alphabet have no spaces: "five plus six" is
    "5+6". Words that sound like digits are digits if the utterance is not a number otherwise ("to", "for").

    Raises NumberError.
    """
    if vocabulary.numbers is None:
        raise NumberError(
            Refusal(
                RefusalCode.NUMBERS_UNAVAILABLE,
                "Numbers mode needs English, and numbers turned on in the settings.",
                'Say "dictation mode" to dictate words.',
            )
        )
    numbers = vocabulary.numbers.for_numbers_only()
    heard = [word.text.casefold() for word in words]
    pauses = vocabulary.find_pauses(words) or frozenset()
    try:
        return tuple(_format(heard, numbers, pauses, vocabulary))
    except NumberError:
        return tuple(_format(numbers.with_homophones(heard), numbers, pauses, vocabulary))


def _format(
    tokens: list[str], numbers: NumberNormaliser, pauses: frozenset[int], vocabulary: Vocabulary
) -> Iterator[FormattedWord]:
    spoken = numbers.tokenise(tokens, pauses)
    position = 0
    while position < len(tokens):
        length, written = _symbol(tokens, position, vocabulary)
        number = numbers.match(spoken, position)
        if number is not None and number[0] >= length:
            length, written = number
        if not length:
            raise NumberError(
                Refusal(
                    RefusalCode.NOT_A_NUMBER,
                    f"{tokens[position]!r} is not a number, and this is numbers mode.",
                    'Say "dictation mode" to dictate words.',
                )
            )
        yield from written
        position += length


def _symbol(tokens: Sequence[str], position: int, vocabulary: Vocabulary) -> tuple[int, tuple[FormattedWord, ...]]:
    """Return the symbol or effect at ``position``: number of words, and formatted words."""
    for length, phrase in vocabulary.phrases.matches(tokens, position):
        if phrase.is_symbol:
            clock = phrase.written.text.strip(_FIXED_SPACES) == ":" and position
            return length, (FormattedWord(":", _NO_SPACES) if clock else phrase.written,)
    for length, character in vocabulary.spelling.matches(tokens, position):
        if not character.isalnum():
            return length, (FormattedWord(character, _NO_SPACES),)
    return 0, ()
