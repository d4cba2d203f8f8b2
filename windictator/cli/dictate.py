"""Command ``windictator dictate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from windictator.cli.console import JsonListener, TerminalListener
from windictator.cli.context import Invocation, display_option, json_option, pass_invocation
from windictator.cli.io.exits import EXIT_INTERRUPTED, raise_on_signal
from windictator.cli.io.line_queue import LineQueue

if TYPE_CHECKING:
    from windictator.app.foreground import DictationReport


@click.command("dictate", short_help="Dictate into the focused window.")
@click.option(
    "--audio",
    metavar="mic|FILE.wav|-",
    type=click.Path(allow_dash=True),
    help="Microphone, recording, or standard input.",
)
@click.option(
    "--recognizer",
    type=click.Choice(["vosk", "text"]),
    help="Recognise speech (vosk), or read lines of text instead (text).",
)
@click.option("--model", metavar="NAME|DIR", help="Speech model, instead of the one in the settings.")
@click.option(
    "--live",
    type=click.Choice(["off", "stable", "eager"]),
    help="Type each utterance at its end (off), words that no longer change (stable), or every word (eager).",
)
@click.option("--once", is_flag=True, help="Stop after the first utterance.")
@json_option("Print events on standard output, one JSON object per line.")
@display_option
@pass_invocation
def dictate_command(
    invocation: Invocation,
    audio: str | None,
    recognizer: Literal["vosk", "text"] | None,
    model: str | None,
    live: Literal["off", "stable", "eager"] | None,
    once: bool,
    as_json: bool,
    display: str | None,
) -> int:
    r"""Recognise your speech and type it into the window that has the keyboard focus.

    Say "comma", "question mark" or "new line" for punctuation, and "scratch that" to
    erase the last phrase. Pause for a moment to finish a phrase. Ctrl-C ends dictation
    at once and releases every key.

    The defaults of the options are in the settings: "windictator config show".

    "--audio -" reads raw samples from standard input (16 kHz, mono, 16-bit
    little-endian). "--recognizer text" reads lines of text instead of sound. Each line
    is an utterance; a line that begins with ~ is an unfinished utterance.

    The exit status is 0 if everything was typed, 1 if something was refused, 3 if
    typing stopped early, and 130 after Ctrl-C.

    \b
    Examples:
      windictator dictate
      windictator dictate --audio letter.wav --live off
      echo "hello comma world" | windictator dictate --recognizer text --audio -
    """
    settings = invocation.settings()

    from windictator.app.foreground import dictate

    lines = LineQueue()
    listener = JsonListener(lines) if as_json else TerminalListener()
    with raise_on_signal(), lines:
        report = dictate(
            settings,
            listener.on_event,
            audio=audio or settings.audio.source,
            recognizer=recognizer or settings.recognizer.engine,
            model=model,
            live=live or settings.dictation.live_typing,
            once=once,
            display=display,
        )
        listener.report(report)
        if report.is_interrupted:
            lines.stop_waiting()
    return _exit_status(report)


def _exit_status(report: DictationReport) -> int:
    if report.is_interrupted:
        return EXIT_INTERRUPTED
    if report.stopped is not None:
        return 3
    return 1 if report.refusal_count else 0
