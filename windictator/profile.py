"""What is different about dictating into one application, as plain values that all rooms can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Live = Literal["off", "stable", "eager"]
LineBreaks = Literal["type", "space", "refuse"]
CaretKeys = Literal["off", "asked", "always"]
Erase = Literal["checked", "counted", "refuse"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How one window is treated; ``Profile()`` is how all are of which nothing is known.

    ``name``: for the user. ``enabled``: whether what is said is typed there. ``live``: what is typed while one speaks,
    None: as the settings say. ``line_breaks``: a dictated one is typed (which is a press of Return), written as a
    space, or refused. ``formatting``: whether sentences get capitals and words smart spaces. ``hold_ms``: milliseconds
    to hold each key down, None: as the settings say. ``caret_keys``: whether our keys may move the caret: never, for
    commands that ask for it, or also to correct what stands further back. ``copy``, ``cut``, ``paste``,
    ``select_all``: the application's keys, as ``keyboard.chord`` reads them, "" where it has none.
    ``erase``: whether what is to be erased is selected, read and compared before, is only counted, or is not erased.
    """

    name: str = ""
    enabled: bool = True
    live: Live | None = None
    line_breaks: LineBreaks = "type"
    formatting: bool = True
    hold_ms: int | None = None
    caret_keys: CaretKeys = "asked"
    copy: str = "ctrl+c"
    cut: str = "ctrl+x"
    paste: str = "ctrl+v"
    select_all: str = "ctrl+a"
    erase: Erase = "checked"

    @property
    def checks(self) -> bool:
        """Whether text is read before it is erased: it is selected for that, which needs keys that move the caret."""
        return self.erase == "checked" and self.caret_keys != "off"

    def forbids(self, text: str = "") -> str:
        """Why ``text``, which somebody has said, may not be typed there, for the user; "" where it may."""
        if not self.enabled:
            return f'nothing that is said is typed into this window (profile "{self.name}")'
        if self.line_breaks != "type" and "\n" in text:
            return f'no line break is typed into this window (profile "{self.name}")'
        return ""


DEFAULT_PROFILE = Profile()
"""Of a window of which nothing is known."""
