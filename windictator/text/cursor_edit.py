"""The way by which a caret that stands behind a text changes something inside of it, and comes back.

Left and Right pass what a reader takes for one character, and go where they say in scripts that are written from left
to right.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from windictator.text.edit import BackspaceUnit, Edit, backspace_units, cursor_units, edit_between

CARET_LEFT = "\x02"
"""The key that moves the caret one character to the left, as a text to be typed."""
CARET_RIGHT = "\x06"
"""And to the right."""
_REMOVE_KEYS = str.maketrans("", "", "\b" + CARET_LEFT + CARET_RIGHT)
#: Classes of characters that are written from right to left, or set the direction (Unicode Standard Annex 9).
_NOT_LEFT_TO_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})


def is_left_to_right(text: str) -> bool:
    """Whether the key Left goes back in all of ``text``."""
    return text.isascii() or not any(unicodedata.bidirectional(each) in _NOT_LEFT_TO_RIGHT for each in text)


def visible_text(keys: str) -> str:
    """What of a text to be typed stands on the screen: no BackSpace, no key that moves the caret."""
    return keys.translate(_REMOVE_KEYS)


@dataclass(frozen=True, slots=True)
class CursorEdit:
    """From ``before`` to ``before`` with its ``middle`` replaced by ``insert``: between ``start`` and ``tail``.

    ``back``: how often Left is pressed before, and Right after that. ``erase``: BackSpaces.
    """

    prefix: str
    replaced: str
    suffix: str
    insert: str
    left_count: int
    erase: int
    unit: BackspaceUnit

    @property
    def keys(self) -> str:
        """All of it as a text to be typed."""
        return CARET_LEFT * self.left_count + "\b" * self.erase + self.insert + CARET_RIGHT * self.left_count

    def text_after(self, key_count: int) -> str:
        """What stands there when so many of the keys have been pressed."""
        erased = min(max(key_count - self.left_count, 0), self.erase)
        inserted = self.insert[: max(key_count - self.left_count - self.erase, 0)]
        left = "".join(reversed(backspace_units(self.replaced, self.unit)[erased:]))
        return self.prefix + left + inserted + self.suffix


def cursor_edit(before: str, after: str, unit: BackspaceUnit) -> CursorEdit | None:
    """The way from ``before`` to ``after`` by moving the caret, where that takes no more keys than typing the end anew.

    None where it does, or where nobody could say how far one key goes. With as many keys it is to be preferred: the
    end stays what it is, and none of its line breaks is a press of Return.
    """
    plain = edit_between(before, after, unit)
    old, new = _units(before, unit), _units(after, unit)
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
    back = len(cursor_units("".join(old[len(old) - tail :]), unit))
    if 2 * back + _key_count(edit) > _key_count(plain) or not is_left_to_right(before + after):
        return None
    start, middle, end = ("".join(part) for part in (old[:kept], old[kept : len(old) - tail], old[len(old) - tail :]))
    return CursorEdit(start, middle, end, edit.insert, back, edit.erase, unit)


def _units(text: str, unit: BackspaceUnit) -> list[str]:
    return list(reversed(backspace_units(text, unit)))


def _key_count(edit: Edit) -> int:
    return edit.erase + len(edit.insert)
