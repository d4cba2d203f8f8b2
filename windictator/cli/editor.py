"""Text editor of the user."""

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
"""Editors tried in this order if the user has not set one; the first is Debian's choice."""


class EditorError(WinDictatorError):
    """The editor cannot be started, or it failed."""


def run_editor(path: Path) -> bool:
    """Open the file in the user's editor and wait until the editor ends.

    Return False if the desktop opened the file: it does not report when the user has finished. Raises EditorError.
    """
    command, waits = _editor_command(os.environ)
    # Ctrl-C is meant for the editor. A handler, unlike SIG_IGN, is not inherited by it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run([*command, os.fspath(path)], check=False).returncode
    except OSError as error:
        raise EditorError(
            f"cannot start the editor {command[0]!r}: {error.strerror}; set EDITOR to another one"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status:
        raise EditorError(f"the editor {command[0]!r} failed (exit status {status}); set EDITOR to another one")
    return waits


def _editor_command(environ: Mapping[str, str]) -> tuple[list[str], bool]:
    """Return the command of the editor, and True if it ends when the user has finished. Raises EditorError."""
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
    raise EditorError("no editor was found; set EDITOR to the name of one")
