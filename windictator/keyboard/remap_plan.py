"""Plans which characters to lend to which free keycodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from windictator.keyboard.keymap import LOCK, SHIFT, Keymap
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


class LentPlace(NamedTuple):
    """Where a character is lent: a keycode, and the level of it."""

    keycode: int
    level: int


def lendable_keycodes(keymap: Keymap, lent: Collection[int] = ()) -> tuple[int, ...]:
    """The keycodes that may carry a loan: those that the layout leaves free, and those ``lent`` already."""
    free = (*sorted(lent, reverse=True), *keymap.unused_keycodes)
    return tuple(keycode for keycode in dict.fromkeys(free) if keycode != _AVOIDED)


def capacity(keymap: Keymap, lent: Collection[int] = ()) -> int:
    """How many characters can be lent at once."""
    return len(lendable_keycodes(keymap, lent)) * _levels(keymap)[1]


def plan_loan(
    keymap: Keymap, characters: Sequence[str], kept: Mapping[str, LentPlace] | None = None
) -> dict[str, LentPlace]:
    """Give every character a place: plain levels first, those that were used longest ago first in the result.

    ``kept``: the loan until now, in the same order. What is in it stays where it is, for an application may look an old
    key up late; only where there is no more room do those that were used longest ago make place.
    Raises ValueError if there are more characters than ``capacity``.
    """
    most = _levels(keymap)[1]
    kept = {character: place for character, place in (kept or {}).items() if place.level < most}
    keycodes = lendable_keycodes(keymap, {place.keycode for place in kept.values()})
    wanted = dict.fromkeys(characters)
    if len(wanted) > len(keycodes) * most:
        raise ValueError("more characters than free keycodes can carry")
    others = {character: place for character, place in kept.items() if character not in wanted}
    taken = set(kept.values())
    free = (place for level in range(most) for keycode in keycodes if (place := LentPlace(keycode, level)) not in taken)
    places = {}
    for character in wanted:
        found = kept.get(character) or next(free, None)
        places[character] = found or others.pop(next(iter(others)))
    return {**others, **places}


def lent_keys(keymap: Keymap, places: Mapping[str, LentPlace]) -> dict[int, LentKey]:
    """What each keycode is to carry, so that every character is in its place."""
    four_levels = _levels(keymap)[0]
    by_keycode: dict[int, dict[int, int]] = {}
    for character, place in places.items():
        by_keycode.setdefault(place.keycode, {})[place.level] = keysym_of(character)
    keys = {}
    for keycode, levels in by_keycode.items():
        count = max(levels) + 1
        type_index, count = ((_ONE_LEVEL, 1), (_TWO_LEVEL, 2))[count - 1] if count <= 2 else (four_levels, 4)
        keys[keycode] = LentKey(type_index, tuple(levels.get(level, NO_SYMBOL) for level in range(count)))
    return keys


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
    """A key type with four levels that all can be reached and that ignores the locks, and 4; else TWO_LEVEL, and 2.

    The first two levels of both are reached alike: a key may grow while an application still looks up an old press.
    """
    for index, key_type in enumerate(keymap.types):
        if key_type.level_count != 4 or key_type.mask & (LOCK | keymap.num_lock_mask):
            continue
        if key_type.level(SHIFT) != 1:
            continue
        modifiers = [key_type.modifiers_for(level) for level in range(4)]
        if all(any(_can_hold(keymap, mods) for mods in choices) for choices in modifiers):
            return index, 4
    return _TWO_LEVEL, 2


def _can_hold(keymap: Keymap, modifiers: int) -> bool:
    groups = range(max(1, keymap.group_count))
    return all(keymap.modifier_keycodes(modifiers, group) is not None for group in groups)
