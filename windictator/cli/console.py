"""How a dictation in the foreground shows what happens: for people on standard error, or as JSON lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from windictator.cli.line_queue import LineQueue
from windictator.cli.output import count, json_text, stopped_early, tell
from windictator.keyboard.chord import CHORD_MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from windictator.app.foreground import DictationReport
    from windictator.text.catalogue import Sayable
    from windictator.typist.result import Typed

_ERASE_LINE = "\r\x1b[K"


class TerminalListener:
    """Tells a person, on standard error. A partial is shown only on a terminal, as a line that is rewritten."""

    def __init__(self) -> None:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._partial_shown = False

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        where = f"your words go to {window}" if window else "no window has the keyboard focus yet"
        self._say(f"Listening; {where}. Ctrl-C ends.")

    def partial(self, text: str) -> None:
        if self._terminal:
            import shutil

            # One column short of the width: a full line would wrap and could not be rewritten.
            room = shutil.get_terminal_size().columns - len("  ... ") - 1
            tail = _last_columns(text, room)
            tell(f"{_ERASE_LINE}  ... {tail}", newline=False)
            self._partial_shown = True

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        words = (f"{word}?" if number in doubtful else word for number, word in enumerate(text.split()))
        self._say(f"  heard  {' '.join(words)}  ({confidence:.0%})")

    def typed(self, text: str, erased: int, typed: Typed) -> None:
        if not typed.complete:
            self._say(f"  {stopped_early(typed)}")
            return
        took_back = f"took back {count(erased, 'character')}"
        if text:
            self._say(f"  typed  {_visible(text)}" + (f"  ({took_back})" if erased else ""))
        elif erased:
            self._say(f"  {took_back}")
        elif typed.confirmed.startswith(CHORD_MARK):
            self._say(f"  pressed  {count(len(typed.confirmed), 'key')}")

    def refused(self, reason: str) -> None:
        self._say(f"  refused: {reason}")

    def notice(self, message: str) -> None:
        self._say(f"  note: {message}")

    def offer(self, message: str) -> None:
        self.notice(message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        self._say(f"  instead of  {_visible(text)}  you can choose")
        for number, item in enumerate(items, start=1):
            self._say(f"  {number:>4}  {_visible(item)}")

    def help(self, repertoire: Sequence[Sayable]) -> None:
        from windictator.cli.commands import lines_of
        from windictator.text.catalogue import help_line

        columns = None
        if self._terminal:
            from shutil import get_terminal_size

            columns = get_terminal_size().columns - 2
        for line in lines_of(repertoire, columns):
            self._say(f"  {line}")
        self.notice(help_line(repertoire))

    def report(self, report: DictationReport) -> None:
        """Say what the dictation came to."""
        parts = [count(report.utterances, "utterance"), f"{count(report.keys, 'key event')} confirmed"]
        if report.refused:
            parts.append(f"{report.refused} refused")
        if report.overruns:
            parts.append(f"{count(report.overruns, 'frame')} of sound lost")
        self._say(f"{', '.join(parts)}, {report.seconds:.1f} s.")
        if report.stopped is not None:
            self._say(f"windictator: {stopped_early(report.stopped)}")

    def _say(self, line: str) -> None:
        if self._partial_shown:
            line = _ERASE_LINE + line
            self._partial_shown = False
        tell(line)


class JsonListener:
    """One JSON object per line; ``event`` says what it is. A reader that lags far behind misses partials, which the
    next one contains, and nothing else."""

    def __init__(self, lines: LineQueue) -> None:
        self._lines = lines

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        self._print("ready", window=window)

    def partial(self, text: str) -> None:
        self._lines.put(_json_line("partial", text=text), passing=True)

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        self._print("final", text=text, confidence=round(confidence, 3), doubtful=list(doubtful))

    def typed(self, text: str, erased: int, typed: Typed) -> None:
        self._print("typed", text=text, erased=erased, **_outcome(typed))

    def refused(self, reason: str) -> None:
        self._print("refused", reason=reason)

    def notice(self, message: str) -> None:
        self._print("notice", message=message)

    def offer(self, message: str) -> None:
        self._print("offer", message=message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        from windictator.text.alternatives import numbered

        self._print("alternatives", text=text, items=numbered(items))

    def help(self, repertoire: Sequence[Sayable]) -> None:
        from windictator.text.catalogue import values

        self._print("help", commands=values(repertoire))

    def report(self, report: DictationReport) -> None:
        """Print what the dictation came to."""
        self._print(
            "report",
            utterances=report.utterances,
            text=report.text,
            keys=report.keys,
            refused=report.refused,
            stopped=None if report.stopped is None else _outcome(report.stopped),
            overruns=report.overruns,
            interrupted=report.interrupted,
            seconds=round(report.seconds, 3),
        )

    def _print(self, event: str, **values: object) -> None:
        self._lines.put(_json_line(event, **values))


def _json_line(event: str, **values: object) -> bytes:
    return json_text({"event": event, **values}).encode() + b"\n"


def _outcome(typed: Typed) -> dict[str, object]:
    from windictator.typist.result import stop_values

    return {
        "confirmed": typed.confirmed,
        "keys": typed.keys,
        **stop_values(typed.stopped_by),
    }


def _visible(text: str) -> str:
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
