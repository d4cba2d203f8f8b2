"""Observation of every key event that the server processes, through the RECORD extension.

RECORD reports device events after the server's own filter: it does not report a press of a key that is down already, or
a release of a key that is up. So an event that was reported did happen, and one that is missing did not
("Record Extension Protocol Specification", X.Org, section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from windictator.keyboard.key_events import KeyEvent
from windictator.typist.interfaces import UserInput
from windictator.x11 import replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.events import BUTTON_PRESS, BUTTON_RELEASE, KEY_PRESS, KEY_RELEASE
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.key_transaction import KeyTransaction
from windictator.x11.replies import RECORDED_FROM_SERVER, SINGLE_RECORDED_BYTES, RecordedEvent, parse_single_recorded

STATE_MASK = 0x60FF
"""Real modifiers (bits 0-7) and group (bits 13-14) of an event's state; the bits between are mouse buttons."""


class RecordObserver:
    """Observer with a RECORD context. Call ``start`` first.

    control: connection that creates and disables the context.
    data: connection for the recorded data alone, as the protocol advises.
    record_major: opcode of RECORD.
    keyboards: the user's.
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
        """Result of ``expect``: True if all events were recorded, False if not, None while some are missing."""
        self._on_user_input: Callable[[UserInput], None] | None = None
        self.transaction: KeyTransaction | None = None
        """Transaction whose keys the server reports before it knows their state."""
        self.hotkey_handler: Callable[[UserInput, int], bool] | None = None
        """Called before ``on_user_input``, with the server's time (milliseconds); True keeps the input from that."""

    async def start(self) -> None:
        """Begin to record. Raises XRequestError, ConnectionLostError."""
        self._control.send(requests.create_input_context(self._major, self._context))
        await self._control.sync()  # because the other connection may name the context only once it exists
        await self._data.stream(requests.enable_context(self._major, self._context), self._receive)

    def stop(self) -> None:
        """End the recording; events that are still expected are not confirmed."""
        if not self._control.lost:
            self._control.send(requests.disable_context(self._major, self._context))
            self._control.send(requests.free_context(self._major, self._context))
            self._control.flush()
        self.stop_expecting()

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """Expect these events next, in this order, instead of those expected before."""
        expected = tuple(events)
        wanted = self._expected_cache.get(expected)
        if wanted is None:
            wanted = [
                (RECORDED_FROM_SERVER, KEY_PRESS if event.pressed else KEY_RELEASE, event.keycode, event.state)
                for event in expected
            ]
            self._expected_cache[expected] = wanted
        self._expected = wanted
        self._seen_count = 0
        self.confirmed = None if wanted else True

    def stop_expecting(self) -> None:
        """Expect nothing more: events that are still missing are not confirmed."""
        if self.confirmed is None:
            self.confirmed = False

    def set_callbacks(
        self, on_user_input: Callable[[UserInput], None] | None, on_user_key: Callable[[int], None] | None = None
    ) -> None:
        """Set the functions called with input of others and with the user's keys; see ``typist.interfaces``."""
        self._on_user_input = on_user_input
        self._keyboards.on_press = on_user_key

    def _receive(self, reply: bytes) -> None:
        """Check one reply of EnableContext against the expected events."""
        if (
            self.confirmed is None
            and len(reply) == SINGLE_RECORDED_BYTES
            and parse_single_recorded(reply) == self._expected[self._seen_count]
        ):  # as nearly always
            self._seen_count += 1
            if self._seen_count == len(self._expected):
                self.confirmed = True
        else:
            for recorded in replies.parse_recorded(reply):
                self._check_event(recorded)

    def _check_event(self, event: RecordedEvent) -> None:
        kind, code, state = event.kind & 0x7F, event.code, event.state & STATE_MASK
        if self.confirmed is None:
            wanted = self._expected[self._seen_count :]
            recorded = (RECORDED_FROM_SERVER, kind, code, state)
            if recorded == wanted[0]:
                self._seen_count += 1
                self.confirmed = True if len(wanted) == 1 else None
                return
            if recorded[:3] in [other[:3] for other in wanted]:
                # Ours, but an earlier one is missing or modifiers of others are mixed in.
                self.confirmed = False
                return
        self._report_user_input(event, kind, state)

    def forward_user_input(self, user_input: UserInput) -> None:
        """Report input that ``hotkey_handler`` has kept back."""
        if self._on_user_input is not None:
            self._on_user_input(user_input)

    def _report_user_input(self, event: RecordedEvent, kind: int, state: int) -> None:
        if not KEY_PRESS <= kind <= BUTTON_RELEASE:
            return
        if not state and self.transaction is not None and self.transaction.active:
            state = self.transaction.state
        pressed = kind in (KEY_PRESS, BUTTON_PRESS)
        if kind <= KEY_RELEASE:
            foreign = UserInput("key", event.code, pressed, state)
        else:
            foreign = UserInput("button", event.code, pressed, state, position=(event.x, event.y))
        if self.hotkey_handler is None or not self.hotkey_handler(foreign, event.time):
            self.forward_user_input(foreign)
