"""Characters from the words of a spelling alphabet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord

WordSequence = Sequence[RecognizedWord]

_LETTER = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER | Formatting.AS_WRITTEN


def spell_out(
    words: WordSequence,
    character_at: Callable[[Sequence[str], int], tuple[int, str | None]],
    written_as: Callable[[WordSequence], Sequence[FormattedWord]],
) -> tuple[FormattedWord, ...]:
    """Return the characters that ``words`` spell, without spaces: "cap alpha bravo two dash" is "Ab2-".

    character_at: function of the case-folded words and a position. It returns how many words form one phrase there, and
        the character of the alphabet for it, if any.
    written_as: function that returns how dictation writes the other words (symbols, "new line", "cap").

    Words without a meaning are written as recognised. Letters are in lower case unless a case is requested.
    """
    heard = [word.text.casefold() for word in words]
    written: list[FormattedWord] = []
    position = begun = 0
    while position < len(words):
        length, character = character_at(heard, position)
        if character is None:
            position += max(length, 1)
            continue
        written += written_as(words[begun:position])
        written.append(FormattedWord(character))
        position = begun = position + length
    written += written_as(words[begun:])
    return _without_spacing(_join(written), (-1, Formatting.NO_SPACE_AFTER))


def as_a_word(spelled: Sequence[FormattedWord]) -> tuple[FormattedWord, ...]:
    """Return spelled characters with spaces around them, as for any word."""
    return _without_spacing(spelled, (0, Formatting.NO_SPACE_BEFORE))


def _without_spacing(words: Sequence[FormattedWord], *ends: tuple[int, Formatting]) -> tuple[FormattedWord, ...]:
    """Return ``words`` without a request about spaces at their first (0) or last (-1) visible word."""
    written = list(words)
    visible = [position for position, word in enumerate(written) if word.text]
    for end, spacing in ends if visible else ():
        word = written[visible[end]]
        written[visible[end]] = replace(word, formatting=word.formatting & ~spacing)
    return tuple(written)


def _join(written: Sequence[FormattedWord]) -> list[FormattedWord]:
    return [
        FormattedWord(word.text, word.formatting | _LETTER if word.text else word.formatting, word.after_cursor)
        for word in written
    ]
