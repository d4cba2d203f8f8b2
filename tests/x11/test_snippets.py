"""Snippets of a user's own in real applications: the caret stands where the text says, and dictation goes on there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client, GtkText, TkText
from tests.x11.dictate_runs import LINES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", [TkText, GtkText], ids=lambda kind: kind.__name__)
def test_dictation_goes_on_in_the_middle_of_a_snippet(
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    tmp_path: Path,
    kind: type[Client],
) -> None:
    # Intent: Left goes back over what is behind the caret, line breaks and accents included; what cannot be erased is
    # not, what was dictated into the middle can.
    folder = tmp_path / "windictator"
    folder.mkdir()
    toml = '[words]\nregards = "Kind regards, {caret}\\n\\nJané e\u0301"\n'
    (folder / "words.toml").write_text(toml, encoding="utf-8")
    client = start_client(kind)
    spoken = ["hello comma", "regards", "scratch that", "bob", "scratch that", "alice and", "carol"]
    environment = {**user_environment, "XDG_CONFIG_HOME": str(tmp_path)}
    done = run_windictator("dictate", *LINES, env=environment, input="".join(f"{line}\n" for line in spoken))
    assert client.text() == "Hello, Kind regards, alice and carol\n\nJané e\u0301"
    assert done.returncode == 1  # something was refused
    assert done.stderr.count("nothing to scratch") == 1
