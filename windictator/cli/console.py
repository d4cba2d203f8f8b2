"""Output of a dictation in the foreground: for people on standard error, or as JSON lines on standard output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from windictator.cli.io.exits import print_stderr
from windictator.cli.io.line_queue import LineQueue
from windictator.cli.io.output import describe_stop, format_count, json_text
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from windictator.app.foreground import DictationReport
    from windictator.dictation.events import CommandList, Event, Typed

_ERASE_LINE = "\r\x1b[K"


class TerminalListener:
    """Prints events for people on standard error. Partials are shown on a terminal only, on one line."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._partial_shown = False

    def on_event(self, event: Event) -> None:
        """Print an event for a person."""
        from windictator.dictation import events  # here, because --help needs no dictation

        match event:
            case events.Ready():
                where = f"your words go to {event.window}" if event.window else "no window has the keyboard focus yet"
                self._print_line(f"Listening; {where}. Ctrl-C ends.")
            case events.Partial():
                self._show_partial(event.text)
            case events.Final():
                words = event.text.split()
                marked = (f"{word}?" if number in event.low_confidence else word for number, word in enumerate(words))
                self._print_line(f"  heard  {' '.join(marked)}  ({event.confidence:.0%})")
            case events.Typed():
                self._print_typed(event)
            case events.Refused():
                self._print_line(f"  {event.refusal.title.lower()}: {event.reason}  [{event.refusal.code.value}]")
            case events.Undelivered():
                self._print_line(f"  kept: {event.reason}  [{event.stopped.value}]")
            case events.Notice() | events.Suggestion():
                self._print_line(f"  note: {event.message}")
            case events.Alternatives():
                self._print_line(f"  instead of  {_show_whitespace(event.text)}  you can choose")
                for item in event.items:
                    self._print_line(f"  {item.number:>4}  {_show_whitespace(item.text)}")
            case events.CommandList():
                self._print_commands(event)

    def _show_partial(self, text: str) -> None:
        if self._is_terminal:
            import shutil

            # One column short of the width: a full line would wrap and could not be rewritten.
            room = shutil.get_terminal_size().columns - len("  ... ") - 1
            tail = _last_columns(text, room)
            print_stderr(f"{_ERASE_LINE}  ... {tail}", newline=False)
            self._partial_shown = True

    def _print_typed(self, event: Typed) -> None:
        if not event.result.complete:
            self._print_line(f"  {describe_stop(event.result)}")
            return
        took_back = f"took back {format_count(event.erased, 'character')}"
        if event.text:
            suffix = f"  ({took_back})" if event.erased else ""
            self._print_line(f"  typed  {_show_whitespace(event.text)}{suffix}")
        elif event.erased:
            self._print_line(f"  {took_back}")
        elif event.result.confirmed.startswith(COMBINATION_PLACEHOLDER):
            self._print_line(f"  pressed  {format_count(len(event.result.confirmed), 'key')}")

    def _print_commands(self, event: CommandList) -> None:
        from windictator.cli.commands import format_catalogue
        from windictator.text.catalogue import help_line

        columns = None
        if self._is_terminal:
            from shutil import get_terminal_size

            columns = get_terminal_size().columns - 2
        for line in format_catalogue(event.commands, columns):
            self._print_line(f"  {line}")
        self._print_line(f"  note: {help_line(event.commands)}")

    def report(self, report: DictationReport) -> None:
        """Print the result of the dictation."""
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
    """Prints events as JSON, one object per line, with the name under "event".

    A slow reader misses partials, because the next partial contains them, and no other event.
    """

    def __init__(self, lines: LineQueue) -> None:
        self._lines = lines

    def on_event(self, event: Event) -> None:
        """Print an event as a JSON object."""
        from windictator.dictation.events import Partial, to_json  # here, because --help needs no dictation

        self._lines.put(_json_line(to_json(event)), replaceable=isinstance(event, Partial))

    def report(self, report: DictationReport) -> None:
        """Print the result of the dictation."""
        from windictator.dictation.events import typing_result_values

        values = {
            "event": "report",
            "utterances": report.utterance_count,
            "text": report.text,
            "keys": report.key_event_count,
            "refused": report.refusal_count,
            "stopped": None if report.stopped is None else typing_result_values(report.stopped),
            "overruns": report.overrun_count,
            "interrupted": report.is_interrupted,
            "seconds": round(report.duration_s, 3),
        }
        self._lines.put(_json_line(values))


def _json_line(values: Mapping[str, object]) -> bytes:
    return json_text(values).encode() + b"\n"


def _show_whitespace(text: str) -> str:
    return text.strip(" ").replace("\n", "⏎").replace("\t", "⇥")


def _last_columns(text: str, columns: int) -> str:
    """Return the end of ``text`` that fits into ``columns`` columns of a terminal."""
    from unicodedata import combining, east_asian_width

    width = 0
    for start in range(len(text) - 1, -1, -1):
        character = text[start]
        width += 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        if width > columns:
            return text[start + 1 :]
    return text
