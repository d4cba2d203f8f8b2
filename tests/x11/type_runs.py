"""``windictator type`` as a process of its own, and what it said of its work."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

from tests.program import run_windictator, start_windictator

LONG = " ".join(f"{number:05d}" for number in range(20_000))
"""Much more than can be typed in a moment, and no two parts of it alike."""
TIMEOUT = 30.0
"""Seconds for what takes three at most on a quiet machine."""


class Outcome(NamedTuple):
    """``report``: the JSON object, empty where there was none. ``errors``: standard error."""

    status: int
    report: dict[str, Any]
    errors: str

    @property
    def confirmed(self) -> int:
        return int(self.report["confirmed"])

    @property
    def stopped(self) -> str | None:
        reason: str | None = self.report["stopped"]
        return reason


def type_text(environment: Mapping[str, str], text: str, *options: str) -> Outcome:
    """Type ``text``, given on standard input, to the end."""
    done = run_windictator("type", "--json", *options, env=environment, input=text, timeout=TIMEOUT)
    return Outcome(done.returncode, _report(done.stdout), done.stderr)


def assert_one_line(errors: str, *words: str) -> None:
    """One line of the program's own, with these words in it; no traceback."""
    assert errors.count("\n") == 1, errors
    assert errors.startswith("windictator: "), errors
    assert "Traceback" not in errors
    for word in words:
        assert word in errors, errors


class TypeRun:
    """A typing under way, of ``text``, which it has been given whole on standard input."""

    def __init__(self, environment: Mapping[str, str], text: str = LONG) -> None:
        self.process = start_windictator("type", "--json", env=environment)
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.close()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = TIMEOUT) -> Outcome:
        """Wait for its end."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        ended = os.pidfd_open(self.process.pid)
        try:
            assert select.select([ended], [], [], timeout)[0], "windictator does not end"
        finally:
            os.close(ended)
        # What it says fits into the pipes.
        output, errors = self.process.stdout.read().decode(), self.process.stderr.read().decode()
        return Outcome(self.process.wait(), _report(output), errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@contextlib.contextmanager
def stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process, an X server say, does nothing until the block ends."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def _report(output: str) -> dict[str, Any]:
    if not output:
        return {}
    (line,) = output.splitlines()
    report: dict[str, Any] = json.loads(line)
    return report
