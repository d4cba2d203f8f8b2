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
_AVOIDED_KEYCODE = 8


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """What one keycode is to carry: a key type's index and a keysym for each of its levels."""

    type_index: int
    keysyms: tuple[int, ...]


class KeyLevel(NamedTuple):
    """Where a character is lent: a keycode, and the level of it."""

    keycode: int
    level: int


def mappable_keycodes(keymap: Keymap, temporary_keycodes: Collection[int] = ()) -> tuple[int, ...]:
    """The keycodes that may carry a loan: those that the layout leaves free, and those ``lent`` already."""
    free = (*sorted(temporary_keycodes, reverse=True), *keymap.unused_keycodes)
    return tuple(keycode for keycode in dict.fromkeys(free) if keycode != _AVOIDED_KEYCODE)


def max_characters(keymap: Keymap, temporary_keycodes: Collection[int] = ()) -> int:
    """How many characters can be lent at once."""
    return len(mappable_keycodes(keymap, temporary_keycodes)) * _widest_key_type(keymap)[1]


def plan_mapping(
    keymap: Keymap, characters: Sequence[str], current: Mapping[str, KeyLevel] | None = None
) -> dict[str, KeyLevel]:
    """Give every character a place: plain levels first, those that were used longest ago first in the result.

    ``kept``: the loan until now, in the same order. What is in it stays where it is, for an application may look an old
    key up late; only where there is no more room do those that were used longest ago make place.
    Raises ValueError if there are more characters than ``capacity``.
    """
    most = _widest_key_type(keymap)[1]
    current = {character: place for character, place in (current or {}).items() if place.level < most}
    keycodes = mappable_keycodes(keymap, {place.keycode for place in current.values()})
    wanted = dict.fromkeys(characters)
    if len(wanted) > len(keycodes) * most:
        raise ValueError("more characters than free keycodes can carry")
    others = {character: place for character, place in current.items() if character not in wanted}
    taken = set(current.values())
    free = (place for level in range(most) for keycode in keycodes if (place := KeyLevel(keycode, level)) not in taken)
    places = {}
    for character in wanted:
        found = current.get(character) or next(free, None)
        places[character] = found or others.pop(next(iter(others)))
    return {**others, **places}


def temporary_keys(keymap: Keymap, key_levels: Mapping[str, KeyLevel]) -> dict[int, TemporaryKey]:
    """What each keycode is to carry, so that every character is in its place."""
    four_levels = _widest_key_type(keymap)[0]
    by_keycode: dict[int, dict[int, int]] = {}
    for character, place in key_levels.items():
        by_keycode.setdefault(place.keycode, {})[place.level] = keysym_of(character)
    keys = {}
    for keycode, levels in by_keycode.items():
        count = max(levels) + 1
        type_index, count = ((_ONE_LEVEL, 1), (_TWO_LEVEL, 2))[count - 1] if count <= 2 else (four_levels, 4)
        keys[keycode] = TemporaryKey(type_index, tuple(levels.get(level, NO_SYMBOL) for level in range(count)))
    return keys


def mapping_segments(
    text: str, is_missing: Callable[[str], bool], max_mapped: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cut ``text`` into the longest pieces that need at most ``most`` lent characters; each with those characters.

    ``most`` must be at least 1 where anything is missing.
    """
    begin = 0
    missing: dict[str, None] = {}
    for position, character in enumerate(text):
        if character in missing or not is_missing(character):
            continue
        if len(missing) == max_mapped:
            yield text[begin:position], tuple(missing)
            begin, missing = position, {}
        missing[character] = None
    if begin < len(text):
        yield text[begin:], tuple(missing)


def _widest_key_type(keymap: Keymap) -> tuple[int, int]:
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
