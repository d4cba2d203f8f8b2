"""Jobs of the typist: what to type, how, and how far it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from windictator.deferreds import call_if_late
from windictator.typist.interfaces import ConnectionLostError, NoReplyError
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.sync_points import TEXT_DEPENDENT_CHARACTERS

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.deferreds import Clock
    from windictator.errors import WinDictatorError
    from windictator.keyboard.chord import KeyCombination

T = TypeVar("T")

TARGET_UNCERTAIN = (StopReason.FOCUS_CHANGED, StopReason.GRABBED)
"""Reasons after which keys no longer go to the window."""


class KeysStoppedError(Exception):
    """End of the keystrokes before the last one.

    reason: why, None if the job has the reason already.
    """

    def __init__(self, reason: StopReason | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


class Pace(NamedTuple):
    """How keys must be pressed in one window.

    key_press_s: time to hold each key down (seconds), 0 for as short as possible.
    repeat_gap_s: time between the release of a key and its next press (seconds).
    acts_late: keys that write no character (BackSpace, Return, arrows) act later than those that do.
    return_accepts_completion: Return may accept an offer to complete the word before it.
    """

    key_press_s: float = 0.0
    repeat_gap_s: float = 0.0
    acts_late: bool = False
    return_accepts_completion: bool = False


FULL_SPEED = Pace()
"""Pace for most windows."""


@dataclass(slots=True)
class TypingJob:
    """One text, or sequence of key combinations, to type.

    text: what the result counts: characters, or one placeholder for each key combination.
    requested_window: window that the keys must go to, None for the one that has the focus when the job begins.
    combinations: the key combinations, empty for a text.
    character_keys: characters that have key combinations of their own in the window, as a line break in a chat.
    strict: treat combinations as text: moving the focus stops the job, hotkeys of other clients refuse it.
    input_count: ``UserInputTracker.input_count`` when the job was requested.
    """

    text: str
    requested_window: int | None
    combinations: tuple[KeyCombination, ...]
    character_keys: Mapping[str, KeyCombination]
    strict: bool
    input_count: int
    window: int = 0
    """Window that the keys go to, once it is known."""
    pace: Pace = FULL_SPEED
    sync_points: set[int] = field(default_factory=set)
    """Numbers of confirmed characters at which the application must have processed all keys so far."""
    confirmed_count: int = 0
    """Number of characters confirmed so far."""
    key_event_count: int = 0
    """Number of key events confirmed so far."""
    has_uncertain_key: bool = False
    """A key was sent that is not counted yet, and the window may have received it."""
    stop_reason: StopReason | None = None
    """First reason to end the job before its last key, None while it may go on."""
    target_uncertain: bool = False
    """The window has lost the focus, perhaps before the keystroke being sent, whatever stopped the job first."""
    server_silent: bool = False
    """The server did not reply in time when the job ended."""
    _cancellable: Deferred[Any] | None = None

    @property
    def focus_may_move(self) -> bool:
        """True if the keys are pressed for their effect; a confirmed key then counts even if it moves the focus."""
        return bool(self.combinations) and not self.strict

    @property
    def depends_on_text(self) -> bool:
        """True if the keys act on the current text (BackSpaces, cursor keys), which user input changes."""
        return self.strict or not TEXT_DEPENDENT_CHARACTERS.isdisjoint(self.text)

    def stop(self, reason: StopReason) -> None:
        """End the job after the keystroke that is being confirmed, and cancel what is cancellable."""
        self.stop_reason = self.stop_reason or reason
        if self._cancellable is not None:
            self._cancellable.cancel()

    def lose_focus(self, reason: StopReason) -> None:
        """End the job because its keys go elsewhere from now on.

        A hotkey of this program explains a grab that was reported before it.
        """
        self.target_uncertain = True
        if self.stop_reason is StopReason.GRABBED and reason not in TARGET_UNCERTAIN:
            self.stop_reason = reason
        self.stop(reason)

    def fail(self, error: WinDictatorError) -> None:
        """End the job because of an error of the X server or its connection."""
        if isinstance(error, NoReplyError):
            self.stop_reason = StopReason.TIMEOUT
        elif isinstance(error, ConnectionLostError):
            self.stop_reason = StopReason.CONNECTION_LOST
        else:
            self.stop_reason = StopReason.SERVER_REFUSED

    def cancellable(self, answer: Deferred[T]) -> Deferred[T]:
        """Return ``answer``, which ``stop`` cancels."""
        self._cancellable = answer

        def done(result: T) -> T:
            self._cancellable = None
            return result

        return answer.addBoth(done)

    def bounded(self, answer: Deferred[T], clock: Clock, seconds: float) -> Deferred[T]:
        """Return ``answer``, which ``stop`` cancels; if it takes longer than ``seconds``, stop with TIMEOUT."""
        return call_if_late(self.cancellable(answer), clock, seconds, self.stop, StopReason.TIMEOUT)

    def result(self) -> TypingResult:
        """Return the result; a stop that came with the last keystroke stopped nothing."""
        stopped_by = self.stop_reason if self.confirmed_count < len(self.text) else None
        confirmed = self.text[: self.confirmed_count]
        uncertain = self.has_uncertain_key and stopped_by is not None
        return TypingResult(self.text, confirmed, stopped_by, self.key_event_count, self.window, uncertain)
