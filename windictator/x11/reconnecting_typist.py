"""The display that is typed on, lost and found again: what stays the same when the X server does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER, KeyCombination
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.typist import Typist
from windictator.x11.display_claim import DisplayTakenError
from windictator.x11.typing_backend import X11Backend

#: Seconds between attempts to reach a display that has gone.
RETRY_INTERVAL_S = 1.0
#: Seconds without typing after which characters lent to free keycodes are given back.
MAPPING_IDLE_TIMEOUT_S = 30.0


class ReconnectingTypist:
    """A ``TextTypist`` on a display that may go and come back.

    ``open_keyboard(on_lost)`` connects; ``build_typist`` makes a Typist on what it gives. ``on_change``: called with
    True when the display is there again, with False when it has gone. ``on_taken``: called once with the reason when it
    is there again but another program dictates on it; the display is opened as soon as that program ends.
    """

    def __init__(
        self,
        clock: Clock,
        open_backend: Callable[[Callable[[], None]], Awaitable[X11Backend]],
        build_typist: Callable[[X11Backend], Typist],
        on_change: Callable[[bool], None],
        on_taken: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._clock = clock
        self._open_backend = open_backend
        self._build_typist = build_typist
        self._on_change = on_change
        self._on_taken = on_taken
        self._taken_reported = False
        self._typist: Typist | None = None
        self._retry_timer: Any = None
        self._idle_timer: Any = None
        self._is_closed = False
        self.backend: X11Backend | None = None
        """The open display, None while there is none."""

    async def open(self) -> None:
        """Connect. Raises DisplayProblem."""
        keyboard = await self._open_backend(self._display_lost)
        if self._is_closed:
            await keyboard.close()
            return
        self.backend = keyboard
        self.replace_typist(self._build_typist)

    def replace_typist(self, build_typist: Callable[[X11Backend], Typist]) -> None:
        """Type with another Typist from now on; nothing may be under way."""
        self._build_typist = build_typist
        if self.backend is not None:
            self._typist = build_typist(self.backend)

    async def close(self) -> bool:
        """Let go of the display, everything given back; False if an application did not answer in time."""
        self._is_closed = True
        for timer in (self._retry_timer, self._idle_timer):
            if timer is not None and timer.active():
                timer.cancel()
        if self._typist is not None:
            self._typist.shut_down()
        keyboard, self.backend, self._typist = self.backend, None, None
        return await keyboard.close() if keyboard is not None else True

    # TextTypist

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """See ``Typist.edit``; stopped at once while there is no display."""
        typist = self._typist_for_work()
        if typist is None:
            return succeed(TypingResult("\b" * erase + insert, "", StopReason.CONNECTION_LOST))
        return typist.edit(erase, insert, window, keys).addBoth(self._start_idle_timer, typist)

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """See ``Typist.press``; stopped at once while there is no display."""
        typist = self._typist_for_work()
        if typist is None:
            return succeed(TypingResult(COMBINATION_PLACEHOLDER * len(chords), "", StopReason.CONNECTION_LOST))
        return typist.press(chords, window, strict=strict).addBoth(self._start_idle_timer, typist)

    def _typist_for_work(self) -> Typist | None:
        """It is going to type, so what is lent stays."""
        if self._typist is not None and self._idle_timer is not None and self._idle_timer.active():
            self._idle_timer.cancel()
        return self._typist

    def _start_idle_timer(self, result: Any, typist: Typist) -> Any:
        if typist is self._typist:
            self._idle_timer = self._clock.callLater(MAPPING_IDLE_TIMEOUT_S, self._restore_keymap, typist)
        return result

    def _restore_keymap(self, typist: Typist) -> None:
        """Lent characters are kept between utterances, but not while nobody speaks."""
        typist.restore_keymap().addErrback(_ignore_connection_lost)

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """See ``Typist.stop``."""
        if self._typist is not None:
            self._typist.stop(reason)

    def shut_down(self) -> None:
        """Stop typing for good; the display stays open."""
        if self._typist is not None:
            self._typist.shut_down()

    def allow_keys(self, keycodes: frozenset[int]) -> None:
        """See ``Typist.tolerate``."""
        if self._typist is not None:
            self._typist.allow_keys(keycodes)

    def focused(self) -> Deferred[int]:
        """The window that has the focus; 0 where there is none, or no display."""
        if self.backend is None:
            return succeed(0)
        return ensureDeferred(self._focused(self.backend))

    async def _focused(self, backend: X11Backend) -> int:
        try:
            return (await backend.keyer.read_state()).focus
        except ConnectionLostError:
            return 0

    # SelectedText

    def prepare(self, window: int) -> Deferred[bool]:
        """See ``ports.SelectedText``; while there is no display, the keys find that out."""
        return self.backend.selected_text.prepare(window) if self.backend is not None else succeed(True)

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """See ``ports.SelectedText``."""
        if self.backend is None:
            return succeed(None)
        return self.backend.selected_text.read(window, is_expected, is_settled)

    def restore(self, window: int) -> Deferred[None]:
        """See ``ports.SelectedText``."""
        return self.backend.selected_text.restore(window) if self.backend is not None else succeed(None)

    # Gone and back

    def _display_lost(self) -> None:
        keyboard, self.backend, self._typist = self.backend, None, None
        if self._is_closed or keyboard is None:
            return
        ensureDeferred(keyboard.close())  # lets the guardian and the other connection go
        self._on_change(False)
        self._schedule_retry()

    def _schedule_retry(self) -> None:
        if not self._is_closed:
            self._retry_timer = self._clock.callLater(RETRY_INTERVAL_S, self._retry)

    def _retry(self) -> None:
        ensureDeferred(self._reopen())

    async def _reopen(self) -> None:
        try:
            await self.open()
        except WinDictatorError as error:
            if isinstance(error, DisplayTakenError) and not self._taken_reported:
                self._taken_reported = True
                self._on_taken(str(error))
            self._schedule_retry()
            return
        self._taken_reported = False
        if not self._is_closed:
            self._on_change(True)


def _ignore_connection_lost(failure: Failure) -> Failure | None:
    return None if failure.check(ConnectionLostError) else failure  # type: ignore[no-untyped-call]
