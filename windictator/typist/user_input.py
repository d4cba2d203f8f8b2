"""State that the user's own keys and clicks leave behind."""

from __future__ import annotations

from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS
from windictator.keyboard.keymap import LOCK, SHIFT, Keymap
from windictator.keyboard.keysyms import character_of, is_dead_key, is_modifier_key
from windictator.keyboard.user_typing import typed_by_user
from windictator.typist.interfaces import UserInput


class UserInputTracker:
    """Tracker of the user's keys and clicks, apart from keys that may be pressed while WinDictator types."""

    def __init__(self) -> None:
        self.input_count = 0
        """Number of presses so far; modifiers alone do not count."""
        self.dead_key_pending = False
        """The user's last key was a dead key or Compose, so the next letter would become part of it.

        X does not show this state: it is known only from the user's last key.
        """
        self.in_word = False
        """The user's last key was a letter, which may still be part of a composition."""

    def typed(self, user_input: UserInput, keymap: Keymap) -> UserInput:
        """Return the event with what it adds before the caret. To be asked before ``record``."""
        if user_input.kind != "key" or not user_input.pressed:
            return user_input
        keysym, modifiers = _keysym(user_input, keymap), user_input.state & MODIFIERS
        return user_input._replace(typed=typed_by_user(keysym, modifiers, self.dead_key_pending))

    def record(self, user_input: UserInput, keymap: Keymap) -> bool:
        """Record one event and return True if it can change something in a window."""
        is_key = user_input.kind == "key"
        is_modifier = is_key and is_modifier_alone(user_input, keymap)
        if not is_modifier:
            self.input_count += user_input.pressed
        if user_input.pressed and not is_modifier:
            self.in_word = is_key and _is_letter(user_input, keymap)
            if is_key:
                self.dead_key_pending = is_dead_key(_keysym(user_input, keymap))
        return not is_modifier


def is_modifier_alone(user_input: UserInput, keymap: Keymap) -> bool:
    """Return True if the key is a modifier, which changes nothing in a window, as before the key of a hotkey."""
    return is_modifier_key(_keysym(user_input, keymap))


def _is_letter(user_input: UserInput, keymap: Keymap) -> bool:
    """Return True for a letter of any script without Ctrl, Alt or Super; other keys end what is being composed."""
    character = character_of(_keysym(user_input, keymap))
    return character is not None and character.isalpha() and not user_input.state & MODIFIERS & ~(SHIFT | LOCK)


def _keysym(user_input: UserInput, keymap: Keymap) -> int:
    return keymap.keysym(user_input.code, user_input.state >> GROUP_SHIFT & 3, user_input.state & MODIFIERS)
