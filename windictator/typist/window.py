"""Windows that text is typed into, and their numbers."""

from __future__ import annotations

from typing import NamedTuple

NUMBER_SHIFT = 32
"""Bits of a window's number that are its X id; those above them tell windows apart that have the same id in turn."""


def x_id(window: int) -> int:
    """Return the X id of the window with this number (see ``x11.window_numbers``): the server and other programs know
    it by that."""
    return window & (1 << NUMBER_SHIFT) - 1


class WindowInfo(NamedTuple):
    """Where the keys go. ``window``: its number; ``wm_class``: its class, "" if unknown; ``title``; ``instance``:
    the other word of WM_CLASS, what this one of its class is called. ``is_surroundings``: whether it is a desktop or a
    panel (_NET_WM_WINDOW_TYPE), or the root window."""

    window: int
    wm_class: str
    title: str
    instance: str = ""
    is_desktop_or_panel: bool = False
