"""The life of the recognizer: started, replaced, and started again after a failure."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.errors import InternalError, WinDictatorError
from windictator.speech.interfaces import Recognizer
from windictator.text.utterance import Hypothesis

RETRY_INTERVAL_S = 5.0
"""Seconds until a recognizer that has failed is started again: its model may be back by then."""


class RecognizerState(enum.Enum):
    """What the recognizer is doing."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    """It has failed and is started again every few seconds."""


class RecognizerSupervisor:
    """Keeps one recognizer running and numbers its utterances.

    Each recognizer counts its utterances from 0; here they are numbered across all of them.

    clock: the reactor's time.
    open_recognizer: returns a new recognizer, not started yet.
    on_notice: called with one line for the user.
    """

    def __init__(
        self, clock: Clock, open_recognizer: Callable[[], Recognizer], on_notice: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._open_recognizer = open_recognizer
        self._on_notice = on_notice
        self._on_hypothesis: Callable[[Hypothesis], None] = lambda hypothesis: None
        self._on_ready: Callable[[], None] = lambda: None
        self._retry_timer: Any = None
        self._is_stopped = False
        self._next_utterance = 0
        self._numbering: tuple[Recognizer | None, int] = None, 0  # the number here of its first utterance
        self.recognizer: Recognizer | None = None
        """The recognizer that takes sound, None after a failure. It takes sound before it is ready."""
        self.state = RecognizerState.STARTING
        self.error = ""
        """Why the recognizer has failed, one line; "" unless the state is FAILED."""

    def open(self) -> Recognizer:
        """Return the recognizer, which takes sound from now on although ``start`` has not been called yet."""
        if self.recognizer is None:
            self.recognizer = self._open_recognizer()
        return self.recognizer

    async def start(self, on_hypothesis: Callable[[Hypothesis], None], on_ready: Callable[[], None]) -> None:
        """Start the recognizer and return when it is ready. Raises RecognizerError.

        on_hypothesis: called with each hypothesis, in order.
        on_ready: called when a recognizer is ready again after a failure.
        """
        self._on_hypothesis, self._on_ready = on_hypothesis, on_ready
        recognizer = self.open()
        try:
            await self._start(recognizer)
        except BaseException:
            self.recognizer = None
            raise
        self.state = RecognizerState.READY

    async def open_another(self, open_recognizer: Callable[[], Recognizer]) -> Recognizer:
        """Return another recognizer, ready, for ``switch_to``. Raises RecognizerError."""
        recognizer = open_recognizer()
        await self._start(recognizer)
        return recognizer

    async def switch_to(self, recognizer: Recognizer, open_recognizer: Callable[[], Recognizer]) -> None:
        """Use ``recognizer`` from now on, and ``open_recognizer`` after a failure; stop the old one."""
        old, self.recognizer, self._open_recognizer = self.recognizer, recognizer, open_recognizer
        self._cancel_retry()
        self.state, self.error = RecognizerState.READY, ""
        if old is not None:
            await old.stop()

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """Fire with the alternatives for an utterance; none if the recognizer that heard it is gone."""
        recognizer, first = self._numbering
        if recognizer is None or recognizer is not self.recognizer or utterance < first:
            return succeed(())
        return recognizer.alternatives(utterance - first)

    def give_up(self, failure: Failure) -> bool:
        """Stop the recognizer because of ``failure`` and start another one every few seconds until one works.

        Return False if there is no recognizer to give up, or if all is being stopped.
        """
        recognizer, self.recognizer = self.recognizer, None
        if recognizer is None or self._is_stopped:
            return False
        assert failure.value is not None
        self.state, self.error = RecognizerState.FAILED, _reason(failure.value)
        recognizer.stop()
        self._schedule_retry()
        return True

    def cancel_retry(self) -> None:
        """Start no other recognizer any more."""
        self._is_stopped = True
        self._cancel_retry()

    async def stop(self) -> None:
        """Stop the recognizer; nothing is delivered any more."""
        self.cancel_retry()
        recognizer, self.recognizer = self.recognizer, None
        if recognizer is not None:
            await recognizer.stop()

    async def _start(self, recognizer: Recognizer) -> None:
        try:
            await recognizer.start(self._hypothesis_callback(recognizer), self._on_notice)
        except BaseException:
            await recognizer.stop()
            raise

    def _hypothesis_callback(self, recognizer: Recognizer) -> Callable[[Hypothesis], None]:
        base: int | None = None

        def deliver(hypothesis: Hypothesis) -> None:
            nonlocal base
            if base is None:
                base = self._next_utterance
                self._numbering = recognizer, base
            number = base + hypothesis.utterance
            self._next_utterance = number + 1
            self._on_hypothesis(replace(hypothesis, utterance=number))

        return deliver

    def _schedule_retry(self) -> None:
        self._retry_timer = self._clock.callLater(RETRY_INTERVAL_S, self._retry)

    def _retry(self) -> None:
        ensureDeferred(self._start_again())

    async def _start_again(self) -> None:
        try:
            recognizer = await self.open_another(self._open_recognizer)
        except Exception as error:
            self.error = _reason(error)
            if not self._is_stopped:
                self._schedule_retry()
            return
        if self._is_stopped or self.recognizer is not None:
            await recognizer.stop()
            return
        self.recognizer = recognizer
        self.state, self.error = RecognizerState.READY, ""
        self._on_ready()

    def _cancel_retry(self) -> None:
        if self._retry_timer is not None and self._retry_timer.active():
            self._retry_timer.cancel()


def _reason(error: BaseException) -> str:
    return str(error if isinstance(error, WinDictatorError) else InternalError(error))
