"""Requests of the core protocol that several modules send, packed (X11 protocol, appendix B)."""

from __future__ import annotations

import struct

_CREATE_WINDOW, _CHANGE_PROPERTY = 1, 18
_INPUT_ONLY, _OVERRIDE_REDIRECT = 2, 1 << 9
_STRING = 31


def create_hidden_window(window: int, root: int) -> bytes:
    """Return the request for a window that is never shown and that no window manager takes note of."""
    geometry = (0, 0, 1, 1, 0)
    return struct.pack(
        "=BBHIIhhHHHHIII",
        *(_CREATE_WINDOW, 0, 9, window, root, *geometry, _INPUT_ONLY, 0, _OVERRIDE_REDIRECT, 1),
    )


def change_string_property(window: int, name: int, value: bytes) -> bytes:
    """Return the request that sets the property with the atom ``name``, of type STRING, to ``value``."""
    padded = value + bytes(-len(value) % 4)
    head = struct.pack("=BBHIIIBxxxI", _CHANGE_PROPERTY, 0, 6 + len(padded) // 4, window, name, _STRING, 8, len(value))
    return head + padded
