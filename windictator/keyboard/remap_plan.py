"""Plan of temporary mappings: which characters go to which unused keycodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from windictator.keyboard.keymap import LOCK, SHIFT, Keymap
from windictator.keyboard.keysyms import NO_SYMBOL, keysym_of

#: Canonical key types that every keymap has at the same place (XKB protocol, section 12.2.1).
_ONE_LEVEL, _TWO_LEVEL = 0, 1
#: Lowest keycode of all; some applications treat it as "no key".
_AVOIDED_KEYCODE = 8


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """Temporary mapping of one keycode: the index of a key type, and a keysym for each of its levels."""

    type_index: int
    keysyms: tuple[int, ...]


class KeyLevel(NamedTuple):
    """Keycode and level that a character is mapped to."""

    keycode: int
    level: int


def mappable_keycodes(keymap: Keymap, temporary_keycodes: Collection[int] = ()) -> tuple[int, ...]:
    """Return the keycodes that can be mapped: ``temporary_keycodes``, and those that the layout does not use."""
    free = (*sorted(temporary_keycodes, reverse=True), *keymap.unused_keycodes)
    return tuple(keycode for keycode in dict.fromkeys(free) if keycode != _AVOIDED_KEYCODE)


def max_characters(keymap: Keymap, temporary_keycodes: Collection[int] = ()) -> int:
    """Return the maximum number of characters that can be mapped at once."""
    return len(mappable_keycodes(keymap, temporary_keycodes)) * _widest_key_type(keymap)[1]


def plan_mapping(
    keymap: Keymap, characters: Sequence[str], current: Mapping[str, KeyLevel] | None = None
) -> dict[str, KeyLevel]:
    """Return a keycode and level for every character, least recently used first.

    Levels that need no modifier are used first.
    current: the mapping so far, in the same order. Its characters keep their keys, because an application may look an
        old key up late. Those used longest ago are replaced only if the keycodes do not suffice.
    Raises ValueError if there are more characters than ``max_characters``.
    """
    most = _widest_key_type(keymap)[1]
    current = {character: place for character, place in (current or {}).items() if place.level < most}
    keycodes = mappable_keycodes(keymap, {place.keycode for place in current.values()})
    wanted = dict.fromkeys(characters)
    if len(wanted) > len(keycodes) * most:
        raise ValueError("more characters than unused keycodes can type")
    others = {character: place for character, place in current.items() if character not in wanted}
    taken = set(current.values())
    free = (place for level in range(most) for keycode in keycodes if (place := KeyLevel(keycode, level)) not in taken)
    places = {}
    for character in wanted:
        found = current.get(character) or next(free, None)
        places[character] = found or others.pop(next(iter(others)))
    return {**others, **places}


def temporary_keys(keymap: Keymap, key_levels: Mapping[str, KeyLevel]) -> dict[int, TemporaryKey]:
    """Return the mapping of each keycode that puts every character at its keycode and level."""
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
    """Cut ``text`` into the longest pieces that need at most ``max_mapped`` mappings; yield each with its characters.

    is_missing: returns True for a character that needs a mapping.
    max_mapped: maximum number of mapped characters; at least 1 if any character needs a mapping.
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
    """Return the index and level count of the widest key type whose levels can all be reached and that ignores locks.

    That is a type of four levels, otherwise TWO_LEVEL. The same modifiers select the first two levels of both, so a key
    may get more levels while an application still looks up an old press.
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
