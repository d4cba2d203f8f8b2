"""Shell completion with the real script in a real bash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import run_windictator
from windictator.cli.root import root
from windictator.settings.keys import all_settings

# What bash does when Tab is pressed after these words.
PRESS_TAB = r"""
eval "$(windictator completion bash)" || exit 1
COMP_WORDS=(__WORDS__ "")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }  # only known while Tab is really pressed
_windictator_completion windictator
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def shell_environ(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """With a command ``windictator`` on the path."""
    program = tmp_path / "bin" / "windictator"
    program.parent.mkdir()
    root = Path(__file__).parents[2]
    program.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m windictator "$@"\n')
    program.chmod(0o755)
    return environ | {"PATH": f"{program.parent}{os.pathsep}{environ['PATH']}"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("windictator", set(root.commands)),
        ("windictator push-to-talk", {"down", "up"}),
        ("windictator vocabulary", {"add", "remove", "list", "import"}),
        ("windictator models", {"install", "list", "verify", "remove"}),
        ("windictator config", {"path", "show", "check", "init", "edit", "get", "set", "unset", "reload"}),
        ("windictator config get", set(all_settings())),
        ("windictator config set", set(all_settings())),
        ("windictator config set dictation.live_typing", {"off", "stable", "eager"}),
        ("windictator config set typing.grab_server", {"true", "false"}),
        ("windictator config set typing.key_press_ms", set()),
        ("windictator dictate --live", {"off", "stable", "eager"}),
        ("windictator completion", {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes_words(shell_environ: dict[str, str], words: str, expected: set[str]) -> None:
    """Tab completes commands, subcommands and values."""
    script = PRESS_TAB.replace("__WORDS__", words)
    done = subprocess.run(["bash", "-c", script], env=shell_environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete -o"), ("zsh", "compdef"), ("fish", "complete --")])
def test_each_shell_has_a_completion_script(environ: dict[str, str], shell: str, sign: str) -> None:
    """Each script calls the program by its name."""
    done = run_windictator("completion", shell, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert sign in done.stdout
    assert "_WINDICTATOR_COMPLETE" in done.stdout
