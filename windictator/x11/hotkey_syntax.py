"""Parser of hotkey combinations in pynput's notation: "<ctrl>+<alt>+d", "<f9>", "<pause>".

The usual names are in a table, because pynput opens the display when it is imported, and settings are also checked
without a display. Only a name that the table lacks is looked up in pynput: newer versions have more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from windictator.errors import UsageError
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyAction, HotkeyCombination
from windictator.keyboard.keysym_names import KEYSYMS_BY_NAME
from windictator.keyboard.keysyms import character_of, keysym_of
from windictator.text.quoting import shortened

ALLOWED = 'one key, alone or with modifiers: "<f9>", "<ctrl>+<alt>+d", or "" for none'
#: Keysyms have 29 bits (X11 protocol, appendix A).
_MAX_KEYSYM = (1 << 29) - 1

_X_NAMES = {
    "shift_l": "Shift_L",
    "shift_r": "Shift_R",
    "ctrl_l": "Control_L",
    "ctrl_r": "Control_R",
    "alt_l": "Alt_L",
    "alt_r": "Alt_R",
    "cmd_l": "Super_L",
    "cmd_r": "Super_R",
    "backspace": "BackSpace",
    "delete": "Delete",
    "down": "Down",
    "end": "End",
    "enter": "Return",
    "esc": "Escape",
    "home": "Home",
    "insert": "Insert",
    "left": "Left",
    "menu": "Menu",
    "page_down": "Page_Down",
    "page_up": "Page_Up",
    "pause": "Pause",
    "print_screen": "Print",
    "right": "Right",
    "space": "space",
    "tab": "Tab",
    "up": "Up",
    "media_next": "XF86AudioNext",
    "media_play_pause": "XF86AudioPlay",
    "media_previous": "XF86AudioPrev",
    "media_volume_down": "XF86AudioLowerVolume",
    "media_volume_mute": "XF86AudioMute",
    "media_volume_up": "XF86AudioRaiseVolume",
    **{f"f{number}": f"F{number}" for number in range(1, 21)},
}
"""pynput's names of keys -> the names that X has for them."""

KEYSYMS = {
    "caps_lock": 0xFFE5,
    "num_lock": 0xFF7F,
    "scroll_lock": 0xFF14,
    **{name: KEYSYMS_BY_NAME[x_name] for name, x_name in _X_NAMES.items()},
}
"""Keysyms by pynput's names of keys (class ``Key`` of its xorg back end), except the modifiers in ``EITHER_SIDE``."""

EITHER_SIDE = {name: name for name in MODIFIER_KEYSYMS} | {
    "shift_l": "shift",
    "ctrl_l": "ctrl",
    "alt_l": "alt",
    "cmd_l": "cmd",
}
"""pynput's names of modifiers that mean either key of that modifier -> the name in ``MODIFIER_KEYSYMS``.

In pynput the left key has the same value as the modifier itself.
"""


class HotkeyError(UsageError):
    """A combination in the settings that cannot be used: ``file:hotkeys.key: what is wrong, what is allowed``."""


def parse_hotkeys(bindings: Mapping[str, str], source: str = "") -> dict[HotkeyAction, HotkeyCombination]:
    """Return the combinations of the actions that have one.

    bindings: combinations by the actions' names, "" for none.
    source: the settings file, for errors.

    Raises HotkeyError for a combination that does not exist and for one that two actions have.
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


class _Part(NamedTuple):
    """One key of a combination: ``character``, or where that is "" any of ``keysyms``. ``modifier``: "" if none."""

    character: str
    keysyms: frozenset[int]
    modifier: str


def _parse(text: str) -> HotkeyCombination | None:
    """Return the combination, None if ``text`` is not a valid one."""
    parts = [_parse_part(part) for part in _split(text)]
    modifiers: set[str] = set()
    keys: list[_Part] = []
    for part in parts:
        if part is None:
            return None
        if part.modifier and len(parts) > 1:
            modifiers.add(part.modifier)
        else:
            keys.append(part)
    if len(keys) != 1 or len(modifiers) + 1 != len(parts):
        return None
    (key,) = keys
    return HotkeyCombination(text, frozenset(modifiers), key.character, key.keysyms)


def _split(text: str) -> list[str]:
    """Split at each plus sign that is not itself a key: "<shift>++" has two parts."""
    parts, start = [], 0
    for place, character in enumerate(text):
        if character == "+" and place != start:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _parse_part(part: str) -> _Part | None:
    """Return one key, None if ``part`` does not name one."""
    if len(part) == 1:
        character = part.lower()
        return _Part(character, frozenset(), "") if _can_be_on_keyboard(character) else None
    if len(part) < 3 or not (part.startswith("<") and part.endswith(">")):
        return None
    name = part[1:-1].lower()
    if modifier := EITHER_SIDE.get(name):
        return _Part("", MODIFIER_KEYSYMS[modifier], modifier)
    keysym = KEYSYMS.get(name)
    if keysym is None:
        keysym = int(name) if name.isascii() and name.isdecimal() else _keysym_in_pynput(name)
    if not 0 < keysym <= _MAX_KEYSYM:
        return None
    modifier = next((side for side, keysyms in MODIFIER_KEYSYMS.items() if keysym in keysyms), "")
    character = "" if modifier else character_of(keysym) or ""
    if character and character.isprintable():
        return _Part(character, frozenset(), "")
    return _Part("", frozenset((keysym,)), modifier)


def _keysym_in_pynput(name: str) -> int:
    """Return the keysym of a key of pynput, 0 if it has no such key or no display can be opened."""
    try:
        from pynput.keyboard import Key
    except Exception:  # whatever its back end raises without a display
        return 0
    key = getattr(Key, name, None)
    return getattr(key.value, "vk", None) or 0 if isinstance(key, Key) else 0


def _can_be_on_keyboard(character: str) -> bool:
    """Return True for one character that a key can have. The small letter of a capital may be two."""
    try:
        return character.isprintable() and keysym_of(character) > 0
    except (ValueError, TypeError):
        return False
