"""Keystrokes as the key events that the X server processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from windictator.keyboard.key_coder import Keystroke
from windictator.keyboard.keymap import Keymap

#: Position of the group in an event's state (XKB protocol, section 2.2.2).
GROUP_SHIFT = 13
#: Real modifiers in an event's state.
MODIFIERS = 0xFF


class KeyEvent(NamedTuple):
    """Press or release of one physical key.

    keycode: 8..255.
    pressed: True for a press, False for a release.
    state: modifiers and group that the server must report with the event, that is those active just before it: real
        modifiers in bits 0-7, group in bits 13-14.
    """

    keycode: int
    pressed: bool
    state: int = 0


def keystroke_events(keystroke: Keystroke, keymap: Keymap, locked: int = 0) -> tuple[KeyEvent, ...]:
    """Return the key events of ``keystroke``, those of its prefix first.

    Modifiers go down in order, then the key, then all come up in reverse order.
    locked: real modifiers that are locked throughout.
    """
    if keystroke.prefix:
        without_prefix = keystroke._replace(prefix=())
        return tuple(
            event for each in (*keystroke.prefix, without_prefix) for event in keystroke_events(each, keymap, locked)
        )
    base = keystroke.group << GROUP_SHIFT | locked
    held = 0
    downs, ups = [], []
    for keycode in keystroke.modifiers:
        downs.append(KeyEvent(keycode, True, base | held))
        held |= keymap.modifiers_set_by(keycode, keystroke.group, locked | held)
        ups.append(KeyEvent(keycode, False, base | held))
    press = KeyEvent(keystroke.keycode, True, base | held)
    # The release of a modifier alone comes while the modifier is active.
    state = press.state | keymap.modifiers_set_by(keystroke.keycode, keystroke.group, locked | held)
    return (*downs, press, press._replace(pressed=False, state=state), *reversed(ups))


def keys_pressed(events: Iterable[tuple[KeyEvent, ...]]) -> set[tuple[int, int]]:
    """Return the keycodes that go down in several keystrokes, each with the real modifiers active then."""
    return {(event.keycode, event.state & MODIFIERS) for keystroke in events for event in keystroke if event.pressed}
