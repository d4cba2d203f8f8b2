"""Plans which characters to lend to which free keycodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from windictator.keyboard.keymap import LOCK, Keymap
from windictator.keyboard.keysyms import NO_SYMBOL, keysym_of

#: Canonical key types that every keymap has at the same place (XKB protocol, section 12.2.1).
_ONE_LEVEL, _TWO_LEVEL = 0, 1
#: The lowest keycode of all: some clients take it for "no key".
_AVOIDED = 8


@dataclass(frozen=True, slots=True)
class LentKey:
    """What one keycode is to carry: a key type's index and a keysym for each of its levels."""

    type_index: int
    keysyms: tuple[int, ...]


def lendable_keycodes(keymap: Keymap, lent: Collection[int] = ()) -> tuple[int, ...]:
    """The keycodes that may carry a loan: those that the layout leaves free, and those ``lent`` already."""
    free = (*sorted(lent, reverse=True), *keymap.unused_keycodes)
    return tuple(keycode for keycode in dict.fromkeys(free) if keycode != _AVOIDED)


def capacity(keymap: Keymap, lent: Collection[int] = ()) -> int:
    """How many characters can be lent at once."""
    return len(lendable_keycodes(keymap, lent)) * _levels(keymap)[1]


def plan_loan(keymap: Keymap, characters: Sequence[str], lent: Collection[int] = ()) -> dict[int, LentKey]:
    """Give every character a keycode and a level, plain levels first.

    Raises ValueError if there are more characters than ``capacity``.
    """
    keycodes = lendable_keycodes(keymap, lent)
    four_levels, most = _levels(keymap)
    if len(characters) > len(keycodes) * most:
        raise ValueError("more characters than free keycodes can carry")
    keysyms: dict[int, list[int]] = {}
    for position, character in enumerate(characters):
        keysyms.setdefault(keycodes[position % len(keycodes)], []).append(keysym_of(character))
    plan = {}
    for keycode, levels in keysyms.items():
        if len(levels) <= 2:
            plan[keycode] = LentKey((_ONE_LEVEL, _TWO_LEVEL)[len(levels) - 1], tuple(levels))
        else:
            plan[keycode] = LentKey(four_levels, (*levels, *[NO_SYMBOL] * (4 - len(levels))))
    return plan


def loan_segments(text: str, is_missing: Callable[[str], bool], most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cut ``text`` into the longest pieces that need at most ``most`` lent characters; each with those characters.

    ``most`` must be at least 1 where anything is missing.
    """
    begin = 0
    missing: dict[str, None] = {}
    for position, character in enumerate(text):
        if character in missing or not is_missing(character):
            continue
        if len(missing) == most:
            yield text[begin:position], tuple(missing)
            begin, missing = position, {}
        missing[character] = None
    if begin < len(text):
        yield text[begin:], tuple(missing)


def _levels(keymap: Keymap) -> tuple[int, int]:
    """A key type with four levels that all can be reached and that ignores the locks, and 4; else TWO_LEVEL, and 2."""
    for index, key_type in enumerate(keymap.types):
        if key_type.level_count != 4 or key_type.mask & (LOCK | keymap.num_lock_mask):
            continue
        modifiers = [key_type.modifiers_for(level) for level in range(4)]
        if all(any(_can_hold(keymap, mods) for mods in choices) for choices in modifiers):
            return index, 4
    return _TWO_LEVEL, 2


def _can_hold(keymap: Keymap, modifiers: int) -> bool:
    groups = range(max(1, keymap.group_count))
    return all(keymap.modifier_keycodes(modifiers, group) is not None for group in groups)
