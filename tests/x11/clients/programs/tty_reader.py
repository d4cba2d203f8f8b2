"""What runs inside the terminal: keeps every byte that the terminal sends, unmodified.

Arguments: the path of the socket that the tests listen on. The terminal has no request that proves that it has
dealt with all its X events, so the tests press F12 when they want to know: its bytes come after all others.
"""

from __future__ import annotations

import os
import re
import select
import sys
import tty

from answers import Answers

_F12 = re.compile(rb"\x1b\[24(?:;\d+)?~")


def main() -> None:
    tty.setraw(0)
    answers = Answers(sys.argv[1], int(os.environ["WINDOWID"]))
    received = b""
    waiting = False
    while True:
        readable, _, _ = select.select([0, answers], [], [])
        if 0 in readable:
            piece = os.read(0, 65536)
            os.write(1, piece.replace(b"\r", b"\r\n").replace(b"\x7f", b"\b \b"))
            received += piece
        if answers in readable:
            for question in answers.read():
                if question == "received":
                    waiting = True
                elif question == "clear":
                    received = b""
                    answers.give()
        if waiting and _F12.search(received):
            received = _F12.sub(b"", received, count=1)
            waiting = False
            answers.give(received=_decoded(received))
        answers.give_due(received.decode("utf-8", "ignore"))  # a character may have come in part


def _decoded(received: bytes) -> str:
    return received.decode("utf-8", "backslashreplace")


if __name__ == "__main__":
    main()
