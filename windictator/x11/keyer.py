"""Sends fake key events through XTest."""

from __future__ import annotations

import select
import struct
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from windictator.keyboard.key_events import KeyEvent
from windictator.typist.interfaces import KeyboardState
from windictator.typist.window import x_id
from windictator.x11 import xkb
from windictator.x11.connection import XConnection, XRequestError, all_replies
from windictator.x11.crash_recovery import KEYS, LOCKS, RecoveryRecord
from windictator.x11.input_devices import KeyboardDevices
from windictator.x11.key_filters import KeyFilters
from windictator.x11.key_transaction import KeyTransaction
from windictator.x11.window_numbers import WindowNumbers

_KEY_PRESS, _KEY_RELEASE = 2, 3
_FAKE_INPUT = 2
_QUERY_POINTER, _GET_INPUT_FOCUS, _QUERY_KEYMAP = 38, 43, 44
_POINTER_ROOT = 1

#: How long keystrokes may follow each other without a turn of the reactor, and how long one answer is waited for.
_MAX_INLINE_S = 0.005
_INLINE_WAIT_MS = 1
#: How often the focus may move or its window end while it is being read, before it is taken for none.
_MAX_FOCUS_READS = 5

_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)
_GRAB_SERVER, _UNGRAB_SERVER = struct.pack("=BxH", 36, 1), struct.pack("=BxH", 37, 1)
_GET_WINDOW_ATTRIBUTES, _GET_GEOMETRY = struct.pack("=BxH", 3, 2), struct.pack("=BxH", 14, 2)
_GET_KEYS = struct.pack("=BxH", _QUERY_KEYMAP, 1)


class XTestKeyer:
    """Implements ports.Keyer on one connection.

    Every write ends with GetInputFocus. Its reply says that the server has processed what came before it, makes the
    server hand out the recorded events that it would otherwise hold back, and tells where the keys went. While the
    focus follows the pointer (no window manager), QueryPointer tells which window that is.
    """

    def __init__(
        self,
        connection: XConnection,
        data: XConnection,
        xtest_major: int,
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
        self.transaction = transaction
        """See ports.Keyer."""
        self._xkb_major = xkb_major
        self._event_bytes = {
            (keycode, pressed): struct.pack(
                "=BBHBBxxIIxxxxxxxxHHxxxxxxxx",
                xtest_major,
                _FAKE_INPUT,
                9,
                _KEY_PRESS if pressed else _KEY_RELEASE,
                keycode,
                0,
                0,
                0,
                0,
            )
            for keycode in range(8, 256)
            for pressed in (True, False)
        }
        self._packed: dict[tuple[KeyEvent, ...], bytes] = {}
        self._query_pointer = struct.pack("=BxHI", _QUERY_POINTER, 2, connection.root)
        self._follows_pointer = False
        self.grab_server = False
        """Whether the server is to be held from looking where the focus is until the keys are sent."""
        self._required_focus = 0

    def read_state(self) -> Deferred[KeyboardState]:
        """See ports.Keyer."""
        return self._read_state(1)

    def _read_state(self, readings: int) -> Deferred[KeyboardState]:
        ask = self._connection.request
        replies = [
            ask(xkb.get_state(self._xkb_major), flush=False),
            ask(_GET_KEYS, flush=False),
            ask(_GET_FOCUS, flush=False),
            ask(self._query_pointer),
        ]
        return all_replies(replies).addCallback(self._parse_state).addCallback(self._with_known_focus, readings)

    def _with_known_focus(self, state: KeyboardState, readings: int) -> Deferred[KeyboardState]:
        """Return ``state`` with a focus whose end will be noticed.

        There is none where a window manager keeps it on a window of its own that nobody sees: X takes the keys for it
        as for any other, but they reach no application.
        """
        if not state.focus:
            return succeed(state)
        window_id = x_id(state.focus)
        if window_id == self._connection.root:  # some window managers leave the focus there
            return succeed(state._replace(focus=0))
        is_new = self._windows.watch(window_id)
        window = struct.pack("=I", window_id)
        ask = self._connection.request
        replies = [ask(_GET_WINDOW_ATTRIBUTES + window, flush=False), ask(_GET_GEOMETRY + window, flush=not is_new)]
        if is_new:
            # Another window may have got the id before the end of this one was watched.
            replies += [ask(_GET_FOCUS, flush=False), ask(self._query_pointer)]

        def judge(replies: list[bytes]) -> KeyboardState | Deferred[KeyboardState]:
            attributes, geometry, *again = replies
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

        known: Deferred[KeyboardState] = all_replies(replies).addCallbacks(judge, gone)
        return known

    def _parse_state(self, replies: list[bytes]) -> KeyboardState:
        # What others did before this moment is recorded on the other connection: it is to be known first.
        self._data.read()
        state, keys, focus_reply, pointer = replies
        parsed = xkb.parse_state(state)
        self._follows_pointer = _focus(focus_reply) == _POINTER_ROOT
        pressed = int.from_bytes(keys[8:40], "little")
        return KeyboardState(
            held=parsed.held,
            latched=parsed.latched,
            locked=parsed.locked,
            group=parsed.group,
            locked_group=parsed.locked_group,
            group_key_active=parsed.group_key_active,
            pressed=frozenset(keycode for keycode in range(8, 256) if pressed >> keycode & 1),
            focus=self._focus_or_pointer_window([focus_reply, pointer]),
            filters=self._filters.active_mask,
        )

    def lock(self, modifiers: int, values: int, group: int | None) -> None:
        """See ports.Keyer."""
        self._connection.send(xkb.latch_lock_state(self._xkb_major, modifiers, values, group))

    def latch(self, modifiers: int, values: int) -> None:
        """See ports.Keyer."""
        self._connection.send(xkb.latch(self._xkb_major, modifiers, values))
        if values and self._keyboards.xtest_keyboard is not None:
            # The user's next key is not XTEST's: there the latch would stay for our own next key.
            self._connection.send(xkb.latch(self._xkb_major, modifiers, 0, self._keyboards.xtest_keyboard))

    def bypass_filters(self) -> None:
        """See ports.Keyer."""
        self._filters.bypass()

    def restore_filters(self, *, wait: bool) -> Deferred[None]:
        """See ports.Keyer."""
        return self._filters.restore(wait=wait)

    def watch_filters(self, on_turned_on: Callable[[], None]) -> None:
        """See ports.Keyer."""
        self._filters.on_turned_on = on_turned_on

    def activate_keyboard(self, group: int, group_count: int) -> None:
        """See ports.Keyer."""
        self._keyboards.activate()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def reactivate_keyboard(self, group: int, group_count: int) -> None:
        """See ports.Keyer."""
        self._keyboards.reactivate()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def reactivate_previous_keyboard(self, group: int, group_count: int) -> None:
        """See ports.Keyer."""
        self._keyboards.reactivate_previous()
        self._connection.send(xkb.announce_group(self._xkb_major, group, group_count), 2)

    def require_focus(self, window: int) -> None:
        """See ports.Keyer."""
        self._required_focus = window if self.grab_server else 0

    def record_locks(self, modifiers: int, values: int, group: int | None, latched: int = 0) -> None:
        """See ports.Keyer."""
        borrowed = modifiers or group is not None
        request = xkb.latch_lock_state(self._xkb_major, modifiers, values, group) if borrowed else b""
        if latched:
            # Not in the record: the next run may come long after the key that the latch was for.
            request += xkb.latch(self._xkb_major, latched, latched)
        self._recovery_record.write(LOCKS, request, [modifiers, values, group])

    def record_keys(self, keycodes: Iterable[int]) -> None:
        """See ports.Keyer."""
        down = sorted(keycodes)
        self._recovery_record.write(KEYS, b"".join(self._event_bytes[keycode, False] for keycode in down), down)

    def send(self, events: Sequence[KeyEvent]) -> int | Deferred[int]:
        """See ports.Keyer."""
        events = tuple(events)
        packed = self._packed.get(events)
        if packed is None:
            packed = b"".join([self._event_bytes[event.keycode, event.pressed] for event in events]) + _GET_FOCUS
            self._packed[events] = packed
        if self.transaction.active:
            self.transaction.expect(events)
        if self._follows_pointer:
            focus = self._connection.request(packed, len(events) + 1, flush=False)
            pointer = self._connection.request(self._query_pointer)
            return all_replies([focus, pointer]).addCallback(self._focus_or_pointer_window)
        if self._required_focus and events and events[0].pressed and not self.transaction.active:
            return self._send_if_focused(packed, len(events) + 1)
        reply = self._connection.request_inline(packed, len(events) + 1, self._wait_inline)
        return self._focus(reply) if isinstance(reply, bytes) else reply.addCallback(self._focus)

    def _send_if_focused(self, packed: bytes, count: int) -> int | Deferred[int]:
        """Hold the server, look where the focus is, send only if it is right, let the server go."""
        reply = self._connection.request_inline(_GRAB_SERVER + _GET_FOCUS, 2, self._wait_inline)
        if isinstance(reply, bytes):
            return self._send_if_focus_matches(self._focus(reply), packed, count)
        right: Deferred[int] = reply.addErrback(self._ungrab_server).addCallback(self._focus)
        return right.addCallback(self._send_if_focus_matches, packed, count)

    def _send_if_focus_matches(self, focus: int, packed: bytes, count: int) -> int | Deferred[int]:
        if focus != self._required_focus:
            self._connection.send(_UNGRAB_SERVER)
            self._connection.flush()
            return focus
        reply = self._connection.request_inline(packed + _UNGRAB_SERVER + _GET_FOCUS, count + 2, self._wait_inline)
        return self._focus(reply) if isinstance(reply, bytes) else reply.addCallback(self._focus)

    def _focus(self, reply: bytes) -> int:
        return self._windows.number(_focus(reply))

    def _focus_or_pointer_window(self, replies: list[bytes]) -> int:
        return self._windows.number(_focus_or_pointer_window(replies))

    def _ungrab_server(self, failure: Failure) -> Failure:
        """Nobody waits any more for the server to be held; it may still come to that."""
        self._connection.send(_UNGRAB_SERVER)
        self._connection.flush()
        return failure

    def _wait_inline(self) -> bool:
        """Wait for the answer right here, for a moment in which it nearly always comes, and take in what was recorded
        before it.

        A turn of the reactor costs several times what a keystroke does. It has its turn all the same, after
        ``_INLINE_SECONDS`` at the latest.
        """
        if monotonic() - self._connection.last_wakeup < _MAX_INLINE_S and self._readable.poll(_INLINE_WAIT_MS):
            self._data.read()
            return True
        return False


def _is_off_screen(attributes: bytes, geometry: bytes) -> bool:
    """Whether a window with these is unmanaged and lies wholly above the screen or to the left of it."""
    x, y, width, height = struct.unpack_from("=hhHH", geometry, 12)
    return bool(attributes[27]) and (x + width <= 0 or y + height <= 0)


def _focus(reply: bytes) -> int:
    return int.from_bytes(reply[8:12], "little")


def _focus_or_pointer_window(replies: list[bytes]) -> int:
    focus = _focus(replies[0])
    return int.from_bytes(replies[1][12:16], "little") if focus == _POINTER_ROOT else focus
