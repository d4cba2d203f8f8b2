"""Capture process that is ready while the microphone is closed.

With push-to-talk, the user speaks as soon as the key is down, so the microphone must open at once.
"""

from __future__ import annotations

from typing import Any

from windictator.speech.capture_client import CaptureChild


class CaptureProcessPool:
    """Pool of at most one process, which needs no processor time.

    Starting a process takes a third of a second. A process that is ready opens the microphone in some hundredths.
    ``reactor``: starts the process (``IReactorProcess``).
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._ready: CaptureChild | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id, or None if the pool is empty."""
        return None if self._ready is None else self._ready.pid

    def prepare(self) -> None:
        """Start a process if the pool is empty; a failure is reported when the microphone is opened."""
        if self._ready is None and not self._closed:
            child = CaptureChild(lambda *_: None, lambda *_: None, self._ended)
            try:
                child.spawn(self._reactor, None)
            except OSError:
                return
            self._ready = child

    def take(self) -> CaptureChild | None:
        """Return the process and leave the pool empty; None if it is empty. The caller sets the callbacks."""
        child, self._ready = self._ready, None
        return child

    def close(self) -> None:
        """End the process and start no other."""
        self._closed = True
        child = self.take()
        if child is not None:
            child.close(self._reactor)

    def _ended(self, child: CaptureChild) -> None:
        if child is self._ready:
            self._ready = None
