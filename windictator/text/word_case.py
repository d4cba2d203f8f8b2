"""The cases of names in programs, and of titles: what becomes of several words said in a row."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence, Set
from dataclasses import replace

from windictator.text.formatting import FormattedWord, Formatting


class WordCase(enum.Enum):
    """How words are put together. The value is its name in the TOML file."""

    CAMEL = "camel case"
    PASCAL = "pascal case"
    SNAKE = "snake case"
    KEBAB = "kebab case"
    CONSTANT = "constant case"
    DOTTED = "dotted case"
    TITLE = "title case"


_SEPARATORS = {
    WordCase.CAMEL: "",
    WordCase.PASCAL: "",
    WordCase.SNAKE: "_",
    WordCase.KEBAB: "-",
    WordCase.CONSTANT: "_",
    WordCase.DOTTED: ".",
}
_APOSTROPHES = re.compile("['’]")
_WORD_BOUNDARY = re.compile(r"[\s_./\\-]+")
_SPACING = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER


def capitalise_first(text: str) -> str:
    """Return ``text`` with its first letter in title case, unless a digit comes before it."""
    for position, character in enumerate(text):
        if character.isalnum():
            return text[:position] + character.title() + text[position + 1 :]
    return text


def is_word(written: FormattedWord) -> bool:
    """Whether a case goes on over it: marks, and what changes the words behind them, end it."""
    return not (written.formatting & _SPACING or written.after_cursor) and any(map(str.isalnum, written.text))


def apply_case(case: WordCase, words: Sequence[FormattedWord], small: Set[str] = frozenset()) -> list[FormattedWord]:
    """The words put together; all are as ``is_word`` wants them.

    ``small``: the case-folded words that a title begins with a small letter, unless they are its first or last.
    """
    if case is WordCase.TITLE:
        return _title(words, small)
    parts = [part for word in words for part in _WORD_BOUNDARY.split(_APOSTROPHES.sub("", word.text).lower()) if part]
    if case is WordCase.CONSTANT:
        parts = [part.upper() for part in parts]
    elif case in (WordCase.CAMEL, WordCase.PASCAL):
        first = case is WordCase.CAMEL
        parts = parts[:first] + [part[0].title() + part[1:] for part in parts[first:]]
    # As a name has to be written, a sentence's start gives it no capital.
    return [FormattedWord(_SEPARATORS[case].join(parts), Formatting.AS_WRITTEN)]


def _title(words: Sequence[FormattedWord], small: Set[str]) -> list[FormattedWord]:
    titled = []
    for position, word in enumerate(words):
        between = 0 < position < len(words) - 1
        if not (between and word.text.casefold().rstrip(".") in small) and Formatting.AS_WRITTEN not in word.formatting:
            word = replace(word, text=word.text[0].title() + word.text[1:])
        titled.append(word)
    return titled
