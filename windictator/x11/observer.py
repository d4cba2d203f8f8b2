"""Sees every key event that the server processes, through the RECORD extension.

RECORD reports device events after the server's own filter: a press of a key that is down already, or a release of one
that is up, is not there. So an event that was reported did happen, and one that is missing did not
("Record Extension Protocol Specification", X.Org, section 2).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from windictator.keyboard.key_events import KeyEvent
from windictator.ports import ForeignInput
from windictator.x11.connection import Connection
from windictator.x11.keyboards import Keyboards

_CREATE_CONTEXT, _ENABLE_CONTEXT, _DISABLE_CONTEXT, _FREE_CONTEXT = 1, 5, 6, 7
_ALL_CLIENTS = 3
_FROM_SERVER = 0
_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE = 2, 3, 4, 5
#: Real modifiers (bits 0-7) and group (bits 13-14) of an event's state; the bits between are mouse buttons.
STATE_MASK = 0x60FF
#: Of a recorded event: type, keycode or button, state.
_EVENT = "BB26xHxx"
#: By the number of events: the reply that holds just these, and its length.
_REPLIES = {count: (32 + 32 * count, struct.Struct("=32x" + _EVENT * count)) for count in range(1, 17)}


class RecordObserver:
    """Implements ports.Observer with a RECORD context.

    ``control``: the connection that creates and disables the context; ``data``: a connection that is used for nothing
    but the recorded data, as the protocol advises. ``keyboards``: the user's. Call ``start`` first.
    """

    def __init__(self, control: Connection, data: Connection, record_major: int, keyboards: Keyboards) -> None:
        self._control = control
        self._data = data
        self._major = record_major
        self._keyboards = keyboards
        self._context = control.new_id()
        self._expected: tuple[KeyEvent, ...] = ()
        self._seen = 0
        self._flat: dict[tuple[KeyEvent, ...], tuple[int, ...]] = {}
        self.confirmed: bool | None = False
        """See ports.Observer."""
        self._on_foreign: Callable[[ForeignInput], None] | None = None
        self.hotkeys: Callable[[ForeignInput], bool] | None = None
        """Called before the watcher; what it says True to is kept from that."""

    async def start(self) -> None:
        """Begin to record. Raises RequestRefused, ConnectionLost."""
        # One range: only the device events' first and last type are not zero.
        device_events = struct.pack("=8x4x4xxxBBxxxx", _KEY_PRESS, _BUTTON_RELEASE)
        create = struct.pack("=BBHIBxxxIII", self._major, _CREATE_CONTEXT, 12, self._context, 0, 1, 1, _ALL_CLIENTS)
        self._control.send(create + device_events)
        # The other connection may only name the context once it exists.
        await self._control.ask(struct.pack("=BxH", 43, 1))
        enable = struct.pack("=BBHI", self._major, _ENABLE_CONTEXT, 2, self._context)
        await self._data.stream(enable, self._receive)

    def stop(self) -> None:
        """End the recording; what is still expected is not confirmed."""
        if not self._control.lost:
            for request in (_DISABLE_CONTEXT, _FREE_CONTEXT):
                self._control.send(struct.pack("=BBHI", self._major, request, 2, self._context))
            self._control.flush()
        self.expire()

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """See ports.Observer."""
        self._expected = tuple(events)
        self._seen = 0
        self.confirmed = None if self._expected else True

    def expire(self) -> None:
        """See ports.Observer."""
        if self.confirmed is None:
            self.confirmed = False

    def watch(
        self, on_foreign: Callable[[ForeignInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        """See ports.Observer."""
        self._on_foreign = on_foreign
        self._keyboards.on_press = on_user_key

    def _receive(self, reply: bytes) -> None:
        """Take in one reply of EnableContext: a 32-byte head, then recorded events of 32 bytes each."""
        if reply[1] != _FROM_SERVER:
            return
        if self.confirmed is None and not self._seen and self._is_just_the_expected(reply):
            self.confirmed = True
            return
        for offset in range(32, len(reply) - 31, 32):
            kind = reply[offset] & 0x7F
            code = reply[offset + 1]
            state = (reply[offset + 28] | reply[offset + 29] << 8) & STATE_MASK
            if self.confirmed is not None or kind > _KEY_RELEASE or not self._is_ours(code, kind == _KEY_PRESS, state):
                self._foreign(kind, code, state)

    def _is_just_the_expected(self, reply: bytes) -> bool:
        """Whether the reply holds all that is expected and nothing else, as nearly every one does; a mouse button that
        is held may make it differ."""
        expected = self._expected
        length, form = _REPLIES.get(len(expected), (0, None))
        if form is None or len(reply) != length:
            return False
        flat = self._flat.get(expected)
        if flat is None:
            kinds = {True: _KEY_PRESS, False: _KEY_RELEASE}
            flat = tuple(
                number for event in expected for number in (kinds[event.pressed], event.keycode, event.state)
            )
            self._flat[expected] = flat
        return form.unpack(reply) == flat

    def _is_ours(self, keycode: int, pressed: bool, state: int) -> bool:
        """Take in a key event while some are expected; False if it is none of these."""
        expected = self._expected
        if (keycode, pressed, state) == expected[self._seen]:
            self._seen += 1
            if self._seen == len(expected):
                self.confirmed = True
            return True
        if any(keycode == other.keycode and pressed == other.pressed for other in expected[self._seen :]):
            # Ours, but an earlier one is missing or modifiers that are not ours are mixed in.
            self.confirmed = False
            return True
        return False

    def _foreign(self, kind: int, code: int, state: int) -> None:
        if not _KEY_PRESS <= kind <= _BUTTON_RELEASE:
            return
        pressed = kind in (_KEY_PRESS, _BUTTON_PRESS)
        foreign = ForeignInput("key" if kind <= _KEY_RELEASE else "button", code, pressed, state)
        if self.hotkeys is not None and self.hotkeys(foreign):
            return
        if self._on_foreign is not None:
            self._on_foreign(foreign)
