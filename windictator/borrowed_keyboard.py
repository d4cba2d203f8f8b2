"""Override, while a text is typed, locks, latches, the group, the active keyboard and accessibility filters."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks

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
        self._filters_aside = False
        self._keymap: Keymap | None = None
        self._shown_with: Keymap | None = None
        self.group = state.group
        """In force now."""

    def take(self, keymap: Keymap, kept: int, keystrokes: Iterable[Keystroke]) -> None:
        """Before the keys of each piece: make ready for ``keystrokes``. ``kept``: real modifiers that stay locked."""
        state, self._keymap = self._state, keymap
        if state.filters and not self._filters_aside:
            self._filters_aside = True
            self._keyer.set_filters_aside()
        if keymap is not self._shown_with and keymap.group_count > 1:
            again = self._shown_with is not None or self._filters_aside
            take = self._keyer.retake_keyboard if again else self._keyer.take_keyboard
            take(state.locked_group, keymap.group_count)
            self._shown_with = keymap
            self.group = state.group
        spoiling = state.locked & ~kept
        other_group = any(key.group != self.group for key in keystrokes)
        if not self._locks_taken and (spoiling or state.latched or other_group):
            self._locks_taken, self._spoiling = True, spoiling
            self._keyer.bequeath(spoiling, spoiling, state.locked_group, state.latched)
            self._keyer.lock(spoiling, 0, None)
            if state.latched:
                self._keyer.latch(state.latched, 0)

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

        Whoever stopped it may have switched a lock that had been taken off, or the group: that stays switched. A latch
        was for the user's next key: once that has come it is not latched again. Cancelled, it waits for no reply any
        more, but what was taken is on its way back. Errback: ``ConnectionLost``.
        """
        locked_group, latched = self._state.locked_group, self._state.latched
        shown = self._shown_with is not None and locked_group
        if not (self._locks_taken or self._filters_aside or shown):
            return
        group = locked_group if self.group != self._state.group else None
        toggled = 0
        if stop is not None and stop not in SILENT:
            try:
                now: KeyboardState = yield self._keyer.read_state()
            except WinDictatorError:
                return  # the server is gone and its locks with it
            except CancelledError:
                stop = Stop.TIMEOUT
            else:
                toggled = now.locked & self._spoiling
                latched = 0 if stop is Stop.FOREIGN_INPUT else latched & ~now.latched
                if now.group != self.group:
                    group, locked_group = None, 0
        self._keyer.lock(self._spoiling, self._spoiling & ~toggled, group)
        if self._filters_aside:
            try:
                yield self._keyer.restore_filters(wait=stop not in SILENT)
            except WinDictatorError:
                return
            except CancelledError:
                stop = Stop.TIMEOUT
                yield self._keyer.restore_filters(wait=False)
        if locked_group and self._keymap is not None:
            self._keyer.hand_back_keyboard(locked_group, self._keymap.group_count)
        if latched and self._locks_taken:
            self._keyer.latch(latched, latched)
        flushed = self._keyer.send(())
        if stop in SILENT:
            let_go(flushed)
            return
        if not isinstance(flushed, int):
            try:
                yield flushed
            except CancelledError:
                return  # should this process die, it is bequeathed
        self._keyer.bequeath(0, 0, None)
