"""Atomic changes to files of the user, which a signal interrupts before or after them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from windictator.cli.io.exits import raise_on_signal
from windictator.settings import file_change
from windictator.settings.file_change import TargetExistsError, WriteError, read_text

__all__ = ["TargetExistsError", "WriteError", "change_file", "create_file", "read_text"]


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Replace the text of ``path`` in one step; see ``settings.file_change.change_file``."""
    with raise_on_signal():
        file_change.change_file(path, change)


def create_file(path: Path, text: str, replace: bool) -> Path | None:
    """Write ``text`` to a file that is missing or empty; see ``settings.file_change.create_file``."""
    with raise_on_signal():
        return file_change.create_file(path, text, replace)
