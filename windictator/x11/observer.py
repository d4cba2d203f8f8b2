"""Sees every key event that the server processes, through the RECORD extension.

RECORD reports device events after the server's own filter: a press of a key that is down already, or a release of one
that is up, is not there. So an event that was reported did happen, and one that is missing did not
("Record Extension Protocol Specification", X.Org, section 2).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from windictator.keyboard.key_events import KeyEvent
from windictator.typist.interfaces import UserInput
from windictator.x11.connection import XConnection
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.key_transaction import KeyTransaction

_CREATE_CONTEXT, _ENABLE_CONTEXT, _DISABLE_CONTEXT, _FREE_CONTEXT = 1, 5, 6, 7
_ALL_CLIENTS = 3
_FROM_SERVER = 0
_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE = 2, 3, 4, 5
#: Real modifiers (bits 0-7) and group (bits 13-14) of an event's state; the bits between are mouse buttons.
STATE_MASK = 0x60FF
#: Of a recorded event: type, keycode or button, time, state; of a whole reply with one: its category, and the same
#: without the time.
_EVENT, _ONE_EVENT = struct.Struct("=BB2xI20xHxx"), struct.Struct("=xB30xBB26xHxx")


class RecordObserver:
    """Implements ports.Observer with a RECORD context.

    ``control``: the connection that creates and disables the context; ``data``: a connection that is used for nothing
    but the recorded data, as the protocol advises. ``keyboards``: the user's. Call ``start`` first.
    """

    def __init__(self, control: XConnection, data: XConnection, record_major: int, keyboards: KeyboardDevices) -> None:
        self._control = control
        self._data = data
        self._major = record_major
        self._keyboards = keyboards
        self._context = control.new_id()
        self._expected: list[tuple[int, int, int, int]] = []
        self._expected_cache: dict[tuple[KeyEvent, ...], list[tuple[int, int, int, int]]] = {}
        self._seen_count = 0
        self.confirmed: bool | None = False
        """See ports.Observer."""
        self._on_user_input: Callable[[UserInput], None] | None = None
        self.transaction: KeyTransaction | None = None
        """Transaction whose keys the server reports before it knows their state."""
        self.hotkey_handler: Callable[[UserInput, int], bool] | None = None
        """Called before the watcher, with the server's time (milliseconds); what it says True to is kept from that."""

    async def start(self) -> None:
        """Begin to record. Raises RequestRefused, ConnectionLost."""
        # One range: only the device events' first and last type are not zero.
        device_events = struct.pack("=8x4x4xxxBBxxxx", _KEY_PRESS, _BUTTON_RELEASE)
        create = struct.pack("=BBHIBxxxIII", self._major, _CREATE_CONTEXT, 12, self._context, 0, 1, 1, _ALL_CLIENTS)
        self._control.send(create + device_events)
        # The other connection may only name the context once it exists.
        await self._control.request(struct.pack("=BxH", 43, 1))
        enable = struct.pack("=BBHI", self._major, _ENABLE_CONTEXT, 2, self._context)
        await self._data.stream(enable, self._receive)

    def stop(self) -> None:
        """End the recording; what is still expected is not confirmed."""
        if not self._control.lost:
            for request in (_DISABLE_CONTEXT, _FREE_CONTEXT):
                self._control.send(struct.pack("=BBHI", self._major, request, 2, self._context))
            self._control.flush()
        self.stop_expecting()

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """See ports.Observer."""
        expected = tuple(events)
        wanted = self._expected_cache.get(expected)
        if wanted is None:
            wanted = [
                (_FROM_SERVER, _KEY_PRESS if event.pressed else _KEY_RELEASE, event.keycode, event.state)
                for event in expected
            ]
            self._expected_cache[expected] = wanted
        self._expected = wanted
        self._seen_count = 0
        self.confirmed = None if wanted else True

    def stop_expecting(self) -> None:
        """See ports.Observer."""
        if self.confirmed is None:
            self.confirmed = False

    @property
    def awaits_press(self) -> bool:
        """Whether a press that is expected has not been seen yet."""
        return self.confirmed is None and any(wanted[1] == _KEY_PRESS for wanted in self._expected[self._seen_count :])

    def set_callbacks(
        self, on_user_input: Callable[[UserInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        """See ports.Observer."""
        self._on_user_input = on_user_input
        self._keyboards.on_press = on_user_key

    def _receive(self, reply: bytes) -> None:
        """Take in one reply of EnableContext: a 32-byte head, then recorded events of 32 bytes each."""
        if self.confirmed is None and len(reply) == 64 and _ONE_EVENT.unpack(reply) == self._expected[self._seen_count]:
            # As nearly always.
            self._seen_count += 1
            if self._seen_count == len(self._expected):
                self.confirmed = True
        elif reply[1] == _FROM_SERVER:
            for offset in range(32, len(reply) - 31, 32):
                self._check_event(*_EVENT.unpack_from(reply, offset))

    def _check_event(self, kind: int, code: int, time: int, state: int) -> None:
        kind, state = kind & 0x7F, state & STATE_MASK
        if self.confirmed is None:
            wanted = self._expected[self._seen_count :]
            recorded = (_FROM_SERVER, kind, code, state)
            if recorded == wanted[0]:
                self._seen_count += 1
                self.confirmed = True if len(wanted) == 1 else None
                return
            if recorded[:3] in [other[:3] for other in wanted]:
                # Ours, but an earlier one is missing or modifiers that are not ours are mixed in.
                self.confirmed = False
                return
        self._report_user_input(kind, code, time, state)

    def forward_user_input(self, user_input: UserInput) -> None:
        """Tell the watcher what was kept from it."""
        if self._on_user_input is not None:
            self._on_user_input(user_input)

    def _report_user_input(self, kind: int, code: int, time: int, state: int) -> None:
        if not _KEY_PRESS <= kind <= _BUTTON_RELEASE:
            return
        if not state and self.transaction is not None and self.transaction.active:
            state = self.transaction.state
        pressed = kind in (_KEY_PRESS, _BUTTON_PRESS)
        foreign = UserInput("key" if kind <= _KEY_RELEASE else "button", code, pressed, state)
        if self.hotkey_handler is None or not self.hotkey_handler(foreign, time):
            self.forward_user_input(foreign)
