"""Letters from the words of a spelling alphabet."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

_JOINED = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER
_CASES = Formatting.CAPITAL_NEXT | Formatting.UPPER_NEXT | Formatting.LOWER_NEXT


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
