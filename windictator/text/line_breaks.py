"""Line breaks out of words that are to stand on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord

#: One or more, and the spaces around them.
_LINE_BREAKS = re.compile(r"[^\S\n]*\n\s*")


def one_line(text: str) -> str:
    """The text with one space for line breaks and the spaces around them."""
    return _LINE_BREAKS.sub(" ", text)


def words_on_one_line(words: Sequence[FormattedWord]) -> Sequence[FormattedWord]:
    """The same; words that have no line break in them are returned as they are, the very object."""
    if not any("\n" in word.text or "\n" in word.tail for word in words):
        return words
    flat: list[FormattedWord] = []
    broken = False  # whether a line break stands last, for which there is a space already
    for word in words:
        only_breaks = "\n" in word.text and not word.text.strip()
        text = "" if only_breaks and broken else one_line(word.text)
        flat.append(replace(word, text=text, tail=one_line(word.tail)))
        broken = only_breaks or (broken and not text)
    return tuple(flat)
