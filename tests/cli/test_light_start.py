"""Imports of commands: those that answer at once import nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

HEAVY = (
    "twisted",
    "Xlib",
    "vosk",
    "numpy",
    "sounddevice",
    "soxr",
    "pynput",
    "PIL",
    "regex",
    "zope",
    "text_to_num",
    "tomlkit",
)

IMPORTED = """
import json, os, sys
end = os._exit
def tell_and_end(status):
    print(json.dumps(sorted(sys.modules)), file=sys.stderr, flush=True)
    end(status)
os._exit = tell_and_end  # what the program calls last
sys.argv = ["windictator", *sys.argv[1:]]
from windictator.cli import main
main()
"""


def imported_by(*arguments: str, environ: dict[str, str]) -> set[str]:
    """The top-level packages that ``windictator *arguments`` has imported when it ends."""
    command = [sys.executable, "-c", IMPORTED, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    names = json.loads(done.stderr.splitlines()[-1])
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["dictate", "--help"],
        ["type", "--help"],
        ["type", ""],
        ["config", "path"],
        ["config", "show"],
        ["config", "get", "typing.key_press_ms"],
        ["models", "list"],
        ["models", "verify", "."],
        ["completion", "bash"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(environ: dict[str, str], arguments: list[str]) -> None:
    """They need no reactor, X server, recognizer or sound."""
    assert not imported_by(*arguments, environ=environ) & set(HEAVY)


def test_config_check_imports_only_regex(environ: dict[str, str]) -> None:
    """The vocabulary counts graphemes; other heavy modules are not needed."""
    assert not imported_by("config", "check", environ=environ) & (set(HEAVY) - {"regex"})


@pytest.mark.slow
def test_doctor_imports_xlib_only_for_a_display(environ: dict[str, str]) -> None:
    """It must work even if the reactor or the recognizer is broken."""
    without = imported_by("doctor", "--json", environ=environ)
    assert not without & {"twisted", "Xlib", "vosk", "sounddevice", "pynput"}
    with_display = imported_by("doctor", "--json", "--display", ":9999", environ=environ)
    assert "Xlib" in with_display
    assert not with_display & {"twisted", "vosk", "sounddevice", "pynput"}


@pytest.mark.slow
def test_help_is_quick(environ: dict[str, str]) -> None:
    """The whole process, in comparison with an interpreter that does nothing: what a busy machine does to one it
    does to the other. 150 ms where an empty interpreter needs 15.
    """

    def seconds(*arguments: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], env=environ, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    empty = min(seconds("-c", "pass") for _ in range(10))
    best = min(seconds("-m", "windictator", "--help") for _ in range(10))
    assert best < max(0.150, 10 * empty)
