"""Command ``windictator transcribe``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import click

from windictator.cli.context import Invocation, json_option, pass_invocation
from windictator.cli.io.exits import EXIT_INTERRUPTED, print_stderr, raise_on_signal
from windictator.cli.io.output import OutputGuard, print_json
from windictator.errors import UsageError


@click.command("transcribe", short_help="Print the text of a recording.")
@click.argument("file", metavar="FILE|-", type=click.Path(allow_dash=True))
@click.option(
    "--recognizer",
    type=click.Choice(["vosk", "text"]),
    default="vosk",
    show_default=True,
    help="Read sound, or utterances as lines of text.",
)
@json_option("Print one JSON object per utterance: text, start, end (in seconds), confidence (0 to 1).")
@click.option("--model", metavar="NAME|DIR", help="Speech model, instead of the one in the settings.")
@pass_invocation
def transcribe_command(
    invocation: Invocation, file: str, recognizer: Literal["vosk", "text"], as_json: bool, model: str | None
) -> int:
    r"""Recognise the speech in a WAV file and print it, one utterance per line.

    Commands that correct earlier text ("scratch that", "replace first with second")
    change the transcript. Commands that need a window are written as text, and
    reported on standard error.

    The file may have any sample rate, width and number of channels. "-" reads raw
    samples from standard input: 16 kHz, mono, 16-bit little-endian.

    "--recognizer text" reads lines of text instead of sound: each line is an
    utterance, the word "|" a pause, and a blank line begins a new text.

    \b
    Examples:
      windictator transcribe interview.wav > interview.txt
      parecord --raw --rate=16000 --channels=1 | windictator transcribe -
      echo "hello comma world" | windictator transcribe --recognizer text -
    """
    settings = invocation.settings()

    from windictator.app.foreground import transcribe, transcribe_lines

    guard = OutputGuard()

    def print_utterance(text: str, start: float, end: float, confidence: float) -> None:
        with guard:
            if as_json:
                print_json(
                    {
                        "text": text,
                        "start": round(start, 3),
                        "end": round(end, 3),
                        "confidence": round(confidence, 3),
                    }
                )
            else:
                click.echo(text.strip())  # no leading space on its own line; a new paragraph is an empty line

    if recognizer == "text":
        if model is not None:
            raise click.UsageError("--model is for sound; lines of text need no model.")
        with raise_on_signal(), guard.check_output(), _open_lines(file) as lines:
            transcribe_lines(settings, lines, on_final=print_utterance, on_notice=print_stderr)
        return 0
    with raise_on_signal(), guard.check_output():
        interrupted = transcribe(settings, audio=file, model=model, on_final=print_utterance, on_notice=print_stderr)
    return EXIT_INTERRUPTED if interrupted else 0


@contextmanager
def _open_lines(file: str) -> Iterator[BinaryIO]:
    """Open the file of lines, or standard input for "-". Raises UsageError."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = Path(file).open("rb")  # noqa: SIM115  # closed below
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    with lines:
        yield lines
