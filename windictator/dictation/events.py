"""Events of dictation: one value for each thing that happens, and its JSON form."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from windictator.refusals import Outcome
from windictator.typist.result import stop_reason_values
from windictator.typist.window import x_id

if TYPE_CHECKING:
    from windictator.refusals import Refusal
    from windictator.text.catalogue import CatalogueEntry
    from windictator.typist.result import StopReason, TypingResult


def typing_result_values(result: TypingResult) -> dict[str, object]:
    """Return a result of typing as plain values for other programs.

    ``window`` is the X id of the window; ``keys`` counts confirmed key events, presses and releases.
    """
    return {
        "confirmed": result.confirmed,
        "keys": result.key_event_count,
        "window": x_id(result.window),
        **stop_reason_values(result.stopped_by),
    }


def refusal_values(refusal: Refusal) -> dict[str, object]:
    """Return a refusal as plain values: its code, its title, what happened, what to do, and the code of its cause."""
    return {
        "code": refusal.code.value,
        "title": refusal.title,
        "reason": refusal.message,
        "remedy": refusal.remedy,
        "cause": refusal.cause,
    }


def kept_message(stopped: StopReason) -> str:
    """Return what happened to words that are kept, and what to say or do now."""
    return f'{stopped.sentence} Your words are kept: say "type it here".'


def _undelivered_values(stopped: StopReason) -> dict[str, object]:
    return {
        "code": stopped.value,
        "title": Outcome.KEPT.value,
        "reason": stopped.clause,
        "remedy": f'{stopped.remedy} Your words are kept: say "type it here".'.lstrip(),
    }


@dataclass(frozen=True, slots=True)
class Ready:
    """Start of listening."""

    name: ClassVar[str] = "ready"
    window: str
    """Description of the focused window; "" without one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the user should know, such as a restart of the recognizer or a loss of sound."""

    name: ClassVar[str] = "notice"
    message: str
    """One line."""
    quotes_dictation: bool = field(default=False, compare=False, metadata={"json": lambda _: {}})
    """Whether the line contains dictated words, so that it must not be logged."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested rule for words that were corrected more than once."""

    name: ClassVar[str] = "suggestion"
    message: str
    """One line. It contains dictated words, so it must not be logged."""


class ListedAlternative(NamedTuple):
    """An alternative of a list."""

    number: int
    """The number by which it is chosen, from 1."""
    text: str
    """The text as it would be typed, without spaces at its ends."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The list of what else may have been said for a text in a window."""

    name: ClassVar[str] = "alternatives"
    text: str
    """The text in the window, without spaces at its ends."""
    items: tuple[ListedAlternative, ...]
    """The alternatives in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class CommandList:
    """The list of commands and symbols that the user asked for."""

    name: ClassVar[str] = "command_list"
    commands: tuple[CatalogueEntry, ...]
    """The entries; user commands first."""
    omitted: int = 0
    """Number of further entries that are not in ``commands``."""


@dataclass(frozen=True, slots=True)
class Partial:
    """The recognizer's best guess of an utterance that is still being spoken."""

    name: ClassVar[str] = "partial"
    text: str
    """The words so far."""


@dataclass(frozen=True, slots=True)
class Final:
    """An utterance as it was recognised, before commands and punctuation."""

    name: ClassVar[str] = "final"
    text: str
    """The words."""
    confidence: float
    """Mean confidence of the words, 0 to 1."""
    low_confidence: tuple[int, ...] = ()
    """Positions, from 0, of the words whose confidence is low."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Keys that were sent to a window: BackSpaces first, then text."""

    name: ClassVar[str] = "typed"
    text: str
    """The confirmed part of the inserted text."""
    erased: int
    """Number of confirmed BackSpaces."""
    result: TypingResult = field(metadata={"json": typing_result_values})
    """The result of both together. In JSON its values stand beside ``text``."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An utterance or command that was not carried out."""

    name: ClassVar[str] = "refused"
    refusal: Refusal = field(metadata={"json": refusal_values})
    """What was not done. It may quote dictated words. In JSON its values stand beside ``event``."""

    @property
    def reason(self) -> str:
        """What happened and what to do, one line for the user."""
        return str(self.refusal)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Words that could not be typed in the intended window and are kept."""

    name: ClassVar[str] = "undelivered"
    text: str
    """The text that is missing in the window."""
    window: int
    """X id of the intended window; 0 if it is gone."""
    stopped: StopReason = field(metadata={"json": _undelivered_values})
    """Why typing stopped there. In JSON its values stand beside ``text``."""

    @property
    def reason(self) -> str:
        """Why typing stopped there, and what to say or do now, for the user."""
        return kept_message(self.stopped)


Event = Ready | Notice | Suggestion | Alternatives | CommandList | Partial | Final | Typed | Refused | Undelivered
"""Anything that happens in a dictation."""

OnEvent = Callable[[Event], None]
"""Receives every event, in the reactor's thread. It must not block for long."""


def to_json(event: Event) -> dict[str, object]:
    """Return ``event`` as plain values: its name under "event", then its fields by their names.

    Fractions are rounded to three digits.
    """
    values: dict[str, object] = {"event": event.name}
    for each in fields(event):
        value = getattr(event, each.name)
        convert: Callable[[Any], Mapping[str, object]] | None = each.metadata.get("json")
        if convert is None:
            values[each.name] = _plain(value)
        else:
            values.update(convert(value))
    return values


def _plain(value: Any) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 3)
    if hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
