"""One capture: from opening the microphone to the last word heard through it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, DeferredLock, ensureDeferred

from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource, Recognizer


class CaptureRun:
    """Feeds one recognizer from one audio source.

    source: the audio source, not started yet.
    recognizer: receives the sound.
    when_not_full: fires when more hypotheses may follow.
    capture_lock: held by one capture at a time. The sound of the next one waits until the last one is recognised.
    """

    def __init__(
        self,
        source: AudioSource,
        recognizer: Recognizer,
        when_not_full: Callable[[], Deferred[None]],
        capture_lock: DeferredLock,
    ) -> None:
        self.source = source
        self.error: AudioError | None = None
        """Why the source has failed, as soon as that is known; None if it has not."""
        self._recognizer = recognizer
        self._when_not_full = when_not_full
        self._capture_lock = capture_lock
        self._lock_acquired: Deferred[DeferredLock] = Deferred()
        self._has_lock = False

    def start(self) -> Deferred[AudioEnd]:
        """Open the source; fire when everything heard through it has been recognised and delivered.

        Raises AudioError. Fails with RecognizerError or AudioError.
        """
        self._lock_acquired = self._capture_lock.acquire()
        try:
            ended = self.source.start(lambda data: ensureDeferred(self._feed(data)))
        except BaseException:
            self._lock_acquired.addCallback(lambda lock: lock.release())
            raise
        return ensureDeferred(self._run_to_end(ended))

    def stop(self) -> None:
        """Close the source."""
        self.source.stop()

    async def _feed(self, data: bytes) -> None:
        await self._wait_for_lock()
        await self._recognizer.feed(data)
        await self._when_not_full()

    async def _wait_for_lock(self) -> None:
        if not self._has_lock:
            waiter: Deferred[None] = Deferred()
            self._lock_acquired.addCallback(self._got_lock, waiter)
            await waiter

    def _got_lock(self, lock: DeferredLock, waiter: Deferred[None]) -> DeferredLock:
        self._has_lock = True
        waiter.callback(None)
        return lock

    async def _run_to_end(self, ended: Deferred[AudioEnd]) -> AudioEnd:
        try:
            end = await ended
            await self._wait_for_lock()
            await self._recognizer.finish()
        except AudioError as error:
            self.error = error
            raise
        finally:
            await self._wait_for_lock()
            self._capture_lock.release()
        return end
