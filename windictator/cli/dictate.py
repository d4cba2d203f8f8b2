"""``windictator dictate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from windictator.cli.console import JsonListener, TerminalListener
from windictator.cli.context import Invocation, display_option, json_option, pass_invocation
from windictator.cli.io.exits import EXIT_INTERRUPTED, raise_on_signal
from windictator.cli.io.line_queue import LineQueue

if TYPE_CHECKING:
    from windictator.app.foreground import DictationReport


@click.command("dictate", short_help="Speak; what you say is typed into the focused window.")
@click.option(
    "--audio",
    metavar="mic|FILE.wav|-",
    type=click.Path(allow_dash=True),
    help="The microphone, a recording, or standard input.",
)
@click.option(
    "--recognizer",
    type=click.Choice(["vosk", "text"]),
    help="Hear speech, or take lines of text as said.",
)
@click.option("--model", metavar="NAME|DIR", help="Speech model, instead of the one in the settings.")
@click.option(
    "--live",
    type=click.Choice(["off", "stable", "eager"]),
    help="While you speak, type nothing, the words that no longer change, or every word at once.",
)
@click.option("--once", is_flag=True, help="End after the first utterance.")
@json_option("Print what happens as JSON, one object per line, on standard output.")
@display_option
@pass_invocation
def dictate_command(
    invocation: Invocation,
    audio: str | None,
    recognizer: str | None,
    model: str | None,
    live: str | None,
    once: bool,
    as_json: bool,
    display: str | None,
) -> int:
    """Speak, and what you say is typed into the window that has the keyboard focus.

    Say "comma", "question mark", "new line" and the like for what you cannot
    speak, and "scratch that" to take the last phrase back. Pause for a moment to
    finish a phrase. Ctrl-C ends dictation at once, with every key released.

    The options' defaults come from the settings: see "windictator config show".

    With "--audio -" raw samples are read from standard input (16 kHz, mono, 16-bit
    little-endian). With "--recognizer text" lines of text are read instead of
    sound: each one is an utterance, a line that begins with ~ is an utterance
    still being spoken.

    The exit status is 0 when everything was typed, 1 when something was refused, 3
    when typing stopped early, 130 after Ctrl-C.

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
            listener,
            audio=audio or settings.audio.source,
            recognizer=recognizer or settings.recognizer.engine,
            model=model,
            live=live or settings.dictation.live,
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
