"""Exit statuses and one-line errors, of real processes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import run_windictator

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "windictator")


def assert_one_line(errors: str, *words: str) -> None:
    """One line, from the program, with these words in it; no traceback."""
    assert errors.count("\n") == 1, errors
    assert errors.startswith("windictator: "), errors
    assert errors.endswith("\n")
    for word in words:
        assert word in errors, errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dictat"], ["No such command", "windictator --help"]),
        (["--nonsense"], ["No such option"]),
        (["type", "--nonsense"], ["No such option", "windictator type --help"]),
        (["dictate", "--live", "always"], ["'always'", "off", "stable", "eager"]),
        (["dictate", "--recognizer", "ear"], ["'ear'", "vosk", "text"]),
        (["transcribe"], ["Missing argument"]),
        (["completion", "tcsh"], ["'tcsh'", "bash", "zsh", "fish"]),
        (["models", "verfy"], ["No such command", "windictator models --help"]),
        (["--config"], ["requires an argument"]),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(environ: dict[str, str], arguments: list[str], words: list[str]) -> None:
    """What was wrong and which help to read."""
    done = run_windictator(*arguments, env=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[typing\n", [":1: not valid TOML"]),
        (b"[typing]\nspeed = 3\n", [":typing.speed: unknown setting"]),
        (b'[audio]\nframe_ms = "long"\n', [":audio.frame_ms:", "whole number from 20 to 100"]),
        (b"[typing]\n# \xff\n", [":2: not UTF-8"]),
    ],
)
@pytest.mark.parametrize("command", [["type", "x"], ["dictate"], ["transcribe", "x.wav"], ["config", "show"]])
def test_broken_settings_stop_every_command_that_reads_them(
    environ: dict[str, str], tmp_path: Path, content: bytes, words: list[str], command: list[str]
) -> None:
    """Nothing is begun with settings that were not understood."""
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    done = run_windictator("--config", str(file), *command, env=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, str(file), *words)


def test_a_named_settings_file_must_exist(environ: dict[str, str]) -> None:
    """By option or by environment; the usual file may be missing."""
    done = run_windictator("--config", "/nonexistent.toml", "config", "show", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, "/nonexistent.toml", "No such file")
    done = run_windictator("config", "show", env=environ | {"WINDICTATOR_CONFIG": "/nonexistent.toml"})
    assert done.returncode == 2
    assert_one_line(done.stderr, "/nonexistent.toml", "No such file")
    assert run_windictator("config", "show", env=environ).returncode == 0


@pytest.mark.parametrize("name", ["vocabulary", "commands"])
def test_config_check_finds_the_mistake_in_a_file_that_it_names(
    environ: dict[str, str], tmp_path: Path, name: str
) -> None:
    """Every file that a user may write is read."""
    (tmp_path / "w.toml").write_text(f'[text]\n{name} = "words.toml"\n')
    (tmp_path / "words.toml").write_text("phrases = 3\n")
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, str(tmp_path / "words.toml"))
    (tmp_path / "words.toml").unlink()
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, str(tmp_path / "words.toml"), "No such file")
    done = run_windictator("config", "check", env=environ)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_marks_that_the_vocabulary_does_not_have(environ: dict[str, str], tmp_path: Path) -> None:
    """Whether a phrase is one of the vocabulary is known when that is read; it is an error of the settings then."""
    (tmp_path / "w.toml").write_text('[symbols]\nnever = ["stair"]\n')
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, "symbols.never: 'stair'")
    (tmp_path / "w.toml").write_text('[symbols]\nnever = ["star"]\n')
    assert run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ).returncode == 0


def test_what_config_show_prints_is_a_settings_file(environ: dict[str, str], tmp_path: Path) -> None:
    """It can be kept as the beginning of one's own, and says the same as its JSON."""
    (tmp_path / "w.toml").write_text('[dictation]\nlive_typing = "off"\n[text]\nvocabulary = "a \\"b\\".toml"\n')
    shown = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", env=environ).stdout
    (tmp_path / "copy.toml").write_text(shown)
    as_json = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", "--json", env=environ).stdout
    copy = run_windictator("--config", str(tmp_path / "copy.toml"), "config", "show", "--json", env=environ).stdout
    assert json.loads(as_json) == json.loads(copy)
    assert json.loads(as_json)["dictation"]["live_typing"] == "off"
    assert 'live_typing = "off"  # default: "stable"' in shown


def test_text_that_is_not_utf8_is_refused(environ: dict[str, str]) -> None:
    """From standard input and as an argument, with the place of the first wrong byte."""
    done = run_windictator("type", env=environ, input=b"caf\xc3\xa9 \xff\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "not UTF-8", "0xff", "byte offset 6", "nothing was typed")
    done = run_windictator("type", os.fsdecode(b"ab\xe9"), env=environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "not UTF-8", "0xe9", "byte offset 2", "nothing was typed")


def test_endless_text_is_refused(environ: dict[str, str]) -> None:
    """Neither hangs nor fills the memory."""
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run([*PROGRAM, "type"], stdin=zeros, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "longer than", "nothing was typed")


@pytest.mark.parametrize("command", [["type", ""], ["type"], ["type", "-"]])
def test_no_text_is_typed_without_a_display(environ: dict[str, str], command: list[str]) -> None:
    """Typing nothing succeeds; there is nothing to confirm."""
    done = run_windictator(*command, env=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    outcome = json.loads(run_windictator(*command, "--json", env=environ).stdout)
    assert (outcome["confirmed"], outcome["total"], outcome["stopped"]) == (0, 0, None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], ["DISPLAY"]),
        (["--display", ":9999"], [":9999"]),
        (["--display", "nonsense"], ["nonsense"]),
    ],
)
@pytest.mark.parametrize("command", [["type", "x"], ["dictate", "--recognizer", "text", "--audio", "-"]])
def test_no_display_is_one_line(
    environ: dict[str, str], command: list[str], options: list[str], words: list[str]
) -> None:
    """A missing and a wrong display."""
    done = run_windictator(*command, *options, env=environ, input="hello\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "display", *words)


def test_control_characters_are_refused_before_the_display_is_looked_for(environ: dict[str, str]) -> None:
    """They are never typed as keys."""
    done = run_windictator("type", env=environ, input="a\0b")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "U+0000")


PRINTING = [["--version"], ["--help"], ["type", "--help"], ["config", "show", "--json"], ["completion", "bash"]]


@pytest.mark.parametrize("command", PRINTING)
def test_a_full_standard_output_is_told(environ: dict[str, str], command: list[str]) -> None:
    """Output that is lost is a failure, whoever writes it: one line, and no "Exception ignored"."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, *command], stdout=full, stderr=subprocess.PIPE, env=environ, text=True)
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output", os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("command", PRINTING)
def test_a_standard_output_that_nobody_reads_is_told(environ: dict[str, str], command: list[str]) -> None:
    """As in ``windictator ... | head -0``."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*PROGRAM, *command], stdout=writing, stderr=subprocess.PIPE, env=environ, text=True)
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output", os.strerror(errno.EPIPE))


@pytest.mark.parametrize("command", PRINTING)
def test_a_closed_standard_output_is_told(environ: dict[str, str], command: list[str]) -> None:
    """As in ``windictator ... >&-``."""
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, *command], stderr=subprocess.PIPE, env=environ, text=True
    )
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output", "closed")


def test_closed_streams_do_not_matter_where_they_are_not_used(environ: dict[str, str]) -> None:
    """Typing nothing prints nothing and reads nothing."""
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *PROGRAM, "type", ""], env=environ)
    assert done.returncode == 0


def test_nobody_left_to_tell(environ: dict[str, str]) -> None:
    """The status is right even where standard error is closed or full too."""
    for redirection in ("2>&-", "2>/dev/full"):
        done = subprocess.run(["sh", "-c", f'"$@" {redirection}', "sh", *PROGRAM, "dictat"], env=environ)
        assert done.returncode == 2


def test_other_encodings_get_what_they_can_show(environ: dict[str, str], tmp_path: Path) -> None:
    """A character that the locale lacks is shown by its number, in text and in JSON."""
    (tmp_path / "w.toml").write_text('[audio]\ndevice = "Mikrofon ☃"\n')
    latin = environ | {"PYTHONIOENCODING": "latin-1"}
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", env=latin)
    assert done.returncode == 0
    assert "Mikrofon \\u2603" in done.stdout
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", "--json", env=latin)
    assert json.loads(done.stdout)["audio"]["device"] == "Mikrofon ☃"


def test_an_unexpected_exception_is_one_line(environ: dict[str, str], tmp_path: Path) -> None:
    """A mistake in the program itself: one line, and the way to its traceback."""
    broken = (
        "import sys, windictator.settings as settings\n"
        "def load_settings(path, **_options): raise ZeroDivisionError('by\\nnought')\n"
        "settings.load_settings = load_settings\n"
        "from windictator.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", broken, "config", "show"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "internal error: ZeroDivisionError: by nought", "WINDICTATOR_DEBUG=1")
    done = subprocess.run(command, env=environ | {"WINDICTATOR_DEBUG": "1"}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "load_settings" in done.stderr
