"""Comparison of the text that an application reports as selected with the text that was typed.

Applications report some characters differently. A space at the end of a line of rich text is U+00A0. A paragraph of
rich text ends with two line breaks. Office programs replace plain quotes and dashes by typographic ones. All other
differences count.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from windictator.text.edit import cursor_units

_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c")
_PLAIN = str.maketrans("\xa0\u2018\u2019\u201c\u201d\u2013", " ''\"\"-")
_BREAKS = re.compile("\n+")
_CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"'}


class Comparison(NamedTuple):
    """Result of a comparison.

    same: True if the selected text is the expected text.
    more, fewer: number of presses of Shift+Left or Shift+Right after which it may be; both 0 if no number can help.
    """

    same: bool
    more: int = 0
    fewer: int = 0

    @property
    def differs(self) -> bool:
        """True if the text before the caret is not the expected text."""
        return not self.same and not self.more and not self.fewer


def compare(selected: str, expected: str) -> Comparison:
    """Compare the selected text with the typed text; both end at the caret.

    One press of Shift+Left may select more or less than one character as a reader sees it. If one text is the end of
    the other, the selection is right or can become right.
    """
    there, wanted = plain(selected), plain(expected)
    if there == wanted:
        return Comparison(True)
    if not there or not wanted:
        return Comparison(False)
    if wanted.endswith(there):
        return Comparison(False, more=len(cursor_units(wanted.removesuffix(there))))
    if there.endswith(wanted):
        return Comparison(False, fewer=len(cursor_units(there.removesuffix(wanted))))
    return Comparison(_inner_breaks_as_one(there) == _inner_breaks_as_one(wanted))


def closer_of(text: str) -> str:
    """Return the character that closes the last open bracket or quotation of ``text``, "" if none is open.

    Many editors insert it after the caret as soon as the opening character is typed.
    """
    wanted: list[str] = []
    for before, character in zip(" " + text, text, strict=False):
        if wanted and character == wanted[-1]:
            wanted.pop()
        elif character in _CLOSERS and not (character == '"' and before.isalnum()):
            wanted.append(_CLOSERS[character])
    return wanted[-1] if wanted else ""


def plain(text: str) -> str:
    """Return ``text`` with one kind of line end, space, dash and quote."""
    return _LINE_ENDS.sub("\n", text).translate(_PLAIN)


def _inner_breaks_as_one(text: str) -> str:
    """Return ``text`` with one line break for each run of them; those at the ends of ``text`` all stay.

    A paragraph of rich text ends with one or two, and one press of Shift+Left passes it.
    """
    start, end = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
    return text[:start] + _BREAKS.sub("\n", text[start:end]) + text[end:]
