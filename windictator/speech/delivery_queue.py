"""Queue of captured sound on its way to a sink that may be busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks


class DeliveryQueue:
    """Blocks of sound, delivered one after another; each waits for the sink to finish the one before.

    ``max_bytes``: limit of what waits; blocks beyond it are dropped and counted.
    ``on_empty``: called when everything has been delivered.
    ``on_error``: called with the exception of a sink that fails.
    """

    def __init__(self, max_bytes: int, on_empty: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
        self._max_bytes = max_bytes
        self._on_empty = on_empty
        self._on_error = on_error
        self._sink: Callable[[bytes], Deferred[None]] | None = None
        self._blocks: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_delivering = False
        self.overrun_count = 0
        """Number of blocks dropped so far."""

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> None:
        """Deliver to ``sink`` from now on."""
        self._sink = sink

    def add(self, block: bytes) -> None:
        """Add a block, or drop it if the queue is full or closed."""
        if self._sink is None:
            return
        if self._waiting_bytes + len(block) > self._max_bytes:
            self.overrun_count += 1
        else:
            self._blocks.append(block)
            self._waiting_bytes += len(block)
        self.deliver()

    def deliver(self) -> None:
        """Deliver what waits, unless this is already happening."""
        if not self._is_delivering and self._sink is not None:
            self._is_delivering = True
            self._deliver_all(self._sink).addErrback(self._sink_failed)

    def close(self) -> None:
        """Drop what waits, and deliver nothing more."""
        self._sink = None
        self._blocks.clear()
        self._waiting_bytes = 0

    def _sink_failed(self, failure: Any) -> None:
        self._on_error(failure.value)

    @inlineCallbacks
    def _deliver_all(self, sink: Callable[[bytes], Deferred[None]]) -> Generator[Deferred[None], None, None]:
        while self._blocks:
            block = self._blocks.popleft()
            self._waiting_bytes -= len(block)
            yield sink(block)
        self._is_delivering = False
        self._on_empty()
