"""Whether the user's last key waits for a letter."""

from __future__ import annotations

from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.keysyms import is_dead, is_modifier


class DeadKey:
    """Follows the keys that the user presses. X does not show that a dead key or Compose waits: only who has seen the
    user's last key knows that the next letter would become part of it."""

    def __init__(self) -> None:
        self.waiting = False

    def pressed(self, keymap: Keymap, keycode: int, state: int) -> None:
        """The user has pressed a key; ``state``: as in ``KeyEvent``."""
        keysym = keymap.keysym(keycode, state >> GROUP_SHIFT & 3, state & MODIFIERS)
        if not is_modifier(keysym):
            self.waiting = is_dead(keysym)
