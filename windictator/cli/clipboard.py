"""Hands text to a program that keeps it in the clipboard: under X its owner has to stay, a command does not."""

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
    """Put ``text`` into the clipboard of ``display`` (``$DISPLAY``); the program that did it, "" where there is none.

    Raises NotCopied.
    """
    environ = os.environ if display is None else {**os.environ, "DISPLAY": display}
    for name, arguments in _PROGRAMS.items():
        if (name == "wl-copy" and not environ.get("WAYLAND_DISPLAY")) or not shutil.which(name):
            continue
        try:
            # It goes on in the background with what it inherits: nobody would see the end of a pipe.
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
            raise ClipboardError(f"{name} does not take the text") from None
        if done.returncode:
            raise ClipboardError(f"{name} could not copy the text (status {done.returncode})")
        return name
    return ""
