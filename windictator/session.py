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

from windictator.caret import Outcome
from windictator.choosing import Listed
from windictator.deferred_pool import DeferredPool
from windictator.dictation import Dictation
from windictator.errors import WinDictatorError
from windictator.held import Held
from windictator.interpreter import Mode
from windictator.listening import Listening
from windictator.ports import AudioEnd, AudioError, AudioSource, Clock, Recognizer, Stop
from windictator.text.utterance import Hypothesis

#: Seconds until a recognizer that failed for good is tried anew: its model may be back by then.
RETRY_INTERVAL = 5.0


class SessionOver(WinDictatorError):
    """New work came after the end had begun."""

    def __init__(self) -> None:
        super().__init__("WinDictator is stopping; nothing new is begun")


class Watcher(Protocol):
    """What is told of a session."""

    def changed(self) -> None:
        """What ``Session.state`` gives has changed."""

    def notice(self, message: str) -> None:
        """Something the user should know; one line."""

    def failed(self, message: str) -> None:
        """Something does not work until it is mended; one line."""

    def held(self, held: Held) -> None:
        """Words could not be typed where they were meant to go."""


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
        watcher: Watcher,
        *,
        idle_pause: float = 0.0,
        when_open: Callable[[AudioSource], Deferred[None]] = lambda _source: succeed(None),
    ) -> None:
        self._clock = clock
        self._open_audio = open_audio
        self._open_recognizer = open_recognizer
        self._dictation = dictation
        self._watcher = watcher
        self.idle_pause = idle_pause
        self._when_open = when_open
        self._deafened: AudioError | None = None  # why the microphone closed by itself
        self._recognizer: Recognizer | None = None
        self._stretch: Listening | None = None
        self._turn = DeferredLock()
        self._work = DeferredPool()
        self._listening = False
        self._talking = False
        self._pause_after_talk = False
        self._deaf = 0
        self._over = False
        self._stopped = False
        self._idle: Any = None
        self._retry: Any = None
        self._overruns = 0
        self._next_utterance = 0
        self._numbering: tuple[Recognizer | None, int] = None, 0  # whose first utterance has which number here
        self._last_failure = ""
        dictation.interpreter.on_mode = lambda _mode: watcher.changed()
        dictation.interpreter.on_held = self._held
        dictation.interpreter.choosing.readings_of = self._readings_of

    # What it is doing

    @property
    def dictation(self) -> Dictation:
        """What carries utterances out."""
        return self._dictation

    def state(self) -> dict[str, object]:
        """For the user and his status bar: plain values."""
        mode = self._dictation.interpreter.mode
        return {
            "state": "stopping" if self._over else "listening" if self._listening else "paused",
            "mode": mode.value,
            "asleep": mode is Mode.ASLEEP,
            "push_to_talk": self._talking,
            "recognizer": "ready" if self._recognizer is not None else self._last_failure or "starting",
            "utterances": self._dictation.utterances,
            "keys": self._dictation.keys,
            "refused": self._dictation.refusals,
            "held": len(self._dictation.interpreter.held),
            "overruns": self._overruns + (self._stretch.source.overruns if self._stretch else 0),
        }

    # Start and end

    async def start(self, listening: bool = True) -> None:
        """Load the recognizer and, with ``listening``, open the microphone. Raises RecognizerError, AudioError."""
        self._recognizer = await self._started(self._open_recognizer)
        if listening:
            self._listen()
            if self._stretch is not None:
                await self._when_open(self._stretch.source)
            if self._deafened is not None:
                raise self._deafened

    async def finish(self) -> None:
        """Take no more, and return when everything said until now is on the screen. To be bounded by the caller."""
        self._over = True
        self._watcher.changed()
        self._stop_listening()
        await self._work.defer_until_empty()
        await self._dictation.when_idle()

    async def stop(self) -> None:
        """End at once; may follow ``finish`` or not."""
        self._over = self._stopped = True
        self._stop_listening()
        self._cancel_timers()
        self._dictation.end()
        recognizer, self._recognizer = self._recognizer, None
        if recognizer is not None:
            await recognizer.stop()

    # The verbs

    def resume(self) -> None:
        """Open the microphone. Raises AudioError, SessionOver."""
        self._check()
        self._pause_after_talk = False
        if not self._listening:
            self._listen()
            self._watcher.changed()

    def pause(self) -> None:
        """Close the microphone; what was said before is still typed. Raises SessionOver."""
        self._check()
        self._pause()

    def toggle(self) -> None:
        """Pause or resume. While push-to-talk is down: the other of what there was before, which its release leaves."""
        if self._listening and not self._pause_after_talk:
            self.pause()
        else:
            self.resume()

    def push_to_talk(self, down: bool) -> None:
        """Listen while the key is down; its release ends the utterance at once. Raises AudioError, SessionOver."""
        self._check()
        if down == self._talking:
            return
        if down:
            self._pause_after_talk = not self._listening
            if not self._listening:
                self._listen()
            self._talking = True
            # The key itself may have stopped a text that was being typed: its end comes before all that is said now.
            self._dictation.type_held(Stop.KEYS_HELD)
        else:
            self._talking = False
            if self._pause_after_talk:
                self._pause_after_talk = False
                self._pause()
            elif self._recognizer is not None:
                self._work.add(self._recognizer.finish().addErrback(self._recognizer_failed))
            # A combination with modifiers kept the words from being typed while it was down.
            self._work.defer_until_empty().addCallback(lambda _: self._dictation.type_held(Stop.KEYS_HELD))
        self._watcher.changed()

    def cancel(self) -> None:
        """Stop typing within one key; nothing that was said until now is typed any more."""
        self._dictation.cancel()
        if self._recognizer is not None and self._listening:
            # What the recognizer still holds was said until now too.
            self._deaf += 1
            self._work.add(self._recognizer.finish().addBoth(self._hear_again))
        self._watcher.changed()

    def say(self, text: str, force: bool = False) -> Deferred[Outcome]:
        """As if ``text`` had been recognised; ``force``: see ``undo``. Raises SessionOver."""
        self._check()
        return self._dictation.say(text, force)

    def type(self, text: str) -> Deferred[Outcome]:
        """Type ``text`` as it is. Raises SessionOver."""
        self._check()
        return self._dictation.type(text)

    def undo(self, force: bool = False) -> Deferred[Outcome]:
        """Take back what was done last: erase an utterance, reverse a correction; with ``force`` as if nothing else
        had happened in the window since. Raises SessionOver."""
        self._check()
        return self._dictation.undo(force)

    def redo(self, force: bool = False) -> Deferred[Outcome]:
        """Do again what ``undo`` took back. Raises SessionOver."""
        self._check()
        return self._dictation.redo(force)

    def repeat(self) -> Deferred[Outcome]:
        """Write the last words again. Raises SessionOver."""
        self._check()
        return self._dictation.repeat()

    def alternatives(self, force: bool = False) -> Deferred[Outcome]:
        """List what else may have been said for the last words; ``force``: see ``undo``. Raises SessionOver."""
        self._check()
        return self._dictation.alternatives(force)

    def choose(self, number: int, force: bool = False) -> Deferred[Outcome]:
        """Put the ``number``-th of the list in their place; ``force``: see ``undo``. Raises SessionOver."""
        self._check()
        return self._dictation.choose(number, force)

    @property
    def listed(self) -> Listed | None:
        """What can be chosen from, None where nothing is listed."""
        return self._dictation.interpreter.choosing.listed

    def type_held(self) -> Deferred[Outcome]:
        """Type what is held where the caret is now. Raises SessionOver."""
        self._check()
        return self._dictation.type_held().addCallback(self._told)

    def drop_held(self) -> int:
        """Forget what is held; how many texts that were."""
        count = self._dictation.interpreter.drop_held()
        self._watcher.changed()
        return count

    async def exchange(
        self, open_audio: Callable[[], AudioSource] | None, open_recognizer: Callable[[], Recognizer] | None
    ) -> None:
        """Go on with another microphone and, unless None, another recognizer, which must start first.

        Nothing said is lost but what is said while the microphone changes. Raises RecognizerError, AudioError; the old
        ones go on then.
        """
        new = await self._started(open_recognizer) if open_recognizer is not None else None
        self._close_stretch()
        await self._work.defer_until_empty()
        self._open_audio = open_audio
        if new is not None and open_recognizer is not None:
            old, self._recognizer, self._open_recognizer = self._recognizer, new, open_recognizer
            if old is not None:
                await old.stop()
        if self._listening and not self._over:
            self._listen()

    # Listening

    def _check(self) -> None:
        if self._over:
            raise SessionOver

    def _listen(self) -> None:
        """Open the microphone, now or as soon as there is a recognizer. Raises AudioError."""
        self._deafened = None
        if self._open_audio is not None and self._recognizer is not None:
            stretch = Listening(self._open_audio(), self._recognizer, self._dictation.when_room, self._turn)
            heard = stretch.start()
            self._stretch = stretch
            heard.addCallbacks(self._heard_out, self._broken, callbackArgs=(stretch,), errbackArgs=(stretch,))
            self._work.add(heard)
        self._listening = True
        self._wait_for_words()

    def _pause(self) -> None:
        if self._listening:
            self._stop_listening()
            self._watcher.changed()

    def _stop_listening(self) -> None:
        self._listening = self._talking = False
        self._close_stretch()
        self._cancel_timers()

    def _close_stretch(self) -> None:
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            self._overruns += stretch.source.overruns
            stretch.stop()

    def _heard_out(self, end: AudioEnd, stretch: Listening) -> None:
        if self._stretch is stretch:  # by itself: a recording, or a microphone that does not come back
            self._pause()
            if end is AudioEnd.LOST:
                self._watcher.failed(end.value)

    def _broken(self, failure: Failure, stretch: Listening) -> None:
        if isinstance(failure.value, AudioError):
            self._deafened = failure.value
            if self._stretch is stretch:
                self._pause()
                self._watcher.failed(str(failure.value))
        elif self._stretch is stretch or self._stretch is None:
            self._close_stretch()
            self._recognizer_failed(failure)

    def _readings_of(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """What else may have been said, if the recognizer that has heard it is still there."""
        recognizer, first = self._numbering
        if recognizer is None or recognizer is not self._recognizer or utterance < first:
            return succeed(())
        return recognizer.alternatives(utterance - first)

    def _hearing(self, recognizer: Recognizer) -> Callable[[Hypothesis], None]:
        """For one recognizer: each counts its utterances from 0, a session counts them all."""
        base: int | None = None

        def hear(hypothesis: Hypothesis) -> None:
            nonlocal base
            if base is None:
                base = self._next_utterance
                self._numbering = recognizer, base
            number = base + hypothesis.utterance
            self._next_utterance = number + 1
            if not self._deaf and not self._stopped:
                self._wait_for_words()
                self._dictation.hear(replace(hypothesis, utterance=number))

        return hear

    def _hear_again(self, _: object) -> None:
        self._deaf -= 1

    def _wait_for_words(self) -> None:
        _cancel(self._idle)
        if self.idle_pause and self._listening:
            self._idle = self._clock.callLater(self.idle_pause, self._nobody_speaks)

    def _nobody_speaks(self) -> None:
        self._watcher.notice(f"nobody has spoken for {self.idle_pause:g} seconds: the microphone is closed")
        self._pause()

    # The recognizer's life

    async def _started(self, open_recognizer: Callable[[], Recognizer]) -> Recognizer:
        recognizer = open_recognizer()
        try:
            await recognizer.start(self._hearing(recognizer), self._watcher.notice)
        except BaseException:
            await recognizer.stop()
            raise
        return recognizer

    def _recognizer_failed(self, failure: Failure) -> None:
        """It will not go on: say so, and try a new one until one starts."""
        recognizer, self._recognizer = self._recognizer, None
        if recognizer is None or self._over:
            return
        self._last_failure = _reason(failure)
        self._watcher.failed(self._last_failure)
        recognizer.stop()
        self._dictation.abandon()
        self._retry = self._clock.callLater(RETRY_INTERVAL, self._try_again)
        self._watcher.changed()

    def _try_again(self) -> None:
        def started(recognizer: Recognizer) -> None:
            self._recognizer = recognizer
            self._watcher.notice("the speech recognizer works again")
            if self._listening:
                self._listen()
            self._watcher.changed()

        def failed(failure: Failure) -> None:
            self._last_failure = _reason(failure)
            if not self._over:
                self._retry = self._clock.callLater(RETRY_INTERVAL, self._try_again)

        ensureDeferred(self._started(self._open_recognizer)).addCallback(started).addErrback(failed)

    def _cancel_timers(self) -> None:
        _cancel(self._idle)
        if self._over:
            _cancel(self._retry)

    # Held words

    def _held(self, held: Held) -> None:
        self._watcher.held(held)
        self._watcher.changed()

    def _told(self, outcome: Outcome) -> Outcome:
        self._watcher.changed()
        return outcome


def _cancel(timer: Any) -> None:
    if timer is not None and timer.active():
        timer.cancel()


def _reason(failure: Failure) -> str:
    if isinstance(failure.value, WinDictatorError):
        return str(failure.value)
    return f"internal error: {type(failure.value).__name__}"

