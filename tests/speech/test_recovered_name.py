"""A name that the speech model does not know, spoken, recognised as something else, and recovered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import run_windictator
from windictator.speech.demonstration import demonstration_model

RECORDING = Path(__file__).parents[1] / "data" / "open-windictator.flac"
"""A synthetic voice, espeak-ng's: "please open windictator now"."""


@pytest.mark.slow
def test_a_name_is_recovered_from_what_was_recognised(tmp_path: Path) -> None:
    """Real Vosk, whose model has no such word: without the user word it writes others that it has."""
    environment = {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    command = ("transcribe", "--model", str(demonstration_model()), str(RECORDING))
    without = run_windictator(*command, env=environment)
    assert without.stdout.startswith("Please open ") and "windictator" not in without.stdout.casefold()
    run_windictator("vocabulary", "add", "windictator", "WinDictator", env=environment)
    assert run_windictator(*command, env=environment).stdout == "Please open WinDictator now\n"
