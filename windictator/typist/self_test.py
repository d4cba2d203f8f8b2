"""Proves typing: types rows of characters into a window of our own and compares what has arrived there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from windictator.keyboard.key_coder import UntypableError
from windictator.keyboard.self_test_characters import Row
from windictator.typist.result import StopReason
from windictator.typist.typist import Typist


class Window(Protocol):
    """The window that is typed into."""

    @property
    def window(self) -> int:
        """Its id."""

    def take_received(self) -> Deferred[str]:
        """All that has arrived there since the last call, as an application receives it: Return is U+000D."""


class SelfTestListener(Protocol):
    """What is told while typing is proved."""

    def click_wanted(self) -> None:
        """The window has not got the keyboard focus; a click into it would help."""

    def row(self, row: RowResult) -> None:
        """One row has been typed."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one row. ``name``: its kind. ``expected``, ``got``: text, line breaks as U+000A.

    ``stopped_by``: why typing ended before the end of the row. ``problem``: why it could not be typed at all, "" if it
    could.
    """

    name: str
    expected: str
    received: str
    stopped_by: StopReason | None = None
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether exactly what was meant has arrived."""
        return self.received == self.expected and self.stopped_by is None


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """What came of all rows. ``left_as_found``: locks, group and keymap afterwards are what they were before.

    ``interrupted``: ended by a signal. ``seconds``: for typing and reading back.
    """

    rows: tuple[RowResult, ...]
    keyboard_unchanged: bool
    interrupted: bool
    seconds: float

    @property
    def stopped_by(self) -> StopReason | None:
        """Why it ended before the last row, None if it did not."""
        return self.rows[-1].stopped_by if self.rows else None

    @property
    def passed(self) -> bool:
        """Whether every character has arrived and the keyboard is as it was."""
        return self.keyboard_unchanged and all(row.passed for row in self.rows)


async def run_self_test(
    rows: Iterable[Row], typist: Typist, window: Window, on_row: Callable[[RowResult], None]
) -> tuple[RowResult, ...]:
    """Type the rows into ``window``, up to the first that was stopped; what has come of each.

    What arrives there beside our text counts as wrong, from the first row on. Raises WinDictatorError.
    """
    await window.take_received()
    proved = []
    for row in rows:
        stopped_by, problem = None, ""
        try:
            stopped_by = (await typist.insert(row.text, window.window)).stopped_by
        except UntypableError as untypable:
            problem = str(untypable)
        got = (await window.take_received()).replace("\r", "\n")
        proved.append(RowResult(row.name, row.text, got, stopped_by, problem))
        on_row(proved[-1])
        if stopped_by is not None:
            break
    return tuple(proved)
