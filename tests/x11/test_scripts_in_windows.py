"""Some dictation scripts through ``windictator dictate`` into a real window."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.program import run_windictator
from tests.scripts.dictation_script import ALL, Script
from tests.x11.clients.client import RawWindow
from tests.x11.dictate_runs import LINES

LONGEST = sorted((script for script in ALL if script.is_speech), key=lambda script: -len(script.utterances))[:4]


@pytest.mark.slow
@pytest.mark.parametrize("script", LONGEST, ids=lambda script: script.name)
def test_what_is_said_is_done_in_a_window(
    script: Script, raw_window: RawWindow, user_environment: Mapping[str, str]
) -> None:
    # Intent: the whole program, with real keys, ends where the fake keyboard ends: at what the script says.
    spoken = "".join(f"{utterance}\n" for utterance in script.utterances)
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    assert raw_window.text() == script.final
    assert done.returncode == int(any(line.kind == "!" for line in script.lines))
