"""Output of commands on standard output: text and JSON lines."""

from __future__ import annotations

import contextlib
import signal
import sys

from windictator.cli.io.streams import OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from windictator.typist.result import TypingResult


def print_json(value: Any) -> None:
    """Print one line of JSON on standard output, and flush it."""
    print(json_text(value), flush=True)


def json_text(value: Any) -> str:
    """Return JSON for standard output; characters stay readable if its encoding is UTF-8."""
    import json

    readable = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not readable)


def show_whitespace(text: str) -> str:
    """Return ``text`` with symbols for line breaks and tabs."""
    return text.replace("\n", "⏎").replace("\t", "⇥")


def format_count(number: int, noun: str) -> str:
    """Return ``number`` with its noun, which takes an s in the plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def describe_stop(typed: TypingResult) -> str:
    """Return one line that says how far typing came and why it stopped early."""
    reason = typed.stopped_by.clause if typed.stopped_by else "interrupted"
    from windictator.keyboard.chord import COMBINATION_PLACEHOLDER  # here, because --help needs no keyboard

    verb, noun = ("pressed", "key") if typed.requested.startswith(COMBINATION_PLACEHOLDER) else ("typed", "character")
    return f"{verb} {len(typed.confirmed)} of {format_count(len(typed.requested), noun)}: {reason}"


class OutputGuard:
    """Context around printing inside a running reactor, which an exception must not reach.

    Keeps the first OutputError and asks the program, as by Ctrl-C, to end in its usual order. ``check_output`` is the
    context around the whole work, inside ``exits.raise_on_signal``; it raises the error at the end.
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
        """Raise the OutputError that was kept, if any, when the work has ended."""
        try:
            yield
        except KeyboardInterrupt:
            if self._failure is None:
                raise
        if self._failure is not None:
            raise self._failure
