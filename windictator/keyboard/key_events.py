"""Keystrokes as the key events that the X server processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from windictator.keyboard.key_coder import Keystroke
from windictator.keyboard.keymap import Keymap

#: Where the group stands in an event's state (XKB protocol, section 2.2.2).
GROUP_SHIFT = 13
#: The real modifiers in an event's state.
MODIFIERS = 0xFF


class KeyEvent(NamedTuple):
    """One physical key going down or up.

    ``keycode``: 8..255. ``state``: the modifiers and group that the server must report *with* the event, that is
    those in force just before it: real modifiers in bits 0-7, group in bits 13-14.
    """

    keycode: int
    pressed: bool
    state: int = 0


def keystroke_events(keystroke: Keystroke, keymap: Keymap, locked: int = 0) -> tuple[KeyEvent, ...]:
    """The key events of ``keystroke``: modifiers go down in order, then the key, then all come up in reverse order.

    ``locked``: real modifiers that are locked throughout. The events of what is pressed first come first.
    """
    if keystroke.prefix:
        own = keystroke._replace(prefix=())
        return tuple(event for each in (*keystroke.prefix, own) for event in keystroke_events(each, keymap, locked))
    base = keystroke.group << GROUP_SHIFT | locked
    held = 0
    downs, ups = [], []
    for keycode in keystroke.modifiers:
        downs.append(KeyEvent(keycode, True, base | held))
        held |= keymap.modifiers_set_by(keycode, keystroke.group, locked | held)
        ups.append(KeyEvent(keycode, False, base | held))
    press = KeyEvent(keystroke.keycode, True, base | held)
    # Of a modifier alone the release comes while it is in force.
    state = press.state | keymap.modifiers_set_by(keystroke.keycode, keystroke.group, locked | held)
    return (*downs, press, press._replace(pressed=False, state=state), *reversed(ups))


def keys_pressed(events: Iterable[tuple[KeyEvent, ...]]) -> set[tuple[int, int]]:
    """The keys that go down in several keystrokes, each with the real modifiers that it is pressed with."""
    return {(event.keycode, event.state & MODIFIERS) for keystroke in events for event in keystroke if event.pressed}
