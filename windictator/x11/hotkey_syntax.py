"""Reads hotkey combinations as pynput writes them: "<ctrl>+<alt>+d", "<f9>", "<pause>".

pynput is imported when the first combination is read, not before: without hotkeys it costs nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from windictator.errors import UsageError
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyAction, HotkeyCombination
from windictator.keyboard.keysyms import character_of, keysym_of
from windictator.text.quoting import shortened

ALLOWED = 'one key, alone or with modifiers: "<f9>", "<ctrl>+<alt>+d", or "" for none'
#: Keysyms have 29 bits (X11 protocol, appendix A).
_MAX_KEYSYM = (1 << 29) - 1
#: pynput would take what these say, and the mouse is not needed.
_BACKENDS = {"PYNPUT_BACKEND_KEYBOARD": "xorg", "PYNPUT_BACKEND_MOUSE": "dummy"}


class HotkeyError(UsageError):
    """A combination in the settings that cannot be used: ``file:hotkeys.key: what is wrong, what is allowed``."""


def parse_hotkeys(bindings: Mapping[str, str], source: str = "") -> dict[HotkeyAction, HotkeyCombination]:
    """The combinations of those actions that have one.

    ``bindings``: combinations by the actions' names, "" for none. ``source``: the settings file, for errors. Raises
    HotkeyError for a combination that does not exist and for one that is given to two actions.
    """
    hotkeys: dict[HotkeyAction, HotkeyCombination] = {}
    for name, text in bindings.items():
        if not text:
            continue
        where = f"{source}:hotkeys.{name}" if source else f"hotkeys.{name}"
        shown = shortened(text)
        combination = _parse(text)
        if combination is None:
            raise HotkeyError(f'{where}: "{shown}" is wrong; it must be {ALLOWED}')
        for action, other in hotkeys.items():
            if combination.collides_with(other):
                raise HotkeyError(f'{where}: "{shown}" is wrong, hotkeys.{action.value} has these keys already')
        hotkeys[HotkeyAction(name)] = combination
    return hotkeys


def _parse(text: str) -> HotkeyCombination | None:
    """The combination, None where it is none."""
    pynput = _import_pynput()
    try:
        parts = pynput.HotKey.parse(text)
    except (ValueError, TypeError):
        return None
    modifiers: set[str] = set()
    keys: list[HotkeyCombination] = []
    for part in parts:
        keysym = getattr(part, "value", part).vk
        side = next((name for name, keysyms in MODIFIER_KEYSYMS.items() if keysym in keysyms), None)
        if side is not None and len(parts) > 1:
            modifiers.add(side)
        elif isinstance(part, pynput.Key):  # a modifier alone, on whichever side it is
            assert side is not None
            keys.append(HotkeyCombination(text, frozenset(), keysyms=MODIFIER_KEYSYMS[side]))
        elif keysym is not None:
            if not 0 < keysym <= _MAX_KEYSYM:
                return None
            character = character_of(keysym) or ""
            if character.isprintable() and character:
                keys.append(HotkeyCombination(text, frozenset(), character=character))
            else:
                keys.append(HotkeyCombination(text, frozenset(), keysyms=frozenset((keysym,))))
        else:
            character = part.char
            if not _can_be_on_keyboard(character):
                return None
            keys.append(HotkeyCombination(text, frozenset(), character=character))
    if len(keys) != 1 or len(modifiers) + 1 != len(parts):
        return None
    (key,) = keys
    return HotkeyCombination(text, frozenset(modifiers), key.character, key.keysyms)


def _can_be_on_keyboard(character: str) -> bool:
    """Whether it is one character that a key can have. A capital's small letter may be two."""
    try:
        return character.isprintable() and keysym_of(character) > 0
    except (ValueError, TypeError):
        return False


@cache
def _import_pynput() -> Any:
    with _without_a_display():
        from pynput import keyboard
    return keyboard


@contextlib.contextmanager
def _without_a_display() -> Iterator[None]:
    """pynput opens the display while it is imported, only to see whether it can. But settings are checked where there
    is none too, and a server that somebody holds would hang this process."""
    import Xlib.display

    before = {name: os.environ.get(name) for name in _BACKENDS}
    display = Xlib.display.Display
    os.environ.update(_BACKENDS)
    Xlib.display.Display = _NoDisplay
    try:
        yield
    finally:
        Xlib.display.Display = display
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _NoDisplay:
    def close(self) -> None:
        """There is nothing to close."""
