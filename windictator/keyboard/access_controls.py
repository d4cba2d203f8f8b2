"""Keyboard accessibility controls of the X server (AccessX) that filter or change keys.

Source: "The X Keyboard Extension: Protocol Specification" (X.Org), section 4, and ``XKB.h`` for the bits.
"""

from __future__ import annotations

SLOW_KEYS, BOUNCE_KEYS, STICKY_KEYS, MOUSE_KEYS = 1 << 1, 1 << 2, 1 << 3, 1 << 4
_OVERLAY_1, _OVERLAY_2 = 1 << 10, 1 << 11

_NAMES = {
    STICKY_KEYS: "StickyKeys",
    SLOW_KEYS: "SlowKeys",
    BOUNCE_KEYS: "BounceKeys",
    MOUSE_KEYS: "MouseKeys",
    _OVERLAY_1: "Overlay1",
    _OVERLAY_2: "Overlay2",
}

FILTERS = sum(_NAMES)
"""Mask of every control that drops, delays or redirects a key, or that makes a modifier outlast it."""


def filter_names(controls: int) -> tuple[str, ...]:
    """Return the names of the filters that are on in the mask ``controls``; other bits are ignored."""
    return tuple(name for bit, name in _NAMES.items() if controls & bit)
