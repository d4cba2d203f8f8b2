"""The caret: types text and moves the caret in one window after the other.

It knows no texts, only the distance of each caret from where it belongs: after the text that was typed last.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.events import Typed
from windictator.dictation.interfaces import TypingPort
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused
from windictator.errors import WinDictatorError
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER, KeyCombination
from windictator.keyboard.keysyms import LEFT, RIGHT
from windictator.refusals import Refusal, RefusalCode, refusal_of
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT, visible_text
from windictator.text.line_breaks import in_line_breaks
from windictator.typist.interfaces import ConnectionLostError
from windictator.typist.result import StopReason, TypingResult

_SHIFT_LEFT, _SHIFT_RIGHT = (KeyCombination(frozenset(("shift",)), keysym) for keysym in (LEFT, RIGHT))
_CARET_MOVED = Refusal(
    RefusalCode.CARET_MOVED,
    "You typed or clicked while I was moving the caret.",
    "Look at the text, then say it again.",
)
_NO_FOCUS = Refusal(
    RefusalCode.NO_FOCUS, "No window has the keyboard focus.", "Click into the window you want to write in."
)
#: Stop reasons after which a key that was not confirmed may have been delivered, even one sent in a group of keys that
#: is delivered completely or not at all.
_MAY_BE_DELIVERED = frozenset(
    {StopReason.TIMEOUT, StopReason.UNCONFIRMED, StopReason.CONNECTION_LOST, StopReason.SERVER_REFUSED}
)


def may_have_reached_window(typed: TypingResult) -> bool:
    """Return whether any key may have been sent."""
    return bool(typed.key_event_count) or typed.stopped_by is None or not typed.stopped_by.before_first_key


class Selection(NamedTuple):
    """The position of a caret that is not where it belongs, and what is selected from there."""

    window: int
    distance_from_end: int
    """Presses of Right from the end of the selection to where the caret belongs."""
    length: int
    """Selected characters; 0 after a stop, if nothing is selected."""
    is_reversed: bool = False
    """Whether Shift+Right selected them, as in text that is written from right to left."""
    is_at_edge: bool = False
    """Whether the keys have selected nothing, because the caret is where the text begins or ends."""


class Caret:
    """Types and presses keys, and tracks the caret of each window.

    typist: types text and presses keys.
    on_position_unknown: called with a window whose caret was stopped on its way, near the confirmed position.
    keeps_selections: returns whether an empty selection in a window still takes the next BackSpace.
    """

    def __init__(
        self,
        typist: TypingPort,
        on_position_unknown: Callable[[int], None],
        keeps_selections: Callable[[int], bool] = lambda window: False,
    ) -> None:
        self._keeps_selections = keeps_selections
        self._typist = typist
        self._on_position_unknown = on_position_unknown
        self._selections: dict[int, Selection] = {}
        self.input_count = 0
        """Number of presses by the user that may have moved a caret."""
        #: For each window the value of ``input_count`` up to which only WinDictator can have moved its caret.
        self._unmoved_until: dict[int, int] = {}
        self.attempt_count = 0
        """Number of times that the typist was asked to type or press something."""

    @property
    def has_moved(self) -> bool:
        """Whether the caret of any window is not where it belongs."""
        return bool(self._selections)

    @property
    def moved_in(self) -> list[int]:
        """The windows whose caret is not where it belongs."""
        return list(self._selections)

    def selection_in(self, window: int) -> Selection | None:
        """Return where WinDictator has put the caret of ``window``.

        None: it is where it belongs, or the user may have moved it.
        """
        return self._selections.get(window)

    def forget(self, window: int | None = None) -> None:
        """Forget where the caret of ``window`` is; None: of every window."""
        for each in list(self._selections) if window is None else [window]:
            self._selections.pop(each, None)
            self._unmoved_until.pop(each, None)

    def mark_unmoved(self, window: int) -> None:
        """Record that the user has not moved the caret of ``window`` since WinDictator put it there."""
        if window in self._selections:
            self._unmoved_until[window] = self.input_count

    def stop(self, reason: StopReason) -> None:
        """Stop the current typing."""
        self._typist.stop(reason)

    # Typing

    @inlineCallbacks
    def type(
        self, erase: int, text: str, window: int, keys: Mapping[str, KeyCombination] | None = None
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Send BackSpaces, then type ``text``, where the caret belongs.

        ``keys``: characters that are typed with keys of their own there. A caret whose moves in the text were stopped
        is brought back before the next typing.
        """
        back = NOTHING_DONE
        if window in self._selections:
            back += yield self.return_to_end(window, strict=bool(erase) or visible_text(text) != text)
            if not back.done:
                return back
        inputs = self.input_count
        result: CommandResult = yield self._type(erase, text, window, keys)
        if result.typed is not None and not result.done:
            self._track_stopped_moves(window, result.typed, inputs)
        return back + result

    @inlineCallbacks
    def type_over(
        self, window: int, moves: str, backspaces: str, text: str, keys: Mapping[str, KeyCombination] | None = None
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Erase the selection made by ``select`` with one BackSpace, then type ``text``.

        The keys that bring the caret back are in ``text``.

        moves: stands in the result for the keys that went back.
        backspaces: stands in the result for the BackSpace.
        keys: see ``type``.
        """
        inputs, lead = self.input_count, moves + backspaces
        if window not in self._selections or self._unmoved_until[window] != inputs:
            self.forget(window)
            self._on_position_unknown(window)
            return refused(_CARET_MOVED)

        def counted(typed: TypingResult) -> TypingResult:
            confirmed = lead + typed.confirmed[1:] if typed.confirmed else moves
            return replace(typed, requested=lead + text, confirmed=confirmed)

        result: CommandResult = yield self._execute(
            lambda: self._typist.edit(1, text, window, keys).addCallback(counted), lead + text, window
        )
        typed = result.typed
        if typed is None or (not typed.key_event_count and typed.stopped_by not in _MAY_BE_DELIVERED):
            back: CommandResult = yield self.return_to_end(window, strict=False)
            return result + back
        self.forget(window)
        if not typed.complete:
            self._track_stopped_moves(window, typed, inputs)
        return result

    def _track_stopped_moves(self, window: int, typed: TypingResult, inputs: int) -> None:
        back = typed.confirmed.count(CARET_LEFT) - typed.confirmed.count(CARET_RIGHT)
        if back:
            self._selections[window], self._unmoved_until[window] = Selection(window, back, 0), inputs

    def press(self, chords: Sequence[KeyCombination], window: int, strict: bool = False) -> Deferred[CommandResult]:
        """Press key combinations where the caret is.

        ``strict``: they only prepare something. Their names are not reported, and none counts that may have gone to
        another window.
        """
        pressed = COMBINATION_PLACEHOLDER * len(chords)
        return self._execute(
            lambda: self._typist.press(chords, window, strict=strict), pressed, window, is_preparation=strict
        )

    # Selecting

    @inlineCallbacks
    def select(
        self, window: int, distance_from_end: int, length: int, is_reversed: bool = False
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        """Select ``length`` characters that end ``distance_from_end`` characters before where the caret belongs."""
        result: CommandResult = yield self.return_to_end(window, strict=True)
        if not result.done:
            return result
        self._selections[window] = place = Selection(window, 0, 0)
        self._unmoved_until[window] = self.input_count
        current: Selection | None = place
        if distance_from_end:
            current, moved = yield self._press_and_track(
                lambda: self._type(0, CARET_LEFT * distance_from_end, window), lambda n: Selection(window, n, 0)
            )
            result += moved
        if current is not None and current.distance_from_end == distance_from_end:
            current, moved = yield self._press_and_track(
                lambda: self.press([_selecting_keys(is_reversed)] * length, window, strict=True),
                lambda n: Selection(window, distance_from_end, n, is_reversed),
            )
            result += moved
        return result if current is not None and current.length == length else result.failed()

    @inlineCallbacks
    def extend_selection(self, window: int, change: int) -> Generator[Deferred[Any], Any, CommandResult]:
        """Select ``change`` characters more, or fewer if it is negative."""
        place = self._selections[window]
        keys = _selecting_keys(place.is_reversed != (change < 0))
        moved: Selection | None
        result: CommandResult
        moved, result = yield self._press_and_track(
            lambda: self.press([keys] * abs(change), window, strict=True),
            lambda n: place._replace(length=place.length + (n if change > 0 else -n)),
        )
        return result if moved is not None and moved.length == place.length + change else result.failed()

    @inlineCallbacks
    def leave_selection(self, window: int) -> Generator[Deferred[Any], Any, CommandResult]:
        """Press Left where something is selected.

        The caret is before the selection then or, in some applications, one character further back.
        """
        length = self._selections[window].length
        moved: Selection | None
        result: CommandResult
        moved, result = yield self._press_and_track(
            lambda: self._type(0, CARET_LEFT, window), lambda n: Selection(window, n * length, length - n * length)
        )
        return result if moved is not None and not moved.length else result.failed()

    @inlineCallbacks
    def select_forward(self, window: int, length: int, skip: int = 0) -> Generator[Deferred[Any], Any, CommandResult]:
        """Select ``length`` characters after the caret, without the first ``skip`` ones."""
        back = self._selections[window].distance_from_end
        place: Selection | None = self._selections[window]
        result = NOTHING_DONE
        if skip:
            place, result = yield self._press_and_track(
                lambda: self._type(0, CARET_RIGHT * skip, window), lambda n: Selection(window, back - n, 0)
            )
        if place is not None and place.distance_from_end == back - skip:
            place, moved = yield self._press_and_track(
                lambda: self.press([_SHIFT_RIGHT] * length, window, strict=True),
                lambda n: Selection(window, back - skip, n, is_reversed=True),
            )
            result += moved
        return result if place is not None and place.length == length else result.failed()

    @inlineCallbacks
    def unselect_forward(self, window: int) -> Generator[Deferred[Any], Any, CommandResult]:
        """Undo ``select_forward`` where the caret was found one character further back than was assumed."""
        _, back, length, *_ = self._selections[window]
        moved: Selection | None
        result: CommandResult
        moved, result = yield self._press_and_track(
            lambda: self.press([_SHIFT_LEFT] * length, window, strict=True),
            lambda n: Selection(window, back + 1, length - n, is_reversed=True),
        )
        return result if moved is not None and not moved.length else result.failed()

    @inlineCallbacks
    def end_selection(self, window: int) -> Generator[Deferred[Any], Any, CommandResult]:
        """Press Left and Right where it is not known whether a character beside the caret is selected.

        Nothing is selected then, and the caret is where it belongs if nothing was.
        """
        result: CommandResult
        _, result = yield self._press_and_track(
            lambda: self._type(0, CARET_LEFT + CARET_RIGHT, window), lambda n: Selection(window, n % 2, 0)
        )
        if result.done:
            self.forget(window)
        return result

    def set_selection_length(self, window: int, length: int) -> None:
        """Set the number of presses that bring the caret back from the selection in ``window``."""
        self._selections[window] = self._selections[window]._replace(length=length, is_at_edge=not length)

    @inlineCallbacks
    def return_to_end(self, window: int, strict: bool) -> Generator[Deferred[Any], Any, CommandResult]:
        """Bring the caret of ``window`` back to where it belongs, with nothing selected.

        A caret that the user may have moved is left there. With ``strict`` that is refused.
        """
        place = self._selections.get(window)
        if place is None:
            return NOTHING_DONE
        ends_selection = place.is_at_edge and self._keeps_selections(window)
        if not place.distance_from_end and not place.length and not ends_selection:
            self.forget(window)
            return NOTHING_DONE
        if self._unmoved_until[window] != self.input_count:
            self.forget(window)
            self._on_position_unknown(window)
            return refused(_CARET_MOVED) if strict else NOTHING_DONE
        _, back, length, is_reversed, _ = place
        current: Selection | None = place
        result = NOTHING_DONE
        if length:
            # Not by Right alone: where that leads from a selection is not the same everywhere.
            current, moved = yield self._press_and_track(
                lambda: self.press([_selecting_keys(not is_reversed)] * length, window, strict=True),
                lambda n: Selection(window, back, length - n, is_reversed),
            )
            result += moved
        if length and not back and current is not None and not current.length and self._keeps_selections(window):
            current, moved = yield self._press_and_track(
                lambda: self._type(0, CARET_LEFT + CARET_RIGHT, window), lambda n: Selection(window, n % 2, 0)
            )
            result += moved
        elif ends_selection:
            # First to the side that has text, if there is any.
            keys = CARET_LEFT + CARET_RIGHT if is_reversed else CARET_RIGHT + CARET_LEFT
            current, moved = yield self._press_and_track(
                lambda: self._type(0, keys, window), lambda n: Selection(window, 0, 0)
            )
            result += moved
        if back and current is not None and not current.length:
            current, moved = yield self._press_and_track(
                lambda: self._type(0, CARET_RIGHT * back, window), lambda n: Selection(window, back - n, 0)
            )
            result += moved
        if current is None or current.length or current.distance_from_end:
            return result.failed()
        self.forget(window)
        return result

    @inlineCallbacks
    def _press_and_track(
        self, move: Callable[[], Deferred[CommandResult]], position_after: Callable[[int], Selection]
    ) -> Generator[Deferred[Any], Any, tuple[Selection | None, CommandResult]]:
        """Press keys that move the caret.

        ``position_after`` returns the position after a number of keys. Fires with the position, None if the user may
        have moved the caret meanwhile, and the result.
        """
        inputs = self.input_count
        result: CommandResult = yield move()
        typed = result.typed
        there = position_after(len(typed.confirmed) if typed is not None else 0)
        if typed is not None:
            if there.window in self._selections:  # else the user has moved the caret meanwhile
                self._selections[there.window] = there
            if (not typed.complete and may_have_reached_window(typed)) or inputs != self.input_count:
                self._on_position_unknown(there.window)
        return there if inputs == self.input_count else None, result.as_preparation()

    def _type(
        self, erase: int, text: str, window: int, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[CommandResult]:
        return self._execute(lambda: self._typist.edit(erase, text, window, keys), "\b" * erase + text, window)

    @inlineCallbacks
    def _execute(
        self,
        action: Callable[[], Deferred[TypingResult]],
        requested: str,
        window: int,
        is_preparation: bool = False,
    ) -> Generator[Deferred[Any], Any, CommandResult]:
        if not window:
            return replace(refused(_NO_FOCUS), stopped=StopReason.NO_FOCUS)
        self.attempt_count += 1
        try:
            typed: TypingResult = yield action()
        except ConnectionLostError:
            typed = TypingResult(requested, "", StopReason.CONNECTION_LOST)
        except WinDictatorError as error:
            return refused(refusal_of(error, RefusalCode.TYPING_FAILED))
        confirmed = typed.confirmed.replace(COMBINATION_PLACEHOLDER, "")
        text, erased = in_line_breaks(visible_text(confirmed)), confirmed.count("\b")
        is_unreported = is_preparation and typed.complete
        reported = replace(typed, requested="", confirmed="") if is_unreported else typed
        return CommandResult(
            text=text,
            erased=erased,
            window=window,
            stopped=typed.stopped_by,
            key_event_count=typed.key_event_count,
            done=typed.complete,
            typed=typed,
            events=(Typed(text, erased, reported),),
        )


def _selecting_keys(is_right: bool) -> KeyCombination:
    return _SHIFT_RIGHT if is_right else _SHIFT_LEFT
