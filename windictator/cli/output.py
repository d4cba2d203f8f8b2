"""What commands print: JSON lines and text on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from windictator.cli.standard_streams import OutputError

if TYPE_CHECKING:
    from windictator.typist.result import TypingResult


def print_json(value: Any) -> None:
    """One line of JSON on standard output, at once."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    """JSON for standard output; text stays readable where its encoding allows."""
    import json

    readable = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not readable)


def print_stderr(message: str, *, newline: bool = True) -> None:
    """Say something to the user on standard error, at once."""
    click.echo(message, nl=newline, err=True)


def format_count(number: int, noun: str) -> str:
    """``number`` with its noun in the right form, for nouns that take an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def describe_stop(typed: TypingResult) -> str:
    """One line for typing that ended before the end, or on a signal."""
    reason = typed.stopped_by.value if typed.stopped_by else "interrupted"
    from windictator.keyboard.chord import COMBINATION_PLACEHOLDER  # here, because --help needs no keyboard

    verb, noun = ("pressed", "key") if typed.requested.startswith(COMBINATION_PLACEHOLDER) else ("typed", "character")
    return f"{verb} {len(typed.confirmed)} of {format_count(len(typed.requested), noun)}: {reason}"


class OutputGuard:
    """Prints from inside a running reactor, which an exception must not reach.

    As a context around printing: the first OutputError is kept and the program asked, as by Ctrl-C, to end in its
    usual order. ``reporting`` is the context around the whole, inside ``orderly_interrupt``.
    """

    def __init__(self) -> None:
        self._failure: OutputError | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, OutputError):
            return False
        if self._failure is None:
            self._failure = error
            signal.raise_signal(signal.SIGINT)
        return True

    @contextlib.contextmanager
    def check_output(self) -> Iterator[None]:
        """Raises the OutputError that was kept, if there was one, when the work has ended."""
        try:
            yield
        except KeyboardInterrupt:
            if self._failure is None:
                raise
        if self._failure is not None:
            raise self._failure
