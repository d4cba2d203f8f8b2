"""User's keyboards, beside the XTEST keyboard that programs press.

All of them feed one common keyboard, and the one that was pressed last is active: the server gives its keymap to the
common keyboard and announces that to every application. XI2's raw events tell on which keyboard a key went down; other
events do not.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import events, requests, xinput
from windictator.x11.connection import XConnection
from windictator.x11.errors import XDisplayError, XRequestError


class KeyboardDevices:
    """User's keyboards, as they come and go, and the choice of the active one. Call ``start`` first.

    A server without XI2 reports no keyboards: then ``on_press`` is never called, and no other keyboard is activated.
    """

    def __init__(self, connection: XConnection, xtest_major: int) -> None:
        self._connection = connection
        self._xtest = xtest_major
        self._major = self._first_event = 0
        self._user_keyboards: frozenset[int] = frozenset()
        self._previous: int | None = None
        self.master_keyboard: int | None = None
        """Number of the common keyboard; None without XI2."""
        self.xtest_keyboard: int | None = None
        """Number of the keyboard that programs press; None without XI2."""
        self.on_press: Callable[[int], None] | None = None
        """Called with the keycode when a key goes down on one of the user's keyboards.

        The server may not treat it as a new press.
        """

    async def start(self) -> None:
        """Find the keyboards and watch them. Raises ConnectionLostError."""
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
        """Number of one of the user's keyboards, None if the user has none."""
        return min(self._user_keyboards, default=None)

    @property
    def opcode(self) -> int:
        """Major opcode of the X Input Extension; 0 if the server lacks XI2."""
        return self._major

    def activate(self) -> None:
        """Queue requests that make the XTEST keyboard active, and remember which one was active before."""
        self.remember_active()
        self.reactivate()

    def remember_active(self) -> None:
        """Remember which keyboard is active after the requests queued until now, for ``reactivate_previous``."""
        if self._major:
            self._request_devices(xinput.ALL_MASTERS, self._set_previous)

    def refresh(self) -> None:
        """Queue requests that make the common keyboard copy the XTEST keyboard again, even if that is active."""
        if self._user_keyboards:
            self._connection.request(self.refresh_requests() + requests.GET_INPUT_FOCUS, 3, flush=False).addErrback(
                _ignore_gone
            )

    def refresh_requests(self) -> bytes:
        """Return the two requests of ``refresh``: a keyboard of the user becomes active, then the XTEST keyboard."""
        users = self.any_user_keyboard
        assert users is not None
        return xinput.fake_key(self._xtest, self._first_event, users, requests.NO_KEY, False) + self._release_no_key()

    def reactivate_previous_or_refresh(self) -> None:
        """Queue ``reactivate_previous``, or ``refresh`` if none of the user's keyboards was active before."""
        if self._previous in self._user_keyboards:
            self.reactivate_previous()
        else:
            self.refresh()

    def reactivate(self) -> None:
        """Queue a request that makes the XTEST keyboard active."""
        self._connection.send(self._release_no_key())

    def fake_key(self, keycode: int, pressed: bool) -> bytes:
        """Return the request that presses or releases a key of the XTEST keyboard."""
        return requests.fake_key(self._xtest, keycode, pressed)

    def _release_no_key(self) -> bytes:
        return self.fake_key(requests.NO_KEY, False)

    def reactivate_previous(self) -> None:
        """Queue a request that makes the keyboard active that was so before, if it is one of the user's."""
        if self._previous in self._user_keyboards:
            assert self._previous is not None
            release = xinput.fake_key(self._xtest, self._first_event, self._previous, requests.NO_KEY, False)
            self._connection.request(release + requests.GET_INPUT_FOCUS, 2, flush=False).addErrback(_ignore_gone)

    def _request_devices(self, which: int, receive: Callable[[list[xinput.Device]], None]) -> None:
        reply: Deferred[bytes] = self._connection.request(xinput.query_devices(self._major, which), flush=False)
        reply.addCallback(xinput.parse_devices).addCallbacks(receive, _ignore_gone)

    def _set_previous(self, masters: list[xinput.Device]) -> None:
        self._previous = next((device.key_source for device in masters if device.is_master_keyboard), None)

    def _watch_all(self, devices: list[xinput.Device]) -> None:
        keyboards = (device for device in devices if device.is_slave and device.key_source is not None)
        numbers = frozenset(device.number for device in keyboards if not device.is_xtest)
        for number in numbers - self._user_keyboards:
            # Each has its own request, because the server refuses one that has been unplugged meanwhile.
            request = xinput.select_events(self._major, self._connection.root, number, [xinput.RAW_KEY_PRESS])
            self._connection.request(request + requests.GET_INPUT_FOCUS, 2).addErrback(_ignore_gone)
        self._user_keyboards = numbers

    def _handle_event(self, event: bytes) -> None:
        kind = events.generic_type(event, self._major)
        if kind == xinput.RAW_KEY_PRESS:
            if self.on_press is not None:
                self.on_press(xinput.raw_keycode(event))
        elif kind == xinput.HIERARCHY_CHANGED:
            self._request_devices(xinput.ALL_DEVICES, self._watch_all)
            self._connection.flush()


def _ignore_gone(failure: Failure) -> None:
    """Ignore that the device or the server is gone: other objects report that."""
    if not isinstance(failure.value, (XRequestError, ConnectionLostError)):
        failure.raiseException()
