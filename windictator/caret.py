"""Types at the caret and moves it, in one window after the other; tells and counts what came of it.

It knows no texts, only how far the caret stands from where it belongs: behind what was typed last.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.errors import WinDictatorError
from windictator.keyboard.chord import CHORD_MARK, Chord
from windictator.keyboard.keysyms import LEFT, RIGHT
from windictator.ports import ConnectionLost, Listener, Stop, Typed
from windictator.text.caret_path import CARET_LEFT, CARET_RIGHT, text_in
from windictator.text.fates import Turn

_SHIFT_LEFT, _SHIFT_RIGHT = (Chord(frozenset(("shift",)), keysym) for keysym in (LEFT, RIGHT))
#: Stops by which, where no key has been confirmed, none was sent either.
_BEFORE_THE_FIRST_KEY = frozenset(
    {
        *(Stop.KEYS_HELD, Stop.DEAD_KEY, Stop.GRABBED, Stop.HOTKEY, Stop.OWN_HOTKEY, Stop.DISABLED),
        *(Stop.POINTER_HELD, Stop.NOT_EXCLUSIVE),
    }
)


def was_sent(typed: Typed) -> bool:
    """Whether any key may have been sent."""
    return bool(typed.keys) or typed.stopped_by not in _BEFORE_THE_FIRST_KEY


class TextTypist(Protocol):
    """What is needed of a Typist."""

    def edit(self, erase: int, insert: str, window: int | None = None) -> Deferred[Typed]:
        """BackSpaces, then text, into ``window`` or, if None, where the focus is. U+0002 is the key Left, U+0006
        Right."""

    def press(
        self, chords: Sequence[Chord], window: int | None = None, *, exact: bool = False
    ) -> Deferred[Typed]:
        """Press and release each chord, likewise; ``CHORD_MARK`` stands for each in ``Typed``. ``exact``: none counts
        that may have gone elsewhere."""

    def stop(self, reason: Stop = Stop.CANCELLED) -> None:
        """End the typing under way after the keystroke that is being confirmed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an utterance or a request.

    ``text``: what was typed, ``erased``: BackSpaces confirmed. ``window``: where, 0 for nowhere. ``refusal``: why
    something was not carried out, "" if everything was. ``stopped``: why typing ended early, None if it did not.
    ``keys``: key events confirmed. ``forcible``: whether what was refused may be done by ``force``. ``turns``: of the
    ledger, in their order. ``doubtful``: numbers, from 0, of the heard words that may well be others.
    """

    text: str = ""
    erased: int = 0
    window: int = 0
    refusal: str = ""
    stopped: Stop | None = None
    keys: int = field(default=0, compare=False)
    forcible: bool = field(default=False, compare=False)
    turns: tuple[Turn, ...] = field(default=(), compare=False)
    doubtful: tuple[int, ...] = ()


class Selection(NamedTuple):
    """Where the caret stands instead of where it belongs: before ``length`` characters that we have selected, behind
    which ``back`` others stand. It may be that nothing is selected, after a stop."""

    window: int
    back: int
    length: int


class Caret:
    """``typist``: types. ``listener``: is told what was done and what was refused. ``lost``: called with a window where
    the caret has been stopped on its way: it stands where the keys that were confirmed have led, or near that."""

    def __init__(self, typist: TextTypist, listener: Listener, lost: Callable[[int], None]) -> None:
        self._typist = typist
        self._listener = listener
        self._lost = lost
        self.outcome = Outcome()
        self._selections: dict[int, Selection] = {}
        self.inputs = 0
        """How often others have pressed something that may have moved a caret."""
        self._trusted: dict[int, int] = {}  # how often they had when nobody else can have moved that window's caret
        self.keys = 0
        self.refusals = 0
        self.hint = ""  # what can be done about a refusal
        self.stopped: Typed | None = None

    @property
    def is_away(self) -> bool:
        """Whether the caret of any window stands elsewhere than where it belongs."""
        return bool(self._selections)

    def selection_in(self, window: int) -> Selection | None:
        """Where we have put the caret of ``window``; None: it stands where it belongs, or wherever somebody put it."""
        return self._selections.get(window)

    def forget(self, window: int | None = None) -> None:
        """Nobody knows any more where the caret of ``window`` stands; None: of all windows."""
        for each in list(self._selections) if window is None else [window]:
            self._selections.pop(each, None)
            self._trusted.pop(each, None)

    def trust(self, window: int) -> None:
        """Nobody else has moved the caret of ``window``, if we have put it anywhere, whatever has been pressed."""
        if window in self._selections:
            self._trusted[window] = self.inputs

    def stop(self, reason: Stop) -> None:
        """End the typing under way."""
        self._typist.stop(reason)

    def take_outcome(self) -> Outcome:
        """What has come of everything since this was last asked."""
        outcome, self.outcome = self.outcome, Outcome()
        return outcome

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.refusals += 1
        reason += self.hint
        self.outcome = replace(self.outcome, refusal=reason)
        self._listener.refused(reason)

    @inlineCallbacks
    def type(self, erase: int, text: str, window: int) -> Generator[Deferred[Any], Any, Typed | None]:
        """BackSpaces, then ``text``, where the caret belongs; None where it was refused before the first key.

        Where moves of the caret in it have been stopped on their way, it is brought back before the next.
        """
        if not (yield self.bring_back(window, exactly=bool(erase) or text_in(text) != text)):
            return None
        inputs = self.inputs
        typed: Typed | None = yield self._type(erase, text, window)
        if typed is not None and not typed.complete:
            back = typed.confirmed.count(CARET_LEFT) - typed.confirmed.count(CARET_RIGHT)
            if back:
                self._selections[window], self._trusted[window] = Selection(window, back, 0), inputs
        return typed

    @inlineCallbacks
    def press(
        self, chords: Sequence[Chord], window: int, exact: bool = False
    ) -> Generator[Deferred[Any], Any, Typed | None]:
        """Press keys where the caret is; None where it was refused before the first. ``exact``: they are a means, and
        it is not told which they were; none counts that may have gone elsewhere."""
        pressed = CHORD_MARK * len(chords)
        typed: Typed | None = yield self._done(
            lambda: self._typist.press(chords, window, exact=exact), pressed, window, quiet=exact
        )
        return typed

    @inlineCallbacks
    def select(self, window: int, back: int, length: int) -> Generator[Deferred[Any], Any, bool]:
        """Select ``length`` characters, ``back`` before where the caret belongs; whether they are selected."""
        if not (yield self.bring_back(window, exactly=True)):
            return False
        self._selections[window] = place = Selection(window, 0, 0)
        self._trusted[window] = self.inputs
        if back:
            place = yield self._moved(
                lambda: self._type(0, CARET_LEFT * back, window), lambda n: Selection(window, n, 0)
            )
        if place is not None and place.back == back:
            place = yield self._moved(
                lambda: self.press([_SHIFT_LEFT] * length, window, exact=True), lambda n: Selection(window, back, n)
            )
        return place is not None and place.length == length

    @inlineCallbacks
    def bring_back(self, window: int, exactly: bool) -> Generator[Deferred[Any], Any, bool]:
        """Let the caret of ``window`` stand where it belongs, with nothing selected; whether it does. If somebody else
        may have put it elsewhere it is left there, which is good enough where it need not be ``exactly``."""
        place = self._selections.get(window)
        if place is None:
            return True
        if self._trusted[window] != self.inputs:
            self.forget(window)
            self._lost(window)
            if exactly:
                self.refuse("the caret is not where it was put: another key or button was pressed since")
            return not exactly
        back, length = place.back, place.length
        if length:
            # Not by Right alone: where that leads from a selection is not the same everywhere.
            place = yield self._moved(
                lambda: self.press([_SHIFT_RIGHT] * length, window, exact=True),
                lambda n: Selection(window, back, length - n),
            )
        if back and place is not None and not place.length:
            place = yield self._moved(
                lambda: self._type(0, CARET_RIGHT * back, window), lambda n: Selection(window, back - n, 0)
            )
        if place is None or place.length or place.back:
            return False
        self.forget(window)
        return True

    @inlineCallbacks
    def _moved(
        self, move: Callable[[], Deferred[Typed | None]], place: Callable[[int], Selection]
    ) -> Generator[Deferred[Any], Any, Selection | None]:
        """Press keys that move the caret; ``place``: where it stands after so many. Fires with where it stands, None
        where somebody else may have moved it meanwhile."""
        inputs = self.inputs
        typed: Typed | None = yield move()
        there = place(len(typed.confirmed) if typed is not None else 0)
        if typed is not None:
            self._selections[there.window] = there
            if (not typed.complete and was_sent(typed)) or inputs != self.inputs:
                self._lost(there.window)
        return there if inputs == self.inputs else None

    def _type(self, erase: int, text: str, window: int) -> Deferred[Typed | None]:
        return self._done(lambda: self._typist.edit(erase, text, window), "\b" * erase + text, window)

    @inlineCallbacks
    def _done(
        self, act: Callable[[], Deferred[Typed]], intended: str, window: int, quiet: bool = False
    ) -> Generator[Deferred[Any], Any, Typed | None]:
        """Have it done, tell the listener, count; None where it was refused before the first key."""
        if not window:
            self.refuse(Stop.NO_FOCUS.value)
            return None
        try:
            typed: Typed = yield act()
        except ConnectionLost:
            typed = Typed(intended, "", Stop.CONNECTION_LOST)
        except WinDictatorError as error:
            self.refuse(str(error))
            return None
        self.keys += typed.keys
        if not typed.complete:
            self.stopped = typed
        confirmed = typed.confirmed.replace(CHORD_MARK, "")
        text, erased = text_in(confirmed), confirmed.count("\b")
        before = self.outcome
        self.outcome = replace(
            before,
            text=before.text + text,
            erased=before.erased + erased,
            window=window,
            stopped=typed.stopped_by,
            keys=before.keys + typed.keys,
        )
        untold = quiet and typed.complete
        self._listener.typed(text, erased, replace(typed, intended="", confirmed="") if untold else typed)
        return typed
