"""Keys of ours that reach the application together, with nothing of the user's between them, or not at all.

Between two BackSpaces of ours the user can press a key, and the second one would erase its character. The X server
takes in input between any two requests, also while it is grabbed, so that no burst of requests is safe. But while a
grab of the pointer freezes the pointer and the keyboard (X11 protocol, GrabPointer), the server only queues what is
pressed, in order, and RECORD reports it at that moment. So our keys are sent into the queue. If nothing of the user's
is between them or was before them, the queue is let go. Else our keys are taken out as they come from the queue, by
passive grabs, and the user's go on. The application is told nothing of it: a grab of the pointer does not move the
focus.

The server itself is held as well, so that the focus stays where it is until the keys are delivered. Both end with this
process.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.deferreds import Clock, Watchdog
from windictator.errors import WinDictatorError
from windictator.keyboard.key_events import GROUP_SHIFT, KeyEvent
from windictator.typist.result import StopReason
from windictator.x11 import xinput, xkb
from windictator.x11.connection import XConnection, XRequestError, all_replies
from windictator.x11.crash_recovery import RecoveryRecord
from windictator.x11.input_devices import KeyboardDevices

MAX_FREEZE_S = 0.25
"""Maximum time that the user's keys and clicks wait, in seconds."""
_MAX_WAIT_S = 2.0
"""Maximum time to wait for a program that holds the server, in seconds; the guardian would take more for a hang."""
_SHOULD_END_AFTER_S = 0.05
"""Time after which a transaction should end, in seconds."""

#: Round trips beyond the number of our keys until all of them have come from the queue. Each key of the user's that is
#: the same as one of ours takes one more.
_MAX_EXTRA_ROUND_TRIPS = 8
_GRAB_CONTROL = 3
_GET_CONTROLS, _CORE_KEYBOARD = 6, 0x100
#: SlowKeys, BounceKeys, StickyKeys, MouseKeys and the overlays: the server filters a key by them when it comes from the
#: queue, and does not report that ("The X Keyboard Extension: Protocol Specification", section 4).
_FILTERS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 10 | 1 << 11
_SUCCESS, _SYNCHRONOUS = 0, 0
_MAX_TREE_DEPTH = 32
_GET_FOCUS = struct.pack("=BxH", 43, 1)
_GRAB_SERVER, _UNGRAB_SERVER = struct.pack("=BxH", 36, 1), struct.pack("=BxH", 37, 1)
_UNGRAB_POINTER = struct.pack("=BxHI", 27, 2, 0)


class KeyTransaction:
    """Implements ports.Transaction on one connection.

    connection: where the keys are sent. keyboards: tell whose key it is. xtest_major, xkb_major: opcodes. will:
    sees to it that this process goes on while input is kept back. clock: bounds that time.
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
        """See ports.Transaction."""
        self.state = 0
        """Modifiers and group when it began last, as in ``KeyEvent``."""
        self.on_expire: Callable[[], None] | None = None
        """See ports.Transaction."""
        connection.add_event_listener(self._handle_event)

    @property
    def should_end(self) -> bool:
        """See ports.Transaction."""
        return self._clock.seconds() - self._started_at > _SHOULD_END_AFTER_S

    def begin(self, keycodes: Iterable[int], state: int) -> Deferred[StopReason | None]:
        """See ports.Transaction."""
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
                reply: bytes = yield self._connection.request(struct.pack("=BxHI", 38, 2, window))
            except WinDictatorError:
                return self._connection.root  # the window is gone
            child = int.from_bytes(reply[12:16], "little")
            if not child:
                break
            window = child
        return window

    @inlineCallbacks
    def _freeze(self, pointed: int, state: int) -> Generator[Deferred[Any], Any, StopReason | None]:
        ask = self._connection.request
        # The filters that count are those of the keyboard that is active, which will be ours.
        self._keyboards.reactivate()
        self._connection.send(_GRAB_SERVER)
        replies = [ask(self._key_request(xinput.grab_key, keycode), flush=False) for keycode in self._keycodes]
        for keycode in self._keycodes:
            self._connection.send(self._key_request(xinput.ungrab_key, keycode))
        grab_pointer = struct.pack("=BBHIHBBIII", 26, 0, 6, pointed, 0, _SYNCHRONOUS, _SYNCHRONOUS, 0, 0, 0)
        replies.append(ask(grab_pointer, flush=False))
        get_controls = struct.pack("=BBHHxx", self._xkb, _GET_CONTROLS, 2, _CORE_KEYBOARD)
        replies.append(ask(get_controls, flush=False))
        replies.append(ask(xkb.get_state(self._xkb)))
        try:
            *grabs, pointer, controls, modifiers = yield all_replies(replies)
        except XRequestError:
            if pointed == self._connection.root:
                raise
            self._ungrab()
            again: StopReason | None = yield self._freeze(self._connection.root, state)  # the window is gone
            return again
        if any(map(xinput.is_grab_refused, grabs)):
            return StopReason.HOTKEY
        if pointer[1] != _SUCCESS:
            return StopReason.POINTER_HELD
        now = xkb.parse_state(modifiers)
        is_as_expected = (now.held | now.latched | now.locked | now.group << GROUP_SHIFT) == state
        is_filtered = int.from_bytes(controls[56:60], "little") & _FILTERS
        if is_filtered:
            return StopReason.FILTERED
        return None if is_as_expected else StopReason.UNCONFIRMED

    def expect(self, events: Sequence[KeyEvent]) -> None:
        """Take note that these events of ours are about to be sent."""
        self._queued_count += sum(event.pressed and event.keycode in self._keycodes for event in events)

    def commit(self) -> None:
        """See ports.Transaction."""
        self._deactivate()
        self._ungrab()

    def roll_back(self) -> Deferred[None]:
        """See ports.Transaction."""
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
        """Let the queue go, and drop our keys as they come from it."""
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
        """Wait until all keys of ours have come from the queue and been dropped, then remove the grabs."""
        try:
            for _ in range(self._queued_count + _MAX_EXTRA_ROUND_TRIPS):
                if not self._queued_count:
                    break
                yield self._connection.request(_GET_FOCUS)
            for keycode in self._keycodes:
                self._connection.send(self._key_request(xinput.ungrab_key, keycode))
            self._ignore_server_grabs(False)
            yield self._connection.request(_GET_FOCUS)
        except WinDictatorError:
            pass  # the server is gone, and the grabs with it

    def _deactivate(self) -> None:
        self.active = False
        self._watchdog.stop()

    def _ungrab(self) -> None:
        self._connection.send(_UNGRAB_POINTER + _UNGRAB_SERVER, 2)
        self._connection.flush()
        self._recovery_record.set_input_frozen(False)

    def _key_request(self, request: Callable[[int, int, int, int], bytes], keycode: int) -> bytes:
        """Return a request for a key wherever the focus is: the keys in the queue go to the window that has it when
        they come from there."""
        return request(self._keyboards.opcode, self._device, self._connection.root, keycode)

    def _ignore_server_grabs(self, ignored: bool) -> None:
        """Queue XTestGrabControl: a program that holds the server, for a menu or a screenshot, would wait for the user
        while the keys of the user wait for us."""
        self._connection.send(struct.pack("=BBHBxxx", self._xtest, _GRAB_CONTROL, 2, ignored))

    def _handle_event(self, event: bytes) -> None:
        if event[0] & 0x7F != xinput.GENERIC_EVENT or event[1] != self._keyboards.opcode:
            return
        if event[8] | event[9] << 8 != xinput.KEY_PRESS:
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
