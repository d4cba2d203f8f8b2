"""The process of ``hotkey_process``, and what it says."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from tests.x11.server import XServer

TIMEOUT = 20.0
"""Seconds for any answer; a loaded machine needs a few at a start."""


class HotkeyRun:
    """A process with hotkeys and a typist on ``server``. As a context it has those that were ``set`` last."""

    def __init__(self, server: XServer) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.x11.hotkey_process"],
            env=server.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._unread = b""
        self.said: list[dict[str, Any]] = []
        """Everything it has said that has not been waited for."""

    def set(self, hotkeys: Mapping[str, str], tap: float = 0.2) -> Self:
        """Let it have these hotkeys, and no others; earlier ones are no longer reported."""
        self.heard()
        self.said.clear()
        self.say(hotkeys=hotkeys, tap=tap)
        self.wait_for(lambda said: "ready" in said)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.say(stop=True)
        self.wait_for(lambda said: "ended" in said)

    def end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(TIMEOUT)
        finally:
            self._process.kill()
            self._process.stdout.close()

    def say(self, **what: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line that is wanted; those before it stay in ``said``."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            for number, line in enumerate(self.said):
                if wanted(line):
                    return self.said.pop(number)
            assert self._read(deadline - time.monotonic()), f"it has only said {self.said}"

    def action(self) -> tuple[str, bool]:
        """Wait for the next action."""
        line = self.wait_for(lambda said: "action" in said)
        return line["action"], line["pressed"]

    def heard(self) -> list[tuple[str, bool]]:
        """The actions that have been told, once everything that was pressed until now has been dealt with."""
        self.say(ask="alive")
        self.wait_for(lambda said: "alive" in said)
        actions = [(said["action"], said["pressed"]) for said in self.said if "action" in said]
        self.said = [said for said in self.said if "action" not in said]
        return actions

    def type(self, text: str, announce: int = 0, hold: float = 0.0) -> None:
        """Have it typed, each key held for ``hold`` seconds; with ``announce``, return when this many writes have been
        sent: each a keystroke, or one key of it if it is held.
        """
        self.say(text=text, announce=announce, hold=hold)
        if announce:
            self.wait_for(lambda said: "reached" in said)

    def hold_back(self, text: str, number: int) -> None:
        """Have it typed until just before this write, which waits until something is said."""
        self.say(text=text, hold=0.0, hold_back=number)
        self.wait_for(lambda said: "about" in said)

    def typed(self) -> tuple[int, str | None]:
        """Wait for the end of the typing: characters confirmed, and what stopped it."""
        line = self.wait_for(lambda said: "confirmed" in said)
        return line["confirmed"], line["stopped"]

    def _read(self, seconds: float) -> bool:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], max(0.0, seconds))[0]:
            return False
        piece = os.read(self._process.stdout.fileno(), 1 << 16)
        *lines, self._unread = (self._unread + piece).split(b"\n")
        self.said += map(json.loads, lines)
        return bool(piece)
