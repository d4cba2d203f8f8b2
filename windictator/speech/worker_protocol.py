"""Parent side of the recognizer process: messages to it, its answers, and the reason of its end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from windictator.speech import vosk_worker
from windictator.speech.process_end import describe_process_end
from windictator.speech.replay_buffer import AudioChunk

MAX_ALTERNATIVES = 10
"""Maximum number of alternatives requested from Vosk; many of them differ only in marks that are not shown."""


@dataclass(frozen=True, slots=True)
class WorkerEnd:
    """End of a recognizer process.

    ``status``: its exit status, or None if a signal ended it. ``error_message``: Vosk's reason, or "".
    ``description``: a predicate for messages, such as "was killed by SIGABRT".
    """

    status: int | None
    error_message: str
    description: str


class WorkerProtocol(ProcessProtocol):
    """Pipes of one recognizer process.

    ``on_ready``: called with a notice for the user, or "", when the model is loaded.
    ``on_answer``: called with each answer.
    ``on_end``: called with the protocol and its ``WorkerEnd`` when the process has ended.
    """

    MAX_STDERR_LINES = 20
    MAX_MESSAGE_LENGTH = 240
    transport: Any = None

    def __init__(
        self,
        on_ready: Callable[[str], None],
        on_answer: Callable[[dict[str, Any]], None],
        on_end: Callable[[WorkerEnd], None],
    ) -> None:
        self.ready = False
        """Whether the process has loaded the model; stays true after its end."""
        self._on_ready = on_ready
        self._on_answer = on_answer
        self._on_end = on_end
        self._answers = b""
        self._stderr = b""
        self._timed_out = False

    @property
    def pid(self) -> int | None:
        """Process id, or None if the process is not running."""
        return None if self.transport is None else self.transport.pid

    def send_chunk(self, chunk: AudioChunk) -> None:
        """Send a chunk of audio, or the end of the utterance if it has no data."""
        if chunk.data:
            message = vosk_worker.write_message(vosk_worker.AUDIO, chunk.data)
        else:
            silence = chunk.silent_sample_count.to_bytes(4, "big")
            message = vosk_worker.write_message(vosk_worker.END_OF_UTTERANCE, silence)
        self.transport.write(message)

    def request_alternatives(self, audio: bytes) -> None:
        """Request the alternatives of an utterance, which is recognised once more."""
        self.transport.write(vosk_worker.write_message(vosk_worker.ALTERNATIVES, bytes([MAX_ALTERNATIVES]) + audio))

    def warm_up(self, audio: bytes) -> None:
        """Make the recognizer adapt to the speaker of ``audio``, between two utterances."""
        self.transport.write(vosk_worker.write_message(vosk_worker.WARM_UP, audio))

    def kill(self, *, timed_out: bool = False) -> None:
        """Kill the process, even if it is stopped or busy in native code.

        ``timed_out`` makes "did not answer in time" the reason of its end.
        """
        self._timed_out = self._timed_out or timed_out
        if self.transport is not None:
            with suppress(ProcessExitedAlready):  # its end is about to be reported
                self.transport.signalProcess("KILL")

    def error_message(self) -> str:
        """Return Vosk's reason for a failure, from standard error, or "" if it gave none.

        The first error is the cause; the others are its consequences.
        """
        for line in self._stderr.decode(errors="replace").splitlines():
            # "ERROR (VoskAPI:Read():kaldi-matrix.cc:1620) Failed to read ..." or OpenFst's "ERROR: Fst::Read: ..."
            if match := re.match(r"(?:ERROR|ASSERTION_FAILED)(?: \(.*?\.(?:cc|h):\d+\)|:) *(.+)", line):
                return match[1][: self.MAX_MESSAGE_LENGTH].strip()
        return ""

    def outReceived(self, data: bytes) -> None:
        """Pass on the answers in ``data``, which may be cut anywhere."""
        *lines, self._answers = (self._answers + data).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            if self.ready:
                self._on_answer(answer)
            else:
                self.ready = True
                self._on_ready(answer.get("notice", ""))

    def errReceived(self, data: bytes) -> None:
        """Keep the end of standard error, for the reason of a crash."""
        lines = (self._stderr + data).split(b"\n")[-self.MAX_STDERR_LINES :]
        self._stderr = b"\n".join(line[: 2 * self.MAX_MESSAGE_LENGTH] for line in lines)

    def processEnded(self, reason: Any) -> None:
        """Report the end of the process."""
        error = self.error_message()
        status: int | None = reason.value.exitCode
        if self._timed_out:
            description = "did not answer in time"
        else:
            description = describe_process_end(status, reason.value.signal) + (f" ({error})" if error else "")
        self._on_end(WorkerEnd(status, error, description))
