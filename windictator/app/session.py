"""A dictation session: listening or paused, asleep or awake, controlled from outside.

It connects the audio source, the recognizer and the dictation. The daemon and ``dictate`` both run one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.app.audio_input import AudioInput, OpenAudio
from windictator.app.recognizer_supervisor import RecognizerSupervisor
from windictator.deferreds import Clock, DeferredPool
from windictator.dictation.events import Event, Notice
from windictator.dictation.queue import Dictation
from windictator.dictation.result import CommandResult
from windictator.errors import WinDictatorError
from windictator.speech.interfaces import AudioEnd, AudioError, Recognizer
from windictator.text.utterance import Hypothesis
from windictator.typist.result import StopReason


class StoppingError(WinDictatorError):
    """New work was requested while WinDictator is stopping."""

    def __init__(self) -> None:
        super().__init__("not done: WinDictator is stopping")


class SessionEvents(Protocol):
    """Receiver of what happens to a session."""

    def changed(self) -> None:
        """Receive the news that ``Session.state`` has changed."""

    def on_event(self, event: Event) -> None:
        """Receive an event of dictation."""

    def failed(self, message: str, topic: str = "") -> None:
        """Receive one line about something that does not work until it is repaired.

        ``topic``: "microphone", "recognizer", "display", "settings" or "hotkeys", where the state tells when it works
        again; otherwise "".
        """

    def level(self, rms: float, peak: float) -> None:
        """Receive the level of the sound (dB below full scale)."""


class Session:
    """A dictation with its audio source and recognizer.

    clock: the reactor's time.
    open_audio: returns a new source each time that the microphone is opened; None: there is no sound.
    supervisor: keeps the recognizer running.
    dictation: carries out what is recognised.
    events: receives what happens.
    pause_after_s: seconds without a word after which the microphone is closed; 0: never.
    retries_recognizer: whether a recognizer that has failed is started again; otherwise its failure ends the sound, as
        suits a recording, which would have to begin again.
    """

    def __init__(
        self,
        clock: Clock,
        open_audio: OpenAudio | None,
        supervisor: RecognizerSupervisor,
        dictation: Dictation,
        events: SessionEvents,
        *,
        pause_after_s: float = 0.0,
        retries_recognizer: bool = True,
    ) -> None:
        self._clock = clock
        self._supervisor = supervisor
        self._dictation = dictation
        self._events = events
        self._pause_after_s = pause_after_s
        self._retries_recognizer = retries_recognizer
        self._work = DeferredPool()
        self._input = AudioInput(
            open_audio, dictation.when_not_full, self._work, self._capture_ended, self._capture_failed
        )
        self._is_started = False
        self._is_listening = False
        self._push_to_talk_down = False
        self._pause_after_talk = False
        self._discarding = 0  # finals of utterances that were cancelled and have still to come
        self._is_stopping = False
        self._is_stopped = False
        self._idle_timer: Any = None
        self._sound_result: AudioEnd | BaseException | None = None
        self._sound_waiter: Deferred[None] | None = None

    # State

    @property
    def dictation(self) -> Dictation:
        """The dictation, for new work. Raises StoppingError."""
        if self._is_stopping:
            raise StoppingError
        return self._dictation

    @property
    def is_listening(self) -> bool:
        """Whether the microphone is open."""
        return self._is_listening

    @property
    def is_recovering(self) -> bool:
        """Whether the microphone gives no sound at the moment and the session waits for it."""
        return self._input.is_recovering

    @property
    def microphone(self) -> str:
        """State of the microphone in a few words: "open", "closed", or why there is no sound."""
        return (self._input.problem or "open") if self._is_listening else "closed"

    @property
    def overruns(self) -> int:
        """Number of audio frames lost so far."""
        return self._input.overruns

    def state(self) -> dict[str, object]:
        """Return the state for the user, as plain values."""
        mode = self._dictation.mode
        return {
            "state": "stopping" if self._is_stopping else "listening" if self._is_listening else "paused",
            "mode": mode.value,
            "push_to_talk": self._push_to_talk_down,
            "recognizer": self._supervisor.state.value,
            "recognizer_error": self._supervisor.error,
            "utterances": self._dictation.utterance_count,
            "keys": self._dictation.key_event_count,
            "refusal_count": self._dictation.refusal_count,
            "undelivered": self._dictation.undelivered_count,
            "overruns": self.overruns,
        }

    # Start and end

    async def start(self, listening: bool = True) -> None:
        """Start the recognizer and, with ``listening``, open the microphone. Raises RecognizerError, AudioError."""
        await self._supervisor.start(self._accept_hypothesis, self._recognizer_ready)
        if listening:
            self._listen()
            await self._input.when_capturing()
        self._is_started = True

    async def start_with_sound(self, before_recognizer: Callable[[], Awaitable[None]]) -> None:
        """Open the microphone, await ``before_recognizer``, then start the recognizer.

        What is said meanwhile is recognised as soon as the recognizer is ready. Raises RecognizerError, AudioError and
        what ``before_recognizer`` raises.
        """
        self._supervisor.open()
        await self._input.hold()
        try:
            self._listen()
            await before_recognizer()
            starting = ensureDeferred(self._supervisor.start(self._accept_hypothesis, self._recognizer_ready))
            try:
                # A microphone that cannot be opened is reported at once, not when the recognizer is ready.
                await self._input.when_capturing()
            except BaseException:
                starting.addErrback(lambda _failure: None)  # it is stopped, and fails because of that
                raise
            await starting
        except BaseException:
            self._stop_listening()
            raise
        finally:
            self._input.release()
        self._is_started = True

    async def until_sound_ends(self) -> AudioEnd:
        """Return when the microphone is closed, or the recording has ended, and all of it has been recognised.

        Raises AudioError, RecognizerError.
        """
        if self._sound_result is None and self._is_listening:
            self._sound_waiter = Deferred()
            await self._sound_waiter
        await self._work.defer_until_empty()
        if isinstance(self._sound_result, BaseException):
            raise self._sound_result
        return self._sound_result or AudioEnd.STOPPED

    def end_sound(self) -> None:
        """Close the microphone; what was said before is still typed."""
        self._pause()

    async def finish(self) -> None:
        """Accept nothing more and return when all that was said is typed. The caller bounds the time."""
        self._is_stopping = True
        self._events.changed()
        self._stop_listening()
        await self._work.defer_until_empty()
        await self._dictation.when_idle()

    async def stop(self) -> None:
        """End at once; may follow ``finish`` or not."""
        self._is_stopping = self._is_stopped = True
        self._stop_listening()
        self._dictation.close()
        await self._supervisor.stop()

    # Requests

    def resume(self) -> None:
        """Open the microphone. Raises AudioError, StoppingError."""
        self._check_not_stopping()
        self._pause_after_talk = False
        if not self._is_listening:
            self._listen()
            self._events.changed()

    def pause(self) -> None:
        """Close the microphone; what was said before is still typed. Raises StoppingError."""
        self._check_not_stopping()
        self._pause()

    def toggle(self) -> None:
        """Pause or resume.

        While push-to-talk is down, switch to the opposite of the state before it: its release then leaves that state.
        """
        if self._is_listening and not self._pause_after_talk:
            self.pause()
        else:
            self.resume()

    def push_to_talk(self, down: bool) -> None:
        """Listen while the key is down; its release ends the utterance at once. Raises AudioError, StoppingError."""
        self._check_not_stopping()
        if down == self._push_to_talk_down:
            return
        if down:
            self._pause_after_talk = not self._is_listening
            if not self._is_listening:
                self._listen()
            self._push_to_talk_down = True
            # The key itself may have stopped a text that was being typed: its rest comes before all that is said now.
            self._type_words_held_by_keys()
        else:
            self._push_to_talk_down = False
            recognizer = self._supervisor.recognizer
            if self._pause_after_talk:
                self._pause_after_talk = False
                self._pause()
            elif recognizer is not None:
                self._work.add(recognizer.finish().addErrback(self._recognizer_failed))
            # A combination with modifiers kept the words from being typed while it was down.
            self._work.defer_until_empty().addCallback(lambda _: self._type_words_held_by_keys())
        self._events.changed()

    def cancel(self) -> None:
        """Stop typing within one key; nothing that was said until now is typed any more."""
        self._dictation.cancel()
        recognizer = self._supervisor.recognizer
        if recognizer is not None and self._is_listening:
            # What the recognizer still holds was said until now too.
            self._discarding += 1
            self._work.add(recognizer.finish().addBoth(self._stop_discarding))
        self._events.changed()

    def type_undelivered(self) -> Deferred[CommandResult]:
        """Type the undelivered text at the cursor. Raises StoppingError."""
        return self.dictation.type_undelivered().addCallback(self._report_change)

    def discard_undelivered(self) -> int:
        """Discard the undelivered text; return the number of texts."""
        count = self._dictation.discard_undelivered()
        self._events.changed()
        return count

    # Changed settings

    def set_pause_after(self, seconds: float) -> None:
        """Close the microphone after other ``seconds`` without a word, counted from now; 0: never."""
        if seconds != self._pause_after_s:
            self._pause_after_s = seconds
            self._restart_idle_timer()

    def set_reports_levels(self, reports_levels: bool) -> None:
        """Report the level of the sound from now on, or not; it costs some computing."""
        self._input.set_reports_levels(reports_levels)

    async def replace_audio_and_recognizer(
        self, open_audio: OpenAudio | None, open_recognizer: Callable[[], Recognizer] | None
    ) -> None:
        """Use another microphone and, unless None, another recognizer, which is started first.

        Only what is said while the microphone changes is lost. Raises RecognizerError, AudioError; the old ones are
        kept then.
        """
        new = await self._supervisor.open_another(open_recognizer) if open_recognizer is not None else None
        self._input.close()
        await self._work.defer_until_empty()
        self._input.open_audio = open_audio
        if new is not None and open_recognizer is not None:
            await self._supervisor.switch_to(new, open_recognizer)
        if self._is_listening and not self._is_stopping:
            self._listen()

    # Listening

    def _check_not_stopping(self) -> None:
        if self._is_stopping:
            raise StoppingError

    def _listen(self) -> None:
        """Open the microphone, now or as soon as there is a recognizer. Raises AudioError."""
        self._sound_result = None
        if self._supervisor.recognizer is not None:
            self._input.open(self._supervisor.recognizer, not self._is_started)
        self._is_listening = True
        self._restart_idle_timer()

    def _pause(self) -> None:
        if self._is_listening:
            self._stop_listening()
            self._events.changed()

    def _stop_listening(self) -> None:
        self._is_listening = self._push_to_talk_down = False
        self._input.close()
        _cancel(self._idle_timer)
        if self._is_stopping:
            self._supervisor.cancel_retry()
        if self._sound_waiter is not None:
            self._work.defer_until_empty().addCallback(lambda _: self._sound_ended(AudioEnd.STOPPED))

    def _capture_ended(self, end: AudioEnd, is_current: bool) -> None:
        if is_current:  # not closed here: a recording has ended, or a microphone does not come back
            self._pause()
            if end is AudioEnd.LOST:
                self._events.failed(end.value)
        self._sound_ended(end)

    def _capture_failed(self, failure: Failure, is_current: bool) -> None:
        if not isinstance(failure.value, AudioError):
            self._input.close()
            self._recognizer_failed(failure)
            return
        if is_current:
            self._pause()
            self._events.failed(str(failure.value))
        self._sound_ended(failure.value)

    def _sound_ended(self, result: AudioEnd | BaseException | None) -> None:
        if self._is_listening or self._sound_result is not None:
            return
        self._sound_result = result
        waiter, self._sound_waiter = self._sound_waiter, None
        if waiter is not None:
            waiter.callback(None)

    def _accept_hypothesis(self, hypothesis: Hypothesis) -> None:
        if not self._discarding and not self._is_stopped:
            self._restart_idle_timer()
            self._dictation.accept_hypothesis(hypothesis)

    def _stop_discarding(self, _: object) -> None:
        self._discarding -= 1

    def _report_change(self, result: CommandResult) -> CommandResult:
        self._events.changed()
        return result

    def _type_words_held_by_keys(self) -> None:
        self._dictation.type_undelivered(StopReason.KEYS_HELD)

    def _restart_idle_timer(self) -> None:
        _cancel(self._idle_timer)
        if self._pause_after_s and self._is_listening:
            self._idle_timer = self._clock.callLater(self._pause_after_s, self._idle_timeout)

    def _idle_timeout(self) -> None:
        self._notify(f"microphone closed: no words for {self._pause_after_s:g} seconds")
        self._pause()

    def _notify(self, message: str) -> None:
        self._events.on_event(Notice(message))

    # Failures of the recognizer

    def _recognizer_failed(self, failure: Failure) -> None:
        if self._is_stopped:
            self._sound_ended(AudioEnd.STOPPED)
        elif not self._retries_recognizer:
            self._stop_listening()
            self._sound_ended(failure.value)
        elif self._supervisor.give_up(failure):
            self._events.failed(self._supervisor.error, "recognizer")
            self._dictation.abandon()
            self._events.changed()

    def _recognizer_ready(self) -> None:
        self._notify("the speech recognizer works again")
        if self._is_listening:
            try:
                self._listen()
            except AudioError as error:
                self._pause()
                self._events.failed(str(error))
        self._events.changed()


def _cancel(timer: Any) -> None:
    if timer is not None and timer.active():
        timer.cancel()
