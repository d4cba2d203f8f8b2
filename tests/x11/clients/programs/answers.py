"""How a client program answers the tests: JSON lines on a local socket; the standard library alone."""

from __future__ import annotations

import json
import socket
import sys
from typing import Any


class Answers:
    """The program's end of the socket. Ends the program when the tests have closed theirs."""

    def __init__(self, path: str, window: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._unread = b""
        self._due: int | None = None
        self._due_text: str | None = None
        self.give(window=window)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> list[str]:
        """The questions that have come; "received" with a length is kept until so much text is there, with a text
        until that is what is there.
        """
        piece = self._socket.recv(65536)
        if not piece:
            sys.exit()
        *lines, self._unread = (self._unread + piece).split(b"\n")
        questions = []
        for line in lines:
            message = json.loads(line)
            if "length" in message:
                self._due = message["length"]
            elif "text" in message:
                self._due_text = message["text"]
            else:
                questions.append(message["ask"])
        return questions

    def give(self, **answer: Any) -> None:
        self._socket.sendall(json.dumps(answer).encode() + b"\n")

    def give_due(self, received: str) -> None:
        """Answer the question for a length of text, or for a text, if that has come."""
        if (self._due is not None and len(received) >= self._due) or received == self._due_text:
            self._due = self._due_text = None
            self.give(received=received)
