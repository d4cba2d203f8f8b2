"""Fake of a text editor: what toolkits make of the keys they get, as text, cursor and selection."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import NamedTuple

import regex

from windictator.keyboard.keysyms import BACKSPACE, LEFT, RETURN, TAB
from windictator.text.edit import BackspaceUnit, backspace_units

RIGHT, HOME, END, DELETE = 0xFF53, 0xFF50, 0xFF57, 0xFFFF


class Press(NamedTuple):
    """Press of a key.

    character: what it types, "" with Control, Alt or Super.
    """

    keysym: int
    character: str
    shift: bool = False
    control: bool = False
    alt_or_super: bool = False
    """Alt or Super is pressed."""


class SelectionExit(enum.Enum):
    """Where the cursor goes by Left or Right without Shift if something is selected."""

    EDGE = "to that side of the selection"
    """Qt, browsers, GTK's entries."""
    BEYOND = "one on from that side of the selection"
    """GTK's text view."""
    CARET = "one on from where the caret is"
    """Tk's text widget."""


#: First code points of characters that GTK removes as a whole; of others BackSpace removes the last code point.
_REMOVED_WHOLE = regex.compile(
    r"(?![\u1100-\u11FF])[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Common}]"
)


def removed_at_once(character: str) -> str:
    """Return what one BackSpace after a character, as a reader sees it, removes of it in GTK."""
    return character if _REMOVED_WHOLE.match(character) else character[-1]


class FakeEditor:
    """Text with a cursor and a selection.

    backspace_unit: what one BackSpace removes and one Left passes.
    selection_exit: where the cursor goes by Left or Right without Shift if something is selected.
    keeps_empty_selection: a selection that was made empty still takes the next BackSpace, as in LibreOffice Writer.
    transform: returns what the editor inserts for a character typed after a text; most insert it unchanged.
    """

    def __init__(
        self,
        backspace_unit: BackspaceUnit = BackspaceUnit.GRAPHEME,
        selection_exit: SelectionExit = SelectionExit.EDGE,
        keeps_empty_selection: bool = False,
        transform: Callable[[str, str], str] = lambda before, typed: typed,
    ) -> None:
        self._keeps_empty_selection = keeps_empty_selection
        self._was_shift = False
        self._unit = r"(?s)." if backspace_unit is BackspaceUnit.CODE_POINT else r"\X"
        self._backspace_unit = backspace_unit
        self._selection_exit = selection_exit
        self._transform = transform
        self.text = ""
        self.caret = 0
        self.anchor = 0
        self.clipboard = ""

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of the selection; equal if nothing is selected."""
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def press(self, press: Press) -> None:
        """Execute a key."""
        start, end = self.selection
        kept, self._was_shift = (
            self._keeps_empty_selection and self._was_shift,
            press.shift and press.keysym in (LEFT, RIGHT),
        )
        if press.alt_or_super or (kept and start == end and press.keysym == BACKSPACE):
            return
        if press.keysym in (LEFT, RIGHT, HOME, END):
            self._move(press)
        elif press.control:
            self._shortcut(chr(press.keysym) if press.keysym < 0x7F else "")
        elif press.keysym == BACKSPACE or press.keysym == DELETE:
            if start == end:
                start, end = (
                    (self._backspace_start(end), end) if press.keysym == BACKSPACE else (start, self._right(start))
                )
            self._replace(start, end, "")
        elif press.keysym in (RETURN, TAB) or press.character >= " ":
            typed = {RETURN: "\n", TAB: "\t"}.get(press.keysym, press.character)
            self._replace(start, end, self._transform(self.text[:start], typed))

    def _move(self, press: Press) -> None:
        start, end = self.selection
        step = {LEFT: self._left, RIGHT: self._right}.get(press.keysym)
        if step is None:
            line = (self.text.rfind("\n", 0, self.caret) + 1, (self.text + "\n").index("\n", self.caret))
            whole = (0, len(self.text))
            to = (whole if press.control else line)[press.keysym == END]
        elif press.control:
            to = self._word_boundary(press.keysym)
        elif press.shift or start == end or self._selection_exit is SelectionExit.CARET:
            to = step(self.caret)
        else:
            side = start if press.keysym == LEFT else end
            to = side if self._selection_exit is SelectionExit.EDGE else step(side)
        self.caret = to
        if not press.shift:
            self.anchor = to

    def _word_boundary(self, keysym: int) -> int:
        starts = [found.start() for found in regex.finditer(r"\S+", self.text)]
        ends = [found.end() for found in regex.finditer(r"\S+", self.text)]
        if keysym == LEFT:
            return max((place for place in starts if place < self.caret), default=0)
        return min((place for place in ends if place > self.caret), default=len(self.text))

    def _shortcut(self, letter: str) -> None:
        start, end = self.selection
        if letter in ("c", "x") and start < end:
            self.clipboard = self.text[start:end]
        if letter == "x":
            self._replace(start, end, "")
        elif letter == "v":
            self._replace(start, end, self.clipboard)
        elif letter == "a":
            self.anchor, self.caret = 0, len(self.text)

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self.anchor = self.caret = start + len(text)

    def _backspace_start(self, place: int) -> int:
        passed = self._left(place)
        if passed == place:
            return place
        character = self.text[passed:place]
        if self._backspace_unit is BackspaceUnit.GRAPHEME:
            return place - len(removed_at_once(character))
        return place - len(backspace_units(character, self._backspace_unit)[0])

    def _left(self, place: int) -> int:
        starts = (found.start() for found in regex.finditer(self._unit, self.text))
        return max((start for start in starts if start < place), default=0)

    def _right(self, place: int) -> int:
        ends = (found.end() for found in regex.finditer(self._unit, self.text))
        return min((end for end in ends if end > place), default=len(self.text))
