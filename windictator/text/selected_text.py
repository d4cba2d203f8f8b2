"""Comparison of the text that an application reports as selected with the text that was typed.

Applications report some characters differently. A space at the end of a line of rich text is U+00A0. A paragraph of
rich text, which one key began and one press of Shift+Left selects, ends with two line breaks. Office programs replace
plain quotes and dashes by typographic ones, and put the number or bullet of each item of a list before it. All other
differences count.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from windictator.text.autocorrection import begins_item
from windictator.text.edit import cursor_units
from windictator.text.line_breaks import PARAGRAPH

_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c")
_PLAIN = str.maketrans("\xa0\u2018\u2019\u201c\u201d\u2013", " ''\"\"-")
_BREAKS = re.compile("\n+")
#: What LibreOffice puts before an item of a list; only spaces where the item is selected in part.
_LABEL = re.compile(r"(?:[ \t]+(?:\S{1,12}[ \t]+)?)?")
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
    whole = plain(expected.replace(PARAGRAPH, "\n\n"))
    if there in (wanted, whole):
        return Comparison(True)
    if not there or not wanted:
        return Comparison(False)
    if wanted.endswith(there):
        return Comparison(False, more=len(cursor_units(wanted.removesuffix(there))))
    if there.endswith(whole):
        return Comparison(False, fewer=len(cursor_units(there.removesuffix(whole))))
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


def lacks_break(selected: str, expected: str) -> bool:
    """Return True if only the beginning of the paragraph is missing in the selected text.

    Some editors of rich text do not report a break at the edge of a selection.
    """
    return expected.startswith(PARAGRAPH) and plain(selected) == plain(expected[1:])


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
