"""The recognizer's child process as seen from here: messages in, answers out, its end and its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from windictator.speech import vosk_worker
from windictator.speech.replay_buffer import AudioChunk

MAX_ALTERNATIVES = 10
"""Readings of an utterance that Vosk is asked for; many differ in nothing that is seen."""


class WorkerProtocol(ProcessProtocol):
    """The pipes of one child process. ``on_ready``: called with a notice for the user, or "", when it listens;
    ``on_answer``: with each answer; ``on_end``: with its exit status or the number of the signal that ended it."""

    MAX_STDERR_LINES = 20
    MAX_MESSAGE_LENGTH = 240
    transport: Any = None

    def __init__(
        self,
        on_ready: Callable[[str], None],
        on_answer: Callable[[dict[str, Any]], None],
        on_end: Callable[[WorkerProtocol, int | None, int | None], None],
    ) -> None:
        self.ready = False
        """Whether it has loaded the model and waits for pieces, or did so before it ended."""
        self._on_ready = on_ready
        self._on_answer = on_answer
        self._on_end = on_end
        self._answers = b""
        self._stderr = b""

    @property
    def pid(self) -> int | None:
        """Its number, None before it has begun and after it has ended."""
        return None if self.transport is None else self.transport.pid

    def send_chunk(self, chunk: AudioChunk) -> None:
        """Send a piece of audio, or the end of the utterance if that is what it is."""
        if chunk.data:
            message = vosk_worker.write_message(vosk_worker.AUDIO, chunk.data)
        else:
            silence = chunk.silent_sample_count.to_bytes(4, "big")
            message = vosk_worker.write_message(vosk_worker.END_OF_UTTERANCE, silence)
        self.transport.write(message)

    def request_alternatives(self, audio: bytes) -> None:
        """Have an utterance heard once more."""
        self.transport.write(vosk_worker.write_message(vosk_worker.ALTERNATIVES, bytes([MAX_ALTERNATIVES]) + audio))

    def warm_up(self, audio: bytes) -> None:
        """Have it adapt to a speaker, between two utterances."""
        self.transport.write(vosk_worker.write_message(vosk_worker.WARM_UP, audio))

    def kill(self) -> None:
        """End it at once, even if it is stopped or caught in native code."""
        if self.transport is not None:
            with suppress(ProcessExitedAlready):  # its end is about to be reported
                self.transport.signalProcess("KILL")

    def error_message(self) -> str:
        """Vosk's reason for failing, from standard error, "" if it gave none. The first error is the cause, those
        after it are its consequences."""
        for line in self._stderr.decode(errors="replace").splitlines():
            # "ERROR (VoskAPI:Read():kaldi-matrix.cc:1620) Failed to read ..." or OpenFst's "ERROR: Fst::Read: ..."
            if match := re.match(r"(?:ERROR|ASSERTION_FAILED)(?: \(.*?\.(?:cc|h):\d+\)|:) *(.+)", line):
                return match[1][: self.MAX_MESSAGE_LENGTH].strip()
        return ""

    def outReceived(self, data: bytes) -> None:
        *lines, self._answers = (self._answers + data).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            if self.ready:
                self._on_answer(answer)
            else:
                self.ready = True
                self._on_ready(answer.get("notice", ""))

    def errReceived(self, data: bytes) -> None:
        lines = (self._stderr + data).split(b"\n")[-self.MAX_STDERR_LINES :]
        self._stderr = b"\n".join(line[: 2 * self.MAX_MESSAGE_LENGTH] for line in lines)

    def processEnded(self, reason: Any) -> None:
        self._on_end(self, reason.value.exitCode, reason.value.signal)
