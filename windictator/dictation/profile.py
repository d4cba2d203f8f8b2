"""What is different about dictating into one application, as plain values that all rooms can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from windictator.text.line_breaks import PARAGRAPH, has_line_break

LiveTyping = Literal["off", "stable", "eager"]
LineBreaks = Literal["type", "space", "refuse"]
CursorKeys = Literal["never", "on_command", "always"]
Style = Literal["prose", "code", "command_line"]
BackspaceUnitName = Literal["grapheme", "code_point", "emoji", "emoji_parts"]
Erase = Literal["checked", "counted", "refuse"]
RETURN_KEY = "Return"
"""The key of a line break in a window of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one window is treated; ``Profile()`` is how all are of which nothing is known.

    ``name``: for the user. ``enabled``: whether what is said is typed there. ``takes_text``: False for a desktop or a
    panel, whose keys are shortcuts. ``live``: what is typed while one speaks, None: as the settings say.
    ``line_breaks``: a dictated one is typed, written as a space, or refused. ``line_break_key``: what types it, as
    ``keyboard.chord`` reads it. ``paragraph_key``: what types a new paragraph; "" where that is two line breaks.
    ``style``: "prose" has sentences with capitals and smart spaces, "code" no sentences, "command_line" is for a shell.
    ``key_press_ms``: milliseconds to hold each key down, None: as the settings say. ``repeat_gap_ms``: milliseconds
    between the release of a key and its next press. ``acts_late``: BackSpace, Return and arrows act later than
    characters.
    ``return_completes``: Return may accept an offer to complete a word. ``autocorrects``: what was typed may be changed
    there. ``keeps_selections``: a selection that was made empty still takes the next BackSpace. ``cursor_keys``:
    whether our keys may move the caret: never, for commands that ask for it, or also to correct what stands further
    back.
    ``backspace_unit``: what one BackSpace removes, None: as the settings say. ``remapping``: whether
    characters that the layout lacks may be lent to free keycodes there. ``copy``, ``cut``, ``paste``,
    ``select_all``: the application's keys, as ``keyboard.chord`` reads them, "" where it has none.
    ``erase``: whether what is to be erased is selected, read and compared before, is only counted, or is not erased.
    """

    name: str = ""
    enabled: bool = True
    takes_text: bool = True
    live_typing: LiveTyping | None = None
    line_breaks: LineBreaks = "type"
    line_break_key: str = RETURN_KEY
    paragraph_key: str = ""
    style: Style = "prose"
    key_press_ms: int | None = None
    repeat_gap_ms: int = 0
    acts_late: bool = False
    return_completes: bool = False
    autocorrects: bool = False
    keeps_selections: bool = False
    cursor_keys: CursorKeys = "on_command"
    backspace_unit: BackspaceUnitName | None = None
    copy: str = "ctrl+c"
    cut: str = "ctrl+x"
    paste: str = "ctrl+v"
    select_all: str = "ctrl+a"
    remapping: bool = True
    erase: Erase = "checked"

    @property
    def checks_before_erasing(self) -> bool:
        """Whether text is read before it is erased: it is selected for that, which needs keys that move the caret."""
        return self.erase == "checked" and self.cursor_keys != "never"

    @property
    def return_is_plain(self) -> bool:
        """Whether Return does no more in the window than break a line."""
        return self.line_breaks == "type" and self.line_break_key.casefold() == RETURN_KEY.casefold()

    def refusal_for(self, text: str = "") -> str:
        """Why ``text``, which somebody has said, may not be typed there, for the user; "" where it may."""
        if not self.enabled:
            return f'nothing that is said is typed into this window (profile "{self.name}")'
        if text and not self.takes_text:
            return f'this window takes no text (profile "{self.name}"); click into the window you want to write in'
        if self.line_breaks != "type" and has_line_break(text):
            return f'no line break is typed into this window (profile "{self.name}")'
        if PARAGRAPH in text and not self.paragraph_key:
            return "the text has a paragraph for which this window has no key any more; dictate it again"
        return ""


DEFAULT_PROFILE = Profile()
"""Of a window of which nothing is known."""
