"""A capturing process that is ready, with the microphone closed: a key of push-to-talk goes down when one speaks."""

from __future__ import annotations

from typing import Any

from windictator.speech.capture_client import CaptureChild


class CaptureProcessPool:
    """Keeps at most one such process. It needs no processor time; to start one takes a third of a second, to open the
    microphone by one that is ready a few hundredths. ``reactor``: spawns it (``IReactorProcess``)."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._ready: CaptureChild | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Number of the process, None where there is none."""
        return None if self._ready is None else self._ready.pid

    def prepare(self) -> None:
        """Have one ready from soon on. Where none can be started it is for the opening of the microphone to say so."""
        if self._ready is None and not self._closed:
            child = CaptureChild(lambda *_: None, lambda *_: None, self._ended)
            try:
                child.spawn(self._reactor, None)
            except OSError:
                return
            self._ready = child

    def take(self) -> CaptureChild | None:
        """The one that is ready, whose taker is told of everything from now on; None if there is none."""
        child, self._ready = self._ready, None
        return child

    def close(self) -> None:
        """End the process, and keep none any more."""
        self._closed = True
        child = self.take()
        if child is not None:
            child.close(self._reactor)

    def _ended(self, child: CaptureChild) -> None:
        if child is self._ready:
            self._ready = None
