"""Edits inside a text by moving the caret: Left, BackSpaces, new text, and Right back to the end.

Left and Right pass one character as a reader sees it. They move in the named direction in scripts that are written from
left to right.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from windictator.text.edit import BackspaceUnit, Edit, backspace_units, cursor_units, edit_between

CARET_LEFT = "\x02"
"""Control character that stands for the key Left in a text to be typed."""
CARET_RIGHT = "\x06"
"""Control character that stands for the key Right in a text to be typed."""
_REMOVE_KEYS = str.maketrans("", "", "\b" + CARET_LEFT + CARET_RIGHT)
#: Bidirectional classes that are written from right to left, or set the direction (Unicode Standard Annex 9).
_NOT_LEFT_TO_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})


def is_left_to_right(text: str) -> bool:
    """Return True if the key Left moves backwards everywhere in ``text``."""
    return text.isascii() or not any(unicodedata.bidirectional(each) in _NOT_LEFT_TO_RIGHT for each in text)


def visible_text(keys: str) -> str:
    """Return the part of a text to be typed that appears on the screen: without BackSpaces, Left and Right."""
    return keys.translate(_REMOVE_KEYS)


@dataclass(frozen=True, slots=True)
class CursorEdit:
    """Replacement of a part inside a text by moving the caret.

    prefix: text before that part.
    replaced: text that the BackSpaces erase.
    suffix: text after that part, which the caret passes.
    insert: new text.
    left_count: number of presses of Left before the edit, and of Right after it.
    erase: number of BackSpaces.
    unit: text that one BackSpace removes.
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
        """All keys of the edit, as a text to be typed."""
        return CARET_LEFT * self.left_count + "\b" * self.erase + self.insert + CARET_RIGHT * self.left_count

    def text_after(self, key_count: int) -> str:
        """Return the text on the screen after the first ``key_count`` keys."""
        erased = min(max(key_count - self.left_count, 0), self.erase)
        inserted = self.insert[: max(key_count - self.left_count - self.erase, 0)]
        left = "".join(reversed(backspace_units(self.replaced, self.unit)[erased:]))
        return self.prefix + left + inserted + self.suffix


def cursor_edit(before: str, after: str, unit: BackspaceUnit) -> CursorEdit | None:
    """Return an edit from ``before`` to ``after`` that moves the caret, if it needs no more keys than retyping the end.

    With an equal number of keys, moving the caret is better: the end stays unchanged, and Return is not pressed for its
    line breaks. Returns None if retyping is shorter, or if the distance that one key moves the caret is uncertain.
    """
    plain = edit_between(before, after, unit)
    old, new = _units(before, unit), _units(after, unit)
    kept = len(old) - plain.erase
    tail = 0
    while tail < min(len(old), len(new)) - kept and old[-tail - 1] == new[-tail - 1]:
        tail += 1
    # Text that begins in ASCII never combines with the text that is temporarily before it.
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
