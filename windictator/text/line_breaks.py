"""Line breaks in text before typing: replaced by spaces, or by the character that one key types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from windictator.text.formatting import FormattedWord

PARAGRAPH = "\u2029"
"""New paragraph in a window that has a single key for it: one character, which one BackSpace removes.

Elsewhere a paragraph is two line breaks.
"""
LINE_ENDS = "\n" + PARAGRAPH
"""Characters that end a line."""
LINE_END = re.compile(f"[{LINE_ENDS}]")
"""Pattern that finds one of them."""
#: One or more line breaks, and the spaces around them.
_LINE_BREAKS = re.compile(rf"[^\S{LINE_ENDS}]*[{LINE_ENDS}]\s*")


def line_start(text: str, end: int | None = None) -> int:
    """Return the position where the last line of ``text[:end]`` begins."""
    return max(text.rfind(each, 0, end) for each in LINE_ENDS) + 1


def one_line(text: str) -> str:
    """Return ``text`` with each run of line breaks, and the spaces around it, replaced by one space."""
    return _LINE_BREAKS.sub(" ", text)


def in_paragraphs(text: str) -> str:
    """Return ``text`` with PARAGRAPH in place of two line breaks, for a window with a key for paragraphs."""
    return text.replace("\n\n", PARAGRAPH)


def in_line_breaks(text: str) -> str:
    """Return ``text`` with two line breaks for each PARAGRAPH, for other windows."""
    return text.replace(PARAGRAPH, "\n\n")


def words_on_one_line(words: Sequence[FormattedWord]) -> Sequence[FormattedWord]:
    """Return ``words`` with spaces in place of line breaks; the same object without one."""
    if not any("\n" in word.text or "\n" in word.after_cursor for word in words):
        return words
    flat: list[FormattedWord] = []
    broken = False  # True after a line break, because its space has been added already
    for word in words:
        only_breaks = "\n" in word.text and not word.text.strip()
        text = "" if only_breaks and broken else one_line(word.text)
        flat.append(replace(word, text=text, after_cursor=one_line(word.after_cursor)))
        broken = only_breaks or (broken and not text)
    return tuple(flat)


def words_in_paragraphs(words: Sequence[FormattedWord]) -> Sequence[FormattedWord]:
    """Return ``words`` with PARAGRAPH in place of two line breaks."""
    return tuple(
        replace(word, text=in_paragraphs(word.text), after_cursor=in_paragraphs(word.after_cursor)) for word in words
    )
