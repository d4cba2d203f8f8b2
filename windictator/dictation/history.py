"""History of utterances: in memory, and on disk only if the user wants it."""

from __future__ import annotations

import enum
import json
import os
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from windictator.dictation.events import Undelivered
from windictator.dictation.result import CommandResult
from windictator.dictation.text_status import StepChange, TextStatus, TextStatusTracker
from windictator.text.ledger import Step, UndoHistory
from windictator.typist.window import WindowInfo, x_id


class Outcome(enum.Enum):
    """What became of an utterance; the value is the word for users."""

    TYPED = "typed"
    TYPED_LATER = "typed later"
    """Its words could not be typed at first and were kept."""
    KEPT = "kept"
    """Its words, or the last of them, could not be typed and are kept."""
    DROPPED = "dropped"
    """Its words could not be typed, and were discarded."""
    STOPPED = "stopped"
    """Typing ended early."""
    REFUSED = "refused"
    COMMAND = "command"
    """It was a command that types nothing."""
    CORRECTED = "corrected"
    ERASED = "erased"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class LoggedUtterance:
    """An utterance, and what was done for it.

    time: when it was executed, ISO 8601 in UTC.
    heard: the recognised words; "" for text that was typed as given.
    typed: the confirmed text.
    erased: number of BackSpaces before it.
    window: number of the window.
    refused: why something was not done; "" if everything was done.
    low_confidence: positions, from 0, of the words of ``heard`` whose confidence is low.
    code: stable code of ``refused``, see ``docs/messages.md``; "" if everything was done.
    """

    time: str
    heard: str
    typed: str
    erased: int
    window: int
    refused: str
    low_confidence: tuple[int, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Record:
    """An utterance with its window and its steps."""

    utterance: LoggedUtterance
    window_info: WindowInfo
    text: str = ""
    """The whole text that the utterance left, of which a correction may have typed a few letters only."""
    is_kept: bool = False
    """Whether words of it were kept, because they could not be typed."""
    steps: list[Step] = field(default_factory=list)
    """Steps of the ledger that the utterance has done."""


class History:
    """The last utterances and their results.

    length: maximum number of utterances.
    path: the file to which JSON lines are appended, readable by the user alone; None: no file.
    now: returns the time, in seconds since 1970.
    on_problem: called with one line if the file cannot be written.
    """

    def __init__(
        self, length: int, path: Path | None, now: Callable[[], float], on_problem: Callable[[str], None]
    ) -> None:
        self._records: deque[_Record] = deque()
        self._length = length
        self._text_status = TextStatusTracker()
        self._path = path
        self._now = now
        self._on_problem = on_problem

    def add(self, transcript: str, outcome: CommandResult, window_info: WindowInfo | None = None) -> None:
        """Add an utterance and its result. ``window_info``: the window that had the focus."""
        stopped = outcome.stopped.clause if outcome.stopped else ""
        code = outcome.refusal.code.value if outcome.refusal else outcome.stopped.value if outcome.stopped else ""
        utterance = LoggedUtterance(
            datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds"),
            transcript,
            outcome.text,
            outcome.erased,
            outcome.window,
            outcome.refusal.message if outcome.refusal else stopped,
            outcome.low_confidence,
            code,
        )
        known = window_info is not None and window_info.window == outcome.window
        kept = _Record(
            utterance,
            window_info if known and window_info else WindowInfo(outcome.window, "", ""),
            "".join(map(_text_after, outcome.steps)),
            any(isinstance(event, Undelivered) for event in outcome.events),
        )
        self._records.append(kept)
        for turn in outcome.steps:
            self._text_status.record(kept, turn)
            if not turn.undone:
                kept.steps.append(turn.step)
        self._trim()
        if self._path is not None:
            self._write(utterance)

    def last(self, count: int) -> list[LoggedUtterance]:
        """Return the last ``count`` utterances, oldest first."""
        return [kept.utterance for kept in self._last(count)]

    def entries(
        self, count: int, undo_history: Callable[[int], UndoHistory], kept_transcripts: Collection[str] = ()
    ) -> list[Mapping[str, object]]:
        """Return the last ``count`` utterances as plain values, oldest first.

        Each also has ``application`` and ``title`` of its window; ``undoable``: whether repeated undoing would undo it;
        ``text``: the whole words that it left; ``status``: what became of its text; ``outcome``: what became of the
        utterance, one of ``Outcome``.

        undo_history: returns what undoing reaches in a window.
        kept_transcripts: recognised words of the texts that are still kept.
        """
        last = self._last(count)
        reached = {
            step.step_id for window in {kept.utterance.window for kept in last} for step in undo_history(window).undo
        }
        return [
            {
                **_plain(kept.utterance),
                "application": kept.window_info.wm_class,
                "title": kept.window_info.title,
                "undoable": any(step.step_id in reached for step in kept.steps),
                "text": kept.text,
                "status": self._text_status.status_of(kept).value,
                "outcome": self._outcome(kept, kept_transcripts).value,
            }
            for kept in last
        ]

    def _outcome(self, record: _Record, kept_transcripts: Collection[str]) -> Outcome:
        utterance, status = record.utterance, self._text_status.status_of(record)
        if status is not TextStatus.INTACT:
            return Outcome(status.value)
        if record.is_kept:
            if utterance.heard in kept_transcripts:
                return Outcome.KEPT
            later = (each for each in self._records if each.utterance.time >= utterance.time and each is not record)
            is_typed = any(
                entry.transcript == utterance.heard for each in later for step in each.steps for entry in step.after
            )
            return Outcome.TYPED_LATER if is_typed else Outcome.DROPPED
        if utterance.refused:
            return Outcome.STOPPED if utterance.typed or utterance.erased else Outcome.REFUSED
        return Outcome.TYPED if utterance.typed else Outcome.COMMAND

    def configure(self, length: int, path: Path | None) -> None:
        """Change the maximum number of utterances and the file, from now on."""
        self._length = length
        self._trim()
        self._path = path

    def _last(self, count: int) -> list[_Record]:
        return list(self._records)[-count:] if count > 0 else []

    def _trim(self) -> None:
        while len(self._records) > self._length:
            self._text_status.forget(self._records.popleft())

    def _write(self, utterance: LoggedUtterance) -> None:
        assert self._path is not None
        line = json.dumps(_plain(utterance), ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
            try:
                os.fchmod(descriptor, 0o600)  # it may have been there with other permissions
                _write_all_or_nothing(descriptor, line.encode("utf-8", "surrogatepass"))
            finally:
                os.close(descriptor)
        except OSError as error:
            self._on_problem(
                f"the history cannot be written to {self._path}: {error.strerror};"
                " it is kept in memory only from now on"
            )
            self._path = None


def _text_after(change: StepChange) -> str:
    """Return the text of the entries that a step has changed or added, as they are after it."""
    before, after = change.step.before, change.step.after
    if change.undone:
        before, after = after, before
    return "".join(entry.typed for entry in after if entry not in before)


def _plain(utterance: LoggedUtterance) -> dict[str, object]:
    """Return the utterance as plain values, with the X id of its window."""
    return {**asdict(utterance), "window": x_id(utterance.window)}


def _write_all_or_nothing(descriptor: int, data: bytes) -> None:
    """Write all of ``data`` or, if the disk is full, nothing, because half a line would damage the file.

    Raises OSError.
    """
    size = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        os.ftruncate(descriptor, size)
        raise
