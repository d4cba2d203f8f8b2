"""Whether the user's last key waits for a letter."""

from __future__ import annotations

from windictator.keyboard.key_events import GROUP_SHIFT, MODIFIERS
from windictator.keyboard.keymap import Keymap
from windictator.keyboard.keysyms import is_dead_key, is_modifier_key


class DeadKeyTracker:
    """Follows the keys that the user presses. X does not show that a dead key or Compose waits: only who has seen the
    user's last key knows that the next letter would become part of it."""

    def __init__(self) -> None:
        self.is_pending = False

    def key_pressed(self, keymap: Keymap, keycode: int, state: int) -> None:
        """The user has pressed a key; ``state``: as in ``KeyEvent``."""
        keysym = keymap.keysym(keycode, state >> GROUP_SHIFT & 3, state & MODIFIERS)
        if not is_modifier_key(keysym):
            self.is_pending = is_dead_key(keysym)
