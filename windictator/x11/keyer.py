"""Fake key events, sent through XTEST."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from windictator.keyboard.key_events import KeyEvent
from windictator.typist.interfaces import KeyboardState
from windictator.typist.window import x_id
from windictator.x11 import replies, requests, xkb
from windictator.x11.connection import XConnection, all_replies
from windictator.x11.crash_recovery import KEYS, LOCKS, RecoveryRecord
from windictator.x11.errors import XRequestError
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.key_filters import KeyFilters
from windictator.x11.key_transaction import KeyTransaction
from windictator.x11.press_target import PressTarget
from windictator.x11.requests import GET_INPUT_FOCUS, GRAB_SERVER, UNGRAB_SERVER
from windictator.x11.window_numbers import WindowNumbers

_MAX_INLINE_S = 0.005
"""Maximum time for which keystrokes may follow each other without a turn of the reactor, in seconds."""
_INLINE_WAIT_MS = 1
"""Time to wait for one reply outside the reactor, in milliseconds."""
_MAX_FOCUS_READS = 5
"""Number of readings in which the focus may move or its window end; then the focus counts as none."""


class XTestKeyer:
    """Keys sent on one connection.

    connection, data: connections for requests and for recorded events.
    xkb_major: opcode of XKB.
    recovery_record: gets the restoring requests before locks or keys are changed.

    Every write ends with GetInputFocus. Its reply proves that the server has processed what came before. It makes the
    server flush the recorded events, which it would otherwise hold back, and it tells where the keys went. While the
    focus follows the pointer (no window manager), QueryPointer tells which window that is.
    """

    def __init__(
        self,
        connection: XConnection,
        data: XConnection,
        xkb_major: int,
        recovery_record: RecoveryRecord,
        keyboards: KeyboardDevices,
        filters: KeyFilters,
        transaction: KeyTransaction,
        windows: WindowNumbers,
    ) -> None:
        self._connection = connection
        self._filters = filters
        self._data = data
        self._readable = select.poll()
        self._readable.register(connection.fileno(), select.POLLIN)
        self._recovery_record = recovery_record
        self._keyboards = keyboards
        self._windows = windows
        self.press_target = PressTarget()
        """Tells whether the last press went into the watched window."""
        self.transaction = transaction
        """Transaction that the keys can be sent in."""
        self._xkb_major = xkb_major
        self._event_bytes = {
            (keycode, pressed): keyboards.fake_key(keycode, pressed)
            for keycode in range(8, 256)
            for pressed in (True, False)
        }
        self._packed: dict[tuple[KeyEvent, ...], tuple[bytes, int]] = {}
        self._query_pointer = requests.query_pointer(connection.root)
        self._follows_pointer = False
        self.grab_server = False
        """True to hold the server from reading the focus until the keys are sent."""
        self._required_focus = 0

    def read_state(self) -> Deferred[KeyboardState]:
        """Read locks, group, pressed keys and focus. Errback: ConnectionLostError."""
        return self._read_state(1)

    def _read_state(self, readings: int) -> Deferred[KeyboardState]:
        ask = self._connection.request
        pending = [
            ask(xkb.get_state(self._xkb_major), flush=False),
            ask(requests.QUERY_KEYMAP, flush=False),
            ask(GET_INPUT_FOCUS, flush=False),
            ask(self._query_pointer),
        ]
        return all_replies(pending).addCallback(self._parse_state).addCallback(self._with_known_focus, readings)

    def _with_known_focus(self, state: KeyboardState, readings: int) -> Deferred[KeyboardState]:
        """Return ``state`` with a focus whose end will be noticed.

        Some window managers keep the focus on an invisible window of their own. X accepts keys for it, but they reach
        no application; then the focus counts as none.
        """
        if not state.focus:
            return succeed(state)
        window_id = x_id(state.focus)
        if window_id == self._connection.root:  # some window managers leave the focus there
            return succeed(state._replace(focus=0))
        is_new = self._windows.watch(window_id)
        ask = self._connection.request
        pending = [
            ask(requests.get_window_attributes(window_id), flush=False),
            ask(requests.get_geometry(window_id), flush=not is_new),
        ]
        if is_new:
            # Another window may have got the id before the end of this one was watched.
            pending += [ask(GET_INPUT_FOCUS, flush=False), ask(self._query_pointer)]

        def judge(answers: list[bytes]) -> KeyboardState | Deferred[KeyboardState]:
            attributes, geometry, *again = answers
            if is_new and self._focus_or_pointer_window(again) != state.focus:
                return retry()
            return state._replace(focus=0) if _is_off_screen(attributes, geometry) else state

        def retry() -> KeyboardState | Deferred[KeyboardState]:
            if readings == _MAX_FOCUS_READS:
                return state._replace(focus=0)
            return self._read_state(readings + 1)

        def gone(failure: Failure) -> KeyboardState | Deferred[KeyboardState] | Failure:
            if not isinstance(failure.value, XRequestError):
                return failure
            if is_new:
                self._windows.unwatch(window_id)
            return retry()

        known: Deferred[KeyboardState] = all_replies(pending).addCallbacks(judge, gone)
        return known

    def _parse_state(self, answers: list[bytes]) -> KeyboardState:
        # The other connection has recorded what others did before this moment, which must be known first.
        self._data.read()
        state, keys, focus_reply, pointer = answers
        parsed = xkb.parse_state(state)
        self._follows_pointer = replies.focus(focus_reply) == replies.POINTER_ROOT
        return KeyboardState(
            held=parsed.held,
            latched=parsed.latched,
            locked=parsed.locked,
            group=parsed.group,
            locked_group=parsed.locked_group,
            group_key_active=parsed.group_key_active,
            pressed=replies.pressed_keycodes(keys),
            focus=self._focus_or_pointer_window([focus_reply, pointer]),
            filters=self._filters.active_mask,
        )

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        """Queue a change of locks before the next ``send``; see ``typist.interfaces``."""
        self._connection.send(xkb.latch_lock_state(self._xkb_major, modifiers, values, group))

    def latch(self, modifiers: int, values: int) -> None:
        """Queue a change of latches before the next ``send``; see ``typist.interfaces``."""
        self._connection.send(xkb.latch(self._xkb_major, modifiers, values))
        if values and self._keyboards.xtest_keyboard is not None:
            # The user's next key is not XTEST's: there the latch would stay for our own next key.
            self._connection.send(xkb.latch(self._xkb_major, modifiers, 0, self._keyboards.xtest_keyboard))

    def bypass_filters(self) -> None:
        """Queue requests that make our keys bypass the keyboard accessibility filters."""
        self._filters.bypass()

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        """Fire when the requests that undo ``bypass_filters`` are queued. ``wait``: the server may be asked first."""
        return self._filters.restore(wait=wait)

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        """Call ``on_turned_on`` when another client or the user turns on a filter that was off."""
        self._filters.on_turned_on = on_turned_on

    def activate_keyboard(self, group: int, group_count: int) -> None:
        """Queue requests that make our keyboard active and announce ``group`` to every application."""
        self._keyboards.activate()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def reactivate_keyboard(self, group: int, group_count: int) -> None:
        """Queue requests that make our keyboard active again, in case the user's has become so."""
        self._keyboards.reactivate()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def reactivate_previous_keyboard(self, group: int, group_count: int) -> None:
        """Queue requests that make the keyboard active that was so before, and announce ``group``."""
        self._keyboards.reactivate_previous()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def require_focus(self, window: int) -> None:
        """Send no press from now on unless ``window`` has the focus, if ``grab_server`` is set; 0 ends that."""
        self._required_focus = window if self.grab_server else 0

    def record_locks(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        """Record locks to restore, and modifiers to latch, if this process crashes; see ``typist.interfaces``."""
        is_changed = modifiers or group is not None
        request = xkb.latch_lock_state(self._xkb_major, modifiers, values, group) if is_changed else b""
        if latched:
            # The latch is not recorded, because the next run may come long after the key that it was for.
            request += xkb.latch(self._xkb_major, latched, latched)
        self._recovery_record.write(LOCKS, request, [modifiers, values, group])

    def record_keys(self, keycodes: Iterable[int]) -> None:
        """Record keys to release if this process crashes; none when they are up."""
        down = sorted(keycodes)
        self._recovery_record.write(KEYS, b"".join(self._event_bytes[keycode, False] for keycode in down), down)

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        """Send the events in one write; return the window that had the focus after the last one."""
        events = tuple(events)
        packed = self._packed.get(events)
        if packed is None:
            packed = self._packed[events] = self._pack(events)
        data, last_press = packed
        if self.transaction.active:
            self.transaction.expect(events)
        if last_press:
            self.press_target.pressed(self._connection.sequence + last_press, is_released_next=last_press < len(events))
        if self._follows_pointer:
            focus = self._connection.request(data, len(events) + 1, flush=False)
            pointer = self._connection.request(self._query_pointer)
            return all_replies([focus, pointer]).addCallback(self._focus_or_pointer_window)
        if self._required_focus and events and events[0].pressed and not self.transaction.active:
            return self._send_if_focused(data, last_press, len(events) + 1)
        reply = self._connection.request_inline(data, len(events) + 1, self._wait_inline)
        return self._focused_window(reply) if isinstance(reply, bytes) else reply.addCallback(self._focused_window)

    def when_observed(self) -> Deferred[None]:
        """Fire when everything that the server has recorded until now has been read. Errback: ConnectionLostError."""

        def read_recorded(_reply: bytes) -> None:
            self._data.read()

        # The server may write the recorded events just after the first reply.
        first = self._connection.request(GET_INPUT_FOCUS)
        return first.addCallback(lambda _: self._connection.request(GET_INPUT_FOCUS)).addCallback(read_recorded)

    def _pack(self, events: tuple[KeyEvent, ...]) -> tuple[bytes, int]:
        """Return the requests, and which of them is the last press (from 1; 0: none)."""
        keys = b"".join([self._event_bytes[event.keycode, event.pressed] for event in events])
        last_press = max((number for number, event in enumerate(events, 1) if event.pressed), default=0)
        return keys + GET_INPUT_FOCUS, last_press

    def _send_if_focused(self, packed: bytes, last_press: int, count: int) -> int | Deferred[int]:
        """Hold the server, read the focus, send only if it is right, release the server."""
        reply = self._connection.request_inline(GRAB_SERVER + GET_INPUT_FOCUS, 2, self._wait_inline)
        if isinstance(reply, bytes):
            return self._send_if_focus_matches(self._focused_window(reply), packed, last_press, count)
        right: Deferred[int] = reply.addErrback(self._ungrab_server).addCallback(self._focused_window)
        return right.addCallback(self._send_if_focus_matches, packed, last_press, count)

    def _send_if_focus_matches(self, focus: int, packed: bytes, last_press: int, count: int) -> int | Deferred[int]:
        if focus != self._required_focus:
            self._connection.send(UNGRAB_SERVER)
            self._connection.flush()
            return focus
        self.press_target.pressed(self._connection.sequence + last_press, is_released_next=last_press < count - 1)
        reply = self._connection.request_inline(packed + UNGRAB_SERVER + GET_INPUT_FOCUS, count + 2, self._wait_inline)
        return self._focused_window(reply) if isinstance(reply, bytes) else reply.addCallback(self._focused_window)

    def _focused_window(self, reply: bytes) -> int:
        return self._windows.number(replies.focus(reply))

    def _focus_or_pointer_window(self, answers: list[bytes]) -> int:
        focus = replies.focus(answers[0])
        return self._windows.number(replies.pointer_child(answers[1]) if focus == replies.POINTER_ROOT else focus)

    def _ungrab_server(self, failure: Failure) -> Failure:
        """Release the server, which may still grab it: the caller no longer waits for that."""
        self._connection.send(UNGRAB_SERVER)
        self._connection.flush()
        return failure

    def _wait_inline(self) -> bool:
        """Wait outside the reactor for the moment in which a reply nearly always comes; read what was recorded before.

        A turn of the reactor costs several times as much as a keystroke. It comes after ``_MAX_INLINE_S`` at the
        latest.
        """
        if monotonic() - self._connection.last_wakeup < _MAX_INLINE_S and self._readable.poll(_INLINE_WAIT_MS):
            self._data.read()
            return True
        return False


def _is_off_screen(attributes: bytes, geometry: bytes) -> bool:
    """Return True for an unmanaged window that lies completely above the screen or to the left of it."""
    x, y, width, height = replies.parse_geometry(geometry)
    return replies.is_unmanaged(attributes) and (x + width <= 0 or y + height <= 0)
