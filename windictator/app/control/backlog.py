"""Bounded queue of events for a client that reads slowly."""

from __future__ import annotations

from collections import deque

from windictator.app.control.messages import LOW_PRIORITY_EVENTS, encode

MAX_EVENTS = 256
"""Maximum number of events in a backlog."""
MAX_BYTES = 1 << 20
"""Maximum size of a backlog, in bytes."""


class Backlog:
    """Newest events, at most ``MAX_EVENTS`` lines and ``MAX_BYTES`` bytes; dropped events are counted.

    Events of ``messages.LOW_PRIORITY_EVENTS`` are always dropped.
    """

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._size_bytes = 0
        self._dropped_count = 0

    def add(self, name: str, line: bytes) -> None:
        """Add the line of an event, and drop older ones if there are too many; drop it if it has a low priority."""
        if name in LOW_PRIORITY_EVENTS:
            self._dropped_count += 1
            return
        self._lines.append(line)
        self._size_bytes += len(line)
        while len(self._lines) > MAX_EVENTS or self._size_bytes > MAX_BYTES:
            self._size_bytes -= len(self._lines.popleft())
            self._dropped_count += 1

    def pop(self) -> bytes | None:
        """Remove and return the next line to send, None if the queue is empty; first the count of dropped events."""
        if self._dropped_count:
            dropped, self._dropped_count = self._dropped_count, 0
            return encode(event="dropped", count=dropped)
        if not self._lines:
            return None
        line = self._lines.popleft()
        self._size_bytes -= len(line)
        return line

    def clear(self) -> None:
        """Drop all events without counting them."""
        self._lines.clear()
        self._size_bytes = self._dropped_count = 0
