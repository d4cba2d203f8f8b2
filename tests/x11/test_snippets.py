"""Snippets of a user's own in real applications: the caret stands where the text says, and dictation goes on there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client, GtkText, QtText, TkText
from tests.x11.dictate_runs import LINES

pytestmark = pytest.mark.slow


# Tk takes an accent of its own for a character of its own, as the setting "code_point" says; GTK and Qt do not.
@pytest.mark.parametrize(
    ("kind", "removes"),
    [
        (GtkText, "grapheme"),
        (TkText, "code_point"),
        pytest.param(QtText, "grapheme", marks=pytest.mark.whole_matrix),
    ],
)
def test_dictation_goes_on_in_the_middle_of_a_snippet(
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
    tmp_path: Path,
    kind: type[Client],
    removes: str,
) -> None:
    """Left goes back over what is behind the caret, line breaks and accents included.

    What cannot be erased is not, what was dictated into the middle can.
    """
    folder = tmp_path / "windictator"
    folder.mkdir()
    toml = '[words]\nregards = "Kind regards, {cursor}\\n\\nJane\u0301 e"\n'
    (folder / "words.toml").write_text(toml, encoding="utf-8")
    (folder / "windictator.toml").write_text(f'[typing]\nbackspace_unit = "{removes}"\n')
    client = start_client(kind)
    spoken = ["hello comma", "regards", "scratch that", "bob", "scratch that", "alice and", "carol"]
    environment = {**user_environment, "XDG_CONFIG_HOME": str(tmp_path)}
    done = run_windictator("dictate", *LINES, env=environment, input="".join(f"{line}\n" for line in spoken))
    assert client.text() == "Hello, Kind regards, Alice and carol\n\nJane\u0301 e"
    assert done.returncode == 1  # something was refused
    assert done.stderr.count("[nothing-to-erase]") == 1
