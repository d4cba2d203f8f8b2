"""Events that wait for a client who reads slowly: bounded, the least important are dropped and counted."""

from __future__ import annotations

from collections import deque

from windictator.control.messages import LOW_PRIORITY_EVENTS, encode

MAX_EVENTS = 256
MAX_BYTES = 1 << 20


class Backlog:
    """At most ``MOST_EVENTS`` lines and ``MOST_BYTES`` bytes, the newest; those of ``DROPPED_FIRST`` are not kept."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._size_bytes = 0
        self._dropped_count = 0

    def add(self, name: str, line: bytes) -> None:
        """Keep the line of an event, or drop it, or older ones for it."""
        if name in LOW_PRIORITY_EVENTS:
            self._dropped_count += 1
            return
        self._lines.append(line)
        self._size_bytes += len(line)
        while len(self._lines) > MAX_EVENTS or self._size_bytes > MAX_BYTES:
            self._size_bytes -= len(self._lines.popleft())
            self._dropped_count += 1

    def pop(self) -> bytes | None:
        """The next line to send, None when nothing waits; first, how many were dropped."""
        if self._dropped_count:
            dropped, self._dropped_count = self._dropped_count, 0
            return encode(event="dropped", count=dropped)
        if not self._lines:
            return None
        line = self._lines.popleft()
        self._size_bytes -= len(line)
        return line

    def clear(self) -> None:
        """Nobody waits for it any more."""
        self._lines.clear()
        self._size_bytes = self._dropped_count = 0
