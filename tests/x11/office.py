"""LibreOffice Writer as a program to dictate into."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from typing import Any, Self

from tests.x11.clients.client import PROGRAMS
from tests.x11.server import XServer

_START_TIMEOUT = 150.0
"""Seconds; the first start writes a profile."""
_ANSWER_TIMEOUT = 60.0
_TEXT_TIMEOUT = 20.0
_PYTHON = "/usr/bin/python3"
"""The distribution's, which has the module uno."""


class WriterDocument:
    """One Writer with one document, on a server with a window manager.

    plugin: how Writer draws and reads keys, as ``SAL_USE_VCLPLUGIN`` names it.
    """

    def __init__(self, server: XServer, plugin: str) -> None:
        self._server = server
        self._folder = tempfile.TemporaryDirectory(prefix="writer-")
        environment = {
            name: value for name, value in server.environment().items() if not name.startswith(("XDG_", "DBUS_"))
        }
        environment |= {"HOME": self._folder.name, "XDG_RUNTIME_DIR": self._folder.name, "NO_AT_BRIDGE": "1"}
        environment |= {"SAL_USE_VCLPLUGIN": plugin, "XMODIFIERS": "@im=none", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        self._unread = b""
        self._process = subprocess.Popen(
            [_PYTHON, str(PROGRAMS / "writer_document.py"), self._folder.name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        try:
            self._answer(_START_TIMEOUT)
            self.window = self._server.find_window("libreoffice-writer")
            self.focus()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):  # it may have ended already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._folder.cleanup()

    def focus(self) -> None:
        """Give it the keyboard focus."""
        self._server.focus(self.window)

    def clear(self) -> None:
        """Begin with an empty document."""
        self._ask("clear")

    def text(self) -> str:
        """The text of the document now."""
        return str(self._ask("text")["text"])

    def labels(self) -> list[str]:
        """The numbers or bullets of the list that each paragraph is in, "" where it is in none."""
        return list(self._ask("text")["labels"])

    def bold(self) -> list[str]:
        """The bold parts of the text."""
        return list(self._ask("text")["bold"])

    def begin_list(self) -> None:
        """Make the paragraph with the caret the first item of a numbered list, as a user does."""
        self._server.tap("F12")
        give_up = time.monotonic() + _TEXT_TIMEOUT
        while not all(self.labels()):
            assert time.monotonic() < give_up, "Writer makes no list"
            time.sleep(0.05)

    def wait_for(self, text: str, typed: Mapping[str, str] | None = None) -> str:
        """The text of the document: ``text`` as soon as it is, else what it is after a long time.

        typed: what was typed for a character that autocorrection has put there.
        """
        give_up = time.monotonic() + _TEXT_TIMEOUT
        while (now := _as_typed(self.text(), typed or {})) != text and time.monotonic() < give_up:
            time.sleep(0.05)
        return now

    def _ask(self, question: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"ask": question}).encode() + b"\n")
        self._process.stdin.flush()
        return self._answer(_ANSWER_TIMEOUT)

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            assert select.select([self._process.stdout], [], [], seconds)[0], "Writer does not answer"
            piece = os.read(self._process.stdout.fileno(), 65536)
            assert piece, f"Writer has ended with status {self._process.wait()}"
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer


def _as_typed(text: str, typed: Mapping[str, str]) -> str:
    for corrected, before in typed.items():
        text = text.replace(corrected, before)
    return text
