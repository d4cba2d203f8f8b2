"""Program in the demonstration's terminal: shows what is typed there and sends it to the demonstration.

Argument: path of the socket on which the demonstration listens. It receives JSON lines: first ``{"window": id}``,
then ``{"text": ...}`` after every change. It is run by its file name, so it imports only the standard
library and starts quickly.
"""

from __future__ import annotations

import codecs
import json
import os
import socket
import sys
import textwrap
import tty
import unicodedata

_BOLD, _PLAIN, _HOME, _ERASE_LINE, _ERASE_BELOW = "\x1b[1m", "\x1b[0m", "\x1b[H", "\x1b[K", "\x1b[J"
_MARGIN = 2


def main() -> None:
    """Read the terminal until it closes."""
    tty.setraw(0)
    demonstration = socket.socket(socket.AF_UNIX)
    demonstration.connect(sys.argv[1])
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    text = ""
    _draw(text)
    _send(demonstration, window=int(os.environ["WINDOWID"]))
    while piece := os.read(0, 65536):
        for character in decoder.decode(piece):
            text = _apply_key(text, character)
        _draw(text)
        _send(demonstration, text=text)


def _apply_key(text: str, character: str) -> str:
    """Return ``text`` after one more character from the keyboard, as in an editor."""
    if character not in "\x08\x7f":
        return text + ("\n" if character == "\r" else character)
    base = len(text) - 1
    while base > 0 and unicodedata.combining(text[base]):
        base -= 1
    return text[: max(base, 0)]


def _draw(text: str) -> None:
    """Draw the whole screen, because BackSpace can cross the start of a wrapped line."""
    width = os.get_terminal_size().columns - 2 * _MARGIN
    lines = [f"{_BOLD}WinDictator: a recorded voice, typed into this xterm{_PLAIN}", ""]
    for paragraph in text.split("\n"):
        visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in paragraph)
        lines += textwrap.wrap(visible, width) or [""]
    screen = "\r\n".join(" " * _MARGIN + line + _ERASE_LINE for line in ["", *lines])
    # "replace", because a character that cannot be shown must not end the demonstration.
    os.write(1, (_HOME + screen + _ERASE_BELOW).encode("utf-8", "replace"))


def _send(demonstration: socket.socket, **message: object) -> None:
    demonstration.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
