"""An environment of its own for each test of the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a user without a display, without settings and without models of their own."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WINDICTATOR", "VOSK", "XDG", "PULSE", "LC_", "LANG", "PYTHON"))
        and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    ours["HOME"] = str(tmp_path)
    ours["LC_ALL"] = "C.UTF-8"
    return ours


@pytest.fixture
def clean_environment(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for commands that run inside the tests' process."""
    for name in set(os.environ) - set(environ) - {"PYTEST_CURRENT_TEST"}:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
