"""The display that is typed on, lost and found again: what stays the same when the X server does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.errors import WinDictatorError
from windictator.keyboard.chord import CHORD_MARK, Chord
from windictator.ports import Clock, ConnectionLost, NoReply, Stop, Typed
from windictator.typist import Typist
from windictator.x11.display_claim import DisplayTakenError
from windictator.x11.keyboard import XKeyboard

#: Seconds between attempts to reach a display that has gone.
RETRY_INTERVAL = 1.0
#: Seconds without typing after which characters lent to free keycodes are given back.
IDLE_LOAN = 30.0


class Display:
    """A ``TextTypist`` on a display that may go and come back.

    ``open_keyboard(on_lost)`` connects; ``build_typist`` makes a Typist on what it gives. ``on_change``: called with
    True when the display is there again, with False when it has gone. ``on_taken``: called once with the reason when it
    is there again but another program dictates on it; the display is opened as soon as that program ends.
    """

    def __init__(
        self,
        clock: Clock,
        open_keyboard: Callable[[Callable[[], None]], Awaitable[XKeyboard]],
        build_typist: Callable[[XKeyboard], Typist],
        on_change: Callable[[bool], None],
        on_taken: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._clock = clock
        self._open_keyboard = open_keyboard
        self._build_typist = build_typist
        self._on_change = on_change
        self._on_taken = on_taken
        self._taken_reported = False
        self._typist: Typist | None = None
        self._retry: Any = None
        self._idle: Any = None
        self._closed = False
        self.keyboard: XKeyboard | None = None
        """The open display, None while there is none."""

    async def open(self) -> None:
        """Connect. Raises DisplayProblem."""
        keyboard = await self._open_keyboard(self._lost)
        if self._closed:
            await keyboard.close()
            return
        self.keyboard = keyboard
        self.rebuild(self._build_typist)

    def rebuild(self, build_typist: Callable[[XKeyboard], Typist]) -> None:
        """Type with another Typist from now on; nothing may be under way."""
        self._build_typist = build_typist
        if self.keyboard is not None:
            self._typist = build_typist(self.keyboard)

    async def close(self) -> bool:
        """Let go of the display, everything given back; False if an application did not answer in time."""
        self._closed = True
        for timer in (self._retry, self._idle):
            if timer is not None and timer.active():
                timer.cancel()
        if self._typist is not None:
            self._typist.disable()
        keyboard, self.keyboard, self._typist = self.keyboard, None, None
        return await keyboard.close() if keyboard is not None else True

    # TextTypist

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, Chord] | None = None
    ) -> Deferred[Typed]:
        """See ``Typist.edit``; stopped at once while there is no display."""
        typist = self._busy_typist()
        if typist is None:
            return succeed(Typed("\b" * erase + insert, "", Stop.CONNECTION_LOST))
        return typist.edit(erase, insert, window, keys).addBoth(self._typed, typist)

    def press(
        self, chords: Sequence[Chord], window: int | None = None, *, exact: bool = False
    ) -> Deferred[Typed]:
        """See ``Typist.press``; stopped at once while there is no display."""
        typist = self._busy_typist()
        if typist is None:
            return succeed(Typed(CHORD_MARK * len(chords), "", Stop.CONNECTION_LOST))
        return typist.press(chords, window, exact=exact).addBoth(self._typed, typist)

    def _busy_typist(self) -> Typist | None:
        """It is going to type, so what is lent stays."""
        if self._typist is not None and self._idle is not None and self._idle.active():
            self._idle.cancel()
        return self._typist

    def _typed(self, result: Any, typist: Typist) -> Any:
        if typist is self._typist:
            self._idle = self._clock.callLater(IDLE_LOAN, self._give_back, typist)
        return result

    def _give_back(self, typist: Typist) -> None:
        """Lent characters are kept between utterances, but not while nobody speaks."""
        typist.give_back().addErrback(self._not_given_back, typist)

    def _not_given_back(self, failure: Failure, typist: Typist) -> None:
        """Try again later if the server does not reply; if it is gone, so is what was lent."""
        if failure.check(NoReply):  # type: ignore[no-untyped-call]
            self._typed(None, typist)
        else:
            failure.trap(ConnectionLost)  # type: ignore[no-untyped-call]

    def stop(self, reason: Stop = Stop.CANCELLED) -> None:
        """See ``Typist.stop``."""
        if self._typist is not None:
            self._typist.stop(reason)

    def tolerate(self, keycodes: frozenset[int]) -> None:
        """See ``Typist.tolerate``."""
        if self._typist is not None:
            self._typist.tolerate(keycodes)

    def focused(self) -> Deferred[int]:
        """The window that has the focus; 0 where there is none, or no display. Errback: NoReply."""
        if self.keyboard is None:
            return succeed(0)
        return self.keyboard.focused().addErrback(_none_if_lost)

    # SelectedText

    def prepare(self, window: int) -> Deferred[bool]:
        """See ``ports.SelectedText``; while there is no display, the keys find that out."""
        return self.keyboard.selected_text.prepare(window) if self.keyboard is not None else succeed(True)

    def read(
        self, window: int, is_expected: Callable[[str], bool], is_settled: bool = False
    ) -> Deferred[str | None]:
        """See ``ports.SelectedText``."""
        if self.keyboard is None:
            return succeed(None)
        return self.keyboard.selected_text.read(window, is_expected, is_settled)

    def restore(self, window: int) -> Deferred[None]:
        """See ``ports.SelectedText``."""
        return self.keyboard.selected_text.restore(window) if self.keyboard is not None else succeed(None)

    # Gone and back

    def _lost(self) -> None:
        keyboard, self.keyboard, self._typist = self.keyboard, None, None
        if self._closed or keyboard is None:
            return
        ensureDeferred(keyboard.close())  # lets the guardian and the other connection go
        self._on_change(False)
        self._plan_retry()

    def _plan_retry(self) -> None:
        if not self._closed:
            self._retry = self._clock.callLater(RETRY_INTERVAL, self._try_again)

    def _try_again(self) -> None:
        ensureDeferred(self._reopen())

    async def _reopen(self) -> None:
        try:
            await self.open()
        except WinDictatorError as error:
            if isinstance(error, DisplayTakenError) and not self._taken_reported:
                self._taken_reported = True
                self._on_taken(str(error))
            self._plan_retry()
            return
        self._taken_reported = False
        if not self._closed:
            self._on_change(True)


def _none_if_lost(failure: Failure) -> int:
    failure.trap(ConnectionLost)  # type: ignore[no-untyped-call]
    return 0
