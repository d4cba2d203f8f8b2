"""Input and output of ``windictator doctor --test-typing``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from windictator.cli.io.exits import EXIT_INTERRUPTED, print_stderr, raise_on_signal
from windictator.cli.io.output import OutputGuard, format_count, print_json, show_whitespace
from windictator.errors import UsageError

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.typist.self_test import RowResult, SelfTestResult

MAX_CHARACTERS_BYTES = 1 << 20
"""Maximum size of a file of characters, in bytes, in case it is not text."""


def run_self_test(settings: Settings, characters: str | None, display: str | None, *, as_json: bool) -> int:
    """Run the typing self-test on the display, print the result, and return the exit status.

    characters: text or name of a text file, None for the usual characters.

    Raises WinDictatorError.
    """
    lines = None if characters is None else _read_characters(characters)

    from windictator.app import foreground

    guard = OutputGuard()
    listener = _SelfTestListener(guard, is_silent=as_json)
    with raise_on_signal(), guard.check_output():
        result = foreground.run_typing_self_test(
            settings, listener.row, listener.click_wanted, alphabet=lines, display=display
        )
    if as_json:
        print_json(_result_values(result))
    else:
        _show_summary(result)
    if result.interrupted:
        return EXIT_INTERRUPTED
    if result.stopped_by is not None:
        print_stderr(f"windictator: the test stopped in row {len(result.rows)}: {result.stopped_by.clause}")
        return 3
    return 0 if result.passed else 1


def _read_characters(named: str) -> list[str]:
    path = Path(named)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # not a valid file name, so it is text
        is_file = False
    if is_file:
        try:
            content = path.read_bytes()[: MAX_CHARACTERS_BYTES + 1]
            text = content.decode("utf-8").removeprefix("\ufeff")
        except OSError as error:
            raise UsageError(f"cannot read {named}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{named} is not UTF-8 at byte offset {error.start}") from None
        if len(content) > MAX_CHARACTERS_BYTES:
            raise UsageError(f"{named} is longer than {MAX_CHARACTERS_BYTES} bytes")
    else:
        text = named
    lines = text.splitlines()
    if not any(lines):
        raise UsageError("the text is empty; give at least one character")
    return lines


class _SelfTestListener:
    """Printer of each row when it is finished."""

    def __init__(self, guard: OutputGuard, *, is_silent: bool) -> None:
        self._guard = guard
        self._is_silent = is_silent

    def click_wanted(self) -> None:
        """Ask the user to click the window."""
        print_stderr('The window "WinDictator proves the keyboard" does not have the keyboard focus; click it.')

    def row(self, row: RowResult) -> None:
        """Print a row."""
        if not self._is_silent:
            with self._guard:
                _show_row(row)


def _show_row(row: RowResult) -> None:
    if row.passed:
        click.echo(f"ok     {row.name:<12} {show_whitespace(row.expected)}")
        return
    click.echo(f"{'STOP ' if row.stopped_by else 'WRONG'}  {row.name:<12} expected {show_whitespace(row.expected)}")
    click.echo(f"{'':<20}      got {show_whitespace(row.received)}")
    if row.problem:
        click.echo(f"{'':<20} {row.problem}")


def _show_summary(result: SelfTestResult) -> None:
    passed = [row for row in result.rows if row.passed]
    characters = sum(len(row.expected) for row in passed)
    click.echo(
        f"{len(passed)} of {format_count(len(result.rows), 'row')} ok, {format_count(characters, 'character')} in "
        f"{result.seconds:.1f} s; locks, group and keymap are "
        + ("unchanged." if result.keyboard_unchanged else "CHANGED; did you change them yourself?")
    )


def _result_values(result: SelfTestResult) -> dict[str, object]:
    from windictator.typist.result import stop_reason_values

    return {
        "ok": result.passed and result.stopped_by is None and not result.interrupted,
        **stop_reason_values(result.stopped_by),
        "interrupted": result.interrupted,
        "left_as_found": result.keyboard_unchanged,
        "seconds": round(result.seconds, 3),
        "rows": [
            {
                "name": row.name,
                "ok": row.passed,
                "expected": row.expected,
                "got": row.received,
                "problem": row.problem or None,
            }
            for row in result.rows
        ],
    }
