"""Comparison of the text that an application says is selected with the text that was typed.

Applications give some characters back as others: a space at the end of a line of rich text is U+00A0, and a paragraph
of rich text ends with two line breaks. Office programs make typographic quotes and dashes of plain ones, and put the
number or bullet of each item of a list before it. Nothing else is taken for equal.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from windictator.text.autocorrection import begins_item
from windictator.text.edit import cursor_units

_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c")
_PLAIN = str.maketrans("\xa0\u2018\u2019\u201c\u201d\u2013", " ''\"\"-")
_BREAKS = re.compile("\n+")
#: What LibreOffice puts before an item of a list; only spaces where the item is selected in part.
_LABEL = re.compile(r"(?:[ \t]+(?:\S{1,12}[ \t]+)?)?")
_CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"'}


class Comparison(NamedTuple):
    """``same``: the selected text is the expected one. ``more``, ``fewer``: presses of Shift+Left or Shift+Right after
    which it may be; both 0 where no number of presses can help."""

    same: bool
    more: int = 0
    fewer: int = 0

    @property
    def differs(self) -> bool:
        """Whether the text before the caret is not the expected one."""
        return not self.same and not self.more and not self.fewer


def compare(selected: str, expected: str) -> Comparison:
    """Compare what is selected with what was typed, both up to the caret.

    One press of Shift+Left may select more or less than one character as a reader sees it. Where one text is the end of
    the other, the selection is right or can become it.
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


def is_list_of(selected: str, expected: str) -> bool:
    """Return True if what is selected is the expected text in a list, with labels that the application has added.

    This holds only for what was selected with one key for each expected character: a character of the text that looks
    like a label would have taken a key, and the selection would begin later.
    """
    there, wanted = plain(selected).split("\n"), plain(expected).split("\n")
    return len(there) == len(wanted) > 1 and all(
        line.endswith(typed) and _LABEL.fullmatch(line.removesuffix(typed)) and not begins_item(typed)
        for line, typed in zip(there, wanted, strict=True)
    )


def closer_of(text: str) -> str:
    """Return what closes the last bracket or quotation that is open at the end of ``text``, "" where none is.

    Many editors type it behind the caret as soon as the other is typed.
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
    """Return ``text`` with one line break for each run of them, but for those at its edges, of which each counts.

    A paragraph of rich text ends with one or two, and one press of Shift+Left passes it.
    """
    start, end = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
    return text[:start] + _BREAKS.sub("\n", text[start:end]) + text[end:]
