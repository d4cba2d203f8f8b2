"""Parser of hotkey combinations: "ctrl+alt+d", "F9", "Pause", as in ``keyboard.chord``.

The notation of earlier versions is still read, which is that of pynput: "<ctrl>+<alt>+d". Its names of keys are
valid in both. The usual names are in a table, because pynput opens the display when it is imported, and settings are
also checked without a display. Only a name that the table lacks is looked up in pynput: newer versions have more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from windictator.errors import UsageError
from windictator.keyboard.chord import MAX_KEYSYM, KeyCombination, KeyCombinationError, parse_combination
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyAction, HotkeyCombination
from windictator.keyboard.keysym_names import KEYSYMS_BY_NAME
from windictator.keyboard.keysyms import character_of, keysym_of
from windictator.text.quoting import shortened

ALLOWED = 'one key, alone or with modifiers: "F9", "ctrl+alt+d", or "" for none'

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

_OLD_NOTATION = re.compile(r"<\w+>")
_EDITING_KEYS = frozenset(
    KEYSYMS_BY_NAME[name]
    for name in (
        *("Return", "Tab", "BackSpace", "Delete", "Escape", "Home", "End", "Page_Up", "Page_Down"),
        *("Left", "Right", "Up", "Down"),
    )
)
_LOCKS = {"caps_lock": 0xFFE5, "num_lock": 0xFF7F, "scroll_lock": 0xFF14}
#: Modifiers with which a key types nothing.
_SHORTCUT_MODIFIERS = frozenset(("ctrl", "alt", "cmd"))

KEYSYMS = {
    **_LOCKS,
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


def parse_hotkeys(
    bindings: Mapping[str, str], source: str = "", on_notice: Callable[[str], None] | None = None
) -> dict[HotkeyAction, HotkeyCombination]:
    """Return the combinations of the actions that have one.

    bindings: combinations by the actions' names, "" for none.
    source: the settings file, for errors.
    on_notice: called with one line for each combination in the notation of earlier versions.

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
        if on_notice is not None and _OLD_NOTATION.search(text):
            on_notice(f'{where}: "{shown}" is the old notation, still read; write "{combination.text}" instead')
        hotkeys[HotkeyAction(name)] = combination
    return hotkeys


def current_notation(text: str) -> str:
    """Return a hotkey of the settings in today's notation; any other text stays as it is."""
    combination = _parse(text) if _OLD_NOTATION.search(text) else None
    return text if combination is None else combination.text


def hotkey_warnings(hotkeys: Mapping[HotkeyAction, HotkeyCombination]) -> Iterator[str]:
    """Yield one line for each hotkey that takes a key of ordinary typing from the keyboard."""
    for action, hotkey in hotkeys.items():
        if hotkey.modifiers & _SHORTCUT_MODIFIERS:
            continue
        name = action.value.replace("_", "-")
        key = hotkey.character.strip()
        kind = "letter" if key.isalpha() else "digit" if key.isdigit() else "character" if key else "key"
        if hotkey.character or hotkey.keysyms & _EDITING_KEYS:
            suggested = f"ctrl+alt+{hotkey.text.rpartition('+')[2] or '+'}"
            yield (
                f'hotkeys.{action.value}: the {kind} "{hotkey.text}" is your {name} hotkey, so it cannot be typed; '
                f'write "{suggested}" or another key'
            )


class _Part(NamedTuple):
    """One key of a combination: ``character``, or where that is "" any of ``keysyms``. ``modifier``: "" if none."""

    character: str
    keysyms: frozenset[int]
    modifier: str


def _parse(text: str) -> HotkeyCombination | None:
    """Return the combination, with its text in today's notation; None if ``text`` is not a valid one."""
    try:
        wanted = parse_combination(text, KEYSYMS)
    except KeyCombinationError:
        return _parse_name_of_pynput(text) if "<" not in text else _parse_old(text)
    return _hotkey(wanted)


def _hotkey(wanted: KeyCombination) -> HotkeyCombination | None:
    character = (character_of(wanted.keysym) or "").lower()
    if len(character) == 1 and character.isprintable():
        return _with_text(wanted.modifiers, character, frozenset())
    if character.isprintable() and character:
        return None  # a capital letter whose small letter is two characters
    either = (keysyms for keysyms in MODIFIER_KEYSYMS.values() if wanted.keysym == min(keysyms))
    return _with_text(wanted.modifiers, "", next(either, frozenset((wanted.keysym,))))


def _parse_name_of_pynput(text: str) -> HotkeyCombination | None:
    name = text.rpartition("+")[2].strip().casefold()
    try:
        wanted = parse_combination(text, {name: _keysym_in_pynput(name)})
    except KeyCombinationError:
        return None
    return _hotkey(wanted)


def _with_text(modifiers: frozenset[str], character: str, keysyms: frozenset[int]) -> HotkeyCombination:
    """Return the combination with its text, which ``parse_combination`` accepts."""
    if len(keysyms) > 1:
        key = next(name for name, either in MODIFIER_KEYSYMS.items() if either == keysyms)
        text = "+".join((*sorted(modifiers), key))
    else:
        keysym = keysym_of(character) if character else min(keysyms)
        lock = next((name for name, number in _LOCKS.items() if number == keysym), "")
        text = str(KeyCombination(modifiers, keysym))
        text = text.rpartition("+")[0] + "+" * bool(modifiers) + lock if lock else text
    return HotkeyCombination(text, modifiers, character, keysyms)


def _parse_old(text: str) -> HotkeyCombination | None:
    """Return the combination in the notation of earlier versions, None if ``text`` is not a valid one."""
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
    return _with_text(frozenset(modifiers), key.character, key.keysyms)


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
    if not 0 < keysym <= MAX_KEYSYM:
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
