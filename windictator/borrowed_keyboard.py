"""What a text needs otherwise than the user has it: locks that change letters, the group, the keyboard in force."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.errors import WinDictatorError
from windictator.ports import KeyboardState, Stop
from windictator.unawaited import let_go

if TYPE_CHECKING:
    from windictator.keyboard.key_coder import Keystroke
    from windictator.keyboard.keymap import Keymap
    from windictator.ports import Keyer

#: Stops after which there is no use in waiting for the server.
SILENT = (Stop.CONNECTION_LOST, Stop.TIMEOUT)


class BorrowedKeyboard:
    """The keyboard for one text: taken before its keys, switched as they need it, put back after the last.

    ``state``: as the user has it. Should the process die in between, it is put back all the same
    (``Keyer.bequeath``). Everything but ``put_back`` is queued and goes with the next keys.
    """

    def __init__(self, keyer: Keyer, state: KeyboardState) -> None:
        self._keyer = keyer
        self._state = state
        self._spoiling = 0
        self._locks_taken = False
        self._keymap: Keymap | None = None
        self._shown_with: Keymap | None = None
        self.group = state.group
        """In force now."""

    def take(self, keymap: Keymap, kept: int, keystrokes: Iterable[Keystroke]) -> None:
        """Before the keys of each piece: make ready for ``keystrokes``. ``kept``: real modifiers that stay locked."""
        state, self._keymap = self._state, keymap
        if keymap is not self._shown_with and keymap.group_count > 1:
            self._shown_with = keymap
            self._keyer.take_keyboard(state.locked_group, keymap.group_count)
            self.group = state.group
        spoiling = state.locked & ~kept
        if not self._locks_taken and (spoiling or any(key.group != self.group for key in keystrokes)):
            self._locks_taken, self._spoiling = True, spoiling
            self._keyer.bequeath(spoiling, spoiling, state.locked_group)
            self._keyer.lock(spoiling, 0, None)

    def switch(self, group: int) -> None:
        """Have ``group`` in force."""
        self._keyer.lock(0, 0, group)
        self.group = group

    def show_again(self) -> None:
        """Bring our keyboard into force, should it not be, with the group: some applications forget that with the
        keyboard, and take it for the first."""
        if self._keymap is not None:
            self._keyer.retake_keyboard(self.group, self._keymap.group_count)

    @inlineCallbacks
    def put_back(self, stop: Stop | None) -> Generator[Deferred[Any], Any, None]:
        """Give the user back what was taken; ``stop``: why the text ended, if before its end.

        Whoever stopped it may have switched a lock that had been taken off, or the group: that stays switched.
        Errback: ``ConnectionLost``.
        """
        locked_group = self._state.locked_group
        if not self._locks_taken and not (self._shown_with is not None and locked_group):
            return
        group = locked_group if self.group != self._state.group else None
        toggled = 0
        if stop is not None and stop not in SILENT:
            try:
                now: KeyboardState = yield self._keyer.read_state()
            except WinDictatorError:
                return  # the server is gone and its locks with it
            toggled = now.locked & self._spoiling
            if now.group != self.group:
                group, locked_group = None, 0
        self._keyer.lock(self._spoiling, self._spoiling & ~toggled, group)
        if locked_group and self._keymap is not None:
            self._keyer.hand_back_keyboard(locked_group, self._keymap.group_count)
        flushed = self._keyer.send(())
        if stop in SILENT:
            let_go(flushed)
            return
        if not isinstance(flushed, int):
            yield flushed
        self._keyer.bequeath(0, 0, None)
