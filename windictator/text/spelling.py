"""Letters from the words of a spelling alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord

if TYPE_CHECKING:  # which spells too
    from windictator.text.vocabulary import Phrase, Vocabulary

_JOINED = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER
_CASES = Formatting.CAPITAL_NEXT | Formatting.UPPER_NEXT | Formatting.LOWER_NEXT


def is_spelled(heard: Sequence[str], vocabulary: Vocabulary, least: int = 1) -> bool:
    """Whether (case-folded) words are nothing but letters, digits, marks and what changes their case, with at least
    ``least`` letters or digits among them."""
    position = characters = 0
    while position < len(heard):
        if found := next(iter(vocabulary.spelling.at(heard, position)), None):
            characters += 1
            position += found[0]
            continue
        mark = next((n for n, phrase in vocabulary.phrases.at(heard, position) if _may_be_spelled(phrase)), 0)
        if not mark:
            return False
        position += mark
    return characters >= least


def _may_be_spelled(phrase: Phrase) -> bool:
    return not (phrase.case or phrase.spells or any(map(str.isalnum, phrase.written.text)))


def spelled(words: Sequence[RecognizedWord], vocabulary: Vocabulary) -> tuple[FormattedWord, ...]:
    """The characters that ``words`` spell, without spaces: "cap alpha bravo two dash" is "Ab2-".

    What is not in the spelling alphabet means what it means in dictation (marks, "new line", "cap"), and words
    without a meaning are written as they were heard. Letters are in lower case unless the case is asked for.
    """
    heard = [word.text.casefold() for word in words]
    written: list[FormattedWord] = []
    position = begun = 0
    while position < len(words):
        found = next(iter(vocabulary.spelling.at(heard, position)), None)
        if found is None:
            position += 1
            continue
        written += vocabulary.format(words[begun:position])
        written.append(FormattedWord(found[1]))
        position = begun = position + found[0]
    written += vocabulary.format(words[begun:])
    return tuple(_joined(written))


def spelled_word(words: Sequence[RecognizedWord], vocabulary: Vocabulary) -> tuple[FormattedWord, ...]:
    """The same as a word of its own, with the spaces around it that any word has."""
    written = list(spelled(words, vocabulary))
    visible = [position for position, word in enumerate(written) if word.text]
    for position, spacing in ((visible[0], Formatting.NO_SPACE_BEFORE), (visible[-1], Formatting.NO_SPACE_AFTER)):
        written[position] = replace(written[position], formatting=written[position].formatting & ~spacing)
    return tuple(written)


def _joined(written: Sequence[FormattedWord]) -> list[FormattedWord]:
    joined = []
    cased = False
    for word in written:
        letters = any(map(str.isalpha, word.text))
        if letters and not cased:
            joined.append(FormattedWord("", Formatting.LOWER_NEXT))
        cased = bool(word.formatting & _CASES) or (cased and not letters)
        joined.append(FormattedWord(word.text, word.formatting | _JOINED if word.text else word.formatting, word.tail))
    return joined
