"""Letters from the words of a spelling alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord

if TYPE_CHECKING:  # which spells too
    from windictator.text.phrase_meanings import Phrase, PhraseMeanings
    from windictator.text.vocabulary import Vocabulary

_LETTER = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER | Formatting.AS_WRITTEN


def is_spelled(heard: Sequence[str], meanings: PhraseMeanings | Vocabulary, least: int = 1) -> bool:
    """Whether (case-folded) words are nothing but letters, digits, marks and what changes their case, with at least
    ``least`` letters or digits among them."""
    position = characters = 0
    while position < len(heard):
        if found := next(iter(meanings.spelling.at(heard, position)), None):
            characters += 1
            position += found[0]
            continue
        mark = next((n for n, phrase in meanings.phrases.at(heard, position) if is_character(phrase)), 0)
        if not mark:
            return False
        position += mark
    return characters >= least


def is_character(phrase: Phrase) -> bool:
    """Whether the phrase stands for a mark, or changes what is around it, and for no word."""
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
    return _without_spacing(_joined(written), (-1, Formatting.NO_SPACE_AFTER))


def spelled_word(words: Sequence[RecognizedWord], vocabulary: Vocabulary) -> tuple[FormattedWord, ...]:
    """The same as a word of its own, with the spaces around it that any word has."""
    return _without_spacing(spelled(words, vocabulary), (0, Formatting.NO_SPACE_BEFORE))


def _without_spacing(words: Sequence[FormattedWord], *ends: tuple[int, Formatting]) -> tuple[FormattedWord, ...]:
    """The words, of which the first (0) or last (-1) that is to be seen lets the others have their spaces."""
    written = list(words)
    visible = [position for position, word in enumerate(written) if word.text]
    for end, spacing in ends if visible else ():
        word = written[visible[end]]
        written[visible[end]] = replace(word, formatting=word.formatting & ~spacing)
    return tuple(written)


def _joined(written: Sequence[FormattedWord]) -> list[FormattedWord]:
    return [
        FormattedWord(word.text, word.formatting | _LETTER if word.text else word.formatting, word.tail)
        for word in written
    ]
