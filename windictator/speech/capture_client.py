"""Parent side of a capture process: its messages, its end, and how to close it."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from windictator.deferreds import Clock
from windictator.speech import capture_worker
from windictator.speech.capture_messages import AUDIO, HEADER
from windictator.speech.capture_status import CaptureEnd, CaptureSource
from windictator.speech.process_end import describe_process_end

CLOSE_TIMEOUT = 0.5
"""Time for the process to deliver its last sound and to end, in seconds."""


class CaptureChild(ProcessProtocol):
    """One run of ``capture_worker``.

    ``on_audio``: called with this object and each block of sound.
    ``on_status``: called with this object and each status message.
    ``on_end``: called with this object when the process has ended.

    ``close`` may be called at any time, and more than once.
    """

    transport: Any = None

    def __init__(
        self,
        on_audio: Callable[[CaptureChild, bytes], None],
        on_status: Callable[[CaptureChild, dict[str, Any]], None],
        on_end: Callable[[CaptureChild], None],
    ) -> None:
        self.end = CaptureEnd.CRASHED
        """Reason why the process ended; ``CRASHED`` unless it reported another."""
        self.end_detail = ""
        """Message of the error for ``REFUSED``, predicate such as "ended with status 1" for ``CRASHED``, else ""."""
        self.source: CaptureSource | None = None
        """Source that the process reported last."""
        self.is_flowing = False
        """Whether the owner uses the sound."""
        self.buffered: deque[bytes] = deque()
        """Sound that the owner keeps until it decides whether to use it."""
        self.on_audio = on_audio
        self.on_status = on_status
        self.on_end = on_end
        self._received = b""
        self._stderr = b""
        self._kill_timer: Any = None

    def spawn(self, reactor: Any, request: dict[str, Any] | None) -> None:
        """Start the process. Without a request it only prepares for ``send_request``. Raises OSError if it fails."""
        # By its path and with -P, because a file named json.py in the current folder must not be imported.
        command = [sys.executable, "-P", capture_worker.__file__, "-" if request is None else json.dumps(request)]
        reactor.spawnProcess(self, sys.executable, [os.fsencode(part) for part in command], env=None)

    def send_request(self, request: dict[str, Any]) -> None:
        """Open the microphone in a process that was started without a request."""
        self.transport.write(json.dumps(request).encode() + b"\n")

    @property
    def pid(self) -> int | None:
        """Process id, or None if the process is not running."""
        pid: int | None = None if self.transport is None else self.transport.pid
        return pid

    def close(self, clock: Clock) -> None:
        """Let the process deliver what it has captured and end; kill it if it does not."""
        if self._kill_timer is None:
            self.transport.closeStdin()
            self._kill_timer = clock.callLater(CLOSE_TIMEOUT, self.kill)

    def kill(self) -> None:
        """Kill the process, even if it is stopped or busy in native code."""
        with suppress(ProcessExitedAlready):  # its end is about to be reported
            self.transport.signalProcess("KILL")

    def outReceived(self, data: bytes) -> None:
        """Pass on the messages in ``data``, which may be cut anywhere."""
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
        """Keep the end of standard error, for the reason of a crash."""
        # ALSA, PortAudio and libpulse write here at any time; after a crash it is the only information.
        self._stderr = (self._stderr + data)[-2000:]

    def processEnded(self, reason: Any) -> None:
        """Report the end of the process."""
        if self._kill_timer is not None and self._kill_timer.active():
            self._kill_timer.cancel()
        if self.end is CaptureEnd.CRASHED:
            end = reason.value
            self.end_detail = describe_process_end(end.exitCode, end.signal) + self._last_stderr_line()
        self.on_end(self)

    def _handle_status(self, status: dict[str, Any]) -> None:
        if "source" in status:
            self.source = CaptureSource.from_status(status["source"])
        if "ended" in status and self.end is CaptureEnd.CRASHED:  # the first reason is the cause
            self.end = CaptureEnd(status["ended"])
            self.end_detail = status.get("error", "")
        self.on_status(self, status)

    def _last_stderr_line(self) -> str:
        lines = self._stderr.decode(errors="replace").strip().splitlines()
        return f" ({lines[-1][:200]})" if lines else ""
