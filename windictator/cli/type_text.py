"""Command ``windictator type``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from windictator.app.control.verbs import VERBS
from windictator.cli.context import Invocation, display_option, json_option, pass_invocation
from windictator.cli.io.exits import EXIT_INTERRUPTED, print_stderr, raise_on_signal
from windictator.cli.io.output import describe_stop, print_json
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from windictator.typist.result import TypingResult

MAX_TEXT_BYTES = 16 << 20
"""Maximum size of the text, in bytes: hours of typing, and a limit for endless input."""


class TextError(WinDictatorError):
    """The input is not text."""


@click.command("type", short_help=VERBS["type"].short_help)
@click.argument("words", nargs=-1, metavar="[TEXT... | -]")
@json_option("Print the result as one JSON object on standard output.")
@display_option
@pass_invocation
def type_command(invocation: Invocation, words: tuple[str, ...], as_json: bool, display: str | None) -> int:
    r"""Type TEXT into the window that has the keyboard focus.

    Several TEXT arguments are joined with single spaces; quote the text to keep its
    spaces. With - or without TEXT, UTF-8 text is read from standard input. A newline
    at its end presses Return.

    Typing stops at once if the focus moves, if you press a key or a mouse button, or
    on Ctrl-C. The exit status is 0 if the X server confirmed every key, 1 if nothing
    could be typed, and 3 if typing stopped early. Standard error then says how many
    characters were confirmed.

    If a daemon runs for the display, it types the text between utterances, and
    "windictator undo" erases it.

    \b
    Examples:
      windictator type Grüße aus Köln
      printf '%s' "$SIGNATURE" | windictator type
      sleep 2; windictator type - < notes.txt
      windictator type -- -5
    """
    settings = invocation.settings()
    named = words == ("-",)
    whole = _decode_argument(" ".join(words)) if words and not named else _read_text(named=named)
    if not whole:
        from windictator.typist.result import TypingResult

        if as_json:
            print_json(_result_values(TypingResult("", ""), 0.0, interrupted=False))
        return 0

    from windictator.cli.daemon_typing import type_via_daemon

    done = type_via_daemon(whole, display)
    if done is None:  # no daemon runs for this display
        from windictator.app.foreground import type_text

        with raise_on_signal():
            report = type_text(whole, settings, display=display)
        done = report.typed, report.duration_s, report.is_interrupted
    typed, seconds, interrupted = done
    if as_json:
        print_json(_result_values(typed, seconds, interrupted=interrupted))
    if interrupted or not typed.complete:
        print_stderr(f"windictator: {describe_stop(typed)}")
    if interrupted:
        return EXIT_INTERRUPTED
    return 0 if typed.complete else 3


def _result_values(typed: TypingResult, seconds: float, *, interrupted: bool) -> dict[str, object]:
    from windictator.typist.result import stop_reason_values

    return {
        "confirmed": len(typed.confirmed),
        "total": len(typed.requested),
        "keys": typed.key_event_count,
        **stop_reason_values(typed.stopped_by),
        "seconds": round(seconds, 6),
        "interrupted": interrupted,
    }


def _read_text(*, named: bool) -> str:
    stream = sys.stdin.buffer
    if stream.isatty() and not named:
        raise click.UsageError("Nothing to type; give TEXT, or - to enter it here.", click.get_current_context())
    try:
        content = stream.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise TextError(f"cannot read standard input: {error.strerror}; nothing was typed") from None
    if len(content) > MAX_TEXT_BYTES:
        raise TextError(f"the text is longer than {MAX_TEXT_BYTES} bytes; nothing was typed")
    return _decode(content)


def _decode_argument(argument: str) -> str:
    """Return the argument, in which Python keeps bytes that are not text as surrogates (PEP 383)."""
    if any("\ud800" <= character <= "\udfff" for character in argument):
        return _decode(os.fsencode(argument))
    return argument


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8").removeprefix("\ufeff")  # a byte order mark is not part of the text
    except UnicodeDecodeError as error:
        byte, offset = content[error.start], error.start
        raise TextError(f"the text is not UTF-8: {byte:#04x} at byte offset {offset}; nothing was typed") from None
