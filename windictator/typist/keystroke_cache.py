"""Keystrokes and key events of texts, cached for the current keymap."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from windictator.keyboard.chord import KeyCombination, combinations_to_keys
from windictator.keyboard.key_coder import KeyCoder, Keystroke, UntypableError
from windictator.keyboard.key_events import KeyEvent, keystroke_events
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.keysyms import DECOMPOSED_CHARACTERS


class KeystrokeCache:
    """Cache of the coder for the last keymap and locks, and of the events of its keystrokes.

    NumLock is the only lock that may stay: every other one (CapsLock, a locked AltGr) changes letters.
    """

    def __init__(self) -> None:
        self._coder: KeyCoder | None = None
        self._events: dict[Keystroke, tuple[KeyEvent, ...]] = {}

    def coder(self, keymap: Keymap, locked: int) -> KeyCoder:
        """Return the coder for ``keymap`` while the real modifiers ``locked`` are locked."""
        coder = self._coder
        if coder is None or coder.keymap is not keymap or coder.locked != locked:
            coder = self._coder = KeyCoder(keymap, locked)
            self._events.clear()
        return coder

    def usable_locks(self, text: str, keymap: Keymap, locked: int) -> int:
        """Return ``locked``, or 0 if these locks make some of ``text`` untypable, as NumLock does on de(neo)."""
        if locked and (missing := self.coder(keymap, locked).missing_characters(text)):
            without = KeyCoder(keymap, 0)
            if len(without.missing_characters(text)) < len(missing):
                self._coder = without
                self._events.clear()
                return 0
        return locked

    def unmapped(self, text: str, keymap: Keymap, locked: int, temporary_keycodes: Container[int]) -> frozenset[str]:
        """Return the characters of ``text`` that need a temporary mapping: no key has them, or only ambiguous keys.

        temporary_keycodes: keycodes with a temporary mapping now.
        Raises UntypableError for characters that no key types equally everywhere.
        """
        coder = self.coder(keymap, locked)
        tables = [coder.table(group) for group in range(max(1, keymap.group_count))]
        missing = [
            character
            for character in dict.fromkeys(text)
            if all(
                keystroke.ambiguous or keystroke.keycode in temporary_keycodes
                for keystroke in (table[character] for table in tables if character in table)
            )
        ]
        if untypable := [character for character in missing if character in DECOMPOSED_CHARACTERS]:
            raise UntypableError(untypable)
        return frozenset(missing)

    def text_to_keys(
        self,
        text: str,
        keymap: Keymap,
        locked: int,
        group: int,
        combinations: Mapping[str, KeyCombination],
        temporary_keycodes: Container[int],
    ) -> list[Keystroke]:
        """Return the keystrokes for ``text``, beginning in keyboard group ``group``.

        combinations: characters that have key combinations of their own.
        temporary_keycodes: keycodes with a temporary mapping now.
        Raises UntypableError, and NoSuchKeyError if the keymap lacks a key of a combination.
        """
        coder = self.coder(keymap, locked)
        if not combinations or combinations.keys().isdisjoint(text):
            return coder.text_to_keys(text, group)
        combined = {
            character: combinations_to_keys([chord], keymap, coder.locked, group, temporary_keycodes)[0]._replace(
                char=character
            )
            for character, chord in combinations.items()
            if character in text
        }
        plain = iter(coder.text_to_keys(remove_characters(text, combinations), group))
        return [combined[character] if character in combined else next(plain) for character in text]

    def combinations_to_keys(
        self,
        combinations: Sequence[KeyCombination],
        keymap: Keymap,
        locked: int,
        group: int,
        temporary_keycodes: Container[int],
    ) -> tuple[list[Keystroke], int]:
        """Return the keystrokes, and the real modifiers that may stay locked: ``locked``, or 0 if these hide a key.

        temporary_keycodes: keycodes with a temporary mapping now.
        Raises NoSuchKeyError.
        """
        keystrokes = combinations_to_keys(combinations, keymap, 0, group, temporary_keycodes)
        for keystroke in keystrokes:
            for code, _, state in keystroke_events(keystroke, keymap):
                if keymap.keysym(code, keystroke.group, state) != keymap.keysym(code, keystroke.group, state | locked):
                    return keystrokes, 0
        return combinations_to_keys(combinations, keymap, locked, group, temporary_keycodes), locked

    def events(self, keystroke: Keystroke, keymap: Keymap, locked: int) -> tuple[KeyEvent, ...]:
        """Return the events of a keystroke, with the state that the server must report with each."""
        self.coder(keymap, locked)
        events = self._events.get(keystroke)
        if events is None:
            events = self._events[keystroke] = keystroke_events(keystroke, keymap, locked)
        return events


def remove_characters(text: str, characters: Container[str]) -> str:
    """Return ``text`` without ``characters``."""
    return "".join(character for character in text if character not in characters)
