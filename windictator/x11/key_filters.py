"""Bypass of the user's keyboard accessibility filters (AccessX) for the keys that the program sends.

BounceKeys would drop the second of two equal letters, and SlowKeys every key. Two keys at once, as for a capital, would
turn StickyKeys off, and desktops write that into the user's settings.

Only the controls of the common keyboard filter keys. The server copies them from a keyboard whenever that keyboard
becomes the active one (X.Org, ``ChangeMasterDeviceClasses``; seen on 21.1). So the filters are turned off on the XTEST
keyboard alone. This notifies no desktop, since desktops watch the common keyboard. Every key of the user makes the
user's keyboard active again, with all its filters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from windictator.keyboard.access_controls import FILTERS
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import xkb
from windictator.x11.connection import XConnection
from windictator.x11.crash_recovery import CONTROLS, RecoveryRecord
from windictator.x11.errors import XRequestError

if TYPE_CHECKING:
    from windictator.x11.input_devices import KeyboardDevices


class KeyFilters:
    """Filters of the XTEST keyboard, turned off while a text is typed. Call ``start`` first.

    connection, xkb_major, xkb_event: connection, opcode and first event code of XKB.
    keyboards: must have been started.
    recovery_record: gets the restoring requests before anything is changed.

    Without XI2, or without a keyboard of the user, filters cannot be bypassed and ``active_mask`` is 0.
    """

    def __init__(
        self,
        connection: XConnection,
        xkb_major: int,
        xkb_event: int,
        keyboards: KeyboardDevices,
        recovery_record: RecoveryRecord,
    ) -> None:
        self._connection = connection
        self._major = xkb_major
        self._event = xkb_event
        self._keyboards = keyboards
        self._recovery_record = recovery_record
        self._enabled_masks: dict[int, int] = {}  # filters by device number
        self._bypassed_mask = 0
        self._user_mask_before: int | None = None
        self.on_turned_on: Callable[[], None] | None = None
        """Called when another client or the user turns on a filter that was off."""

    async def start(self) -> None:
        """Read the controls of the common and of the XTEST keyboard, and follow them. Raises ConnectionLostError."""
        common, ours = self._keyboards.master_keyboard, self._keyboards.xtest_keyboard
        if common is None or ours is None:
            return
        self._connection.add_event_listener(self._handle_event)
        questions = {}
        for device in (common, ours):
            self._connection.send(xkb.select_controls(self._major, device))
            questions[device] = self._connection.request(xkb.get_controls(self._major, device), flush=False)
        self._connection.flush()
        for device, question in questions.items():
            self._enabled_masks[device] = xkb.parse_controls(await question) & FILTERS

    @property
    def active_mask(self) -> int:
        """Mask of the filters that may affect our next key; reading it costs no request."""
        mask = 0
        for filters in self._enabled_masks.values():
            mask |= filters
        return mask if mask and self._keyboards.any_user_keyboard is not None else 0

    def bypass(self) -> None:
        """Queue requests that make the following keys bypass all filters."""
        ours, users = self._keyboards.xtest_keyboard, self._keyboards.any_user_keyboard
        if ours is None or users is None:
            return
        self._bypassed_mask = self._enabled_masks[ours]
        self._user_mask_before = None
        self._keyboards.remember_active()
        self._request_controls(users, self._remember_user_mask)
        if self._bypassed_mask:
            change = xkb.set_controls(self._major, ours, self._bypassed_mask, self._bypassed_mask)
            self._recovery_record.write(CONTROLS, change + self._keyboards.refresh_requests(), self._bypassed_mask)
            self._connection.send(xkb.set_controls(self._major, ours, FILTERS, 0))
            self._enabled_masks[ours] = 0
        self._keyboards.refresh()

    def restore(self, *, wait: bool) -> Deferred[None]:
        """Queue requests that undo ``bypass``, and fire then. Filters that the user has turned off stay off.

        ``wait``: ask the server first which filters the user has turned off; False if the server may not answer.
        Errback: ConnectionLostError.
        """
        users = self._keyboards.any_user_keyboard
        if not wait or users is None:
            self._queue_restore(None)
            return succeed(None)
        asked = self._connection.request(xkb.get_controls(self._major, users))
        return asked.addCallbacks(xkb.parse_controls, _ignore_unplugged).addCallback(self._queue_restore)

    def _queue_restore(self, user_mask_now: int | None) -> None:
        common, ours = self._keyboards.master_keyboard, self._keyboards.xtest_keyboard
        assert common is not None
        assert ours is not None
        turned_off = (
            0 if user_mask_now is None or self._user_mask_before is None else self._user_mask_before & ~user_mask_now
        )
        back = self._bypassed_mask & ~turned_off & ~self._enabled_masks[ours]
        if back:
            self._connection.send(xkb.set_controls(self._major, ours, back, back))
            self._enabled_masks[ours] |= back
        self._keyboards.reactivate_previous_or_refresh()
        self._request_controls(common, self._restored)

    def _restored(self, controls: int) -> None:
        """Take note that all is restored. ``controls``: of the common keyboard; copying them causes no event."""
        assert self._keyboards.master_keyboard is not None
        self._enabled_masks[self._keyboards.master_keyboard] = controls & FILTERS
        self._bypassed_mask = 0
        self._recovery_record.write(CONTROLS, b"", None)

    def _remember_user_mask(self, controls: int) -> None:
        self._user_mask_before = controls

    def _request_controls(self, device: int, receive: Callable[[int], None]) -> None:
        reply: Deferred[bytes] = self._connection.request(xkb.get_controls(self._major, device), flush=False)
        reply.addCallback(xkb.parse_controls).addCallback(receive).addErrback(_ignore_gone)

    def _handle_event(self, event: bytes) -> None:
        if xkb.notify_type(event, self._event) != xkb.CONTROLS_NOTIFY:
            return
        device, controls = xkb.parse_controls_notify(event)
        if device in self._enabled_masks:
            before, self._enabled_masks[device] = self._enabled_masks[device], controls & FILTERS
            if self._enabled_masks[device] & ~before and self.on_turned_on is not None:
                self.on_turned_on()


def _ignore_unplugged(failure: Failure) -> None:
    if not isinstance(failure.value, XRequestError):
        failure.raiseException()


def _ignore_gone(failure: Failure) -> None:
    """Ignore that the device or the server is gone: the connection's owner reports that."""
    if not isinstance(failure.value, (XRequestError, ConnectionLostError)):
        failure.raiseException()
