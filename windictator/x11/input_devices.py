"""The keyboards of the user's, beside the XTEST keyboard that programs press.

All of them feed one common keyboard, and whichever was pressed last is in force: the server gives its keymap to the
common one and announces that to every application. XI2's raw events tell on which of them a key went down, which no
other event does.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import xinput
from windictator.x11.connection import XConnection, XDisplayError, XRequestError

_GET_FOCUS = struct.pack("=BxH", 43, 1)
_KEY_RELEASE, _FAKE_INPUT = 3, 2
#: The lowest keycode, which is no key: its release changes nothing, but its keyboard comes into force.
_NO_KEY = 8


class KeyboardDevices:
    """Knows the user's keyboards, as they come and go, and changes the one in force. Call ``start`` first.

    A server without XI2 tells nothing of them: ``on_press`` is never called, ``hand_back`` does nothing.
    """

    def __init__(self, connection: XConnection, xtest_major: int) -> None:
        self._connection = connection
        self._xtest = xtest_major
        self._major = self._first_event = 0
        self._user_keyboards: frozenset[int] = frozenset()
        self._previous: int | None = None
        self.master_keyboard: int | None = None
        """Number of the common keyboard; None without XI2. So with ``xtest``, the keyboard that programs press."""
        self.xtest_keyboard: int | None = None
        self.on_press: Callable[[int], None] | None = None
        """Called with its keycode when a key goes down on one of them, whether or not the server takes it for a new
        press."""

    async def start(self) -> None:
        """Find them and watch them. Raises ConnectionLost."""
        connection = self._connection
        try:
            major, self._first_event = await connection.extension(xinput.NAME)
            await connection.request(xinput.query_version(major))
            connection.send(
                xinput.select_events(major, connection.root, xinput.ALL_DEVICES, [xinput.HIERARCHY_CHANGED])
            )
            devices = xinput.parse_devices(await connection.request(xinput.query_devices(major)))
        except (XDisplayError, XRequestError):
            return
        self._major = major
        self.master_keyboard = next((device.number for device in devices if device.is_master_keyboard), None)
        self.xtest_keyboard = next((device.number for device in devices if device.is_xtest), None)
        connection.add_event_listener(self._handle_event)
        self._watch_all(devices)
        await connection.sync()

    @property
    def any_user_keyboard(self) -> int | None:
        """Number of one of the user's keyboards, None where there is none."""
        return min(self._user_keyboards, default=None)

    @property
    def opcode(self) -> int:
        """Major opcode of the X Input Extension; 0 if the server lacks XI2."""
        return self._major

    def activate(self) -> None:
        """Queue what brings XTEST's keyboard into force, and remember which was before."""
        self.remember_active()
        self.reactivate()

    def remember_active(self) -> None:
        """Remember, for ``hand_back``, which keyboard is active when the requests queued until now are done."""
        if self._major:
            self._request_devices(xinput.ALL_MASTERS, self._set_previous)

    def refresh(self) -> None:
        """Queue what makes the common keyboard copy XTEST's again, even if XTEST's is active already."""
        if self._user_keyboards:
            self._connection.request(self.refresh_requests() + _GET_FOCUS, 3, flush=False).addErrback(_ignore_gone)

    def refresh_requests(self) -> bytes:
        """Return the two requests of ``refresh``: a keyboard of the user's becomes active, then XTEST's."""
        users = self.any_user_keyboard
        assert users is not None
        return xinput.fake_key(self._xtest, self._first_event, users, _NO_KEY, False) + self._release_no_key()

    def reactivate_previous_or_refresh(self) -> None:
        """Queue ``hand_back``; or ``refresh`` if no keyboard of the user's was active before."""
        if self._previous in self._user_keyboards:
            self.reactivate_previous()
        else:
            self.refresh()

    def reactivate(self) -> None:
        """Queue what brings XTEST's keyboard into force."""
        self._connection.send(self._release_no_key())

    def _release_no_key(self) -> bytes:
        return struct.pack("=BBHBBxxI24x", self._xtest, _FAKE_INPUT, 9, _KEY_RELEASE, _NO_KEY, 0)

    def reactivate_previous(self) -> None:
        """Queue what brings the keyboard into force again that was before ``take``, if it was one of the user's."""
        if self._previous in self._user_keyboards:
            assert self._previous is not None
            release = xinput.fake_key(self._xtest, self._first_event, self._previous, _NO_KEY, False)
            self._connection.request(release + _GET_FOCUS, 2, flush=False).addErrback(_ignore_gone)

    def _request_devices(self, which: int, tell: Callable[[list[xinput.Device]], None]) -> None:
        reply: Deferred[bytes] = self._connection.request(xinput.query_devices(self._major, which), flush=False)
        reply.addCallback(xinput.parse_devices).addCallbacks(tell, _ignore_gone)

    def _set_previous(self, masters: list[xinput.Device]) -> None:
        self._previous = next((device.key_source for device in masters if device.is_master_keyboard), None)

    def _watch_all(self, devices: list[xinput.Device]) -> None:
        keyboards = (device for device in devices if device.is_slave and device.key_source is not None)
        numbers = frozenset(device.number for device in keyboards if not device.is_xtest)
        for number in numbers - self._user_keyboards:
            # Each on its own: one that has been unplugged meanwhile is refused.
            request = xinput.select_events(self._major, self._connection.root, number, [xinput.RAW_KEY_PRESS])
            self._connection.request(request + _GET_FOCUS, 2).addErrback(_ignore_gone)
        self._user_keyboards = numbers

    def _handle_event(self, event: bytes) -> None:
        if event[0] & 0x7F != xinput.GENERIC_EVENT or event[1] != self._major:
            return
        kind = event[8] | event[9] << 8
        if kind == xinput.RAW_KEY_PRESS:
            if self.on_press is not None:
                self.on_press(int.from_bytes(event[16:20], "little"))
        elif kind == xinput.HIERARCHY_CHANGED:
            self._request_devices(xinput.ALL_DEVICES, self._watch_all)
            self._connection.flush()


def _ignore_gone(failure: Failure) -> None:
    """The device is, or the server; others tell of that."""
    if not isinstance(failure.value, (XRequestError, ConnectionLostError)):
        failure.raiseException()
