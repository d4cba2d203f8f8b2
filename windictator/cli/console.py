"""How a dictation in the foreground shows what happens: for people on standard error, or as JSON lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from windictator.cli.io.exits import print_stderr
from windictator.cli.io.line_queue import LineQueue
from windictator.cli.io.output import describe_stop, format_count, json_text
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from windictator.app.foreground import DictationReport
    from windictator.text.catalogue import CatalogueEntry
    from windictator.typist.result import TypingResult

_ERASE_LINE = "\r\x1b[K"


class TerminalListener:
    """Tells a person, on standard error. A partial is shown only on a terminal, as a line that is rewritten."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._partial_shown = False

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        where = f"your words go to {window}" if window else "no window has the keyboard focus yet"
        self._print_line(f"Listening; {where}. Ctrl-C ends.")

    def partial(self, text: str) -> None:
        if self._is_terminal:
            import shutil

            # One column short of the width: a full line would wrap and could not be rewritten.
            room = shutil.get_terminal_size().columns - len("  ... ") - 1
            tail = _last_columns(text, room)
            print_stderr(f"{_ERASE_LINE}  ... {tail}", newline=False)
            self._partial_shown = True

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        words = (f"{word}?" if number in doubtful else word for number, word in enumerate(text.split()))
        self._print_line(f"  heard  {' '.join(words)}  ({confidence:.0%})")

    def typed(self, text: str, erased: int, typed: TypingResult) -> None:
        if not typed.complete:
            self._print_line(f"  {describe_stop(typed)}")
            return
        took_back = f"took back {format_count(erased, 'character')}"
        if text:
            self._print_line(f"  typed  {_show_whitespace(text)}" + (f"  ({took_back})" if erased else ""))
        elif erased:
            self._print_line(f"  {took_back}")
        elif typed.confirmed.startswith(COMBINATION_PLACEHOLDER):
            self._print_line(f"  pressed  {format_count(len(typed.confirmed), 'key')}")

    def refused(self, reason: str) -> None:
        self._print_line(f"  refused: {reason}")

    def notice(self, message: str) -> None:
        self._print_line(f"  note: {message}")

    def offer(self, message: str) -> None:
        self.notice(message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        self._print_line(f"  instead of  {_show_whitespace(text)}  you can choose")
        for number, item in enumerate(items, start=1):
            self._print_line(f"  {number:>4}  {_show_whitespace(item)}")

    def help(self, repertoire: Sequence[CatalogueEntry]) -> None:
        from windictator.cli.commands import format_catalogue
        from windictator.text.catalogue import help_line

        columns = None
        if self._is_terminal:
            from shutil import get_terminal_size

            columns = get_terminal_size().columns - 2
        for line in format_catalogue(repertoire, columns):
            self._print_line(f"  {line}")
        self.notice(help_line(repertoire))

    def report(self, report: DictationReport) -> None:
        """Say what the dictation came to."""
        parts = [
            format_count(report.utterance_count, "utterance"),
            f"{format_count(report.key_event_count, 'key event')} confirmed",
        ]
        if report.refusal_count:
            parts.append(f"{report.refusal_count} refused")
        if report.overrun_count:
            parts.append(f"{format_count(report.overrun_count, 'frame')} of sound lost")
        self._print_line(f"{', '.join(parts)}, {report.duration_s:.1f} s.")
        if report.stopped is not None:
            self._print_line(f"windictator: {describe_stop(report.stopped)}")

    def _print_line(self, line: str) -> None:
        if self._partial_shown:
            line = _ERASE_LINE + line
            self._partial_shown = False
        print_stderr(line)


class JsonListener:
    """One JSON object per line; ``event`` says what it is. A reader that lags far behind misses partials, which the
    next one contains, and nothing else."""

    def __init__(self, lines: LineQueue) -> None:
        self._lines = lines

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        self._print("ready", window=window)

    def partial(self, text: str) -> None:
        self._lines.put(_json_line("partial", text=text), replaceable=True)

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        self._print("final", text=text, confidence=round(confidence, 3), doubtful=list(doubtful))

    def typed(self, text: str, erased: int, typed: TypingResult) -> None:
        self._print("typed", text=text, erased=erased, **_typing_result(typed))

    def refused(self, reason: str) -> None:
        self._print("refused", reason=reason)

    def notice(self, message: str) -> None:
        self._print("notice", message=message)

    def offer(self, message: str) -> None:
        self._print("offer", message=message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        from windictator.text.alternatives import numbered_values

        self._print("alternatives", text=text, items=numbered_values(items))

    def help(self, repertoire: Sequence[CatalogueEntry]) -> None:
        from windictator.text.catalogue import plain_values

        self._print("help", commands=plain_values(repertoire))

    def report(self, report: DictationReport) -> None:
        """Print what the dictation came to."""
        self._print(
            "report",
            utterances=report.utterance_count,
            text=report.text,
            keys=report.key_event_count,
            refused=report.refusal_count,
            stopped=None if report.stopped is None else _typing_result(report.stopped),
            overruns=report.overrun_count,
            interrupted=report.is_interrupted,
            seconds=round(report.duration_s, 3),
        )

    def _print(self, event: str, **values: object) -> None:
        self._lines.put(_json_line(event, **values))


def _json_line(event: str, **values: object) -> bytes:
    return json_text({"event": event, **values}).encode() + b"\n"


def _typing_result(typed: TypingResult) -> dict[str, object]:
    from windictator.typist.result import stop_reason_values

    return {
        "confirmed": typed.confirmed,
        "keys": typed.key_event_count,
        **stop_reason_values(typed.stopped_by),
    }


def _show_whitespace(text: str) -> str:
    return text.strip(" ").replace("\n", "⏎").replace("\t", "⇥")


def _last_columns(text: str, columns: int) -> str:
    """The end of ``text`` that fits into so many columns of a terminal."""
    from unicodedata import combining, east_asian_width

    width = 0
    for start in range(len(text) - 1, -1, -1):
        character = text[start]
        width += 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        if width > columns:
            return text[start + 1 :]
    return text
