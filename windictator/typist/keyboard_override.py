"""Override, while a text is typed, locks, latches, the group, the active keyboard and accessibility filters."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks

from windictator.deferreds import ignore_result
from windictator.errors import WinDictatorError
from windictator.typist.interfaces import KeyboardState
from windictator.typist.result import StopReason

if TYPE_CHECKING:
    from windictator.keyboard.key_coder import Keystroke
    from windictator.keyboard.keymap import Keymap
    from windictator.typist.interfaces import KeyEvents

#: Stops after which there is no use in waiting for the server.
SERVER_UNREACHABLE = (StopReason.CONNECTION_LOST, StopReason.TIMEOUT)


class KeyboardOverride:
    """The keyboard for one text: taken before its keys, switched as they need it, put back after the last.

    ``state``: as the user has it. Should the process die in between, it is put back all the same
    (``Keyer.bequeath``). Everything but ``put_back`` is queued and goes with the next keys.
    """

    def __init__(self, key_events: KeyEvents, state: KeyboardState) -> None:
        self._key_events = key_events
        self._state = state
        self._cleared_locks = 0
        self._locks_overridden = False
        self._filters_bypassed = False
        self._keymap: Keymap | None = None
        self._announced_keymap: Keymap | None = None
        self.group = state.group
        """In force now."""

    def prepare(self, keymap: Keymap, kept_locks: int, keystrokes: Iterable[Keystroke]) -> None:
        """Before the keys of each piece: make ready for ``keystrokes``. ``kept``: real modifiers that stay locked."""
        state, self._keymap = self._state, keymap
        if state.filters and not self._filters_bypassed:
            self._filters_bypassed = True
            self._key_events.bypass_filters()
        if keymap is not self._announced_keymap and keymap.group_count > 1:
            again = self._announced_keymap is not None or self._filters_bypassed
            take = self._key_events.reactivate_keyboard if again else self._key_events.activate_keyboard
            take(state.locked_group, keymap.group_count)
            self._announced_keymap = keymap
            self.group = state.group
        spoiling = state.locked & ~kept_locks
        other_group = any(key.group != self.group for key in keystrokes)
        if not self._locks_overridden and (spoiling or state.latched or other_group):
            self._locks_overridden, self._cleared_locks = True, spoiling
            self._key_events.record_locks(spoiling, spoiling, state.locked_group, state.latched)
            self._key_events.lock(spoiling, 0, None)
            if state.latched:
                self._key_events.latch(state.latched, 0)

    def lock_group(self, group: int) -> None:
        """Have ``group`` in force."""
        self._key_events.lock(0, 0, group)
        self.group = group

    def reassert_group(self) -> None:
        """Bring our keyboard into force, should it not be, with the group: some applications forget that with the
        keyboard, and take it for the first."""
        if self._keymap is not None:
            self._key_events.reactivate_keyboard(self.group, self._keymap.group_count)

    @inlineCallbacks
    def restore(self, stop_reason: StopReason | None) -> Generator[Deferred[Any], Any, None]:
        """Give the user back what was taken; ``stop``: why the text ended, if before its end.

        Whoever stopped it may have switched a lock that had been taken off, or the group: that stays switched. A latch
        was for the user's next key: once that has come it is not latched again. Errback: ``ConnectionLost``.
        """
        locked_group, latched = self._state.locked_group, self._state.latched
        shown = self._announced_keymap is not None and locked_group
        if not (self._locks_overridden or self._filters_bypassed or shown):
            return
        group = locked_group if self.group != self._state.group else None
        toggled = 0
        if stop_reason is not None and stop_reason not in SERVER_UNREACHABLE:
            try:
                now: KeyboardState = yield self._key_events.read_state()
            except WinDictatorError:
                return  # the server is gone and its locks with it
            except CancelledError:
                stop_reason = StopReason.TIMEOUT
            else:
                toggled = now.locked & self._cleared_locks
                latched = 0 if stop_reason is StopReason.FOREIGN_INPUT else latched & ~now.latched
                if now.group != self.group:
                    group, locked_group = None, 0
        self._key_events.lock(self._cleared_locks, self._cleared_locks & ~toggled, group)
        if self._filters_bypassed:
            try:
                yield self._key_events.restore_filters(wait=stop_reason not in SERVER_UNREACHABLE)
            except WinDictatorError:
                return
            except CancelledError:
                stop_reason = StopReason.TIMEOUT
                yield self._key_events.restore_filters(wait=False)
        if locked_group and self._keymap is not None:
            self._key_events.reactivate_previous_keyboard(locked_group, self._keymap.group_count)
        if latched and self._locks_overridden:
            self._key_events.latch(latched, latched)
        flushed = self._key_events.send(())
        if stop_reason in SERVER_UNREACHABLE:
            ignore_result(flushed)
            return
        if not isinstance(flushed, int):
            try:
                yield flushed
            except CancelledError:
                return  # a crash is still on record
        self._key_events.record_locks(0, 0, None)
