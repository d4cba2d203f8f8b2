"""Self-test of typing: type rows of characters into a window of WinDictator and compare the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from twisted.internet.defer import Deferred

from windictator.keyboard.key_coder import UntypableError
from windictator.keyboard.self_test_characters import Row
from windictator.typist.result import StopReason
from windictator.typist.typist import Typist


@dataclass(frozen=True, slots=True)
class RowResult:
    """Result of one row.

    name: kind of the row.
    expected, received: text, with line breaks as U+000A.
    stopped_by: why typing ended before the end of the row, None if it did not.
    problem: why the row could not be typed at all, "" if it could.
    """

    name: str
    expected: str
    received: str
    stopped_by: StopReason | None = None
    problem: str = ""

    @property
    def passed(self) -> bool:
        """True if exactly the expected text was received."""
        return self.received == self.expected and self.stopped_by is None


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """Result of all rows.

    keyboard_unchanged: locks, group and keymap are the same as before the test.
    interrupted: a signal ended the test.
    seconds: time for typing and reading back.
    """

    rows: tuple[RowResult, ...]
    keyboard_unchanged: bool
    interrupted: bool
    seconds: float

    @property
    def stopped_by(self) -> StopReason | None:
        """Reason why the test ended before the last row, None if it did not."""
        return self.rows[-1].stopped_by if self.rows else None

    @property
    def passed(self) -> bool:
        """True if every character was received and the keyboard is unchanged."""
        return self.keyboard_unchanged and all(row.passed for row in self.rows)


async def run_self_test(
    rows: Iterable[Row],
    typist: Typist,
    window: int,
    take_received: Callable[[], Deferred[str]],
    on_row: Callable[[RowResult], None],
) -> tuple[RowResult, ...]:
    """Type the rows into a window, up to the first row that was stopped, and return their results.

    window: id of the window; text that it receives from elsewhere counts as wrong, from the first row on.
    take_received: fires with all text that the window has received since the last call; Return is U+000D.
    on_row: called with each result.
    Raises WinDictatorError.
    """
    await take_received()
    results = []
    for row in rows:
        stopped_by, problem = None, ""
        try:
            stopped_by = (await typist.insert(row.text, window)).stopped_by
        except UntypableError as error:
            problem = str(error)
        received = (await take_received()).replace("\r", "\n")
        results.append(RowResult(row.name, row.text, received, stopped_by, problem))
        on_row(results[-1])
        if stopped_by is not None:
            break
    return tuple(results)
