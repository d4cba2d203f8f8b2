"""Supervision of the process that runs Vosk: it is restarted when it crashes or hangs.

The process (``vosk_worker``) answers each request with one line, in order, so it is always known which requests have
been processed. A request is a chunk of audio, an utterance whose alternatives are wanted, or a warm-up.

States of a ``WorkerSupervisor``; ``stop`` leads from every state to STOPPED:

========= ============================== ==============================================================================
state     process                        next states
========= ============================== ==============================================================================
NEW       none                           ``start``: LOADING, or FAILED for a broken model
LOADING   loads the model                ready: READY; it ends: LOADING again, WAITING, or FAILED
READY     answers                        ``unload``: UNLOADING; it crashes: LOADING, IDLE without work, or FAILED
UNLOADING is killed, not needed          it has ended: IDLE, or LOADING if work has arrived
IDLE      none                           ``ensure_running``, ``load``: LOADING
WAITING   none, the model is unreadable  the delay is over: LOADING, or IDLE without work; ``load``: LOADING
FAILED    none                           ``start``: LOADING
STOPPED   none, or is killed             none
========= ============================== ==============================================================================
"""

from __future__ import annotations

import enum
import os
import sys
from collections import deque
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred, fail, succeed

from windictator.deferreds import Clock, Watchdog
from windictator.speech import vosk_worker
from windictator.speech.errors import RecognizerError
from windictator.speech.model_folder import verify_model
from windictator.speech.pcm import BYTES_PER_SAMPLE, SAMPLE_RATE
from windictator.speech.replay_buffer import AudioChunk
from windictator.speech.restart_policy import Recovery, WorkerRestartPolicy
from windictator.speech.utterance_cache import AlternativesRequest, WarmUpRequest
from windictator.speech.vosk_options import VoskOptions
from windictator.speech.worker_protocol import WorkerEnd, WorkerProtocol

WorkerRequest = AudioChunk | AlternativesRequest | WarmUpRequest


class State(enum.Enum):
    """State of a ``WorkerSupervisor``; see the table in the docstring of the module."""

    NEW = enum.auto()
    LOADING = enum.auto()
    READY = enum.auto()
    UNLOADING = enum.auto()
    IDLE = enum.auto()
    WAITING = enum.auto()
    FAILED = enum.auto()
    STOPPED = enum.auto()


class WorkerClient(Protocol):
    """Owner of the requests, which it keeps until they are answered."""

    @property
    def has_work(self) -> bool:
        """Whether a request waits for an answer that a new process can give."""

    def worker_ready(self) -> None:
        """Send all requests that have no answer to the process, which is new."""

    def handle_answer(self, request: WorkerRequest, answer: dict[str, Any]) -> None:
        """Process the answer to ``request``."""

    def worker_crashed(self, request: WorkerRequest | None, how: str) -> None:
        """Give up a request other than audio that the process crashed over; None if it was idle.

        ``how`` is a predicate such as "was killed by SIGSEGV".
        """

    def drop_audio(self, how: str) -> None:
        """Drop the audio that every process crashes over."""

    def drop_alternatives(self) -> None:
        """Answer all requests for alternatives with nothing."""

    def fail(self, failure: RecognizerError) -> None:
        """Fail all requests."""

    def describe_loss(self) -> str:
        """Return the part of a message that says which audio a restart loses, or ""."""

    def notify(self, notice: str) -> None:
        """Show a notice to the user."""


class WorkerSupervisor:
    """Process that runs Vosk, in one of the states above.

    ``reactor``: starts the process (``IReactorProcess``). ``client``: owns the requests.
    """

    def __init__(
        self, reactor: Any, model_folder: Path, options: VoskOptions, clock: Clock, client: WorkerClient
    ) -> None:
        self._reactor = reactor
        self._model_folder = model_folder
        self._options = options
        self._clock = clock
        self._client = client
        self._policy = WorkerRestartPolicy(options.max_crashes, options.reload_timeout_s)
        self._watchdog = Watchdog(clock, self._on_timeout)
        self.state = State.NEW
        """Current state; changed only by ``_enter``."""
        self._worker: WorkerProtocol | None = None
        self._unanswered: deque[WorkerRequest] = deque()
        self._reload_timer: Any = None
        self._starting: Deferred[None] | None = None
        self._ending: list[Deferred[None]] = []  # fire when the process has ended
        self.failure: RecognizerError | None = None
        """Failure that ended the recognition, until it is started again."""

    @property
    def can_send(self) -> bool:
        """Whether the process takes requests; one that is being killed may still answer them."""
        return self.state is State.READY or self.state is State.UNLOADING

    @property
    def is_idle(self) -> bool:
        """Whether the process is ready and has answered everything."""
        return self.state is State.READY and not self._unanswered

    @property
    def pid(self) -> int | None:
        """Process id, or None if there is no process."""
        return None if self._worker is None else self._worker.pid

    def start(self) -> Deferred[None]:
        """Load the model in a new process; fire when it is ready, or fail with ``RecognizerError``."""
        if self.state is State.STOPPED:
            return fail(RecognizerError("the speech recognizer was stopped; it cannot be started again"))
        self.failure = None
        self._policy.reset()
        if problems := verify_model(self._model_folder):
            self.failure = RecognizerError(f"the speech model {self._model_folder} is broken: {problems[0]}")
            self._enter(State.FAILED)
            return fail(self.failure)
        self._starting = starting = Deferred[None]()
        self._spawn()
        return starting

    def stop(self) -> Deferred[None]:
        """Kill the process; fire when it has ended."""
        self._enter(State.STOPPED)
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.errback(RecognizerError("the speech recognizer was stopped before it was ready"))
        return self._kill_worker()

    def ensure_running(self) -> None:
        """Start a process if the last one ended because it was not needed."""
        if self.state is State.IDLE:
            self._spawn()

    def load(self) -> None:
        """Start a process as ``ensure_running`` does, even before the next attempt to read the model is due."""
        if self.state in (State.IDLE, State.WAITING):
            self._spawn()

    def unload(self) -> Deferred[None]:
        """End the process unless it is loading or busy; fire when this is done. A warm-up does not count as work."""
        is_busy = not all(isinstance(request, WarmUpRequest) for request in self._unanswered)
        if self.state not in (State.READY, State.UNLOADING) or is_busy:
            return succeed(None)
        self._enter(State.UNLOADING)
        return self._kill_worker()

    def send(self, request: WorkerRequest) -> None:
        """Send a request to the process; ``can_send`` must be true."""
        assert self._worker is not None
        self._unanswered.append(request)
        if isinstance(request, AudioChunk):
            self._worker.send_chunk(request)
        elif isinstance(request, AlternativesRequest):
            self._worker.request_alternatives(request.audio)
        else:
            self._worker.warm_up(request.audio)
        if not self._watchdog.is_running:
            self._expect_answer()

    def record_progress(self) -> None:
        """Record that audio was answered for the first time, so that earlier crashes no longer count."""
        self._policy.record_progress()

    # Process

    def _enter(self, state: State) -> None:
        """Change the state, and stop the timers that belong to the former one."""
        if self._reload_timer is not None:
            self._reload_timer.cancel()
            self._reload_timer = None
        if state not in (State.LOADING, State.READY, State.UNLOADING):
            self._watchdog.stop()
        self.state = state

    def _spawn(self) -> None:
        self._enter(State.LOADING)
        self._worker = WorkerProtocol(self._worker_ready, self._handle_answer, self._worker_ended)
        # By its path and with -P, because a file named json.py in the current folder must not be imported.
        script = [sys.executable, "-P", vosk_worker.__file__]
        command = [*script, str(self._model_folder.absolute()), *self._options.model_changes()]
        try:
            self._reactor.spawnProcess(self._worker, sys.executable, [os.fsencode(part) for part in command], env=None)
        except OSError as error:
            self._worker = None
            self._give_up(f"cannot start the process of the speech recognizer: {error.strerror}")
            return
        self._watchdog.start(self._options.ready_timeout)

    def _restart_for_work(self) -> None:
        if self.state is State.IDLE and self._client.has_work:
            self._spawn()

    def _worker_ready(self, notice: str) -> None:
        if self.state is not State.LOADING:
            return
        self._enter(State.READY)
        self._watchdog.stop()
        if notice:
            self._client.notify(notice)
        if self._policy.is_waiting_for_model:
            self._client.notify("the speech model was loaded again")
        self._policy.record_ready()
        self._client.worker_ready()
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.callback(None)

    def _expect_answer(self) -> None:
        """Start the watchdog for the next answer; recognising an utterance again may take as long as it lasted."""
        request = self._unanswered[0]
        more = 0.0 if isinstance(request, AudioChunk) else len(request.audio) / (BYTES_PER_SAMPLE * SAMPLE_RATE)
        self._watchdog.start(self._options.answer_timeout + more)

    def _handle_answer(self, answer: dict[str, Any]) -> None:
        if self.state is State.STOPPED:
            return
        request = self._unanswered.popleft()
        if not self._unanswered:
            self._watchdog.stop()
        elif isinstance(request, AudioChunk) and isinstance(self._unanswered[0], AudioChunk):
            self._watchdog.feed()
        else:
            self._expect_answer()
        self._client.handle_answer(request, answer)

    def _kill_worker(self) -> Deferred[None]:
        if self._worker is None:
            return succeed(None)
        self._worker.kill()
        ended = Deferred[None]()
        self._ending.append(ended)
        return ended

    def _on_timeout(self) -> None:
        if self._worker is not None:
            self._worker.kill(timed_out=True)

    # End of a process

    def _worker_ended(self, end: WorkerEnd) -> None:
        self._worker = None
        request = self._unanswered[0] if self._unanswered else None
        self._unanswered.clear()
        ending, self._ending = self._ending, []
        former = self.state
        if former is not State.STOPPED:
            self._enter(State.IDLE)
            if former is State.LOADING:
                self._start_failed(end)
            elif former is State.READY:
                self._crashed(request, end.description)
            else:
                self._restart_for_work()
        for ended in ending:
            ended.callback(None)

    def _start_failed(self, end: WorkerEnd) -> None:
        is_refused = end.status == vosk_worker.EXIT_MODEL_REFUSED
        recovery = self._policy.decide_after_failed_start(is_model_refused=is_refused)
        if recovery is Recovery.RESTART:
            self._spawn()
            return
        if is_refused:
            problems = verify_model(self._model_folder)
            reason = problems[0] if problems else end.error_message or "Vosk gives no reason"
        else:
            reason = f"the recognizer {end.description}"
        message = f"the speech model {self._model_folder} cannot be loaded: {reason}"
        if recovery is Recovery.WAIT:
            self._wait_for_model(message)
        else:
            self._give_up(message)

    def _wait_for_model(self, message: str) -> None:
        """Try again later, because the model was loaded before: its disk may be missing, or it is being replaced."""
        self._enter(State.WAITING)
        is_first = not self._policy.is_waiting_for_model
        self._reload_timer = self._clock.callLater(self._policy.next_reload_delay(), self._try_reload)
        if is_first:
            self._client.drop_alternatives()
            self._client.notify(f"{message}; trying again, and keeping what you say meanwhile")

    def _try_reload(self) -> None:
        self._reload_timer = None
        self._enter(State.IDLE)  # without audio, the next sound tries again
        self._restart_for_work()

    def _crashed(self, request: WorkerRequest | None, how: str) -> None:
        self._client.worker_crashed(request, how)
        if isinstance(request, AlternativesRequest):
            self._restart_for_work()  # the audio that waited for it is not to blame
            return
        loss = self._client.describe_loss()
        if not self._client.has_work:
            # The next chunk starts it again, so a process that always crashes costs nothing.
            self._client.notify(f"the speech recognizer {how}; it starts again with the next sound{loss}")
            return
        recovery = self._policy.decide_after_crash(is_over_audio=isinstance(request, AudioChunk))
        if recovery is Recovery.GIVE_UP:
            self._give_up(f"the speech recognizer {how} again and again; try another speech model")
            return
        if recovery is Recovery.DROP_AUDIO:
            self._client.drop_audio(how)
        else:
            self._client.notify(f"the speech recognizer {how} and is being restarted{loss}")
        self._restart_for_work()

    def _give_up(self, reason: str) -> None:
        self.failure = RecognizerError(reason)
        self._enter(State.FAILED)
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.errback(self.failure)
        self._client.fail(self.failure)
