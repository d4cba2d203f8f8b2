"""Temporary override of locks, latches, group, active keyboard and accessibility filters while typing."""

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

SERVER_UNREACHABLE = (StopReason.CONNECTION_LOST, StopReason.TIMEOUT)
"""Stop reasons after which waiting for the server is useless."""


class KeyboardOverride:
    """Keyboard state for one job: overridden before its keys, changed as they need it, restored after the last.

    Everything but ``restore`` is queued and sent with the next keys. The state is on record, so that it is restored
    even if this process crashes (``KeyEvents.record_locks``).
    state: the user's state, to be restored.
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
        """Active group."""

    def prepare(self, keymap: Keymap, kept_locks: int, keystrokes: Iterable[Keystroke]) -> None:
        """Prepare for ``keystrokes``, before the keys of each piece; the real modifiers ``kept_locks`` stay locked."""
        state, self._keymap = self._state, keymap
        if state.filters and not self._filters_bypassed:
            self._filters_bypassed = True
            self._key_events.bypass_filters()
        if keymap is not self._announced_keymap and keymap.group_count > 1:
            again = self._announced_keymap is not None or self._filters_bypassed
            activate = self._key_events.reactivate_keyboard if again else self._key_events.activate_keyboard
            activate(state.locked_group, keymap.group_count)
            self._announced_keymap = keymap
            self.group = state.group
        disturbing_locks = state.locked & ~kept_locks
        other_group = any(key.group != self.group for key in keystrokes)
        if not self._locks_overridden and (disturbing_locks or state.latched or other_group):
            self._locks_overridden, self._cleared_locks = True, disturbing_locks
            self._key_events.record_locks(disturbing_locks, disturbing_locks, state.locked_group, state.latched)
            self._key_events.lock(disturbing_locks, 0, None)
            if state.latched:
                self._key_events.latch(state.latched, 0)

    def lock_group(self, group: int) -> None:
        """Make ``group`` the active group."""
        self._key_events.lock(0, 0, group)
        self.group = group

    def reassert_group(self) -> None:
        """Make our keyboard the active one again, with its group.

        Some applications forget the group when another keyboard becomes active, and assume the first.
        """
        if self._keymap is not None:
            self._key_events.reactivate_keyboard(self.group, self._keymap.group_count)

    @inlineCallbacks
    def restore(self, stop_reason: StopReason | None) -> Generator[Deferred[Any], Any, None]:
        """Restore the user's state.

        A lock or group that the user has switched meanwhile stays switched. A latch was for the user's next key, so it
        is not latched again after that key. If cancelled, this waits for no more replies; everything is sent anyway.
        stop_reason: why the job ended before its last key, None if it did not.
        Errback: ConnectionLostError.
        """
        locked_group, latched = self._state.locked_group, self._state.latched
        is_announced = self._announced_keymap is not None and locked_group
        if not (self._locks_overridden or self._filters_bypassed or is_announced):
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
                return  # the locks to restore stay on record
        self._key_events.record_locks(0, 0, None)
