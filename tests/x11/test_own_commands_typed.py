"""Commands of a user's own in the foreground, typed into a real application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client
from tests.x11.dictate_runs import LINES

pytestmark = pytest.mark.slow

OWN = """
[[command]]
spoken = ["dear <words>"]
do = [{ text = "Dear <words>,\\n" }, { python = "letters:opening" }]
[[command]]
spoken = ["to the top"]
do = [{ keys = "ctrl+Home" }, { wait = 0.01 }, { text = "- " }, { keys = "ctrl+End" }]
[[command]]
spoken = ["print it"]
do = [{ run = ["no-such-printer"] }]
"""


def test_text_of_user_commands_is_dictated_text(
    tk_text: Client, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Dictation goes on behind it, it is taken back like a phrase; a failure is one line and status 1."""
    folder = tmp_path / "windictator"
    (folder / "python").mkdir(parents=True)
    (folder / "user-commands.toml").write_text(OWN)
    (folder / "python" / "letters.py").write_text("def opening(said): return f'I thank you, {len(said.slots)}.'\n")
    spoken = ["dear john smith", "it was late", "scratch that", "scratch that", "to the top", "print it", "goodbye"]
    environment = {**user_environment, "XDG_CONFIG_HOME": str(tmp_path)}
    done = run_windictator("dictate", *LINES, env=environment, input="".join(f"{line}\n" for line in spoken))
    assert tk_text.text() == "- Dear John smith,\ngoodbye"
    assert done.returncode == 1
    assert "not done: 'print it': 'no-such-printer' cannot be started: No such file or directory" in done.stderr
