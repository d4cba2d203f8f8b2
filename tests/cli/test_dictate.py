"""Arguments of ``dictate``, and its output as text and as JSON lines."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import windictator.app.foreground
from windictator.app.foreground import DictationReport
from windictator.cli.run import run
from windictator.dictation import events
from windictator.refusals import Refusal, RefusalCode
from windictator.settings import Settings
from windictator.typist.result import StopReason, TypingResult

REPORT = DictationReport(
    utterance_count=2,
    text="Hello",
    key_event_count=1,
    refusal_count=0,
    stopped=None,
    overrun_count=0,
    is_interrupted=False,
    duration_s=1.25,
)
STOPPED = TypingResult("Hello", "He", StopReason.FOCUS_CHANGED, 4)


def tell_everything(on_event: events.OnEvent) -> None:
    """One of each thing that can happen."""
    on_event(events.Ready("xterm"))
    on_event(events.Partial("hel"))
    on_event(events.Partial("hello"))
    on_event(events.Final("hello", 0.875, (0,)))
    on_event(events.Typed("Hello", 0, TypingResult("Hello", "Hello", None, 10)))
    on_event(events.Typed("", 5, TypingResult("\b" * 5, "\b" * 5, None, 10)))
    on_event(events.Typed("He", 0, STOPPED))
    on_event(events.Refused(Refusal(RefusalCode.NOTHING_TO_ERASE, "Nothing is left.", "Say it again.")))
    on_event(events.Notice("the recognizer was started again"))
    items = (events.ListedAlternative(1, "Hollow"), events.ListedAlternative(2, "Hell\nlow"))
    on_event(events.Alternatives("Hello", items))
    on_event(events.Suggestion("'hello' was corrected"))


@pytest.fixture
def dictate(
    monkeypatch: pytest.MonkeyPatch, clean_environment: None
) -> Callable[[DictationReport], list[dict[str, Any]]]:
    """Replace ``foreground.dictate`` by a fake that sends every event and returns a report; collect its arguments."""

    def install(report: DictationReport) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def stand_in(settings: Settings, on_event: events.OnEvent, **options: Any) -> DictationReport:
            asked.append(options)
            tell_everything(on_event)
            return report

        monkeypatch.setattr(windictator.app.foreground, "dictate", stand_in)
        return asked

    return install


def test_dictate_options_override_settings(dictate: Any, tmp_path: Path) -> None:
    """The order is command line, file, defaults."""
    asked = dictate(REPORT)
    usual = {"audio": "mic", "recognizer": "vosk", "model": None, "live": "stable", "once": False, "display": None}
    run(["dictate"])
    assert asked.pop() == usual
    (tmp_path / "w.toml").write_text('[dictation]\nlive_typing = "eager"\n[audio]\nsource = "./a.wav"\n')
    file = ["--config", str(tmp_path / "w.toml")]
    run([*file, "dictate"])
    assert asked.pop() == usual | {"live": "eager", "audio": str(tmp_path / "a.wav")}
    heard = ["--audio", "-", "--recognizer", "text", "--model", "m"]
    run([*file, "dictate", *heard, "--live", "off", "--once", "--display", ":7"])
    assert asked.pop() == {
        "audio": "-",
        "recognizer": "text",
        "model": "m",
        "live": "off",
        "once": True,
        "display": ":7",
    }


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (REPORT, 0),
        (replace(REPORT, refusal_count=1), 1),
        (replace(REPORT, stopped=STOPPED), 3),
        (replace(REPORT, stopped=STOPPED, refusal_count=1), 3),
        (replace(REPORT, stopped=STOPPED, refusal_count=1, is_interrupted=True), 130),
    ],
)
def test_dictate_exit_status_is_the_worst_result(dictate: Any, report: DictationReport, status: int) -> None:
    """A refusal, an early stop and an interrupt have their own statuses."""
    dictate(report)
    assert run(["dictate"]) == status


def test_text_output_is_readable(dictate: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The user reads standard error, or the list of checks."""
    dictate(replace(REPORT, refusal_count=1, stopped=STOPPED, overrun_count=3))
    run(["dictate"])
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.splitlines() == [
        "Listening; your words go to xterm. Ctrl-C ends.",
        "  heard  hello?  (88%)",
        "  typed  Hello",
        "  took back 5 characters",
        "  typed 2 of 5 characters: the focus moved to another window",
        "  nothing to take back: Nothing is left. Say it again.  [nothing-to-erase]",
        "  note: the recognizer was started again",
        "  instead of  Hello  you can choose",
        "     1  Hollow",
        "     2  Hell⏎low",
        "  note: 'hello' was corrected",
        "2 utterances, 1 key event confirmed, 1 refused, 3 frames of sound lost, 1.2 s.",
        "windictator: typed 2 of 5 characters: the focus moved to another window",
    ]


def test_dictate_prints_json_lines(dictate: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output has one object per line; standard error is empty."""
    dictate(replace(REPORT, stopped=STOPPED))
    assert run(["dictate", "--json"]) == 3
    output, errors = capsys.readouterr()
    assert errors == ""
    events = [json.loads(line) for line in output.splitlines()]
    assert [event.pop("event") for event in events] == [
        "ready",
        "partial",
        "partial",
        "final",
        "typed",
        "typed",
        "typed",
        "refused",
        "notice",
        "alternatives",
        "suggestion",
        "report",
    ]
    assert events[0] == {"window": "xterm"}
    assert events[1] == {"text": "hel"}
    assert events[3] == {"text": "hello", "confidence": 0.875, "low_confidence": [0]}
    assert events[4] == {
        "text": "Hello",
        "erased": 0,
        "confirmed": "Hello",
        "keys": 10,
        "window": 0,
        "stopped": None,
        "reason": None,
        "remedy": None,
    }
    assert (events[6]["confirmed"], events[6]["stopped"]) == ("He", "FOCUS_CHANGED")
    assert events[7] == {
        "code": "nothing-to-erase",
        "title": "Nothing to take back",
        "reason": "Nothing is left.",
        "remedy": "Say it again.",
        "cause": "",
    }
    assert events[8] == {"message": "the recognizer was started again"}
    items = [{"number": 1, "text": "Hollow"}, {"number": 2, "text": "Hell\nlow"}]
    assert events[9] == {"text": "Hello", "items": items}
    assert events[10] == {"message": "'hello' was corrected"}
    assert events[11]["stopped"]["stopped"] == "FOCUS_CHANGED"
    assert (events[11]["utterances"], events[11]["text"], events[11]["interrupted"]) == (2, "Hello", False)


# The stand-in goes on until it is asked to end, as the reactor does; it notes the signal instead of raising.
ENDLESS = """
import signal, sys, time
import windictator.app.foreground
from windictator.app.foreground import DictationReport
from windictator.dictation.events import Partial

def dictate(settings, on_event, **options):
    ended = []
    signal.signal(signal.SIGINT, lambda number, frame: ended.append(number))
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        on_event(Partial("word " * 100))
        time.sleep(0.001)
        if ended:
            return DictationReport(0, "", 0, 0, None, 0, True, 0.1)
    sys.exit("not interrupted")

windictator.app.foreground.dictate = dictate
from windictator.cli import main
main()
"""


@pytest.mark.slow
def test_dictation_ends_when_output_is_closed(environ: dict[str, str]) -> None:
    """After ``windictator dictate --json | head -1`` dictation ends as by Ctrl-C, with one line."""
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, "dictate", "--json"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["event"] == "partial"
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == f"windictator: cannot write to standard output: {os.strerror(32)}\n"
    assert process.returncode == 1


ON_A_TERMINAL = """
import windictator.app.foreground
from tests.cli.test_dictate import REPORT, tell_everything
from windictator.dictation.events import Partial

def dictate(settings, on_event, **options):
    on_event(Partial("漢" * 100))
    tell_everything(on_event)
    return REPORT

windictator.app.foreground.dictate = dictate
from windictator.cli import main
main()
"""


@pytest.mark.slow
def test_a_terminal_shows_partials_on_one_line(environ: dict[str, str]) -> None:
    """A partial is rewritten in place, cut from the left to fit (wide characters take two columns), and gone when
    the final comes.
    """
    ours, theirs = pty.openpty()
    environ |= {"COLUMNS": "40", "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, "dictate"], env=environ, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while piece := _read(ours):
        shown += piece
    os.close(ours)
    assert process.wait() == 0
    lines = shown.decode().split("\r\n")
    assert lines[0].split("\r\x1b[K") == ["", "  ... " + "漢" * 16, "Listening; your words go to xterm. Ctrl-C ends."]
    assert lines[1].split("\r\x1b[K") == ["", "  ... hel", "  ... hello", "  heard  hello?  (88%)"]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: the other side has been closed
        return b""


def test_early_ctrl_c_exits_with_status_130(
    monkeypatch: pytest.MonkeyPatch, clean_environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """KeyboardInterrupt may come from any place inside."""

    def dictate(*arguments: object, **options: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(windictator.app.foreground, "dictate", dictate)
    assert run(["dictate"]) == 130
    assert capsys.readouterr() == ("", "")
