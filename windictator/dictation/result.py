"""The result of a command."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from windictator.dictation.events import Event, Refused, Typed
from windictator.refusals import Refusal
from windictator.text.edit import BackspaceUnit, backspace_units
from windictator.text.line_breaks import in_line_breaks
from windictator.text.seal_reason import SealReason
from windictator.typist.result import StopReason, TypingResult

if TYPE_CHECKING:
    from windictator.dictation.text_status import StepChange


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of an utterance, of a request, or of a part of it.

    Results of consecutive parts are added: ``first + second``. Only ``Dictation`` reports them.
    """

    text: str = ""
    """The confirmed text."""
    erased: int = 0
    """Number of confirmed BackSpaces before it."""
    window: int = 0
    """Number of the window; 0 if no window was changed."""
    refusal: Refusal | None = None
    """What was not done, and why; None if nothing was refused."""
    stopped: StopReason | None = None
    """Why typing ended early; None if it did not."""
    low_confidence: tuple[int, ...] = ()
    """Positions, from 0, of the recognised words whose confidence is low."""
    key_event_count: int = field(default=0, compare=False)
    """Number of confirmed key events, presses and releases."""
    can_force: bool = field(default=False, compare=False)
    """Whether ``force`` would allow what was refused."""
    steps: tuple[StepChange, ...] = field(default=(), compare=False)
    """Steps of the ledger in their order."""
    done: bool = field(default=True, compare=False)
    """Whether everything was done as intended."""
    continue_utterance: bool = field(default=True, compare=False)
    """Whether the words after the command may follow."""
    mismatch: SealReason | None = field(default=None, compare=False)
    """Why the text in the window may differ from the typed text; None if it cannot."""
    typed: TypingResult | None = field(default=None, compare=False)
    """The typing that was asked for; None if it was refused before the first key, or if nothing was typed."""
    events: tuple[Event, ...] = field(default=(), compare=False)
    """What happened, oldest first."""

    def __add__(self, other: CommandResult) -> CommandResult:
        """Return the result of this part and of ``other``, which came after it."""
        if self is NOTHING_DONE:
            return other
        if other is NOTHING_DONE:
            return self
        return CommandResult(
            text=self.text + other.text,
            erased=self.erased + other.erased,
            window=other.window or self.window,
            refusal=other.refusal or self.refusal,
            stopped=other.stopped or self.stopped,
            low_confidence=self.low_confidence + other.low_confidence,
            key_event_count=self.key_event_count + other.key_event_count,
            can_force=self.can_force or other.can_force,
            steps=self.steps + other.steps,
            done=self.done and other.done,
            continue_utterance=self.continue_utterance and other.continue_utterance,
            mismatch=other.mismatch or self.mismatch,
            typed=other.typed or self.typed,
            events=self.events + other.events,
        )

    __iadd__ = __add__

    @property
    def may_continue(self) -> bool:
        """Whether the words after the command are executed."""
        return self.done and self.continue_utterance

    @property
    def reason(self) -> str:
        """What was refused and what to do, for the user; "" if nothing was refused."""
        return str(self.refusal) if self.refusal is not None else ""

    @property
    def early_stop(self) -> TypingResult | None:
        """The last typing that ended early."""
        for event in reversed(self.events):
            if isinstance(event, Typed) and not event.result.complete:
                return event.result
        return None

    def failed(self) -> CommandResult:
        """Return the same result as one of something that was not done."""
        return replace(self, done=False) if self.done else self

    def ending_utterance(self) -> CommandResult:
        """Return the same result as one after which the rest of the utterance is ignored."""
        return replace(self, continue_utterance=False)

    def as_preparation(self) -> CommandResult:
        """Return the same result as one of keys that only prepare the typing that was asked for."""
        return replace(self, typed=None) if self.typed is not None else self

    def without_moves(self) -> CommandResult:
        """Return the same result without reports of keys that were all confirmed."""
        events = tuple(each for each in self.events if not isinstance(each, Typed) or not each.result.complete)
        return replace(self, events=events)

    def with_remedy(self, remedy: str) -> CommandResult:
        """Return the same result with ``remedy`` as what to say or do about each refusal."""
        if not remedy or self.refusal is None:
            return self
        events = tuple(
            Refused(each.refusal.with_remedy(remedy)) if isinstance(each, Refused) else each for each in self.events
        )
        return replace(self, refusal=self.refusal.with_remedy(remedy), events=events)

    def after_partials(self, window: int, shown: str, unit: BackspaceUnit) -> CommandResult:
        """Return the result of an utterance of which partials had typed ``shown`` in ``window``.

        What was not erased of ``shown`` counts as typed by the utterance. ``unit``: what one BackSpace removes there.
        """
        if not shown:
            return self
        units = backspace_units(shown, unit)
        kept = "".join(reversed(units[self.erased :]))
        return replace(
            self,
            text=in_line_breaks(kept) + self.text,
            erased=max(self.erased - len(units), 0),
            window=self.window or window,
        )


NOTHING_DONE = CommandResult()
"""The result of doing nothing, successfully."""


def refused(refusal: Refusal, can_force: bool = False) -> CommandResult:
    """Return the result of something that is refused."""
    return CommandResult(refusal=refusal, can_force=can_force, done=False, events=(Refused(refusal),))


def reported(event: Event) -> CommandResult:
    """Return the result of something that only reports ``event``."""
    return CommandResult(events=(event,))
