"""Speech recognition by Vosk in a child process, with nothing recognised twice or lost when the process crashes.

The audio since the last final is kept. A new process receives it again, and what was delivered before is not delivered
again. ``worker_supervisor`` holds the states of the process and decides when to restart it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed

from windictator.deferreds import Clock
from windictator.speech.adaptation import Adaptation
from windictator.speech.errors import RecognizerError
from windictator.speech.hypothesis_tracker import HypothesisTracker
from windictator.speech.interfaces import Recognizer
from windictator.speech.model_symbols import symbol_to_word, symbols_to_text
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.replay_buffer import AudioChunk
from windictator.speech.restart_policy import MemoryLimit
from windictator.speech.session_audio import SessionAudio
from windictator.speech.utterance_cache import AlternativesRequest, WarmUpRequest
from windictator.speech.vosk_options import VoskOptions
from windictator.speech.worker_supervisor import State, WorkerRequest, WorkerSupervisor
from windictator.text.utterance import Hypothesis, RecognizedWord


class VoskRecognizer(Recognizer):
    """``Recognizer`` of 16 kHz mono s16le audio that runs Vosk in a child process.

    ``reactor``: starts the process (``IReactorProcess``) and must be running.
    ``model_folder``: folder of a Vosk model.
    ``clock``: times all delays; the reactor if None.

    The Deferreds of ``feed`` and ``finish`` fail with ``RecognizerError`` after a permanent failure, and ``start`` may
    then be called again. ``stop`` fires those that are still waiting, as if their audio had been processed.
    """

    def __init__(
        self, reactor: Any, model_folder: Path, options: VoskOptions | None = None, *, clock: Clock | None = None
    ) -> None:
        self._options = options if options is not None else VoskOptions()
        self._audio = SessionAudio(self._options.replay_s)
        self._hypotheses = HypothesisTracker(self._options.frames_per_chunk)
        self._adaptation = Adaptation(self._audio.utterances)
        self._memory_limit = MemoryLimit(self._options.max_growth_bytes)
        self._requests: deque[AlternativesRequest] = deque()  # without an answer, sent or not
        self._base_sample = 0  # the process counts samples from here
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None
        self._on_notice: Callable[[str], None] | None = None
        self._supervisor = WorkerSupervisor(
            reactor, model_folder, self._options, clock if clock is not None else reactor, self
        )

    # Interface Recognizer

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Load the model in a new process; fire when it is ready, or fail with ``RecognizerError``."""
        self._on_hypothesis = on_hypothesis
        self._on_notice = on_notice
        return self._supervisor.start()

    def feed(self, data: bytes) -> Deferred[None]:
        """Process audio of any length; a sample cut in two by the end of ``data`` is completed by the next call.

        May be called before ``start`` has fired.
        """
        last: Deferred[None] | None = None
        for piece in self._audio.split(data):
            if last is not None:
                last.addErrback(lambda _failure: None)  # the last one fails for the same reason
            last = self._feed_chunk(piece)
        return last if last is not None else succeed(None)

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        """End the utterance here; fire when its audio has been processed and its final delivered, despite crashes.

        More audio may be fed at once. ``silence_s``: known length of the silence at the end (seconds); with it, the
        end is found earlier and more exactly.
        """
        return self._feed_chunk(b"", round(silence_s * SAMPLE_RATE))

    def stop(self) -> Deferred[None]:
        """Kill the process; fire when it has ended."""
        stopped = self._supervisor.stop()
        for chunk in self._audio.chunks.clear():
            _fire_done(chunk)
        self._audio.utterances.clear()
        self.drop_alternatives()
        return stopped

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """Return a Deferred of other texts for a recent utterance, best first; the delivered text may be among them.

        The result is empty if the sound is no longer kept, or if the process crashes over it. Recognition goes on.
        """
        sound = self._audio.utterances.get(utterance)
        if not sound or self._supervisor.state in (State.STOPPED, State.FAILED, State.WAITING):
            return succeed(())
        request = AlternativesRequest(sound)
        self._requests.append(request)
        self._request(request)
        return request.result

    # Memory

    def unload_model(self) -> Deferred[None]:
        """End the process to release its memory, unless it is busy; fire when this is done.

        The next audio, or ``load_model``, starts it again. Nothing is lost, but audio waits until the model is loaded.
        """
        return self._supervisor.unload()

    def load_model(self) -> None:
        """Load the model again after ``unload_model``, before there is audio."""
        self._supervisor.load()

    def restart_if_large(self) -> None:
        """Replace the process if it has grown too much and is not busy; best called at a pause."""
        if self._memory_limit.is_exceeded(self.memory_bytes):
            self.unload_model().addCallback(lambda _none: self.load_model())
        elif self._adaptation.is_due:
            self.reset_adaptation()

    def reset_adaptation(self) -> None:
        """Forget the speaker except for the last utterances, unless the process is busy or has nothing to forget.

        Best called at a long pause, after which another person may speak.
        """
        if self._supervisor.is_idle and not len(self._audio.chunks) and self._adaptation.has_adapted:
            self._warm_up()

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the process in bytes, 0 if there is no process."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def pid(self) -> int | None:
        """Process id of the process that runs Vosk, or None."""
        return self._supervisor.pid

    # Interface WorkerClient, for the supervisor

    @property
    def has_work(self) -> bool:
        """Whether audio or a request for alternatives has no answer."""
        return bool(self._audio.chunks.unanswered or self._requests)

    def worker_ready(self) -> None:
        """Send the warm-up, the audio since the last final and the requests to a new process."""
        self._hypotheses.forget_partial()
        self._memory_limit.record_ready(self.memory_bytes)
        self._adaptation.record_ready()
        self._base_sample = self._audio.first_sample
        self._warm_up()
        for request in (*self._audio.chunks, *self._requests):
            self._send(request)

    def handle_answer(self, request: WorkerRequest, answer: dict[str, Any]) -> None:
        """Deliver what the process recognised."""
        if isinstance(request, AudioChunk):
            self._handle_chunk_answer(request, answer)
        elif isinstance(request, AlternativesRequest):
            self._requests.remove(request)
            texts = filter(None, map(symbols_to_text, answer["readings"]))
            request.result.callback(tuple(dict.fromkeys(texts)))

    def worker_crashed(self, request: WorkerRequest | None, how: str) -> None:
        """Do not repeat a request for alternatives, or a warm-up, that the process crashed over."""
        if isinstance(request, AlternativesRequest):
            self._requests.remove(request)
            self.notify(f"the speech recognizer {how} while computing alternatives; none are available")
            request.result.callback(())
        elif isinstance(request, WarmUpRequest):
            self._adaptation.record_crash()

    def drop_audio(self, how: str) -> None:
        """Drop the audio that every process crashes over; its partial becomes the final."""
        dropped = self._audio.chunks.drop_through_first_unanswered()
        start, end = (sample / SAMPLE_RATE for sample in (dropped[0].start_sample, dropped[-1].end_sample))
        self.notify(
            f"the speech recognizer {how} {self._options.max_crashes} times over the same sound;"
            f" {end - start:.1f} s of it are lost"
        )
        words = self._hypotheses.delivered_partial.split()
        self._end_utterance(tuple(RecognizedWord(word, start, end) for word in words))
        for chunk in dropped:
            _fire_done(chunk)

    def drop_alternatives(self) -> None:
        """Answer all requests for alternatives with nothing."""
        while self._requests:
            self._requests.popleft().result.callback(())

    def fail(self, failure: RecognizerError) -> None:
        """Fail all audio that has no answer."""
        for chunk in self._audio.chunks.clear():
            _fire_done(chunk, failure)
        self.drop_alternatives()

    def describe_loss(self) -> str:
        """Return the part of a message that says how much audio a restart loses, or ""."""
        lost = self._audio.lost_s
        return f"; the first {lost:.0f} s of the sentence are lost" if lost else ""

    def notify(self, notice: str) -> None:
        """Show a notice to the user, unless the recognizer was stopped."""
        if not self._is_stopped and self._on_notice is not None:
            self._on_notice(notice)

    # Audio in, hypotheses out

    @property
    def _is_stopped(self) -> bool:
        return self._supervisor.state is State.STOPPED

    def _feed_chunk(self, data: bytes, silent_sample_count: int = 0) -> Deferred[None]:
        supervisor = self._supervisor
        if supervisor.state is State.STOPPED:
            return succeed(None)
        if supervisor.failure is not None:
            return fail(supervisor.failure)
        done = Deferred[None]()
        self._request(self._audio.append(data, done, silent_sample_count))
        return done

    def _request(self, request: AudioChunk | AlternativesRequest) -> None:
        """Send the request now, or have it sent when a process is ready."""
        if self._supervisor.can_send:
            self._send(request)
        else:
            self._supervisor.ensure_running()

    def _send(self, request: WorkerRequest) -> None:
        if isinstance(request, AudioChunk):
            self._adaptation.record_sent(request.sample_count)
        self._supervisor.send(request)

    def _warm_up(self) -> None:
        request = self._adaptation.begin()
        if request is not None:
            self._send(request)

    def _handle_chunk_answer(self, chunk: AudioChunk, answer: dict[str, Any]) -> None:
        is_new = not chunk.is_answered
        if is_new:
            self._supervisor.record_progress()
            self._audio.chunks.mark_answered(chunk)
        if "partial" in answer:
            self._hypotheses.update_partial(answer["partial"])
        if "final" in answer:
            self._handle_final(chunk, answer["final"])
        elif is_new and (partial := self._hypotheses.next_partial(chunk.end_sample)) is not None:
            # Not for audio that is recognised again: its partials have been delivered.
            self._deliver(partial)
        if is_new:
            _fire_done(chunk)

    def _handle_final(self, chunk: AudioChunk, recognized: list[list[Any]]) -> None:
        offset = self._base_sample / SAMPLE_RATE
        words = tuple(
            RecognizedWord(text, offset + start, offset + end, confidence)
            for symbol, start, end, confidence in recognized
            if (text := symbol_to_word(symbol))
        )
        self._audio.end_utterance(self._hypotheses.utterance, words, chunk)
        if words:
            self._adaptation.record_utterance()
        self._end_utterance(words)
        if not chunk.data and self._adaptation.is_overdue:
            self.reset_adaptation()

    def _end_utterance(self, words: tuple[RecognizedWord, ...]) -> None:
        final = self._hypotheses.end_utterance(words)
        if final is not None:
            self._deliver(final)

    def _deliver(self, hypothesis: Hypothesis) -> None:
        if not self._is_stopped and self._on_hypothesis is not None:
            self._on_hypothesis(hypothesis)


def _fire_done(chunk: AudioChunk, failure: RecognizerError | None = None) -> None:
    done, chunk.done = chunk.done, None
    if done is None:
        return
    if failure is None:
        done.callback(None)
    else:
        done.errback(failure)
