"""Detection that another client would get our keys: a locked screen, an open menu, a hotkey.

RECORD reports a key as processed even if a grab takes it away from the window with the focus, and X has no request that
lists grabs. But the server refuses a grab if another client has it. So each grab is tried and released in one write,
within which no event can come. A grab that begins later takes the focus from the window; the window gets an event, and
so does this connection.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.typist.result import StopReason
from windictator.typist.window import x_id
from windictator.x11 import events, replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError
from windictator.x11.press_target import PressTarget
from windictator.x11.window_numbers import WindowNumbers

T = TypeVar("T")

CACHE_S = 1.0
"""Time for which a result is reused, in seconds.

A trial makes the server tell the window that its keyboard is grabbed and released, as for every hotkey. Small edits of
live text must not cause that each time. If the window loses the focus meanwhile, the keyboard is tried again.
"""


class GrabDetector:
    """Grab detection on one connection.

    connection: where the keys are sent too, because ``press_target`` compares their numbers with those of events.
    clock: for ``CACHE_S``.
    windows: other events selected on windows.
    press_target: receives the changes of the focus.
    """

    def __init__(
        self, connection: XConnection, clock: Clock, windows: WindowNumbers, press_target: PressTarget
    ) -> None:
        self._windows = windows
        self._press_target = press_target
        self._connection = connection
        self._clock = clock
        self._keyboard_probed_at = float("-inf")
        self._keys_probed_at: dict[tuple[int, int], float] = {}
        self._running_probes = 0
        self._watched_window = 0
        self._on_focus_lost: Callable[[StopReason], None] | None = None
        self._own_hotkey: StopReason | None = None  # that of a hotkey which has the keyboard now
        self._stopped_by_own_hotkey = False
        self.own_hotkeys: frozenset[tuple[int, int]] = frozenset()
        """Keys that another connection of this program has grabbed, each with real modifiers."""
        connection.add_event_listener(self._handle_event)

    def find_conflict(self, keys: Iterable[tuple[int, int]]) -> Deferred[StopReason | None]:
        """Fire with the reason why ``keys`` would go to another client, None if they would not."""
        return self._probe(self._find_conflict(keys))

    def is_keyboard_grabbed(self) -> Deferred[bool]:
        """Fire with True if another connection, even of this program, holds the keyboard."""
        return self._probe(self._is_keyboard_grabbed())

    def watch_focus(self, window: int, on_focus_lost: Callable[[StopReason], None] | None) -> Deferred[None]:
        """Call ``on_focus_lost`` when keys meant for ``window`` go elsewhere; None: no longer. Fire when this works."""
        self._on_focus_lost = on_focus_lost
        if on_focus_lost is None:
            return succeed(None)
        self._press_target.forget()
        self._stopped_by_own_hotkey = False
        if self._own_hotkey is not None:
            self._stop_for_own_hotkey(self._own_hotkey)
        if window == self._watched_window:
            return succeed(None)
        before, self._watched_window = self._watched_window, window
        changes = [self._windows.select(x_id(before))] if before else []
        changes.append(self._windows.select(x_id(window), requests.FOCUS_CHANGE_MASK))
        asked = self._connection.request(b"".join(changes) + requests.GET_INPUT_FOCUS, len(changes) + 1)
        return asked.addCallbacks(lambda _reply: None, _ignore_window_gone)

    @property
    def press_reached_window(self) -> bool:
        """True if the window that is watched had the focus when the last press was processed."""
        return self._press_target.had_focus(by_own_hotkey=self._stopped_by_own_hotkey)

    def hotkey_pressed(self, is_push_to_talk: bool) -> None:
        """Stop the typing: a hotkey of this program has grabbed the keyboard.

        The window reports the same grab, earlier or later.
        is_push_to_talk: the rest may be typed at once or when the hotkey is released.
        """
        self._own_hotkey = StopReason.KEYS_HELD if is_push_to_talk else StopReason.FOREIGN_INPUT
        self._stop_for_own_hotkey(self._own_hotkey)

    def hotkey_ended(self) -> None:
        """Take note that the hotkey no longer has the keyboard."""
        self._own_hotkey = None

    def _stop_for_own_hotkey(self, reason: StopReason) -> None:
        if self._on_focus_lost is not None:
            self._stopped_by_own_hotkey = True
            self._on_focus_lost(reason)

    def _handle_event(self, event: bytes) -> None:
        if events.event_type(event) not in (events.FOCUS_IN, events.FOCUS_OUT):
            return
        change = events.parse_focus_event(event)
        if self._running_probes or self._windows.number(change.window) != self._watched_window:
            return  # because a trial of ours takes the focus and returns it
        if not change.is_out:
            self._press_target.returned(events.sequence(event), change)
        elif not change.ends_grab:  # the window under the pointer sees the end of a grab like that
            self._keyboard_probed_at = float("-inf")
            if self._on_focus_lost is not None:
                self._press_target.lost(events.sequence(event), change)
                self._on_focus_lost(StopReason.GRABBED if change.is_grab else StopReason.FOCUS_CHANGED)

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
            trials = b"".join(
                requests.grab_key(root, keycode, state, owner_events=True) + requests.ungrab_key(root, keycode, state)
                for keycode, state in fresh
            )
            try:
                await self._connection.request(trials + requests.GET_INPUT_FOCUS, 2 * len(fresh) + 1)
            except XRequestError as refused:
                if requests.is_refused_key_grab(refused.code, refused.major):
                    return StopReason.HOTKEY
                raise
            self._keys_probed_at.update(dict.fromkeys(fresh, now))
        return None

    async def _is_keyboard_grabbed(self) -> bool:
        answer = self._connection.request(requests.grab_keyboard(self._connection.root), flush=False)
        self._connection.send(requests.UNGRAB_KEYBOARD)
        self._connection.flush()
        return replies.grab_status(await answer) in (replies.GRAB_ALREADY_GRABBED, replies.GRAB_FROZEN)


def _ignore_window_gone(failure: Failure) -> None:
    """Ignore that one of the two windows is gone: keys into it are not confirmed with the focus there."""
    if not isinstance(failure.value, XRequestError):
        failure.raiseException()
