"""Keep the user's keyboard accessibility filters (AccessX) away from the keys that the program sends.

BounceKeys would drop the second of two equal letters, SlowKeys every key, and two keys at once, as for a capital, would
turn StickyKeys off, which desktops write into the user's settings.

Only the controls of the common keyboard filter keys. The server copies them from a keyboard whenever that keyboard
becomes the active one (X.Org, ``ChangeMasterDeviceClasses``; seen on 21.1). So the filters are turned off on the XTEST
keyboard alone, which notifies no desktop, since desktops watch the common keyboard. Every key of the user's makes the
user's keyboard active again, with all its filters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from windictator.keyboard.access_controls import FILTERS
from windictator.typist.interfaces import ConnectionLost
from windictator.x11 import xkb
from windictator.x11.connection import Connection, RequestRefused
from windictator.x11.crash_recovery import CONTROLS, LastWill

if TYPE_CHECKING:
    from windictator.x11.input_devices import Keyboards


class KeyFilters:
    """Turn filters off on the XTEST keyboard while a text is typed. Call ``start`` first.

    ``keyboards``: must have been started. ``will``: gets the undoing requests before anything is changed.
    Without XI2, or without a keyboard of the user's, nothing can be set aside and ``active`` is 0.
    """

    def __init__(
        self, connection: Connection, xkb_major: int, xkb_event: int, keyboards: Keyboards, will: LastWill
    ) -> None:
        self._connection = connection
        self._major = xkb_major
        self._event = xkb_event
        self._keyboards = keyboards
        self._will = will
        self._on: dict[int, int] = {}  # filters by device number
        self._taken = 0
        self._users_before: int | None = None
        self.on_turned_on: Callable[[], None] | None = None
        """Called when another client or the user turns on a filter that was off."""

    async def start(self) -> None:
        """Read the controls of the common and of the XTEST keyboard, and follow them. Raises ConnectionLost."""
        common, ours = self._keyboards.common, self._keyboards.xtest
        if common is None or ours is None:
            return
        self._connection.listen(self._notice)
        questions = {}
        for device in (common, ours):
            self._connection.send(xkb.select_controls(self._major, device))
            questions[device] = self._connection.ask(xkb.get_controls(self._major, device), flush=False)
        self._connection.flush()
        for device, question in questions.items():
            self._on[device] = xkb.parse_controls(await question) & FILTERS

    @property
    def active(self) -> int:
        """The filters that may meet the next key from here: costs no request."""
        mask = 0
        for filters in self._on.values():
            mask |= filters
        return mask if mask and self._keyboards.any_of_user is not None else 0

    def set_aside(self) -> None:
        """Queue what lets the keys that follow pass by all filters."""
        ours, users = self._keyboards.xtest, self._keyboards.any_of_user
        if ours is None or users is None:
            return
        self._taken = self._on[ours]
        self._users_before = None
        self._keyboards.note_active()
        self._ask(users, self._note_users)
        if self._taken:
            change = xkb.set_controls(self._major, ours, self._taken, self._taken)
            self._will.write(CONTROLS, change + self._keyboards.refresh_requests(), self._taken)
            self._connection.send(xkb.set_controls(self._major, ours, FILTERS, 0))
            self._on[ours] = 0
        self._keyboards.refresh()

    def restore(self, *, wait: bool) -> Deferred[None]:
        """Queue what undoes ``set_aside``; fire when all is queued. Filters that the user has turned off stay off.

        ``wait``: whether the server may be asked for that first; it may not where it does not answer.
        Errback: ConnectionLost.
        """
        users = self._keyboards.any_of_user
        if not wait or users is None:
            self._give_back(None)
            return succeed(None)
        asked = self._connection.ask(xkb.get_controls(self._major, users))
        return asked.addCallbacks(xkb.parse_controls, _unplugged).addCallback(self._give_back)

    def _give_back(self, users_now: int | None) -> None:
        common, ours = self._keyboards.common, self._keyboards.xtest
        assert common is not None
        assert ours is not None
        turned_off = 0 if users_now is None or self._users_before is None else self._users_before & ~users_now
        back = self._taken & ~turned_off & ~self._on[ours]
        if back:
            self._connection.send(xkb.set_controls(self._major, ours, back, back))
            self._on[ours] |= back
        self._keyboards.hand_back_or_refresh()
        self._ask(common, self._done)

    def _done(self, controls: int) -> None:
        """The server has undone everything; ``controls``: of the common keyboard, which copying never announces."""
        assert self._keyboards.common is not None
        self._on[self._keyboards.common] = controls & FILTERS
        self._taken = 0
        self._will.write(CONTROLS, b"", None)

    def _note_users(self, controls: int) -> None:
        self._users_before = controls

    def _ask(self, device: int, tell: Callable[[int], None]) -> None:
        reply: Deferred[bytes] = self._connection.ask(xkb.get_controls(self._major, device), flush=False)
        reply.addCallback(xkb.parse_controls).addCallback(tell).addErrback(_gone)

    def _notice(self, event: bytes) -> None:
        if event[0] & 0x7F != self._event or event[1] != xkb.CONTROLS_NOTIFY:
            return
        device, controls = xkb.parse_controls_notify(event)
        if device in self._on:
            before, self._on[device] = self._on[device], controls & FILTERS
            if self._on[device] & ~before and self.on_turned_on is not None:
                self.on_turned_on()


def _unplugged(failure: Failure) -> None:
    if not isinstance(failure.value, RequestRefused):
        failure.raiseException()


def _gone(failure: Failure) -> None:
    """Ignore that the device or the server is gone: the connection's owner reports that."""
    if not isinstance(failure.value, (RequestRefused, ConnectionLost)):
        failure.raiseException()
