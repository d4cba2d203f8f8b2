"""One stretch with the microphone open: from opening it to the last word heard through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock, ensureDeferred

from windictator.speech.interfaces import AudioEnd, AudioSource, Recognizer


class Listening:
    """Feeds ``recognizer`` from ``source``. ``when_room``: fires when hypotheses may follow. ``turn``: one stretch at a
    time has it, so that the sound of the next does not get among the sound of the last, which may still wait.
    """

    def __init__(
        self, source: AudioSource, recognizer: Recognizer, when_room: Callable[[], Deferred[None]], turn: DeferredLock
    ) -> None:
        self.source = source
        self._recognizer = recognizer
        self._when_room = when_room
        self._turn = turn
        self._mine: Deferred[Any] | None = None

    def start(self) -> Deferred[AudioEnd]:
        """Open the source; fires when everything heard through it has been recognised and handed on.

        Raises AudioError. Errback: RecognizerError, AudioError.
        """
        ended = self.source.start(lambda data: ensureDeferred(self._take(data)))
        self._mine = self._turn.acquire()
        return ensureDeferred(self._hear_out(ended))

    def stop(self) -> None:
        """Close the source."""
        self.source.stop()

    async def _take(self, data: bytes) -> None:
        await self._my_turn()
        await self._recognizer.feed(data)
        await self._when_room()

    async def _my_turn(self) -> None:
        mine, self._mine = self._mine, None
        if mine is not None:
            await mine

    async def _hear_out(self, ended: Deferred[AudioEnd]) -> AudioEnd:
        try:
            end = await ended
            await self._my_turn()
            await self._recognizer.finish()
        finally:
            await self._my_turn()
            self._turn.release()
        return end
