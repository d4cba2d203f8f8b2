"""Keys of ours that reach the application together, without any of the user's between them, or not at all.

Between two BackSpaces of ours the user can press a key, and the second one would erase its character. The X server
accepts input between any two requests, even while it is grabbed, so no burst of requests is safe. But a grab of the
pointer can freeze the pointer and the keyboard (X11 protocol, GrabPointer). Then the server only queues what is
pressed, in order, and RECORD reports it at that moment.

So our keys are sent into the queue. If no input of the user is among them or before them, the queue is released.
Otherwise passive grabs remove our keys as they leave the queue, and the user's keys are delivered. The application
notices nothing of this, because a grab of the pointer does not move the focus.

The server itself is held as well, so that the focus stays until the keys are delivered. Both grabs end with this
process.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.deferreds import Clock, Watchdog
from windictator.errors import WinDictatorError
from windictator.keyboard.access_controls import FILTERS
from windictator.keyboard.key_events import GROUP_SHIFT, KeyEvent
from windictator.typist.result import StopReason
from windictator.x11 import events, replies, requests, xinput, xkb
from windictator.x11.connection import XConnection, all_replies
from windictator.x11.crash_recovery import RecoveryRecord
from windictator.x11.errors import XRequestError
from windictator.x11.input_devices import KeyboardDevices

MAX_FREEZE_S = 0.25
"""Maximum time that the user's keys and clicks wait, in seconds."""
_MAX_WAIT_S = 2.0
"""Maximum time to wait for a program that holds the server, in seconds; the guardian would take more for a hang."""
_SHOULD_END_AFTER_S = 0.05
"""Time after which a transaction should end, in seconds."""

_MAX_EXTRA_ROUND_TRIPS = 8
"""Round trips, beyond the number of our keys, until all of them have left the queue.

Each key of the user that equals one of ours takes one more.
"""
_MAX_TREE_DEPTH = 32


class KeyTransaction:
    """Transaction on one connection.

    connection: where the keys are sent.
    keyboards: tell whose key an event is.
    xtest_major, xkb_major: opcodes of the extensions.
    recovery_record: makes sure that this process keeps running while input is held back.
    clock: bounds that time.
    """

    def __init__(
        self,
        connection: XConnection,
        keyboards: KeyboardDevices,
        xtest_major: int,
        xkb_major: int,
        recovery_record: RecoveryRecord,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._keyboards = keyboards
        self._xtest = xtest_major
        self._xkb = xkb_major
        self._recovery_record = recovery_record
        self._clock = clock
        self._watchdog = Watchdog(clock, self._on_timeout)
        self._device = 0
        self._keycodes: tuple[int, ...] = ()
        self._queued_count = 0
        self._started_at = 0.0
        self._rolling_back: Deferred[None] | None = None
        self.active = False
        """True from ``begin`` to ``commit`` or ``roll_back``."""
        self.state = 0
        """Modifiers and group when the transaction began last, as in ``KeyEvent``."""
        self.on_expire: Callable[[], None] | None = None
        """Called after a rollback because the transaction was not ended in time."""
        connection.add_event_listener(self._handle_event)

    @property
    def should_end(self) -> bool:
        """True if the transaction has lasted so long that it should be ended."""
        return self._clock.seconds() - self._started_at > _SHOULD_END_AFTER_S

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[StopReason | None]:
        """Hold back input from now on; fire with None, or with the reason why that is impossible.

        ``keycodes``: keys that will be sent. ``state``: modifiers and group that must be active, as in ``KeyEvent``.
        """
        return self._begin(tuple(sorted(keycodes)), state)

    @inlineCallbacks
    def _begin(self, keycodes: tuple[int, ...], state: int) -> Generator[Deferred[Any], Any, StopReason | None]:
        if self._keyboards.master_keyboard is None:
            return StopReason.NOT_EXCLUSIVE
        self._device = self._keyboards.master_keyboard
        yield self._when_rolled_back()
        pointed: int = yield self._find_window_under_pointer()
        self._keycodes, self._queued_count = keycodes, 0
        refused: StopReason | None = StopReason.TIMEOUT
        self._recovery_record.set_input_frozen(True)
        freezing = self._freeze(pointed, state)
        timer = self._clock.callLater(_MAX_WAIT_S, freezing.cancel)
        try:
            refused = yield freezing
        finally:
            if timer.active():
                timer.cancel()
            if refused is not None:
                self._ungrab()
        if refused is None:
            self.active, self.state = True, state
            self._started_at = self._clock.seconds()
            self._watchdog.start(MAX_FREEZE_S)
        return refused

    @inlineCallbacks
    def _find_window_under_pointer(self) -> Generator[Deferred[Any], Any, int]:
        """Return the innermost window that has the pointer: the only one whose grab sends no EnterNotify."""
        window = self._connection.root
        for _ in range(_MAX_TREE_DEPTH):
            try:
                reply: bytes = yield self._connection.request(requests.query_pointer(window))
            except WinDictatorError:
                return self._connection.root  # the window is gone
            child = replies.pointer_child(reply)
            if not child:
                break
            window = child
        return window

    @inlineCallbacks
    def _freeze(self, pointed: int, state: int) -> Generator[Deferred[Any], Any, StopReason | None]:
        ask = self._connection.request
        # The server applies the filters of the active keyboard, which will be ours.
        self._keyboards.reactivate()
        self._connection.send(requests.GRAB_SERVER)
        pending = [ask(self._key_request(xinput.grab_key, keycode), flush=False) for keycode in self._keycodes]
        for keycode in self._keycodes:
            self._connection.send(self._key_request(xinput.ungrab_key, keycode))
        pending.append(ask(requests.grab_pointer_frozen(pointed), flush=False))
        pending.append(ask(xkb.get_controls(self._xkb, xkb.CORE_KEYBOARD), flush=False))
        pending.append(ask(xkb.get_state(self._xkb)))
        try:
            *grabs, pointer, controls, modifiers = yield all_replies(pending)
        except XRequestError:
            if pointed == self._connection.root:
                raise
            self._ungrab()
            again: StopReason | None = yield self._freeze(self._connection.root, state)  # the window is gone
            return again
        if any(map(xinput.is_grab_refused, grabs)):
            return StopReason.HOTKEY
        if replies.grab_status(pointer) != replies.GRAB_SUCCESS:
            return StopReason.POINTER_HELD
        now = xkb.parse_state(modifiers)
        is_as_expected = (now.held | now.latched | now.locked | now.group << GROUP_SHIFT) == state
        # The server filters a key when it leaves the queue, and does not report that (XKB protocol, section 4).
        if xkb.parse_controls(controls) & FILTERS:
            return StopReason.FILTERED
        return None if is_as_expected else StopReason.UNCONFIRMED

    def expect(self, sent: Sequence[KeyEvent]) -> None:
        """Take note that these events will be sent now."""
        self._queued_count += sum(event.pressed and event.keycode in self._keycodes for event in sent)

    def commit(self) -> None:
        """Deliver the keys that were sent, then the user's input."""
        self._deactivate()
        self._ungrab()

    def roll_back(self) -> Deferred[None]:
        """Deliver only the user's input; fire when that is done."""
        if self.active:
            self._deactivate()
            if self._queued_count:
                self._drop_queued_keys()
            else:
                self._ungrab()
        return self._when_rolled_back()

    def _when_rolled_back(self) -> Deferred[None]:
        fired: Deferred[None] = Deferred()
        if self._rolling_back is None:
            fired.callback(None)
        else:
            self._rolling_back.addCallback(fired.callback)
        return fired

    def _drop_queued_keys(self) -> None:
        """Release the queue, and drop our keys as they leave it."""
        self._ignore_server_grabs(True)
        grabs = [
            self._connection.request(self._key_request(xinput.grab_key, keycode), flush=False)
            for keycode in self._keycodes
        ]
        for grab in grabs:
            grab.addErrback(lambda _failure: None)  # the server is gone
        self._ungrab()
        rolling_back: Deferred[None] = Deferred()
        self._rolling_back = rolling_back

        def rolled_back(_result: Any) -> None:
            self._rolling_back, self._queued_count = None, 0
            rolling_back.callback(None)

        self._wait_for_queue().addBoth(rolled_back)

    @inlineCallbacks
    def _wait_for_queue(self) -> Generator[Deferred[Any], Any, None]:
        """Wait until all keys of ours have left the queue and been dropped, then remove the grabs."""
        try:
            for _ in range(self._queued_count + _MAX_EXTRA_ROUND_TRIPS):
                if not self._queued_count:
                    break
                yield self._connection.request(requests.GET_INPUT_FOCUS)
            for keycode in self._keycodes:
                self._connection.send(self._key_request(xinput.ungrab_key, keycode))
            self._ignore_server_grabs(False)
            yield self._connection.request(requests.GET_INPUT_FOCUS)
        except WinDictatorError:
            pass  # the server is gone, and the grabs with it

    def _deactivate(self) -> None:
        self.active = False
        self._watchdog.stop()

    def _ungrab(self) -> None:
        self._connection.send(requests.UNGRAB_POINTER + requests.UNGRAB_SERVER, 2)
        self._connection.flush()
        self._recovery_record.set_input_frozen(False)

    def _key_request(self, request: Callable[[int, int, int, int], bytes], keycode: int) -> bytes:
        """Return a request for a key on the root window, because the focus may move before keys leave the queue."""
        return request(self._keyboards.opcode, self._device, self._connection.root, keycode)

    def _ignore_server_grabs(self, ignored: bool) -> None:
        """Queue XTestGrabControl, which prevents a deadlock with a program that holds the server.

        Such a program (a menu, a screenshot) waits for the user while the user's keys wait for us.
        """
        self._connection.send(requests.grab_control(self._xtest, ignored))

    def _handle_event(self, event: bytes) -> None:
        if events.generic_type(event, self._keyboards.opcode) != xinput.KEY_PRESS:
            return
        ours = xinput.parse_device_event(event).source == self._keyboards.xtest_keyboard and self._queued_count > 0
        if ours:
            self._queued_count -= 1
        request = xinput.drop_grabbed if ours else xinput.deliver_grabbed
        self._connection.send(request(self._keyboards.opcode, self._device))
        self._connection.flush()

    def _on_timeout(self) -> None:
        self.roll_back()
        if self.on_expire is not None:
            self.on_expire()
