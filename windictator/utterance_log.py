"""What was heard and typed lately: in memory, and on disk only if the user asks for it."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from windictator.writing import Outcome


@dataclass(frozen=True, slots=True)
class LoggedUtterance:
    """``time``: when it was carried out, ISO 8601 in UTC. ``heard``: "" for text that was typed as it was given.

    ``typed``: what was confirmed, ``erased``: BackSpaces before it. ``window``: where. ``refused``: why something was
    not carried out, "" if everything was.
    """

    time: str
    heard: str
    typed: str
    erased: int
    window: int
    refused: str


class UtteranceLog:
    """The last ``length`` utterances. ``path``: JSON lines are appended there, readable by the user alone; None:
    nothing is written. ``now``: seconds since 1970. ``on_problem``: told, in one line, when the file cannot be written.
    """

    def __init__(
        self, length: int, path: Path | None, now: Callable[[], float], on_problem: Callable[[str], None]
    ) -> None:
        self._utterances: deque[LoggedUtterance] = deque(maxlen=length)
        self._path = path
        self._now = now
        self._on_problem = on_problem

    def add(self, heard: str, outcome: Outcome) -> None:
        """Remember what came of an utterance."""
        stopped = outcome.stopped.value if outcome.stopped else ""
        utterance = LoggedUtterance(
            datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds"),
            heard,
            outcome.text,
            outcome.erased,
            outcome.window,
            outcome.refusal or stopped,
        )
        self._utterances.append(utterance)
        if self._path is not None:
            self._write(utterance)

    def last(self, count: int) -> list[LoggedUtterance]:
        """The last ``count`` utterances, oldest first."""
        return list(self._utterances)[-count:] if count > 0 else []

    def configure(self, length: int, path: Path | None) -> None:
        """Keep another number of them, or in another place, from now on."""
        self._utterances = deque(self._utterances, maxlen=length)
        self._path = path

    def _write(self, utterance: LoggedUtterance) -> None:
        assert self._path is not None
        line = json.dumps(asdict(utterance), ensure_ascii=False, separators=(",", ":")) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
            try:
                os.fchmod(descriptor, 0o600)  # it may have been there with other permissions
                _write_whole(descriptor, line.encode("utf-8", "surrogatepass"))
            finally:
                os.close(descriptor)
        except OSError as error:
            self._on_problem(
                f"the history cannot be written to {self._path}: {error.strerror};"
                " it is kept in memory only from now on"
            )
            self._path = None


def _write_whole(descriptor: int, data: bytes) -> None:
    """All of it or, where the disk is full, nothing: half a line would spoil the file. Raises OSError."""
    size = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        os.ftruncate(descriptor, size)
        raise
