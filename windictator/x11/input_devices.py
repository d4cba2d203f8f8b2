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

from windictator.typist.interfaces import ConnectionLost
from windictator.x11 import xinput
from windictator.x11.connection import Connection, DisplayProblem, RequestRefused

_GET_FOCUS = struct.pack("=BxH", 43, 1)
_KEY_RELEASE, _FAKE_INPUT = 3, 2
#: The lowest keycode, which is no key: its release changes nothing, but its keyboard comes into force.
_NO_KEY = 8


class Keyboards:
    """Knows the user's keyboards, as they come and go, and changes the one in force. Call ``start`` first.

    A server without XI2 tells nothing of them: ``on_press`` is never called, ``hand_back`` does nothing.
    """

    def __init__(self, connection: Connection, xtest_major: int) -> None:
        self._connection = connection
        self._xtest = xtest_major
        self._major = self._first_event = 0
        self._numbers: frozenset[int] = frozenset()
        self._last: int | None = None
        self.common: int | None = None
        """Number of the common keyboard; None without XI2. So with ``xtest``, the keyboard that programs press."""
        self.xtest: int | None = None
        self.on_press: Callable[[int], None] | None = None
        """Called with its keycode when a key goes down on one of them, whether or not the server takes it for a new
        press."""

    async def start(self) -> None:
        """Find them and watch them. Raises ConnectionLost."""
        connection = self._connection
        try:
            major, self._first_event = await connection.extension(xinput.NAME)
            await connection.ask(xinput.query_version(major))
            connection.send(
                xinput.select_events(major, connection.root, xinput.ALL_DEVICES, [xinput.HIERARCHY_CHANGED])
            )
            devices = xinput.parse_devices(await connection.ask(xinput.query_devices(major)))
        except (DisplayProblem, RequestRefused):
            return
        self._major = major
        self.common = next((device.number for device in devices if device.common_keyboard), None)
        self.xtest = next((device.number for device in devices if device.is_xtest), None)
        connection.listen(self._notice)
        self._watch_all(devices)
        await connection.answered()

    @property
    def any_of_user(self) -> int | None:
        """Number of one of the user's keyboards, None where there is none."""
        return min(self._numbers, default=None)

    @property
    def opcode(self) -> int:
        """Major opcode of the X Input Extension; 0 if the server lacks XI2."""
        return self._major

    def take(self) -> None:
        """Queue what brings XTEST's keyboard into force, and remember which was before."""
        self.note_active()
        self.retake()

    def note_active(self) -> None:
        """Remember, for ``hand_back``, which keyboard is active when the requests queued until now are done."""
        if self._major:
            self._ask(xinput.ALL_MASTERS, self._note_last)

    def refresh(self) -> None:
        """Queue what makes the common keyboard copy XTEST's again, even if XTEST's is active already."""
        if self._numbers:
            self._connection.ask(self.refresh_requests() + _GET_FOCUS, 3, flush=False).addErrback(_gone)

    def refresh_requests(self) -> bytes:
        """Return the two requests of ``refresh``: a keyboard of the user's becomes active, then XTEST's."""
        users = self.any_of_user
        assert users is not None
        return xinput.fake_key(self._xtest, self._first_event, users, _NO_KEY, False) + self._release_no_key()

    def hand_back_or_refresh(self) -> None:
        """Queue ``hand_back``; or ``refresh`` if no keyboard of the user's was active before."""
        if self._last in self._numbers:
            self.hand_back()
        else:
            self.refresh()

    def retake(self) -> None:
        """Queue what brings XTEST's keyboard into force."""
        self._connection.send(self._release_no_key())

    def _release_no_key(self) -> bytes:
        return struct.pack("=BBHBBxxI24x", self._xtest, _FAKE_INPUT, 9, _KEY_RELEASE, _NO_KEY, 0)

    def hand_back(self) -> None:
        """Queue what brings the keyboard into force again that was before ``take``, if it was one of the user's."""
        if self._last in self._numbers:
            assert self._last is not None
            release = xinput.fake_key(self._xtest, self._first_event, self._last, _NO_KEY, False)
            self._connection.ask(release + _GET_FOCUS, 2, flush=False).addErrback(_gone)

    def _ask(self, which: int, tell: Callable[[list[xinput.Device]], None]) -> None:
        reply: Deferred[bytes] = self._connection.ask(xinput.query_devices(self._major, which), flush=False)
        reply.addCallback(xinput.parse_devices).addCallbacks(tell, _gone)

    def _note_last(self, masters: list[xinput.Device]) -> None:
        self._last = next((device.key_source for device in masters if device.common_keyboard), None)

    def _watch_all(self, devices: list[xinput.Device]) -> None:
        keyboards = (device for device in devices if device.feeds and device.key_source is not None)
        numbers = frozenset(device.number for device in keyboards if not device.is_xtest)
        for number in numbers - self._numbers:
            # Each on its own: one that has been unplugged meanwhile is refused.
            request = xinput.select_events(self._major, self._connection.root, number, [xinput.RAW_KEY_PRESS])
            self._connection.ask(request + _GET_FOCUS, 2).addErrback(_gone)
        self._numbers = numbers

    def _notice(self, event: bytes) -> None:
        if event[0] & 0x7F != xinput.GENERIC_EVENT or event[1] != self._major:
            return
        kind = event[8] | event[9] << 8
        if kind == xinput.RAW_KEY_PRESS:
            if self.on_press is not None:
                self.on_press(int.from_bytes(event[16:20], "little"))
        elif kind == xinput.HIERARCHY_CHANGED:
            self._ask(xinput.ALL_DEVICES, self._watch_all)
            self._connection.flush()


def _gone(failure: Failure) -> None:
    """The device is, or the server; others tell of that."""
    if not isinstance(failure.value, (RequestRefused, ConnectionLost)):
        failure.raiseException()
