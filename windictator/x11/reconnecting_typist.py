"""Typist that reconnects to its display when the X server goes and comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER, KeyCombination
from windictator.typist.interfaces import ConnectionLostError, NoReplyError
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.typist import Typist
from windictator.x11.display_claim import DisplayTakenError
from windictator.x11.typing_backend import X11Backend

RETRY_INTERVAL_S = 1.0
"""Time between attempts to reach a display that has gone, in seconds."""
MAPPING_IDLE_TIMEOUT_S = 30.0
"""Time without typing after which temporary mappings are removed, in seconds."""


class ReconnectingTypist:
    """``TextTypist`` on a display that may go and come back.

    open_backend: connects; called with the function to call when the display is lost.
    build_typist: creates a Typist on an open display.
    on_change: called with True when the display is available again, with False when it has gone.
    on_taken: called once, with the reason, if the display is available again but another program dictates on it; it is
        opened as soon as that program ends.
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
        """Open display, None while it is lost."""

    async def open(self) -> None:
        """Connect to the display. Raises XDisplayError, DisplayTakenError."""
        keyboard = await self._open_backend(self._display_lost)
        if self._is_closed:
            await keyboard.close()
            return
        self.backend = keyboard
        self.replace_typist(self._build_typist)

    def replace_typist(self, build_typist: Callable[[X11Backend], Typist]) -> None:
        """Type with another Typist from now on; no typing may be in progress."""
        self._build_typist = build_typist
        if self.backend is not None:
            self._typist = build_typist(self.backend)

    async def close(self) -> bool:
        """Restore the keyboard and disconnect; return False if an application did not answer in time."""
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
        """Edit as ``Typist.edit`` does; stop at once while the display is lost."""
        typist = self._typist_for_work()
        if typist is None:
            return succeed(TypingResult("\b" * erase + insert, "", StopReason.CONNECTION_LOST))
        return typist.edit(erase, insert, window, keys).addBoth(self._start_idle_timer, typist)

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """Press as ``Typist.press`` does; stop at once while the display is lost."""
        typist = self._typist_for_work()
        if typist is None:
            return succeed(TypingResult(COMBINATION_PLACEHOLDER * len(chords), "", StopReason.CONNECTION_LOST))
        return typist.press(chords, window, strict=strict).addBoth(self._start_idle_timer, typist)

    def _typist_for_work(self) -> Typist | None:
        """Return the typist, and keep the temporary mappings, because it will type now."""
        if self._typist is not None and self._idle_timer is not None and self._idle_timer.active():
            self._idle_timer.cancel()
        return self._typist

    def _start_idle_timer(self, result: Any, typist: Typist) -> Any:
        if typist is self._typist:
            self._idle_timer = self._clock.callLater(MAPPING_IDLE_TIMEOUT_S, self._restore_keymap, typist)
        return result

    def _restore_keymap(self, typist: Typist) -> None:
        """Remove temporary mappings, which are kept between utterances but not while the user is silent."""
        typist.restore_keymap().addErrback(self._keymap_not_restored, typist)

    def _keymap_not_restored(self, failure: Failure, typist: Typist) -> None:
        """Try again later if the server does not reply; if it is gone, so are the mappings."""
        if failure.check(NoReplyError):  # type: ignore[no-untyped-call]
            self._start_idle_timer(None, typist)
        else:
            failure.trap(ConnectionLostError)  # type: ignore[no-untyped-call]

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """Stop what is being typed; see ``Typist.stop``."""
        if self._typist is not None:
            self._typist.stop(reason)

    def shut_down(self) -> None:
        """Stop typing permanently; the display stays open."""
        if self._typist is not None:
            self._typist.shut_down()

    def allow_keys(self, keycodes: frozenset[int]) -> None:
        """Type even if these keys are held; see ``Typist.allow_keys``."""
        if self._typist is not None:
            self._typist.allow_keys(keycodes)

    def focused(self) -> Deferred[int]:
        """Fire with the window that has the focus, 0 if no window has it or the display is lost.

        Errback: NoReplyError.
        """
        if self.backend is None:
            return succeed(0)
        return self.backend.focused().addErrback(_none_if_lost)

    # SelectedText

    @property
    def was_given_up(self) -> bool:
        """Whether the application has given up what it had selected; see ``PrimarySelection.was_given_up``."""
        return self.backend is not None and self.backend.selected_text.was_given_up

    def prepare(self, window: int) -> Deferred[bool]:
        """Prepare as ``PrimarySelection.prepare`` does; while the display is lost, the keys report that."""
        return self.backend.selected_text.prepare(window) if self.backend is not None else succeed(True)

    def read(self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False) -> Deferred[str | None]:
        """Read as ``PrimarySelection.read`` does; fire with None while the display is lost."""
        if self.backend is None:
            return succeed(None)
        return self.backend.selected_text.read(window, is_expected, is_settled)

    def restore(self, window: int) -> Deferred[None]:
        """Restore as ``PrimarySelection.restore`` does."""
        return self.backend.selected_text.restore(window) if self.backend is not None else succeed(None)

    # Loss of the display

    def _display_lost(self) -> None:
        keyboard, self.backend, self._typist = self.backend, None, None
        if self._is_closed or keyboard is None:
            return
        ensureDeferred(keyboard.close())  # ends the guardian and the other connection
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


def _none_if_lost(failure: Failure) -> int:
    failure.trap(ConnectionLostError)  # type: ignore[no-untyped-call]
    return 0
