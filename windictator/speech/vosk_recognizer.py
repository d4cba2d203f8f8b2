"""Vosk in a process of its own, kept alive: restarted when it dies or hangs, with nothing heard twice or lost.

The process answers each piece of audio with one line that carries everything the piece led to
(``vosk_recognizer``), so at any moment it is known which pieces have been dealt with. The audio since the last final
is kept; a new process hears it again, what was already delivered is not delivered again, and recognition goes on.

Vosk adapts to the speaker and the room. A new process has never heard them, so it is given the end of the last
utterances first, and nothing that it makes of them is delivered.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed

from windictator.deferreds import Clock, Watchdog
from windictator.speech import vosk_worker
from windictator.speech.errors import RecognizerError
from windictator.speech.model_folder import verify_model
from windictator.speech.model_symbols import symbol_to_word, symbols_to_text
from windictator.speech.replay_buffer import BYTES_PER_SAMPLE, AudioChunk, ReplayBuffer
from windictator.speech.utterance_cache import AlternativesRequest, UtteranceAudioCache, WarmUpRequest
from windictator.speech.vosk_worker import SAMPLE_RATE
from windictator.speech.worker_protocol import WorkerProtocol
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord

CHUNK_BYTES = 3200
"""Longest piece given to Vosk at once: 100 ms. It looks for the end of an utterance once per piece."""

OVERLAP_SAMPLES = SAMPLE_RATE // 2
"""Vosk decodes behind what it was given, by the network's right context and one chunk (0.2 to 0.45 s with the models
known), so when it says that an utterance has ended it holds sound that belongs to the next. That much is kept beyond
a final; it reaches back into nothing but the silence that ended the utterance, or to its last word's end."""


PARTIAL_REPEAT_S = 0.15
"""Seconds of sound after which a partial that has not changed is delivered again: so the decoder, which is asked with
every piece, can agree with itself. Longer than the step in which it decodes, or it would only repeat itself."""

_DEFAULT_STEP_S = 0.24
"""Seconds that Vosk decodes at a time unless the model or ``frames_per_chunk`` says otherwise."""

_FRAME_S = 0.01
"""One of Kaldi's frames, of which ``frames_per_chunk`` counts so many."""

MAX_CACHED_UTTERANCES = 5
MAX_CACHED_AUDIO_S = 60
"""So many of the last utterances, so long together, can still be asked about."""

WARM_UP_S = 8
"""Sound of the last utterances that a recognizer adapts to. With a real model 4 s made up for half of the errors that
come of not knowing the speaker, 8 s for all, and cost 2 s of work."""

READAPT_AFTER_S = 300
MAX_ADAPTED_S = 450
"""Seconds of sound after which a pause, and after which the end of any utterance, is used to adapt afresh. Vosk itself
forgets the speaker after 600 (``Recognizer::CleanUp``), the silence included that ends each utterance for it."""

_LEAD_S = 0.3
"""Sound before the first word that goes with an utterance."""

_RETRY_DELAYS_S = (0.5, 1.0, 2.0, 5.0)
"""Waits between attempts to load a model that could be loaded before; the last one again and again."""


class VoskRecognizer:
    """A ``Recognizer`` (see ``ports``) that runs Vosk in a child process.

    ``reactor``: spawns the process (``IReactorProcess``); must be running. ``model_folder``: a Vosk model.
    ``clock``: times the waits below, the reactor if None. ``answer_timeout``: seconds without any answer after which
    a process that owes one is killed and replaced. ``ready_timeout``: seconds a process may take to load the model.
    ``kept_seconds``: how much answered audio of one utterance is kept for a restart. Vosk ends an utterance after
    20 seconds by itself unless the model says otherwise; only in an utterance longer than this can words be lost, and
    the notice then says how much. ``max_deaths``: how often a process may die over the same piece before the audio up
    to it is given up.

    ``frames_per_chunk``: 10 ms frames that Vosk decodes at a time, 0 for the model's own (24 unless it says
    otherwise): the fewer, the sooner a word is seen, and the more work it is. ``least_silence``: seconds of silence
    that Vosk's own rules must wait before they end an utterance; longer waits of the model stay as they are.
    ``recycle_bytes``: by how much the process may have grown since the model was loaded when ``recycle`` finds it in
    order, 0 for any growth. ``reload_patience``: seconds in which a model that could be loaded before is tried again
    (its disk may be gone for a while) before that is the end; the audio waits.

    The Deferreds of ``feed`` and ``finish`` fail with ``RecognizerError`` once there is no going on; ``stop`` lets
    those still waiting fire as if dealt with. After a failure ``start`` may be called again.

    A partial that has not changed for ``REPEAT_SECONDS`` is delivered again.
    """

    def __init__(
        self,
        reactor: Any,
        model_folder: Path,
        *,
        clock: Clock | None = None,
        answer_timeout: float = 10.0,
        ready_timeout: float = 120.0,
        replay_s: float = 120.0,
        max_crashes: int = 3,
        frames_per_chunk: int = 0,
        min_trailing_silence_s: float = 0.0,
        max_growth_bytes: int = 0,
        reload_timeout_s: float = 300.0,
    ) -> None:
        self._reactor = reactor
        self._clock: Clock = clock if clock is not None else reactor
        self._model_folder = model_folder
        self._model_options = [f"--frames-per-chunk={frames_per_chunk}"] if frames_per_chunk else []
        if min_trailing_silence_s:
            self._model_options += [f"--{rule}={min_trailing_silence_s}" for rule in vosk_worker.TRAILING_SILENCE]
        step = frames_per_chunk * _FRAME_S if frames_per_chunk else _DEFAULT_STEP_S
        self._repeat_samples = int(max(PARTIAL_REPEAT_S, 1.1 * step) * SAMPLE_RATE)
        self._max_growth_bytes = max_growth_bytes
        self._reload_timeout_s = reload_timeout_s
        self._answer_timeout = answer_timeout
        self._ready_timeout = ready_timeout
        self._max_crashes = max_crashes
        self._watchdog = Watchdog(self._clock, self._on_hang)

        self._replay_buffer = ReplayBuffer(int(replay_s * SAMPLE_RATE))
        self._audio_cache = UtteranceAudioCache(MAX_CACHED_UTTERANCES, MAX_CACHED_AUDIO_S * SAMPLE_RATE)
        self._last_word_end_sample = 0  # the session's sample at which the last word ended that was delivered
        self._alternatives_requests: deque[AlternativesRequest] = (
            deque()
        )  # that have no answer yet, whether asked or not
        self._fed_samples = 0
        self._odd_byte = b""
        self._utterance = 0
        self._delivered_partial = ""
        self._delivered_at_sample = 0  # the session's sample at which it was

        self._process: WorkerProtocol | None = None
        self._unanswered: deque[AudioChunk | AlternativesRequest | WarmUpRequest] = (
            deque()
        )  # what the process owes an answer for
        self._adapted_samples = 0  # given to the process since it last began to adapt
        self._can_warm_up = True  # no process has died over the sound for that
        self._base_sample = 0  # the session's sample that the process counts as its first
        self._partial = ""  # what the process last said, delivered or not
        self._hung = False

        self._was_ready = False  # so the model can be loaded, in principle
        self._loaded_bytes = 0  # the process's memory when it began to listen
        self._unloading = False  # it is being ended because it is not needed
        self._failed_start_count = 0
        self._reload_timer: Any = None  # the next attempt to load a model that has gone
        self._reload_waited_s = 0.0
        self._crash_count = 0  # since a piece was last answered for the first time
        self._given_up_chunk_count = 0  # likewise

        self._on_hypothesis: Callable[[Hypothesis], None] | None = None
        self._on_notice: Callable[[str], None] | None = None
        self._starting: Deferred[None] | None = None
        self._stopping: list[Deferred[None]] = []
        self._stopped = False
        self._failure: RecognizerError | None = None

    # The port

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Load the model in a new process; fires when it listens, fails with ``RecognizerError``."""
        self._on_hypothesis = on_hypothesis
        self._on_notice = on_notice
        self._failure = None
        self._failed_start_count = self._crash_count = self._given_up_chunk_count = 0
        self._reload_waited_s = 0.0
        if problems := verify_model(self._model_folder):
            self._failure = RecognizerError(f"the speech model {self._model_folder} is broken: {problems[0]}")
            return fail(self._failure)
        self._starting = starting = Deferred[None]()
        self._spawn()
        return starting

    def feed(self, data: bytes) -> Deferred[None]:
        """Take audio of any length, 16 kHz mono s16le; a sample cut in two by the end of ``data`` is completed by
        the next. May be called before ``start`` has fired."""
        data = self._odd_byte + data
        whole = len(data) & ~1
        self._odd_byte = data[whole:]
        last: Deferred[None] | None = None
        for begin in range(0, whole, CHUNK_BYTES):
            if last is not None:
                last.addErrback(lambda _failure: None)  # the last one fails likewise
            last = self._feed_chunk(data[begin : min(begin + CHUNK_BYTES, whole)])
        return last if last is not None else succeed(None)

    def finish(self, silence_s: float = 0.0) -> Deferred[None]:
        """The utterance ends here, whatever Vosk thinks. Fires when everything fed has been answered and the final
        delivered, through crashes if need be. More may be fed at once. ``silence_s``: seconds at its end that are
        without voice, if that is known: the end is sooner, and more exact."""
        return self._feed_chunk(b"", round(silence_s * SAMPLE_RATE))

    def stop(self) -> Deferred[None]:
        """Kill the process and fire when it has been reaped."""
        self._stopped = True
        self._watchdog.stop()
        self._cancel_reload()
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.errback(RecognizerError("the speech recognizer was stopped before it was ready"))
        for piece in self._replay_buffer.clear():
            _fire_done(piece)
        self._audio_cache.clear()
        self._drop_alternatives_requests()
        if self._process is None:
            return succeed(None)
        self._process.kill()
        stopped = Deferred[None]()
        self._stopping.append(stopped)
        return stopped

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """What else may have been said in an utterance whose final was delivered lately, best first, what was chosen
        perhaps among it. Empty where its sound is no longer kept, or the process dies over it. What is being heard
        goes on, behind it."""
        sound = self._audio_cache.get(utterance)
        if not sound or self._stopped or self._failure is not None or self._reload_timer is not None:
            return succeed(())
        question = AlternativesRequest(sound)
        self._alternatives_requests.append(question)
        if self._process is None:
            self._spawn()
        elif self._process.ready:
            self._send(question)
        return question.result

    # Its memory

    def unload_model(self) -> Deferred[None]:
        """End the process and give its memory back, unless it is at work. The next sound, or ``load``, starts it again
        and nothing is lost, but what is said meanwhile waits. Fires when that is done."""
        if self._process is None or not self._process.ready or self._stopped:
            return succeed(None)
        if not all(isinstance(asked, WarmUpRequest) for asked in self._unanswered):
            return succeed(None)
        self._unloading = True
        self._process.kill()
        left = Deferred[None]()
        self._stopping.append(left)
        return left

    def load_model(self) -> None:
        """Load the model again if it has been unloaded, before there is sound."""
        if self._process is None and self._was_ready and not self._stopped and self._failure is None:
            self._cancel_reload()
            self._spawn()

    def restart_if_large(self) -> None:
        """Replace the process if it has grown too much and has nothing to do: best called at a pause."""
        if self._max_growth_bytes and self.memory_bytes - self._loaded_bytes > self._max_growth_bytes:
            self.unload_model().addCallback(lambda _none: self.load_model())
        elif self._adapted_samples >= READAPT_AFTER_S * SAMPLE_RATE:
            self.reset_adaptation()

    def reset_adaptation(self) -> None:
        """Forget the speaker and the room but for the last utterances, unless the process is at work or has heard
        nothing since it did so last: best called at a long pause, after which somebody else may speak."""
        if self._process is None or not self._process.ready or self._unanswered or len(self._replay_buffer):
            return
        if self._adapted_samples:
            self._warm_up()

    @property
    def memory_bytes(self) -> int:
        """Resident bytes of the process, 0 where there is none."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def pid(self) -> int | None:
        """Number of the process that runs Vosk at the moment, None where there is none."""
        return None if self._process is None else self._process.pid

    # Pieces in, answers out

    def _feed_chunk(self, data: bytes, silent_sample_count: int = 0) -> Deferred[None]:
        if self._stopped:
            return succeed(None)
        if self._failure is not None:
            return fail(self._failure)
        waiting = Deferred[None]()
        piece = AudioChunk(data, self._fed_samples, waiting, silent_sample_count=silent_sample_count)
        self._fed_samples = piece.end_sample
        self._replay_buffer.append(piece)
        if self._process is not None and self._process.ready:
            self._send(piece)
        elif self._process is None and self._on_hypothesis is not None and self._reload_timer is None:
            self._spawn()  # it ended when it had nothing to do
        return waiting

    def _warm_up(self) -> None:
        """Have the process adapt to the last utterances, and to nothing else."""
        sound = self._audio_cache.latest(WARM_UP_S * SAMPLE_RATE) if self._can_warm_up else b""
        if sound or self._adapted_samples:
            self._send(WarmUpRequest(sound))
        self._adapted_samples = 0

    def _send(self, asked: AudioChunk | AlternativesRequest | WarmUpRequest) -> None:
        assert self._process is not None
        self._unanswered.append(asked)
        if isinstance(asked, AlternativesRequest):
            self._process.request_alternatives(asked.audio)
        elif isinstance(asked, WarmUpRequest):
            self._process.warm_up(asked.audio)
        else:
            self._adapted_samples += asked.sample_count
            self._process.send_chunk(asked)
        if not self._watchdog.is_running:
            self._await_answer()

    def _await_answer(self) -> None:
        """Guard the answer that is owed next; to hear an utterance once more may take as long as it was."""
        asked = self._unanswered[0]
        more = 0.0 if isinstance(asked, AudioChunk) else len(asked.audio) / (BYTES_PER_SAMPLE * SAMPLE_RATE)
        self._watchdog.start(self._answer_timeout + more)

    def _worker_ready(self, notice: str) -> None:
        if self._stopped:
            return
        if notice:
            self._notify(notice)
        if self._reload_waited_s:
            self._notify("the speech model could be loaded again")
        self._failed_start_count = 0
        self._reload_waited_s = 0.0
        self._was_ready = True
        self._loaded_bytes = self.memory_bytes
        self._watchdog.stop()
        self._base_sample = self._replay_buffer[0].start_sample if len(self._replay_buffer) else self._fed_samples
        self._adapted_samples = 0
        self._warm_up()
        for asked in (*self._replay_buffer, *self._alternatives_requests):
            self._send(asked)
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.callback(None)

    def _handle_answer(self, answer: dict[str, Any]) -> None:
        if self._stopped:
            return
        piece = self._unanswered.popleft()
        if not self._unanswered:
            self._watchdog.stop()
        elif isinstance(piece, AudioChunk) and isinstance(self._unanswered[0], AudioChunk):
            self._watchdog.feed()
        else:
            self._await_answer()
        if isinstance(piece, WarmUpRequest):
            return
        if isinstance(piece, AlternativesRequest):
            self._alternatives_requests.remove(piece)
            piece.result.callback(tuple(dict.fromkeys(filter(None, map(symbols_to_text, answer["readings"])))))
            return
        is_new = not piece.is_answered
        if is_new:
            self._crash_count = self._given_up_chunk_count = 0
            self._replay_buffer.mark_answered(piece)
        if "partial" in answer:
            self._partial = symbols_to_text(answer["partial"])
        if "final" in answer:
            self._handle_final(piece, answer["final"])
        elif is_new and (self._partial != self._delivered_partial or self._is_partial_due(piece)):
            # Only now, not while audio is heard again: those partials have been shown.
            self._delivered_partial = self._partial
            self._delivered_at_sample = piece.end_sample
            self._deliver(Partial(self._utterance, self._partial))
        if is_new:
            _fire_done(piece)

    def _is_partial_due(self, chunk: AudioChunk) -> bool:
        """Whether there is a partial that has not changed for a while."""
        return bool(self._partial) and chunk.end_sample - self._delivered_at_sample >= self._repeat_samples

    def _handle_final(self, chunk: AudioChunk, heard: list[list[Any]]) -> None:
        offset = self._base_sample / SAMPLE_RATE
        words = tuple(
            RecognizedWord(text, offset + start, offset + end, confidence)
            for symbol, start, end, confidence in heard
            if (text := symbol_to_word(symbol))
        )
        boundary = chunk.end_sample
        if chunk.data:
            last_word = round(words[-1].end * SAMPLE_RATE) if words else 0
            boundary = min(boundary, max(boundary - OVERLAP_SAMPLES, last_word))
        if words:
            begin = max(self._last_word_end_sample, round((words[0].start - _LEAD_S) * SAMPLE_RATE))
            self._last_word_end_sample = round(words[-1].end * SAMPLE_RATE)
            self._audio_cache.add(self._utterance, self._replay_buffer.get_answered_audio(begin, chunk.end_sample))
            self._can_warm_up = True
        self._replay_buffer.drop_until(boundary)
        self._partial = ""
        self._end_utterance(words)
        if not chunk.data and self._adapted_samples >= MAX_ADAPTED_S * SAMPLE_RATE:
            self.reset_adaptation()

    def _end_utterance(self, words: tuple[RecognizedWord, ...]) -> None:
        """Deliver the final. Silence, which Vosk reports every five seconds, is no utterance: an empty final is
        delivered only to take back a partial."""
        if words or self._delivered_partial:
            utterance = self._utterance
            self._utterance += 1
            self._delivered_partial = ""
            self._deliver(Final(utterance, words))

    def _deliver(self, hypothesis: Hypothesis) -> None:
        if not self._stopped and self._on_hypothesis is not None:
            self._on_hypothesis(hypothesis)

    def _notify(self, notice: str) -> None:
        if not self._stopped and self._on_notice is not None:
            self._on_notice(notice)

    # The process's life

    def _spawn(self) -> None:
        self._partial = ""
        self._hung = False
        self._process = WorkerProtocol(self._worker_ready, self._handle_answer, self._process_ended)
        command = [sys.executable, "-P", vosk_worker.__file__, str(self._model_folder.absolute()), *self._model_options]
        try:
            # By its path and with -P: a file named json.py in the current folder must not get in.
            self._reactor.spawnProcess(self._process, sys.executable, [os.fsencode(part) for part in command], env=None)
        except OSError as error:
            self._process = None
            self._give_up(f"the speech recognizer's process cannot be started: {error.strerror}")
            return
        self._watchdog.start(self._ready_timeout)

    def _on_hang(self) -> None:
        """The process owes something and says nothing."""
        if self._process is not None:
            self._hung = True
            self._process.kill()

    def _process_ended(self, process: WorkerProtocol, status: int | None, signal_number: int | None) -> None:
        self._watchdog.stop()
        self._process = None
        over = self._unanswered[0] if self._unanswered else None
        self._unanswered.clear()
        leaving, self._unloading = self._unloading, False
        waiting, self._stopping = self._stopping, []
        if self._stopped:
            pass
        elif leaving:
            if self._replay_buffer.unanswered or self._alternatives_requests:
                self._spawn()
        elif not process.ready:
            self._crashed_before_ready(process, status, signal_number)
        elif isinstance(over, AlternativesRequest):
            self._crashed_over_request(over, self._describe_end(process, status, signal_number))
        else:
            if isinstance(over, WarmUpRequest):
                self._can_warm_up = False  # not with that sound
            self._worker_crashed(
                self._describe_end(process, status, signal_number), over_chunk=isinstance(over, AudioChunk)
            )
        for stopped in waiting:
            stopped.callback(None)

    def _crashed_before_ready(self, process: WorkerProtocol, status: int | None, signal_number: int | None) -> None:
        self._failed_start_count += 1
        if status == vosk_worker.EXIT_MODEL_REFUSED:
            problems = verify_model(self._model_folder)
            reason = problems[0] if problems else process.error_message() or "Vosk gives no reason"
        elif self._failed_start_count >= self._max_crashes:
            reason = f"the recognizer {self._describe_end(process, status, signal_number)}"
        else:
            self._spawn()
            return
        reason = f"the speech model {self._model_folder} cannot be loaded: {reason}"
        if self._was_ready and self._reload_waited_s < self._reload_timeout_s:
            self._wait_for_model(reason)
        else:
            self._give_up(reason)

    def _wait_for_model(self, reason: str) -> None:
        """It could be loaded before: its disk may have been taken away, or it is being replaced."""
        if not self._reload_waited_s:
            self._drop_alternatives_requests()
            self._notify(f"{reason}; it is tried again, and what you say meanwhile is kept as long as there is room")
        wait = next((seconds for seconds in _RETRY_DELAYS_S if seconds > self._reload_waited_s), _RETRY_DELAYS_S[-1])
        self._reload_waited_s += wait
        self._reload_timer = self._clock.callLater(wait, self._try_reload)

    def _try_reload(self) -> None:
        self._reload_timer = None
        if self._replay_buffer.unanswered:  # else the next sound tries
            self._spawn()

    def _cancel_reload(self) -> None:
        reload, self._reload_timer = self._reload_timer, None
        if reload is not None:
            reload.cancel()

    def _crashed_over_request(self, request: AlternativesRequest, how: str) -> None:
        """Nobody is asked that again; the sound that waited behind it has nothing to do with it."""
        self._alternatives_requests.remove(request)
        self._notify(f"the speech recognizer {how} while it looked for what else was said, and knows nothing else")
        if self._replay_buffer.unanswered or self._alternatives_requests:
            self._spawn()
        request.result.callback(())

    def _drop_alternatives_requests(self) -> None:
        while self._alternatives_requests:
            self._alternatives_requests.popleft().result.callback(())

    def _worker_crashed(self, how: str, *, over_chunk: bool) -> None:
        if not self._replay_buffer.unanswered and not self._alternatives_requests:
            # Nothing waits for it; the next piece starts it again, so a process that cannot live costs nothing.
            self._notify(f"the speech recognizer {how}; it starts again with the next sound{self._describe_loss()}")
            return
        self._crash_count += over_chunk
        if self._crash_count < self._max_crashes:
            self._notify(f"the speech recognizer {how} and is being restarted{self._describe_loss()}")
            self._spawn()
            return
        self._crash_count = 0
        self._given_up_chunk_count += 1
        if self._given_up_chunk_count >= self._max_crashes:
            self._give_up(f"the speech recognizer {how} again and again; try another speech model")
            return
        self._give_up_audio(how)
        if self._process is None and self._replay_buffer.unanswered:
            self._spawn()

    def _give_up_audio(self, how: str) -> None:
        """Drop the audio that kills every process; what was already read out of it becomes the final."""
        dropped = self._replay_buffer.drop_through_first_unanswered()
        start, end = (sample / SAMPLE_RATE for sample in (dropped[0].start_sample, dropped[-1].end_sample))
        self._notify(
            f"the speech recognizer {how} {self._max_crashes} times over the same sound;"
            f" {end - start:.1f} s of it are left out"
        )
        self._end_utterance(
            tuple(RecognizedWord(word, start, end) for word in self._delivered_partial.split()),
        )
        for piece in dropped:
            _fire_done(piece)

    def _give_up(self, reason: str) -> None:
        self._failure = RecognizerError(reason)
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.errback(self._failure)
        for piece in self._replay_buffer.clear():
            _fire_done(piece, self._failure)
        self._drop_alternatives_requests()

    def _describe_end(self, process: WorkerProtocol, status: int | None, signal_number: int | None) -> str:
        """How the process ended, as the words after "the speech recognizer"."""
        if self._hung:
            return "did not answer in time"
        if signal_number is not None:
            try:
                name = signal.Signals(signal_number).name
            except ValueError:
                name = f"signal {signal_number}"
            how = f"was killed by {name}"
        else:
            how = f"ended with status {status}"
        message = process.error_message()
        return f"{how} ({message})" if message else how

    def _describe_loss(self) -> str:
        lost = self._replay_buffer.forgotten_sample_count / SAMPLE_RATE
        return f"; the first {lost:.0f} s of the sentence are lost" if lost else ""


def _fire_done(chunk: AudioChunk, failure: RecognizerError | None = None) -> None:
    waiting, chunk.done = chunk.done, None
    if waiting is None:
        return
    if failure is None:
        waiting.callback(None)
    else:
        waiting.errback(failure)
