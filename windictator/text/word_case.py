"""Case of names in programs and of titles: several words written as one name, or as a title."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence, Set
from dataclasses import replace

from windictator.text.formatting import FormattedWord, Formatting


class WordCase(enum.Enum):
    """Style that joins words. The value is its name in the TOML file."""

    CAMEL = "camel case"
    """Example: myNewFile for "my new file"."""
    PASCAL = "pascal case"
    """Example: MyNewFile."""
    SNAKE = "snake case"
    """Example: my_new_file."""
    KEBAB = "kebab case"
    """Example: my-new-file."""
    CONSTANT = "constant case"
    """Example: MY_NEW_FILE."""
    DOTTED = "dotted case"
    """Example: my.new.file."""
    TITLE = "title case"
    """Example: My New File; minor words stay in lower case."""

    @property
    def is_identifier(self) -> bool:
        """True for names in programs, False for titles."""
        return self is not WordCase.TITLE


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
    """Return True if a case includes this word; symbols, and words that change the next ones, end it."""
    return not (written.formatting & _SPACING or written.after_cursor) and any(map(str.isalnum, written.text))


def apply_case(
    case: WordCase, words: Sequence[FormattedWord], minor_words: Set[str] = frozenset()
) -> list[FormattedWord]:
    """Return ``words``, for all of which ``is_word`` is true, in a case.

    minor_words: case-folded words that a title writes in lower case, except at its ends.
    """
    if case is WordCase.TITLE:
        return _title(words, minor_words)
    parts = [part for word in words for part in _WORD_BOUNDARY.split(_APOSTROPHES.sub("", word.text).lower()) if part]
    if case is WordCase.CONSTANT:
        parts = [part.upper() for part in parts]
    elif case in (WordCase.CAMEL, WordCase.PASCAL):
        first = case is WordCase.CAMEL
        parts = parts[:first] + [part[0].title() + part[1:] for part in parts[first:]]
    # AS_WRITTEN, because the start of a sentence must not change the name.
    return [FormattedWord(_SEPARATORS[case].join(parts), Formatting.AS_WRITTEN)]


def _title(words: Sequence[FormattedWord], minor_words: Set[str]) -> list[FormattedWord]:
    titled = []
    for position, word in enumerate(words):
        between = 0 < position < len(words) - 1
        if (
            not (between and word.text.casefold().rstrip(".") in minor_words)
            and Formatting.AS_WRITTEN not in word.formatting
        ):
            word = replace(word, text=word.text[0].title() + word.text[1:])
        titled.append(word)
    return titled
