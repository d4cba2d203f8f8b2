"""Exit statuses and one-line errors of real processes."""

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
    """The line has the error and the help to read."""
    done = run_windictator(*arguments, env=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[typing\n", [":1: not valid TOML"]),
        (b"[typing]\nspeed = 3\n", [":2: typing.speed: unknown setting"]),
        (b'[audio]\nframe_ms = "long"\n', [":2: audio.frame_ms:", "whole number from 20 to 100"]),
        (b"[typing]\n# \xff\n", [":2: not UTF-8"]),
    ],
)
@pytest.mark.parametrize("command", [["type", "x"], ["dictate"], ["transcribe", "x.wav"], ["config", "show"]])
def test_broken_settings_stop_every_command(
    environ: dict[str, str], tmp_path: Path, content: bytes, words: list[str], command: list[str]
) -> None:
    """No command may start with invalid settings."""
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    done = run_windictator("--config", str(file), *command, env=environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, str(file), *words)


def test_named_settings_file_must_exist(environ: dict[str, str]) -> None:
    """An option or a variable names it; the usual file may be missing."""
    done = run_windictator("--config", "/nonexistent.toml", "config", "show", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, "/nonexistent.toml", "No such file")
    done = run_windictator("config", "show", env=environ | {"WINDICTATOR_CONFIG": "/nonexistent.toml"})
    assert done.returncode == 2
    assert_one_line(done.stderr, "/nonexistent.toml", "No such file")
    assert run_windictator("config", "show", env=environ).returncode == 0


@pytest.mark.parametrize("name", ["vocabulary", "commands"])
def test_config_check_names_the_file_with_the_error(environ: dict[str, str], tmp_path: Path, name: str) -> None:
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
def test_unknown_symbols_are_an_error_of_the_settings(environ: dict[str, str], tmp_path: Path) -> None:
    """Only the vocabulary knows which phrases are symbols."""
    (tmp_path / "w.toml").write_text('[symbols]\nnever = ["stair"]\n')
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ)
    assert done.returncode == 2
    assert_one_line(done.stderr, "symbols.never: 'stair'")
    (tmp_path / "w.toml").write_text('[symbols]\nnever = ["star"]\n')
    assert run_windictator("--config", str(tmp_path / "w.toml"), "config", "check", env=environ).returncode == 0


def test_config_show_prints_a_valid_settings_file(environ: dict[str, str], tmp_path: Path) -> None:
    """The output can be saved, and says the same as its JSON."""
    (tmp_path / "w.toml").write_text('[dictation]\nlive_typing = "off"\n[text]\nvocabulary = "a \\"b\\".toml"\n')
    shown = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", env=environ).stdout
    (tmp_path / "copy.toml").write_text(shown)
    as_json = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", "--json", env=environ).stdout
    copy = run_windictator("--config", str(tmp_path / "copy.toml"), "config", "show", "--json", env=environ).stdout
    assert json.loads(as_json) == json.loads(copy)
    assert json.loads(as_json)["dictation"]["live_typing"] == "off"
    assert 'live_typing = "off"  # default: "stable"' in shown


def test_text_that_is_not_utf8_is_refused(environ: dict[str, str]) -> None:
    """The message has the first wrong byte, from standard input and from an argument."""
    done = run_windictator("type", env=environ, input=b"caf\xc3\xa9 \xff\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "not UTF-8", "0xff", "byte offset 6", "nothing was typed")
    done = run_windictator("type", os.fsdecode(b"ab\xe9"), env=environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "not UTF-8", "0xe9", "byte offset 2", "nothing was typed")


def test_endless_text_is_refused(environ: dict[str, str]) -> None:
    """The command neither hangs nor fills the memory."""
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run([*PROGRAM, "type"], stdin=zeros, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "longer than", "nothing was typed")


@pytest.mark.parametrize("command", [["type", ""], ["type"], ["type", "-"]])
def test_empty_text_needs_no_display(environ: dict[str, str], command: list[str]) -> None:
    """Typing an empty text succeeds; there is no key to confirm."""
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
def test_missing_display_is_one_line(
    environ: dict[str, str], command: list[str], options: list[str], words: list[str]
) -> None:
    """The display may be unset or wrong."""
    done = run_windictator(*command, *options, env=environ, input="hello\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "display", *words)


def test_control_characters_are_refused_without_display(environ: dict[str, str]) -> None:
    """They are never typed as keys."""
    done = run_windictator("type", env=environ, input="a\0b")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, "U+0000")


PRINTING = [["--version"], ["--help"], ["type", "--help"], ["config", "show", "--json"], ["completion", "bash"]]


@pytest.mark.parametrize("command", PRINTING)
def test_full_standard_output_is_reported(environ: dict[str, str], command: list[str]) -> None:
    """Lost output is a failure: one line, without "Exception ignored"."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, *command], stdout=full, stderr=subprocess.PIPE, env=environ, text=True)
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output", os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("command", PRINTING)
def test_unread_standard_output_is_reported(environ: dict[str, str], command: list[str]) -> None:
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
def test_closed_standard_output_is_reported(environ: dict[str, str], command: list[str]) -> None:
    """As in ``windictator ... >&-``."""
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, *command], stderr=subprocess.PIPE, env=environ, text=True
    )
    assert done.returncode == 1
    assert_one_line(done.stderr, "standard output", "closed")


def test_closed_streams_are_ignored_if_unused(environ: dict[str, str]) -> None:
    """Typing an empty text neither prints nor reads."""
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *PROGRAM, "type", ""], env=environ)
    assert done.returncode == 0


def test_exit_status_is_right_without_standard_error(environ: dict[str, str]) -> None:
    """Standard error may be closed or full."""
    for redirection in ("2>&-", "2>/dev/full"):
        done = subprocess.run(["sh", "-c", f'"$@" {redirection}', "sh", *PROGRAM, "dictat"], env=environ)
        assert done.returncode == 2


def test_other_encodings_escape_missing_characters(environ: dict[str, str], tmp_path: Path) -> None:
    """A character that the locale lacks is written as its number."""
    (tmp_path / "w.toml").write_text('[audio]\ndevice = "Mikrofon ☃"\n')
    latin = environ | {"PYTHONIOENCODING": "latin-1"}
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", env=latin)
    assert done.returncode == 0
    assert "Mikrofon \\u2603" in done.stdout
    done = run_windictator("--config", str(tmp_path / "w.toml"), "config", "show", "--json", env=latin)
    assert json.loads(done.stdout)["audio"]["device"] == "Mikrofon ☃"


def test_unexpected_exception_is_one_line(environ: dict[str, str], tmp_path: Path) -> None:
    """The line names the way to the traceback."""
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
