"""The pipes of one capturing process, as its parent sees them."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from windictator.deferreds import Clock
from windictator.speech import capture_worker
from windictator.speech.capture_worker import AUDIO, HEADER

CLOSE_TIMEOUT = 0.5
"""Seconds for the process to pass on its last sound and end by itself."""


class CaptureChild(ProcessProtocol):
    """Runs ``capture_process.py`` once. ``on_audio``, ``on_status``, ``on_end`` are told what it says, and itself.

    ``lost``: why it ended or is about to, "" while nothing is known; ``error``: whether that was an error.
    ``source``: what it last said of its source. ``kept``: place for sound that nobody takes yet, ``flowing``: for
    whether it is taken. ``close`` may be called at any time, and more than once.
    """

    transport: Any = None

    def __init__(
        self,
        on_audio: Callable[[CaptureChild, bytes], None],
        on_status: Callable[[CaptureChild, dict[str, Any]], None],
        on_end: Callable[[CaptureChild], None],
    ) -> None:
        self.end_reason = ""
        self.is_error = False
        self.source: dict[str, Any] | None = None
        self.is_flowing = False
        self.buffered: deque[bytes] = deque()
        self.on_audio = on_audio
        self.on_status = on_status
        self.on_end = on_end
        self._received = b""
        self._stderr = b""
        self._kill_timer: Any = None

    def spawn(self, reactor: Any, request: dict[str, Any] | None) -> None:
        """Begin; without a request only get ready for ``begin``. Raises OSError where no process can be started."""
        # By its path and with -P: a file named json.py in the current folder must not get in.
        command = [sys.executable, "-P", capture_worker.__file__, "-" if request is None else json.dumps(request)]
        reactor.spawnProcess(self, sys.executable, [os.fsencode(part) for part in command], env=None)

    def send_request(self, request: dict[str, Any]) -> None:
        """What it was made ready for."""
        self.transport.write(json.dumps(request).encode() + b"\n")

    @property
    def pid(self) -> int | None:
        """Its number, None before it has begun and after it has ended."""
        pid: int | None = None if self.transport is None else self.transport.pid
        return pid

    def close(self, clock: Clock) -> None:
        """Let it pass on what it has captured, and end; it is killed if it does not."""
        if self._kill_timer is None:
            self.transport.closeStdin()
            self._kill_timer = clock.callLater(CLOSE_TIMEOUT, self.kill)

    def kill(self) -> None:
        """End it at once, even if it is stopped or caught in native code."""
        with suppress(ProcessExitedAlready):  # its end is about to be reported
            self.transport.signalProcess("KILL")

    def outReceived(self, data: bytes) -> None:
        received = self._received + data
        at = 0
        while len(received) - at >= HEADER.size:
            kind, length = HEADER.unpack_from(received, at)
            end = at + HEADER.size + length
            if len(received) < end:
                break
            content = received[at + HEADER.size : end]
            at = end
            if kind == AUDIO:
                self.on_audio(self, content)
            else:
                self._handle_status(json.loads(content))
        self._received = received[at:]

    def errReceived(self, data: bytes) -> None:
        # ALSA, PortAudio and libpulse write here as they please; of a process that dies it is the only word.
        self._stderr = (self._stderr + data)[-2000:]

    def processEnded(self, reason: Any) -> None:
        if self._kill_timer is not None and self._kill_timer.active():
            self._kill_timer.cancel()
        if not self.end_reason:
            self.is_error = True
            self.end_reason = f"the process that captures it {_describe_end(reason.value)}{self._last_stderr_line()}"
        self.on_end(self)

    def _handle_status(self, status: dict[str, Any]) -> None:
        if "source" in status:
            self.source = status["source"]
        if "lost" in status or "error" in status:
            # The first is the cause.
            self.is_error = self.is_error or "error" in status
            self.end_reason = self.end_reason or status.get("lost") or status["error"]
        self.on_status(self, status)

    def _last_stderr_line(self) -> str:
        lines = self._stderr.decode(errors="replace").strip().splitlines()
        return f" ({lines[-1][:200]})" if lines else ""


def _describe_end(end: Any) -> str:
    if end.signal is None:
        return f"ended with status {end.exitCode}"
    try:
        return f"was killed by {signal.Signals(end.signal).name}"
    except ValueError:
        return f"was killed by signal {end.signal}"
