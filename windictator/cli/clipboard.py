"""Clipboard access through another program.

Under X the owner of the clipboard has to keep running, and a command does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from windictator.errors import WinDictatorError

_PROGRAMS = {
    "wl-copy": [],
    "xclip": ["-selection", "clipboard"],
    "xsel": ["--clipboard", "--input"],
}
_TIMEOUT = 10.0


class ClipboardError(WinDictatorError):
    """The clipboard program failed."""


def copy_to_clipboard(text: str, display: str | None = None) -> str:
    """Copy ``text`` to the clipboard of ``display``, by default ``$DISPLAY``.

    Return the name of the program that did it, "" if none is installed. Raises ClipboardError.
    """
    environ = os.environ if display is None else {**os.environ, "DISPLAY": display}
    for name, arguments in _PROGRAMS.items():
        if (name == "wl-copy" and not environ.get("WAYLAND_DISPLAY")) or not shutil.which(name):
            continue
        try:
            # It stays in the background. If it inherited a pipe, the reader would wait for its end.
            done = subprocess.run(
                [name, *arguments],
                input=text.encode(),
                env=environ,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ClipboardError(f"cannot copy the text: {name} timed out") from None
        if done.returncode:
            raise ClipboardError(f"cannot copy the text: {name} failed (status {done.returncode})")
        return name
    return ""
