"""Windows that text is typed into: their numbers and properties."""

from __future__ import annotations

from typing import NamedTuple

NUMBER_SHIFT = 32
"""Number of bits that hold the X id in a window's number; higher bits tell windows apart that reuse an id."""


def x_id(window: int) -> int:
    """Return the X id of the window with this number (see ``x11.window_numbers``), for requests to the server."""
    return window & (1 << NUMBER_SHIFT) - 1


class WindowInfo(NamedTuple):
    """Properties of the window that keys go to.

    window: its number.
    wm_class: class in WM_CLASS, "" if unknown.
    title: title, "" if unknown.
    instance: instance name in WM_CLASS, which tells windows of one class apart.
    is_desktop_or_panel: it is the root window, or a desktop or panel by _NET_WM_WINDOW_TYPE.
    """

    window: int
    wm_class: str
    title: str
    instance: str = ""
    is_desktop_or_panel: bool = False
