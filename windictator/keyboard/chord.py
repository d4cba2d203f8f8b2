"""Key combinations such as shortcuts: their names, and the keystrokes that give them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from windictator.errors import WinDictatorError
from windictator.keyboard.hotkey import MODIFIER_KEYSYMS, HotkeyCombination
from windictator.keyboard.key_coder import Keystroke
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.keysym_names import KEYSYMS_BY_NAME
from windictator.keyboard.keysyms import character_of, is_editing_key, is_modifier_key, keysym_of

COMBINATION_PLACEHOLDER = "\x10"
"""Placeholder for one key combination in ``typist.result.TypingResult.requested``."""
_MODIFIER_NAMES = {name: name for name in MODIFIER_KEYSYMS} | {
    "control": "ctrl",
    "super": "cmd",
    "win": "cmd",
    "meta": "cmd",
    "altgr": "alt_gr",
}
#: Names of one of the two keys of a modifier, which mean either key where another key follows.
_SIDES = {f"{name}_{side}": name for name in ("shift", "ctrl", "alt", "cmd") for side in "lr"}
_HELD_NAMES = _MODIFIER_NAMES | _SIDES
_NO_NAMES: Mapping[str, int] = {}
_KEYSYMS = {name.casefold(): keysym for name, keysym in KEYSYMS_BY_NAME.items()}
_NAMES = {keysym: name for name, keysym in reversed(list(KEYSYMS_BY_NAME.items()))}
#: Modifiers with which a key types nothing. A letter then means its key, whether small or capital.
_SHORTCUT_MODIFIERS = frozenset({"ctrl", "alt", "cmd"})
#: Keysyms that the X server itself acts on (Terminate_Server; XF86keysym.h: XF86Switch_VT_1 to XF86LogGrabInfo).
_TERMINATE_SERVER, _SERVER_ACTIONS = 0xFED5, range(0x1008FE00, 0x1008FF00)
_MAX_QUOTED_LENGTH = 40
MAX_KEYSYM = (1 << 29) - 1
"""Greatest keysym: they have 29 bits (X11 protocol, appendix A)."""


class KeyCombinationError(WinDictatorError):
    """Text that does not name a key combination; the message says what is allowed."""


class NoSuchKeyError(WinDictatorError):
    """Key combination that the current keymap cannot give."""


@dataclass(frozen=True, slots=True)
class KeyCombination:
    """Key and the modifiers held with it.

    modifiers: names in ``MODIFIER_KEYSYMS``.
    keysym: keysym of the key.
    """

    modifiers: frozenset[str]
    keysym: int

    def __str__(self) -> str:
        """Return the combination as ``parse_combination`` accepts it."""
        held = [name for name in ("ctrl", "alt", "alt_gr", "shift", "cmd") if name in self.modifiers]
        key = _NAMES.get(self.keysym) or character_of(self.keysym) or f"0x{self.keysym:x}"
        return "+".join([*held, key])


def parse_combination(text: str, more_keys: Mapping[str, int] = _NO_NAMES) -> KeyCombination:
    """Return the key combination that ``text`` names: "ctrl+shift+t", "Page_Down", "alt+F4", "ctrl++", "é".

    Modifiers (ctrl or control, shift, alt, alt_gr, cmd or super) come first. The key is a character, a name in
    ``keysym_names`` or the number of a keysym, such as 0x1008ff41. Names are not case-sensitive. ``more_keys``: keysyms
    by further names of keys. Raises KeyCombinationError.
    """
    parts = text.strip().split("+")
    if parts[-2:] == ["", ""]:
        parts[-2:] = ["+"]
    *held, key = (part.strip() for part in parts)
    modifiers = [_HELD_NAMES.get(part.casefold(), "") for part in held]
    keysym = _keysym(key) or more_keys.get(key.casefold(), 0)
    if not keysym or not all(modifiers) or len(set(modifiers)) < len(modifiers):
        wrong = next((part for part, name in zip(held, modifiers, strict=True) if not name), key)
        shown = text if len(text) <= _MAX_QUOTED_LENGTH else text[: _MAX_QUOTED_LENGTH - 3] + "..."
        reason = f"{wrong!r} is not a key" if not keysym or not all(modifiers) else "a modifier is there twice"
        raise KeyCombinationError(f'{shown!r}: {reason}; keys are written as in "ctrl+shift+t", "Return", "alt+F4"')
    return with_modifiers(KeyCombination(frozenset(), keysym), frozenset(modifiers))


def with_modifiers(combination: KeyCombination, modifiers: frozenset[str]) -> KeyCombination:
    """Return the combination with more modifiers; in a shortcut a capital letter becomes small."""
    held, keysym = combination.modifiers | modifiers, combination.keysym
    if held & _SHORTCUT_MODIFIERS and (small := (character_of(keysym) or "").lower()).isalpha() and len(small) == 1:
        keysym = keysym_of(small)
    return KeyCombination(held, keysym)


def lone_modifier(combination: KeyCombination) -> str:
    """Return the name of the modifier if the combination is a modifier alone, otherwise ""."""
    names = (name for name, keysyms in MODIFIER_KEYSYMS.items() if combination.keysym in keysyms)
    return "" if combination.modifiers else next(names, "")


def _keysym(key: str) -> int:
    if len(key) == 1 and key.isprintable():
        try:
            return keysym_of(key)
        except ValueError:
            return 0
    if name := _MODIFIER_NAMES.get(key.casefold()):
        return min(MODIFIER_KEYSYMS[name])
    if re.fullmatch("0x[0-9a-f]{1,8}", key.casefold()):
        number = int(key, 16)
        return number if number <= MAX_KEYSYM else 0
    return _KEYSYMS.get(key.casefold(), 0)


def is_text(combination: KeyCombination) -> bool:
    """Return True if the combination types a character; False if it moves, erases or is a shortcut."""
    return (
        not _SHORTCUT_MODIFIERS & combination.modifiers
        and not is_editing_key(combination.keysym)
        and not is_modifier_key(combination.keysym)
    )


def combinations_to_keys(
    combinations: Iterable[KeyCombination],
    keymap: Keymap,
    locked: int,
    group: int,
    temporary_keycodes: Container[int] = (),
) -> list[Keystroke]:
    """Return the keystrokes that give the combinations; a key that the group lacks is taken from another group.

    locked: real modifiers that are locked.
    group: active group of the keyboard.
    temporary_keycodes: keycodes with a temporary mapping, which are not used.
    Raises NoSuchKeyError.
    """
    return [_keystroke(wanted, keymap, locked, group, temporary_keycodes) for wanted in combinations]


def _keystroke(
    wanted: KeyCombination, keymap: Keymap, locked: int, group: int, temporary_keycodes: Container[int]
) -> Keystroke:
    character = character_of(wanted.keysym) or ""
    combination = HotkeyCombination(
        "", wanted.modifiers, character if character.isprintable() else "", frozenset((wanted.keysym,))
    )
    found, keys = combination.keys_by_group(keymap, group)
    for keycode, modifiers in sorted(keys):
        held = keymap.modifier_keycodes(modifiers, found, locked)
        does = keymap.keysym(keycode, found, modifiers | locked)
        if (
            keycode in temporary_keycodes
            or held is None
            or keycode in held
            or does == _TERMINATE_SERVER
            or does in _SERVER_ACTIONS
        ):
            continue
        if not is_modifier_key(wanted.keysym) or keymap.modifiers_set_by(keycode, found, modifiers | locked):
            return Keystroke(keycode, held, found, COMBINATION_PLACEHOLDER)
    raise NoSuchKeyError(f"the keyboard layout has no key for {wanted}; nothing was pressed")
