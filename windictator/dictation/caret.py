"""Types at the caret and moves it, in one window after the other; tells and counts what came of it.

It knows no texts, only how far the caret stands from where it belongs: behind what was typed last.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.events import OnEvent, Refused, Typed
from windictator.dictation.text_status import StepChange
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER, KeyCombination
from windictator.keyboard.keysyms import LEFT, RIGHT
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT, visible_text
from windictator.text.line_breaks import in_line_breaks
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason, TypingResult

_SHIFT_LEFT, _SHIFT_RIGHT = (KeyCombination(frozenset(("shift",)), keysym) for keysym in (LEFT, RIGHT))
_CARET_MOVED = "the caret is not where it was put: another key or button was pressed since"
#: Stops by which a key that was not confirmed may have been delivered all the same, even one that is sent together with
#: others or not at all.
_MAY_BE_DELIVERED = frozenset(
    {StopReason.TIMEOUT, StopReason.UNCONFIRMED, StopReason.CONNECTION_LOST, StopReason.SERVER_REFUSED}
)


def may_have_reached_window(typed: TypingResult) -> bool:
    """Whether any key may have been sent."""
    return bool(typed.key_event_count) or typed.stopped_by is None or not typed.stopped_by.before_first_key


class TypingPort(Protocol):
    """What is needed of a Typist."""

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """BackSpaces, then text, into ``window`` or, if None, where the focus is. U+0002 is the key Left, U+0006
        Right. ``keys``: characters that are typed with keys of their own there."""

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """Press and release each chord, likewise; ``CHORD_MARK`` stands for each in ``Typed``. ``exact``: none counts
        that may have gone elsewhere."""

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """End the typing under way after the keystroke that is being confirmed."""


@dataclass(frozen=True, slots=True)
class CommandResult:
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
    stopped: StopReason | None = None
    key_event_count: int = field(default=0, compare=False)
    can_force: bool = field(default=False, compare=False)
    turns: tuple[StepChange, ...] = field(default=(), compare=False)
    low_confidence: tuple[int, ...] = ()


class Selection(NamedTuple):
    """Where the caret stands instead of where it belongs: before ``length`` characters that we have selected, behind
    which ``back`` others stand. It may be that nothing is selected, after a stop. ``is_reversed``: they were selected
    with Shift+Right, as in a text that is written from right to left."""

    window: int
    distance_from_end: int
    length: int
    is_reversed: bool = False


class Caret:
    """``typist``: types. ``listener``: is told what was done and what was refused. ``lost``: called with a window where
    the caret has been stopped on its way: it stands where the keys that were confirmed have led, or near that.
    ``keeps_selections``: whether a selection in a window that was made empty still takes the next BackSpace."""

    def __init__(
        self,
        typist: TypingPort,
        on_event: OnEvent,
        on_position_unknown: Callable[[int], None],
        keeps_selections: Callable[[int], bool] = lambda window: False,
    ) -> None:
        self._keeps_selections = keeps_selections
        self._typist = typist
        self._on_event = on_event
        self._on_position_unknown = on_position_unknown
        self.result = CommandResult()
        self._selections: dict[int, Selection] = {}
        self.input_count = 0
        """How often others have pressed something that may have moved a caret."""
        self._unmoved_until: dict[
            int, int
        ] = {}  # how often they had when nobody else can have moved that window's caret
        self.key_event_count = 0
        self.attempt_count = 0
        """Number of times that the typist was asked to type or press something."""
        self.refusal_count = 0
        self.remedy = ""  # what can be done about a refusal
        self._is_silent = False
        self.stopped: TypingResult | None = None

    @property
    def has_moved(self) -> bool:
        """Whether the caret of any window stands elsewhere than where it belongs."""
        return bool(self._selections)

    def selection_in(self, window: int) -> Selection | None:
        """Where we have put the caret of ``window``; None: it stands where it belongs, or wherever somebody put it."""
        return self._selections.get(window)

    def forget(self, window: int | None = None) -> None:
        """Nobody knows any more where the caret of ``window`` stands; None: of all windows."""
        for each in list(self._selections) if window is None else [window]:
            self._selections.pop(each, None)
            self._unmoved_until.pop(each, None)

    def mark_unmoved(self, window: int) -> None:
        """Nobody else has moved the caret of ``window``, if we have put it anywhere, whatever has been pressed."""
        if window in self._selections:
            self._unmoved_until[window] = self.input_count

    def stop(self, reason: StopReason) -> None:
        """End the typing under way."""
        self._typist.stop(reason)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Inside of the block it is not told that keys were pressed, unless they were stopped: they only prepare."""
        before, self._is_silent = self._is_silent, True
        try:
            yield
        finally:
            self._is_silent = before

    def take_result(self) -> CommandResult:
        """What has come of everything since this was last asked."""
        outcome, self.result = self.result, CommandResult()
        return outcome

    def refuse(self, reason: str) -> None:
        """Something is not carried out."""
        self.refusal_count += 1
        reason += self.remedy
        self.result = replace(self.result, refusal=reason)
        self._on_event(Refused(reason))

    @inlineCallbacks
    def type(
        self, erase: int, text: str, window: int, keys: Mapping[str, KeyCombination] | None = None
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        """BackSpaces, then ``text``, where the caret belongs; None where it was refused before the first key.
        ``keys``: characters that are typed with keys of their own there.

        Where moves of the caret in it have been stopped on their way, it is brought back before the next.
        """
        if not (yield self.return_to_end(window, strict=bool(erase) or visible_text(text) != text)):
            return None
        inputs = self.input_count
        typed: TypingResult | None = yield self._type(erase, text, window, keys)
        if typed is not None and not typed.complete:
            back = typed.confirmed.count(CARET_LEFT) - typed.confirmed.count(CARET_RIGHT)
            if back:
                self._selections[window], self._unmoved_until[window] = Selection(window, back, 0), inputs
        return typed

    @inlineCallbacks
    def press(
        self, chords: Sequence[KeyCombination], window: int, strict: bool = False
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        """Press keys where the caret is; None where it was refused before the first. ``exact``: they are a means, and
        it is not told which they were; none counts that may have gone elsewhere."""
        pressed = COMBINATION_PLACEHOLDER * len(chords)
        typed: TypingResult | None = yield self._execute(
            lambda: self._typist.press(chords, window, strict=strict), pressed, window, silent=strict
        )
        return typed

    @inlineCallbacks
    def type_over(
        self, window: int, moves: str, backspaces: str, text: str, keys: Mapping[str, KeyCombination] | None = None
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        """Erase what ``select`` has selected with one BackSpace, then type ``text``, with the keys that bring the caret
        back in it; None where it was refused before the first key.

        ``moves``, ``backspaces``: stand in ``Typed`` for the keys that went back, and for the one that erases.
        ``keys``: see ``type``.
        """
        inputs, lead = self.input_count, moves + backspaces
        if window not in self._selections or self._unmoved_until[window] != inputs:
            self.forget(window)
            self._on_position_unknown(window)
            self.refuse(_CARET_MOVED)
            return None

        def counted(typed: TypingResult) -> TypingResult:
            confirmed = lead + typed.confirmed[1:] if typed.confirmed else moves
            return replace(typed, requested=lead + text, confirmed=confirmed)

        typed: TypingResult | None = yield self._execute(
            lambda: self._typist.edit(1, text, window, keys).addCallback(counted), lead + text, window
        )
        if typed is None or (not typed.key_event_count and typed.stopped_by not in _MAY_BE_DELIVERED):
            yield self.return_to_end(window, strict=False)
            return typed
        self.forget(window)
        back = typed.confirmed.count(CARET_LEFT) - typed.confirmed.count(CARET_RIGHT)
        if back and not typed.complete:
            self._selections[window], self._unmoved_until[window] = Selection(window, back, 0), inputs
        return typed

    @inlineCallbacks
    def extend_selection(self, window: int, change: int) -> Generator[Deferred[Any], Any, bool]:
        """Select ``change`` more characters than are selected, or fewer where it is negative; whether that is done."""
        place = self._selections[window]
        chord = self._selecting_chord(place.is_reversed != (change < 0))
        moved = yield self._press_and_track(
            lambda: self.press([chord] * abs(change), window, strict=True),
            lambda n: place._replace(length=place.length + (n if change > 0 else -n)),
        )
        return moved is not None and moved.length == place.length + change

    @inlineCallbacks
    def leave_selection(self, window: int) -> Generator[Deferred[Any], Any, bool]:
        """Press Left where something is selected; whether that is done. The caret is before it then, or, where the
        application goes on from there, one character further back."""
        length = self._selections[window].length
        moved = yield self._press_and_track(
            lambda: self._type(0, CARET_LEFT, window), lambda n: Selection(window, n * length, length - n * length)
        )
        return moved is not None and not moved.length

    @inlineCallbacks
    def select_forward(self, window: int, length: int, skip: int = 0) -> Generator[Deferred[Any], Any, bool]:
        """Select ``length`` characters behind the caret, ``skip`` after where it is; whether they are selected."""
        back = self._selections[window].distance_from_end
        place: Selection | None = self._selections[window]
        if skip:
            place = yield self._press_and_track(
                lambda: self._type(0, CARET_RIGHT * skip, window), lambda n: Selection(window, back - n, 0)
            )
        if place is not None and place.distance_from_end == back - skip:
            place = yield self._press_and_track(
                lambda: self.press([_SHIFT_RIGHT] * length, window, strict=True),
                lambda n: Selection(window, back - skip, n, is_reversed=True),
            )
        return place is not None and place.length == length

    @inlineCallbacks
    def unselect_forward(self, window: int) -> Generator[Deferred[Any], Any, bool]:
        """Undo ``select_onwards``, where the caret was found to be one character further back than was assumed; whether
        that is done."""
        _, back, length, _ = self._selections[window]
        moved = yield self._press_and_track(
            lambda: self.press([_SHIFT_LEFT] * length, window, strict=True),
            lambda n: Selection(window, back + 1, length - n, is_reversed=True),
        )
        return moved is not None and not moved.length

    def set_selection_length(self, window: int, length: int) -> None:
        """So many presses bring the caret back from what is selected in ``window``."""
        self._selections[window] = self._selections[window]._replace(length=length)

    @staticmethod
    def _selecting_chord(is_right: bool) -> KeyCombination:
        return _SHIFT_RIGHT if is_right else _SHIFT_LEFT

    @inlineCallbacks
    def select(
        self, window: int, distance_from_end: int, length: int, is_reversed: bool = False
    ) -> Generator[Deferred[Any], Any, bool]:
        """Select ``length`` characters, ``back`` before where the caret belongs; whether they are selected."""
        if not (yield self.return_to_end(window, strict=True)):
            return False
        self._selections[window] = place = Selection(window, 0, 0)
        self._unmoved_until[window] = self.input_count
        if distance_from_end:
            place = yield self._press_and_track(
                lambda: self._type(0, CARET_LEFT * distance_from_end, window), lambda n: Selection(window, n, 0)
            )
        if place is not None and place.distance_from_end == distance_from_end:
            place = yield self._press_and_track(
                lambda: self.press([self._selecting_chord(is_reversed)] * length, window, strict=True),
                lambda n: Selection(window, distance_from_end, n, is_reversed),
            )
        return place is not None and place.length == length

    @inlineCallbacks
    def return_to_end(self, window: int, strict: bool) -> Generator[Deferred[Any], Any, bool]:
        """Let the caret of ``window`` stand where it belongs, with nothing selected; whether it does. If somebody else
        may have put it elsewhere it is left there, which is good enough where it need not be ``exactly``."""
        place = self._selections.get(window)
        if place is None:
            return True
        if not place.distance_from_end and not place.length:
            self.forget(window)
            return True
        if self._unmoved_until[window] != self.input_count:
            self.forget(window)
            self._on_position_unknown(window)
            if strict:
                self.refuse(_CARET_MOVED)
            return not strict
        _, back, length, is_reversed = place
        if length:
            # Not by Right alone: where that leads from a selection is not the same everywhere.
            place = yield self._press_and_track(
                lambda: self.press([self._selecting_chord(not is_reversed)] * length, window, strict=True),
                lambda n: Selection(window, back, length - n, is_reversed),
            )
        if length and not back and place is not None and not place.length and self._keeps_selections(window):
            place = yield self._press_and_track(
                lambda: self._type(0, CARET_LEFT + CARET_RIGHT, window), lambda n: Selection(window, n % 2, 0)
            )
        if back and place is not None and not place.length:
            place = yield self._press_and_track(
                lambda: self._type(0, CARET_RIGHT * back, window), lambda n: Selection(window, back - n, 0)
            )
        if place is None or place.length or place.distance_from_end:
            return False
        self.forget(window)
        return True

    @inlineCallbacks
    def _press_and_track(
        self, move: Callable[[], Deferred[TypingResult | None]], position_after: Callable[[int], Selection]
    ) -> Generator[Deferred[Any], Any, Selection | None]:
        """Press keys that move the caret; ``place``: where it stands after so many. Fires with where it stands, None
        where somebody else may have moved it meanwhile."""
        inputs = self.input_count
        typed: TypingResult | None = yield move()
        there = position_after(len(typed.confirmed) if typed is not None else 0)
        if typed is not None:
            if there.window in self._selections:  # else the user has moved the caret meanwhile
                self._selections[there.window] = there
            if (not typed.complete and may_have_reached_window(typed)) or inputs != self.input_count:
                self._on_position_unknown(there.window)
        return there if inputs == self.input_count else None

    def _type(
        self, erase: int, text: str, window: int, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult | None]:
        return self._execute(lambda: self._typist.edit(erase, text, window, keys), "\b" * erase + text, window)

    @inlineCallbacks
    def _execute(
        self, action: Callable[[], Deferred[TypingResult]], requested: str, window: int, silent: bool = False
    ) -> Generator[Deferred[Any], Any, TypingResult | None]:
        """Have it done, tell the listener, count; None where it was refused before the first key."""
        if not window:
            self.refuse(StopReason.NO_FOCUS.value)
            self.result = replace(self.result, stopped=StopReason.NO_FOCUS)
            return None
        self.attempt_count += 1
        try:
            typed: TypingResult = yield action()
        except ConnectionLostError:
            typed = TypingResult(requested, "", StopReason.CONNECTION_LOST)
        except WinDictatorError as error:
            self.refuse(str(error))
            return None
        self.key_event_count += typed.key_event_count
        if not typed.complete:
            self.stopped = typed
        confirmed = typed.confirmed.replace(COMBINATION_PLACEHOLDER, "")
        text, erased = in_line_breaks(visible_text(confirmed)), confirmed.count("\b")
        before = self.result
        self.result = replace(
            before,
            text=before.text + text,
            erased=before.erased + erased,
            window=window,
            stopped=typed.stopped_by,
            key_event_count=before.key_event_count + typed.key_event_count,
        )
        if self._is_silent and typed.complete:
            return typed
        untold = silent and typed.complete
        self._on_event(Typed(text, erased, replace(typed, requested="", confirmed="") if untold else typed))
        return typed
