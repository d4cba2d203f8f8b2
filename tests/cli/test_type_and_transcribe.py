"""Arguments and output of ``type`` and ``transcribe``."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import windictator.app.foreground
from windictator.app.foreground import TypeReport
from windictator.cli.run import run
from windictator.errors import WinDictatorError
from windictator.settings import Settings
from windictator.typist.result import StopReason, TypingResult

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def type_text(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, str | None]]]:
    """Replace ``foreground.type_text`` by a fake that returns an outcome; collect its arguments."""

    def install(outcome: TypeReport | Exception) -> list[tuple[str, str | None]]:
        asked: list[tuple[str, str | None]] = []

        def stand_in(text: str, settings: Settings, *, display: str | None = None) -> TypeReport:
            asked.append((text, display))
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(windictator.app.foreground, "type_text", stand_in)
        return asked

    return install


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Make this the standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


DONE = TypeReport(TypingResult("hello", "hello", None, 10), False, 0.0125)


def test_complete_typing_prints_nothing(type_text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Success needs no message."""
    asked = type_text(DONE)
    assert run(["type", "--display", ":7", "hello"]) == 0
    assert asked == [("hello", ":7")]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("given", "typed"),
    [(["hello", "world"], "hello world"), (["a ", "", "b"], "a   b"), (["-", "x"], "- x"), (["--", "-", "-5"], "- -5")],
)
def test_words_are_joined_with_spaces(type_text: Any, given: list[str], typed: str) -> None:
    """A dash among other words does not mean standard input."""
    asked = type_text(DONE)
    assert run(["type", *given]) == 0
    assert asked == [(typed, None)]


@pytest.mark.parametrize("arguments", [["type"], ["type", "-"]])
def test_standard_input_is_typed_completely(
    type_text: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """The final newline is typed; a byte order mark is not."""
    asked = type_text(DONE)
    pipe(monkeypatch, b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe\n\n")
    assert run(arguments) == 0
    assert asked == [("Grüße\n\n", None)]


def test_early_stop_reports_confirmed_characters(type_text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 3."""
    type_text(TypeReport(TypingResult("hello world", "hello", StopReason.FOCUS_CHANGED, 10), False, 0.5))
    assert run(["type", "hello world"]) == 3
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors == "windictator: typed 5 of 11 characters: the focus moved to another window\n"


def test_interrupted_typing_reports_confirmed_characters(type_text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 130."""
    type_text(TypeReport(TypingResult("hello", "h", StopReason.CANCELLED, 2), True, 0.5))
    assert run(["type", "hello"]) == 130
    assert capsys.readouterr().err == "windictator: typed 1 of 5 characters: cancelled\n"


def test_refused_typing_prints_the_reason(type_text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 1."""
    type_text(WinDictatorError("no window has the keyboard focus"))
    assert run(["type", "--json", "hello"]) == 1
    assert capsys.readouterr() == ("", "windictator: no window has the keyboard focus\n")


def test_type_prints_its_result_as_json(type_text: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The object has numbers and names, but not the text."""
    type_text(DONE)
    assert run(["type", "--json", "hello"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "confirmed": 5,
        "total": 5,
        "keys": 10,
        "stopped": None,
        "reason": None,
        "remedy": None,
        "seconds": 0.0125,
        "interrupted": False,
    }
    type_text(TypeReport(TypingResult("hello", "he", StopReason.FOREIGN_INPUT, 4), False, 1.0))
    assert run(["type", "--json", "hello"]) == 3
    output, errors = capsys.readouterr()
    outcome = json.loads(output)
    assert (outcome["confirmed"], outcome["total"], outcome["stopped"]) == (2, 5, "FOREIGN_INPUT")
    assert outcome["reason"] == StopReason.FOREIGN_INPUT.clause
    assert errors.count("\n") == 1


@pytest.fixture
def transcribe(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """Replace ``foreground.transcribe`` by a fake that recognises two utterances; collect its arguments."""
    asked: list[tuple[str, str | None]] = []

    def stand_in(
        settings: Settings,
        *,
        audio: str,
        model: str | None,
        on_final: Callable[[str, float, float, float], None],
        on_notice: Callable[[str], None],
    ) -> bool:
        asked.append((audio, model))
        on_final("Grüße.", 0.51, 1.0204999, 0.98765)
        on_final("\n\n", 1.1, 1.5, 1.0)
        on_final(" Next line", 2.0, 3.0, 1.0)
        if audio == "commands.wav":
            on_notice("at 3.0 s: not done")
        return audio == "interrupted.wav"

    monkeypatch.setattr(windictator.app.foreground, "transcribe", stand_in)
    return asked


def test_transcribe_prints_one_utterance_per_line(transcribe: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output has only text; a line does not begin with a space."""
    assert run(["transcribe", "a.wav", "--model", "tiny"]) == 0
    assert transcribe == [("a.wav", "tiny")]
    assert capsys.readouterr() == ("Grüße.\n\nNext line\n", "")


def test_transcribe_prints_json_lines(transcribe: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The text is exactly as it follows the text before."""
    assert run(["transcribe", "-", "--json"]) == 0
    first, _, third = capsys.readouterr().out.splitlines()
    assert json.loads(first) == {"text": "Grüße.", "start": 0.51, "end": 1.02, "confidence": 0.988}
    assert "Grüße" in first
    assert json.loads(third)["text"] == " Next line"


def test_transcribe_reports_refusals_on_standard_error(
    transcribe: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output has only the text."""
    assert run(["transcribe", "commands.wav"]) == 0
    output, errors = capsys.readouterr()
    assert output == "Grüße.\n\nNext line\n"
    assert "at 3.0 s: not done" in errors


def test_interrupted_transcription_exits_with_130(transcribe: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The utterances recognised until then are printed."""
    assert run(["transcribe", "interrupted.wav"]) == 130
    assert capsys.readouterr().out.startswith("Grüße.")


def test_transcribe_reads_utterances_as_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text path can be tried and measured without sound and without a display."""
    pipe(monkeypatch, b"hello comma world period\nhow are you\nscratch that\ngoodbye\n")
    assert run(["transcribe", "--recognizer", "text", "-"]) == 0
    assert capsys.readouterr() == ("Hello, world.\nGoodbye\n", "")


def test_transcribed_lines_may_contain_pauses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pause decides about many symbols and commands."""
    pipe(monkeypatch, b"we danced | star | then\nthe star shone\n")
    assert run(["transcribe", "--recognizer", "text", "-"]) == 0
    assert capsys.readouterr().out == "We danced * then\nthe star shone\n"


def test_blank_line_begins_a_new_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Independent sentences can be measured in one run."""
    pipe(monkeypatch, b"one thing\nand another\n\nand another\n")
    assert run(["transcribe", "--recognizer", "text", "-"]) == 0
    assert capsys.readouterr().out == "One thing\nand another\nAnd another\n"


def test_transcribed_lines_are_read_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line need not end."""
    (tmp_path / "said.txt").write_bytes(b"hello\nthere")
    assert run(["transcribe", "--recognizer", "text", str(tmp_path / "said.txt")]) == 0
    assert capsys.readouterr().out == "Hello\nthere\n"
    assert run(["transcribe", "--recognizer", "text", str(tmp_path / "missing.txt")]) == 2
    assert "cannot read" in capsys.readouterr().err
