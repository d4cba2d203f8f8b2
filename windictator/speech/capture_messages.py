"""Messages of a capture process, and their way into the pipe; ``capture_worker`` describes the format."""

from __future__ import annotations

import json
import os
import struct
import threading
from typing import Any

AUDIO = b"A"
STATUS = b"S"
HEADER = struct.Struct(">cI")


class MessageWriter:
    """Standard output for two threads, which must not wait for the reader.

    Up to ``max_bytes`` are kept while the reader is busy; blocks of audio beyond them are dropped and counted.
    """

    def __init__(self, descriptor: int, max_bytes: int) -> None:
        self._descriptor = descriptor
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pending = bytearray()
        self._overrun_count = 0
        os.set_blocking(descriptor, False)

    def write_audio(self, block: bytes) -> None:
        """Send a block of sound."""
        with self._lock:
            if len(self._pending) > self._max_bytes:
                self._overrun_count += 1
            else:
                self._enqueue(AUDIO, block)

    def write_status(self, **status: Any) -> None:
        """Send a status."""
        with self._lock:
            self._enqueue(STATUS, json.dumps(status).encode())

    def count_overrun(self) -> None:
        """Record that PortAudio lost a block."""
        with self._lock:
            self._overrun_count += 1

    def close(self) -> None:
        """Write what is kept, and wait for the reader."""
        with self._lock:
            os.set_blocking(self._descriptor, True)
            try:
                self._write()
            except OSError:
                return  # the reader ended first

    def _enqueue(self, kind: bytes, data: bytes) -> None:
        if self._overrun_count:
            lost, self._overrun_count = self._overrun_count, 0
            self._enqueue(STATUS, json.dumps({"overruns": lost}).encode())
        self._pending += HEADER.pack(kind, len(data)) + data
        self._write()

    def _write(self) -> None:
        try:
            while self._pending:
                del self._pending[: os.write(self._descriptor, self._pending)]
        except BlockingIOError:
            pass  # goes with the next block
        except BrokenPipeError:
            os._exit(0)  # the parent has ended
