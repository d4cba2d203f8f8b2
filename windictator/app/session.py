"""A dictation session that lasts: listening or paused, asleep or awake, steered from outside.

Above the sound, the recognizer and the dictation, below the ways in (control socket, hotkeys, the voice). Knows ports
only; everything that happens is told to ``Watcher``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from twisted.internet.defer import Deferred, DeferredLock, ensureDeferred, succeed
from twisted.python.failure import Failure

from windictator.app.capture_run import CaptureRun
from windictator.deferreds import Clock, DeferredPool
from windictator.dictation.commands.alternatives import AlternativeList
from windictator.dictation.events import Event, Notice
from windictator.dictation.modes import Mode
from windictator.dictation.queue import Dictation
from windictator.dictation.result import CommandResult
from windictator.errors import WinDictatorError
from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource, Recognizer
from windictator.text.utterance import Hypothesis
from windictator.typist.result import StopReason

#: Seconds until a recognizer that failed for good is tried anew: its model may be back by then.
RETRY_INTERVAL_S = 5.0


class StoppingError(WinDictatorError):
    """New work came after the end had begun."""

    def __init__(self) -> None:
        super().__init__("WinDictator is stopping; nothing new is begun")


class SessionEvents(Protocol):
    """What is told of a session."""

    def changed(self) -> None:
        """What ``Session.state`` gives has changed."""

    def on_event(self, event: Event) -> None:
        """Receive an event of dictation."""

    def failed(self, message: str) -> None:
        """Something does not work until it is mended; one line."""


class Session:
    """``open_audio`` gives a new source each time the microphone is opened; None: there is no sound, only ``say``.
    ``open_recognizer`` gives a new recognizer, at the start and after one has failed for good. ``idle_pause``: seconds
    without a word after which the microphone is closed, 0 for never. ``when_open``: fires when a source that was
    started takes in what is said, or has ended.
    """

    def __init__(
        self,
        clock: Clock,
        open_audio: Callable[[], AudioSource] | None,
        open_recognizer: Callable[[], Recognizer],
        dictation: Dictation,
        events: SessionEvents,
        *,
        pause_after_s: float = 0.0,
        when_capturing: Callable[[AudioSource], Deferred[None]] = lambda _source: succeed(None),
    ) -> None:
        self._clock = clock
        self._open_audio = open_audio
        self._open_recognizer = open_recognizer
        self._dictation = dictation
        self._events = events
        self.pause_after_s = pause_after_s
        self._when_capturing = when_capturing
        self._microphone_error: AudioError | None = None  # why the microphone closed by itself
        self._recognizer: Recognizer | None = None
        self._capture: CaptureRun | None = None
        self._capture_lock = DeferredLock()
        self._work = DeferredPool()
        self._is_listening = False
        self._push_to_talk_down = False
        self._pause_after_talk = False
        self._discarding = 0
        self._is_stopping = False
        self._is_stopped = False
        self._idle_timer: Any = None
        self._retry_timer: Any = None
        self._overruns = 0
        self._next_utterance = 0
        self._numbering: tuple[Recognizer | None, int] = None, 0  # whose first utterance has which number here
        self._last_failure = ""
        dictation.interpreter.on_mode_changed = lambda _mode: events.changed()
        dictation.interpreter.alternative_commands.recognizer_alternatives = self._recognizer_alternatives

    # What it is doing

    @property
    def dictation(self) -> Dictation:
        """What carries utterances out."""
        return self._dictation

    def state(self) -> dict[str, object]:
        """For the user and his status bar: plain values."""
        mode = self._dictation.interpreter.mode
        return {
            "state": "stopping" if self._is_stopping else "listening" if self._is_listening else "paused",
            "mode": mode.value,
            "asleep": mode is Mode.ASLEEP,
            "push_to_talk": self._push_to_talk_down,
            "recognizer": "ready" if self._recognizer is not None else self._last_failure or "starting",
            "utterances": self._dictation.utterance_count,
            "keys": self._dictation.key_event_count,
            "refused": self._dictation.refusal_count,
            "held": len(self._dictation.interpreter.undelivered.texts),
            "overruns": self._overruns + (self._capture.source.overruns if self._capture else 0),
        }

    # Start and end

    async def start(self, listening: bool = True) -> None:
        """Load the recognizer and, with ``listening``, open the microphone. Raises RecognizerError, AudioError."""
        self._recognizer = await self._start_recognizer(self._open_recognizer)
        if listening:
            self._listen()
            if self._capture is not None:
                await self._when_capturing(self._capture.source)
            if self._microphone_error is not None:
                raise self._microphone_error

    async def finish(self) -> None:
        """Take no more, and return when everything said until now is on the screen. To be bounded by the caller."""
        self._is_stopping = True
        self._events.changed()
        self._stop_listening()
        await self._work.defer_until_empty()
        await self._dictation.when_idle()

    async def stop(self) -> None:
        """End at once; may follow ``finish`` or not."""
        self._is_stopping = self._is_stopped = True
        self._stop_listening()
        self._cancel_timers()
        self._dictation.close()
        recognizer, self._recognizer = self._recognizer, None
        if recognizer is not None:
            await recognizer.stop()

    # The verbs

    def resume(self) -> None:
        """Open the microphone. Raises AudioError, SessionOver."""
        self._check_not_stopping()
        self._pause_after_talk = False
        if not self._is_listening:
            self._listen()
            self._events.changed()

    def pause(self) -> None:
        """Close the microphone; what was said before is still typed. Raises SessionOver."""
        self._check_not_stopping()
        self._pause()

    def toggle(self) -> None:
        """Pause or resume. While push-to-talk is down: the other of what there was before, which its release leaves."""
        if self._is_listening and not self._pause_after_talk:
            self.pause()
        else:
            self.resume()

    def push_to_talk(self, down: bool) -> None:
        """Listen while the key is down; its release ends the utterance at once. Raises AudioError, SessionOver."""
        self._check_not_stopping()
        if down == self._push_to_talk_down:
            return
        if down:
            self._pause_after_talk = not self._is_listening
            if not self._is_listening:
                self._listen()
            self._push_to_talk_down = True
            # The key itself may have stopped a text that was being typed: its end comes before all that is said now.
            self._dictation.type_undelivered(StopReason.KEYS_HELD)
        else:
            self._push_to_talk_down = False
            if self._pause_after_talk:
                self._pause_after_talk = False
                self._pause()
            elif self._recognizer is not None:
                self._work.add(self._recognizer.finish().addErrback(self._recognizer_failed))
            # A combination with modifiers kept the words from being typed while it was down.
            self._work.defer_until_empty().addCallback(lambda _: self._dictation.type_undelivered(StopReason.KEYS_HELD))
        self._events.changed()

    def cancel(self) -> None:
        """Stop typing within one key; nothing that was said until now is typed any more."""
        self._dictation.cancel()
        if self._recognizer is not None and self._is_listening:
            # What the recognizer still holds was said until now too.
            self._discarding += 1
            self._work.add(self._recognizer.finish().addBoth(self._stop_discarding))
        self._events.changed()

    def say(self, text: str, force: bool = False) -> Deferred[CommandResult]:
        """As if ``text`` had been recognised; ``force``: see ``undo``. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.say(text, force)

    def type(self, text: str) -> Deferred[CommandResult]:
        """Type ``text`` as it is. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.type(text)

    def undo(self, force: bool = False) -> Deferred[CommandResult]:
        """Take back what was done last: erase an utterance, reverse a correction; with ``force`` as if nothing else
        had happened in the window since. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.undo(force)

    def redo(self, force: bool = False) -> Deferred[CommandResult]:
        """Do again what ``undo`` took back. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.redo(force)

    def repeat(self) -> Deferred[CommandResult]:
        """Write the last words again. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.repeat()

    def alternatives(self, force: bool = False) -> Deferred[CommandResult]:
        """List what else may have been said for the last words; ``force``: see ``undo``. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.alternatives(force)

    def choose(self, number: int, force: bool = False) -> Deferred[CommandResult]:
        """Put the ``number``-th of the list in their place; ``force``: see ``undo``. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.choose(number, force)

    @property
    def current_list(self) -> AlternativeList | None:
        """What can be chosen from, None where nothing is listed."""
        return self._dictation.interpreter.alternative_commands.current_list

    def type_undelivered(self) -> Deferred[CommandResult]:
        """Type what is held where the caret is now. Raises SessionOver."""
        self._check_not_stopping()
        return self._dictation.type_undelivered().addCallback(self._report_change)

    def discard_undelivered(self) -> int:
        """Forget what is held; how many texts that were."""
        count = self._dictation.interpreter.undelivered.clear()
        self._events.changed()
        return count

    async def replace_audio_and_recognizer(
        self, open_audio: Callable[[], AudioSource] | None, open_recognizer: Callable[[], Recognizer] | None
    ) -> None:
        """Go on with another microphone and, unless None, another recognizer, which must start first.

        Nothing said is lost but what is said while the microphone changes. Raises RecognizerError, AudioError; the old
        ones go on then.
        """
        new = await self._start_recognizer(open_recognizer) if open_recognizer is not None else None
        self._close_capture()
        await self._work.defer_until_empty()
        self._open_audio = open_audio
        if new is not None and open_recognizer is not None:
            old, self._recognizer, self._open_recognizer = self._recognizer, new, open_recognizer
            if old is not None:
                await old.stop()
        if self._is_listening and not self._is_stopping:
            self._listen()

    # Listening

    def _check_not_stopping(self) -> None:
        if self._is_stopping:
            raise StoppingError

    def _listen(self) -> None:
        """Open the microphone, now or as soon as there is a recognizer. Raises AudioError."""
        self._microphone_error = None
        if self._open_audio is not None and self._recognizer is not None:
            stretch = CaptureRun(
                self._open_audio(), self._recognizer, self._dictation.when_not_full, self._capture_lock
            )
            heard = stretch.start()
            self._capture = stretch
            heard.addCallbacks(
                self._capture_ended, self._capture_failed, callbackArgs=(stretch,), errbackArgs=(stretch,)
            )
            self._work.add(heard)
        self._is_listening = True
        self._restart_idle_timer()

    def _pause(self) -> None:
        if self._is_listening:
            self._stop_listening()
            self._events.changed()

    def _stop_listening(self) -> None:
        self._is_listening = self._push_to_talk_down = False
        self._close_capture()
        self._cancel_timers()

    def _close_capture(self) -> None:
        stretch, self._capture = self._capture, None
        if stretch is not None:
            self._overruns += stretch.source.overruns
            stretch.stop()

    def _capture_ended(self, end: AudioEnd, capture: CaptureRun) -> None:
        if self._capture is capture:  # by itself: a recording, or a microphone that does not come back
            self._pause()
            if end is AudioEnd.LOST:
                self._events.failed(end.value)

    def _capture_failed(self, failure: Failure, capture: CaptureRun) -> None:
        if isinstance(failure.value, AudioError):
            self._microphone_error = failure.value
            if self._capture is capture:
                self._pause()
                self._events.failed(str(failure.value))
        elif self._capture is capture or self._capture is None:
            self._close_capture()
            self._recognizer_failed(failure)

    def _recognizer_alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """What else may have been said, if the recognizer that has heard it is still there."""
        recognizer, first = self._numbering
        if recognizer is None or recognizer is not self._recognizer or utterance < first:
            return succeed(())
        return recognizer.alternatives(utterance - first)

    def _hypothesis_callback(self, recognizer: Recognizer) -> Callable[[Hypothesis], None]:
        """For one recognizer: each counts its utterances from 0, a session counts them all."""
        base: int | None = None

        def hear(hypothesis: Hypothesis) -> None:
            nonlocal base
            if base is None:
                base = self._next_utterance
                self._numbering = recognizer, base
            number = base + hypothesis.utterance
            self._next_utterance = number + 1
            if not self._discarding and not self._is_stopped:
                self._restart_idle_timer()
                self._dictation.accept_hypothesis(replace(hypothesis, utterance=number))

        return hear

    def _stop_discarding(self, _: object) -> None:
        self._discarding -= 1

    def _restart_idle_timer(self) -> None:
        _cancel(self._idle_timer)
        if self.pause_after_s and self._is_listening:
            self._idle_timer = self._clock.callLater(self.pause_after_s, self._idle_timeout)

    def _idle_timeout(self) -> None:
        self._notify(f"nobody has spoken for {self.pause_after_s:g} seconds: the microphone is closed")
        self._pause()

    # The recognizer's life

    async def _start_recognizer(self, open_recognizer: Callable[[], Recognizer]) -> Recognizer:
        recognizer = open_recognizer()
        try:
            await recognizer.start(self._hypothesis_callback(recognizer), self._notify)
        except BaseException:
            await recognizer.stop()
            raise
        return recognizer

    def _recognizer_failed(self, failure: Failure) -> None:
        """It will not go on: say so, and try a new one until one starts."""
        recognizer, self._recognizer = self._recognizer, None
        if recognizer is None or self._is_stopping:
            return
        self._last_failure = _reason(failure)
        self._events.failed(self._last_failure)
        recognizer.stop()
        self._retry_timer = self._clock.callLater(RETRY_INTERVAL_S, self._try_again)
        self._events.changed()

    def _try_again(self) -> None:
        def started(recognizer: Recognizer) -> None:
            self._recognizer = recognizer
            self._notify("the speech recognizer works again")
            if self._is_listening:
                self._listen()
            self._events.changed()

        def failed(failure: Failure) -> None:
            self._last_failure = _reason(failure)
            if not self._is_stopping:
                self._retry_timer = self._clock.callLater(RETRY_INTERVAL_S, self._try_again)

        ensureDeferred(self._start_recognizer(self._open_recognizer)).addCallback(started).addErrback(failed)

    def _cancel_timers(self) -> None:
        _cancel(self._idle_timer)
        if self._is_stopping:
            _cancel(self._retry_timer)

    def _notify(self, message: str) -> None:
        self._events.on_event(Notice(message))

    def _report_change(self, outcome: CommandResult) -> CommandResult:
        self._events.changed()
        return outcome


def _cancel(timer: Any) -> None:
    if timer is not None and timer.active():
        timer.cancel()


def _reason(failure: Failure) -> str:
    if isinstance(failure.value, WinDictatorError):
        return str(failure.value)
    return f"internal error: {type(failure.value).__name__}"
