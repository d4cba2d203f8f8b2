"""One stretch with the microphone open: from opening it to the last word heard through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock, ensureDeferred

from windictator.speech.interfaces import AudioEnd, AudioSource, Recognizer


class CaptureRun:
    """Feeds ``recognizer`` from ``source``. ``when_room``: fires when hypotheses may follow. ``turn``: one stretch at a
    time has it, so that the sound of the next does not get among the sound of the last, which may still wait.
    """

    def __init__(
        self,
        source: AudioSource,
        recognizer: Recognizer,
        when_not_full: Callable[[], Deferred[None]],
        capture_lock: DeferredLock,
    ) -> None:
        self.source = source
        self._recognizer = recognizer
        self._when_not_full = when_not_full
        self._capture_lock = capture_lock
        self._lock_acquired: Deferred[Any] | None = None

    def start(self) -> Deferred[AudioEnd]:
        """Open the source; fires when everything heard through it has been recognised and handed on.

        Raises AudioError. Errback: RecognizerError, AudioError.
        """
        ended = self.source.start(lambda data: ensureDeferred(self._feed(data)))
        self._lock_acquired = self._capture_lock.acquire()
        return ensureDeferred(self._run_to_end(ended))

    def stop(self) -> None:
        """Close the source."""
        self.source.stop()

    async def _feed(self, data: bytes) -> None:
        await self._wait_for_lock()
        await self._recognizer.feed(data)
        await self._when_not_full()

    async def _wait_for_lock(self) -> None:
        mine, self._lock_acquired = self._lock_acquired, None
        if mine is not None:
            await mine

    async def _run_to_end(self, ended: Deferred[AudioEnd]) -> AudioEnd:
        try:
            end = await ended
            await self._wait_for_lock()
            await self._recognizer.finish()
        finally:
            await self._wait_for_lock()
            self._capture_lock.release()
        return end
