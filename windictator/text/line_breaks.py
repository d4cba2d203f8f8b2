"""Line breaks in words that are going to be typed: out of them, or made into what one key types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord

PARAGRAPH = "\u2029"
"""A new paragraph in a window that has one key for it: one character there, which one BackSpace removes. Elsewhere a
paragraph is two line breaks."""
LINE_ENDS = "\n" + PARAGRAPH
"""The characters that end a line."""
#: One or more, and the spaces around them.
_LINE_BREAKS = re.compile(rf"[^\S{LINE_ENDS}]*[{LINE_ENDS}]\s*")


def has_line_break(text: str) -> bool:
    """Return True if something in ``text`` ends a line."""
    return "\n" in text or PARAGRAPH in text


def line_start(text: str, end: int | None = None) -> int:
    """Return where the last line of ``text``, or of what stands before ``end``, begins."""
    return max(text.rfind(each, 0, end) for each in LINE_ENDS) + 1


def one_line(text: str) -> str:
    """The text with one space for line breaks and the spaces around them."""
    return _LINE_BREAKS.sub(" ", text)


def in_paragraphs(text: str) -> str:
    """Return ``text`` with one character for each empty line: the paragraphs of a window that has a key for them."""
    return text.replace("\n\n", PARAGRAPH)


def in_line_breaks(text: str) -> str:
    """Return ``text`` with two line breaks for each paragraph, as it is written elsewhere."""
    return text.replace(PARAGRAPH, "\n\n")


def words_on_one_line(words: Sequence[FormattedWord]) -> Sequence[FormattedWord]:
    """The same; words that have no line break in them are returned as they are, the very object."""
    if not any("\n" in word.text or "\n" in word.after_cursor for word in words):
        return words
    flat: list[FormattedWord] = []
    broken = False  # whether a line break stands last, for which there is a space already
    for word in words:
        only_breaks = "\n" in word.text and not word.text.strip()
        text = "" if only_breaks and broken else one_line(word.text)
        flat.append(replace(word, text=text, after_cursor=one_line(word.after_cursor)))
        broken = only_breaks or (broken and not text)
    return tuple(flat)


def words_in_paragraphs(words: Sequence[FormattedWord]) -> Sequence[FormattedWord]:
    """Return ``words`` with paragraphs as ``in_paragraphs`` makes them."""
    return tuple(
        replace(word, text=in_paragraphs(word.text), after_cursor=in_paragraphs(word.after_cursor)) for word in words
    )
