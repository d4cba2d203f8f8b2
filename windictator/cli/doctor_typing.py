"""What ``windictator doctor --typing`` reads and shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from windictator.cli.interrupts import INTERRUPTED, orderly_interrupt
from windictator.cli.output import OutputGuard, count, print_json, tell
from windictator.errors import UsageError

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.typist.self_test import ProvedRow, TypingProof

LARGEST_ALPHABET = 1 << 20
"""Bytes; a bound for a file that is none of text."""


def prove_typing(settings: Settings, alphabet: str | None, display: str | None, *, as_json: bool) -> int:
    """Prove typing on the display and show what came of it; the exit status.

    ``alphabet``: a text or the name of a file with one, None for the usual. Raises WinDictatorError.
    """
    lines = None if alphabet is None else _read_alphabet(alphabet)

    from windictator.app import foreground

    guard = OutputGuard()
    listener = _Listener(guard, silent=as_json)
    with orderly_interrupt(), guard.reporting():
        proof = foreground.prove_typing(settings, listener, alphabet=lines, display=display)
    if as_json:
        print_json(_as_json(proof))
    else:
        _show_summary(proof)
    if proof.interrupted:
        return INTERRUPTED
    if proof.stopped_by is not None:
        tell(f"windictator: the proof stopped in row {len(proof.rows)}: {proof.stopped_by.value}")
        return 3
    return 0 if proof.right else 1


def _read_alphabet(named: str) -> list[str]:
    path = Path(named)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # too long for a name, or no name at all: a text
        is_file = False
    if is_file:
        try:
            content = path.read_bytes()[: LARGEST_ALPHABET + 1]
            text = content.decode("utf-8").removeprefix("\ufeff")
        except OSError as error:
            raise UsageError(f"cannot read {named}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{named} is not UTF-8 at byte offset {error.start}") from None
        if len(content) > LARGEST_ALPHABET:
            raise UsageError(f"{named} is longer than {LARGEST_ALPHABET} bytes")
    else:
        text = named
    lines = text.splitlines()
    if not any(lines):
        raise UsageError("the alphabet is empty: give at least one character")
    return lines


class _Listener:
    """Shows each row as it comes, for people."""

    def __init__(self, guard: OutputGuard, *, silent: bool) -> None:
        self._guard = guard
        self._silent = silent

    def click_wanted(self) -> None:
        tell('The window "WinDictator proves the keyboard" has not got the keyboard focus: please click into it.')

    def row(self, row: ProvedRow) -> None:
        if not self._silent:
            with self._guard:
                _show_row(row)


def _show_row(row: ProvedRow) -> None:
    if row.right:
        click.echo(f"ok     {row.name:<12} {_visible(row.expected)}")
        return
    click.echo(f"{'STOP ' if row.stopped_by else 'WRONG'}  {row.name:<12} expected {_visible(row.expected)}")
    click.echo(f"{'':<20}      got {_visible(row.got)}")
    if row.problem:
        click.echo(f"{'':<20} {row.problem}")


def _show_summary(proof: TypingProof) -> None:
    right = [row for row in proof.rows if row.right]
    characters = sum(len(row.expected) for row in right)
    click.echo(
        f"{len(right)} of {count(len(proof.rows), 'row')} right, {count(characters, 'character')} in "
        f"{proof.seconds:.1f} s; locks, group and keymap are "
        + ("as they were." if proof.left_as_found else "NOT as they were: did you change them meanwhile?")
    )


def _as_json(proof: TypingProof) -> dict[str, object]:
    from windictator.typist.result import stop_values

    return {
        "ok": proof.right and proof.stopped_by is None and not proof.interrupted,
        **stop_values(proof.stopped_by),
        "interrupted": proof.interrupted,
        "left_as_found": proof.left_as_found,
        "seconds": round(proof.seconds, 3),
        "rows": [
            {
                "name": row.name,
                "ok": row.right,
                "expected": row.expected,
                "got": row.got,
                "problem": row.problem or None,
            }
            for row in proof.rows
        ],
    }


def _visible(text: str) -> str:
    return text.replace("\n", "⏎").replace("\t", "⇥")
