"""Events that wait for a client who reads slowly: bounded, the least important are dropped and counted."""

from __future__ import annotations

from collections import deque

from windictator.control.messages import DROPPED_FIRST, encode

MOST_EVENTS = 256
MOST_BYTES = 1 << 20


class Backlog:
    """At most ``MOST_EVENTS`` lines and ``MOST_BYTES`` bytes, the newest; those of ``DROPPED_FIRST`` are not kept."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._dropped = 0

    def add(self, name: str, line: bytes) -> None:
        """Keep the line of an event, or drop it, or older ones for it."""
        if name in DROPPED_FIRST:
            self._dropped += 1
            return
        self._lines.append(line)
        self._bytes += len(line)
        while len(self._lines) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._bytes -= len(self._lines.popleft())
            self._dropped += 1

    def next(self) -> bytes | None:
        """The next line to send, None when nothing waits; first, how many were dropped."""
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            return encode(event="dropped", count=dropped)
        if not self._lines:
            return None
        line = self._lines.popleft()
        self._bytes -= len(line)
        return line

    def clear(self) -> None:
        """Nobody waits for it any more."""
        self._lines.clear()
        self._bytes = self._dropped = 0
