"""Finds out whether another program would get our keys: a locked screen, an open menu, a hotkey.

RECORD reports a key as processed also when a grab takes it away from the window with the focus, and X has no request
that lists grabs. But a grab that somebody else holds refuses ours: so each is tried and let go in one write, between
which no event can come. A grab that begins later takes the focus from the window, which is told so, and we with it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.typist.result import StopReason
from windictator.typist.window import x_id
from windictator.x11.connection import XConnection, XRequestError
from windictator.x11.window_numbers import WindowNumbers

T = TypeVar("T")

_GRAB_KEYBOARD, _UNGRAB_KEYBOARD, _GRAB_KEY, _UNGRAB_KEY, _GET_INPUT_FOCUS = 31, 32, 33, 34, 43
_BAD_ACCESS = 10
_ASYNCHRONOUS = 1
_FOCUS_CHANGE = 1 << 21
_FOCUS_OUT = 10
#: Modes of FocusOut: the keyboard has been grabbed, and the focus has been moved while it was.
_GRAB_MODES = (1, 3)
#: Mode of FocusOut: a grab has ended. A window with the pointer in it is told so too, by every try of ours.
_UNGRAB = 2
_ALREADY_GRABBED, _FROZEN = 1, 4
_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)

#: Seconds for which an answer is believed. Trying makes the server tell the window that its keyboard is grabbed and
#: free again, as with every hotkey; not at each of the small edits of live text.
CACHE_S = 1.0


class GrabDetector:
    """Implements ports.Grabs on one connection. ``clock``: for how long an answer holds. ``windows``: what else is
    selected on windows."""

    def __init__(self, connection: XConnection, clock: Clock, windows: WindowNumbers) -> None:
        self._windows = windows
        self._connection = connection
        self._clock = clock
        self._keyboard_probed_at = float("-inf")
        self._keys_probed_at: dict[tuple[int, int], float] = {}
        self._running_probes = 0
        self._watched_window = 0
        self._on_focus_lost: Callable[[StopReason], None] | None = None
        self.own_hotkeys: frozenset[tuple[int, int]] = frozenset()
        """Keys that another connection of this program has grabbed, each with real modifiers."""
        connection.add_event_listener(self._handle_event)
        root = connection.root
        self._grab_keyboard_request = struct.pack(
            "=BBHIIBBxx", _GRAB_KEYBOARD, 1, 4, root, 0, _ASYNCHRONOUS, _ASYNCHRONOUS
        )
        self._ungrab_keyboard_request = struct.pack("=BxHI", _UNGRAB_KEYBOARD, 2, 0)

    def find_conflict(self, keys: Iterable[tuple[int, int]]) -> Deferred[StopReason | None]:
        """See ports.Grabs."""
        return self._probe(self._find_conflict(keys))

    def is_keyboard_grabbed(self) -> Deferred[bool]:
        """Whether another connection, be it of this program, holds the keyboard now. Errback: ConnectionLost."""
        return self._probe(self._is_keyboard_grabbed())

    def watch_focus(self, window: int, on_focus_lost: Callable[[StopReason], None] | None) -> Deferred[None]:
        """See ports.Grabs."""
        self._on_focus_lost = on_focus_lost
        if on_focus_lost is None or window == self._watched_window:
            return succeed(None)
        before, self._watched_window = self._watched_window, window
        requests = [self._windows.select(x_id(before))] if before else []
        requests.append(self._windows.select(x_id(window), _FOCUS_CHANGE))
        asked = self._connection.request(b"".join(requests) + _GET_FOCUS, len(requests) + 1)
        return asked.addCallbacks(lambda _reply: None, _ignore_window_gone)

    def hotkey_pressed(self, is_push_to_talk: bool, took_our_key: bool) -> None:
        """A hotkey of our own has drawn the keyboard, which ends the typing.

        ``to_talk``: it is push-to-talk, and the rest may be typed at once or when it is released. ``to_us``: so early
        that the keystroke under way has come to us.
        """
        on_lost, self._on_focus_lost = (
            self._on_focus_lost,
            None,
        )  # that the window is told of the same grab says nothing more
        if on_lost is not None:
            on_lost(StopReason.KEYS_HELD if is_push_to_talk else StopReason.FOREIGN_INPUT)
            if took_our_key:
                on_lost(StopReason.GRABBED)

    def _handle_event(self, event: bytes) -> None:
        if event[0] & 0x7F != _FOCUS_OUT or self._on_focus_lost is None:
            return
        if self._running_probes or event[8] == _UNGRAB:
            return  # by ourselves: trying the keyboard takes the focus and gives it back
        if self._windows.number(int.from_bytes(event[4:8], "little")) == self._watched_window:
            self._on_focus_lost(StopReason.GRABBED if event[8] in _GRAB_MODES else StopReason.FOCUS_CHANGED)

    def _probe(self, probe: Coroutine[Deferred[Any], Any, T]) -> Deferred[T]:
        self._running_probes += 1

        def tried(result: Any) -> Any:
            self._running_probes -= 1
            return result

        return ensureDeferred(probe).addBoth(tried)

    async def _find_conflict(self, keys: Iterable[tuple[int, int]]) -> StopReason | None:
        now = self._clock.seconds()
        if now - self._keyboard_probed_at > CACHE_S:
            if await self._is_keyboard_grabbed():
                return StopReason.GRABBED
            self._keyboard_probed_at = now
        wanted = set(keys)
        if wanted & self.own_hotkeys:
            return StopReason.OWN_HOTKEY
        fresh = [key for key in wanted if now - self._keys_probed_at.get(key, float("-inf")) > CACHE_S]
        if fresh:
            root = self._connection.root
            requests = b"".join(
                struct.pack("=BBHIHBBBxxx", _GRAB_KEY, 1, 4, root, state, keycode, _ASYNCHRONOUS, _ASYNCHRONOUS)
                + struct.pack("=BBHIHxx", _UNGRAB_KEY, keycode, 3, root, state)
                for keycode, state in fresh
            )
            try:
                await self._connection.request(requests + _GET_FOCUS, 2 * len(fresh) + 1)
            except XRequestError as refused:
                if refused.code == _BAD_ACCESS and refused.major == _GRAB_KEY:
                    return StopReason.HOTKEY
                raise
            self._keys_probed_at.update(dict.fromkeys(fresh, now))
        return None

    async def _is_keyboard_grabbed(self) -> bool:
        answer = self._connection.request(self._grab_keyboard_request, flush=False)
        self._connection.send(self._ungrab_keyboard_request)
        self._connection.flush()
        return (await answer)[1] in (_ALREADY_GRABBED, _FROZEN)


def _ignore_window_gone(failure: Failure) -> None:
    """One of the two windows is; what is typed into it will not be confirmed with the focus there."""
    if not isinstance(failure.value, XRequestError):
        failure.raiseException()
