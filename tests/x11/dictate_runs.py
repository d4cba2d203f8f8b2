"""``windictator dictate`` as a process of its own: what is said goes in, what happens comes out."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from tests.x11.type_runs import TIMEOUT

LINES = ("--recognizer", "text", "--audio", "-")


class Ended(NamedTuple):
    """``report``: its last event; empty where it did not get that far. ``errors``: standard error."""

    status: int
    report: dict[str, Any]
    errors: str


class DictateRun:
    """A dictation under way, which tells its events as JSON. It listens when this has been entered."""

    def __init__(self, environment: Mapping[str, str], *options: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._unread = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "windictator", "dictate", "--json", *(options or LINES)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        try:
            self.wait_for("ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def say(self, *lines: str) -> None:
        """Utterances, or partials with "~", of the text recognizer."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.process.stdin.flush()

    def wait_for(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next event of this kind and content; those before it are passed over."""
        while (event := self._next()) is not None:
            if event["event"] == kind and all(event[name] == value for name, value in wanted.items()):
                return event
        raise AssertionError(f"no {kind} {wanted} among {self.events}, {self._errors()}")

    def end(self) -> Ended:
        """End the input, wait for the end of the program."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait()

    def wait(self) -> Ended:
        """Wait for the end of the program."""
        while self._next() is not None:
            pass
        status = self.process.wait(TIMEOUT)
        report = self.events[-1] if self.events and self.events[-1]["event"] == "report" else {}
        return Ended(status, report, self._errors())

    def told(self, kind: str) -> list[dict[str, Any]]:
        """All events of this kind until now."""
        return [event for event in self.events if event["event"] == kind]

    def _next(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        while b"\n" not in self._unread:
            assert select.select([self.process.stdout], [], [], TIMEOUT)[0], f"silent after {self.events[-9:]}"
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return None
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        event: dict[str, Any] = json.loads(line)
        self.events.append(event)
        return event

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()
