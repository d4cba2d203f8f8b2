"""The way by which a caret that stands behind a text changes something inside of it, and comes back.

Left and Right pass what a reader takes for one character, and go where they say in scripts that are written from left
to right.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from windictator.text.edit import Edit, Removal, edit_between, passes, removals

CARET_LEFT = "\x02"
"""The key that moves the caret one character to the left, as a text to be typed."""
CARET_RIGHT = "\x06"
"""And to the right."""
_KEYS = str.maketrans("", "", "\b" + CARET_LEFT + CARET_RIGHT)
#: Classes of characters that are written from right to left, or set the direction (Unicode Standard Annex 9).
_NOT_LEFT_TO_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})


def is_left_to_right(text: str) -> bool:
    """Whether the key Left goes back in all of ``text``."""
    return text.isascii() or not any(unicodedata.bidirectional(each) in _NOT_LEFT_TO_RIGHT for each in text)


def text_in(keys: str) -> str:
    """What of a text to be typed stands on the screen: no BackSpace, no key that moves the caret."""
    return keys.translate(_KEYS)


@dataclass(frozen=True, slots=True)
class CaretPath:
    """From ``before`` to ``before`` with its ``middle`` replaced by ``insert``: between ``start`` and ``tail``.

    ``back``: how often Left is pressed before, and Right after that. ``erase``: BackSpaces.
    """

    start: str
    middle: str
    tail: str
    insert: str
    back: int
    erase: int
    removal: Removal

    @property
    def keys(self) -> str:
        """All of it as a text to be typed."""
        return CARET_LEFT * self.back + "\b" * self.erase + self.insert + CARET_RIGHT * self.back

    def text_after(self, pressed: int) -> str:
        """What stands there when so many of the keys have been pressed."""
        erased = min(max(pressed - self.back, 0), self.erase)
        inserted = self.insert[: max(pressed - self.back - self.erase, 0)]
        left = "".join(reversed(removals(self.middle, self.removal)[erased:]))
        return self.start + left + inserted + self.tail


def caret_path(before: str, after: str, removal: Removal) -> CaretPath | None:
    """The way from ``before`` to ``after`` by moving the caret, where that takes no more keys than typing the end anew.

    None where it does, or where nobody could say how far one key goes. With as many keys it is to be preferred: the
    end stays what it is, and none of its line breaks is a press of Return.
    """
    plain = edit_between(before, after, removal)
    old, new = _units(before, removal), _units(after, removal)
    kept = len(old) - plain.erase
    tail = 0
    while tail < min(len(old), len(new)) - kept and old[-tail - 1] == new[-tail - 1]:
        tail += 1
    # What begins in ASCII is never one with what comes to stand before it meanwhile.
    while tail and not old[-tail][0].isascii():
        tail -= 1
    if not tail:
        return None
    edit = Edit(len(old) - kept - tail, "".join(new[kept : len(new) - tail]))
    back = len(passes("".join(old[len(old) - tail :]), removal))
    if 2 * back + _keys(edit) > _keys(plain) or not is_left_to_right(before + after):
        return None
    start, middle, end = ("".join(part) for part in (old[:kept], old[kept : len(old) - tail], old[len(old) - tail :]))
    return CaretPath(start, middle, end, edit.insert, back, edit.erase, removal)


def _units(text: str, removal: Removal) -> list[str]:
    return list(reversed(removals(text, removal)))


def _keys(edit: Edit) -> int:
    return edit.erase + len(edit.insert)
