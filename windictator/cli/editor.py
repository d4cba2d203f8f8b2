"""The user's text editor."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from windictator.errors import WinDictatorError

_EDITORS = ("sensible-editor", "editor", "nano", "vim", "vi")
"""Tried in this order if the user has named none; the first is Debian's choice."""


class EditorError(WinDictatorError):
    """The editor cannot be started, or has failed."""


def run_editor(path: Path) -> bool:
    """Open the file in the user's editor and wait until it ends.

    Return False if it was handed to the desktop, which does not say when the user has finished. Raises EditorError.
    """
    command, waits = _editor_command(os.environ)
    # Ctrl-C is the editor's, and a handler, unlike SIG_IGN, is not inherited by it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run([*command, os.fspath(path)], check=False).returncode
    except OSError as error:
        raise EditorError(f"cannot start the editor {command[0]!r}: {error.strerror}; set EDITOR to another") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status:
        raise EditorError(f"the editor {command[0]!r} has failed (exit status {status}); set EDITOR to another")
    return waits


def _editor_command(environ: Mapping[str, str]) -> tuple[list[str], bool]:
    """Return the editor's command and True if it ends when the user has finished. Raises EditorError."""
    for variable in ("VISUAL", "EDITOR"):
        if environ.get(variable, "").strip():
            try:
                return shlex.split(environ[variable]), True
            except ValueError as error:
                raise EditorError(f"cannot read ${variable} as a command: {error}; correct it") from None
    for name in _EDITORS:
        if shutil.which(name):
            return [name], True
    if shutil.which("xdg-open") and (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return ["xdg-open"], False
    raise EditorError("no editor was found; set EDITOR to the name of yours")
