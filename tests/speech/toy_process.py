"""A recognizer process that is not there: answers as the real one does, when the test says so, and dies on command.

Its audio is one sample per piece: 0 is silence, any other number is a word of that number. Silence after words ends
the utterance, as Vosk's endpointer does. What else it may have heard of an utterance is the same words with a question
mark.
"""

import json

from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.vosk_worker import ALTERNATIVES, END_OF_UTTERANCE, EXIT_MODEL_REFUSED, HEADER, WARM_UP


def spoken(number):
    """The piece of audio that is this word, or silence for 0."""
    return number.to_bytes(2, "little")


class ToyProcess:
    """The transport of one process."""

    pid = 4711

    def __init__(self, protocol):
        self.protocol = protocol
        self.messages = []
        self.killed = False
        self.alive = True
        self._bytes = b""
        self._samples = 0
        self._words = []
        protocol.makeConnection(self)

    # What the recognizer's host calls

    def write(self, data):
        self._bytes += data
        while len(self._bytes) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._bytes)
            self.messages.append((kind, self._bytes[HEADER.size : HEADER.size + length]))
            self._bytes = self._bytes[HEADER.size + length :]

    def signalProcess(self, name):
        assert name == "KILL"
        self.killed = True

    # What the test calls

    def become_ready(self):
        self.protocol.outReceived(b'{"ready":true}\n')

    def answer(self):
        """Answer the oldest message."""
        line = self.next_line()
        half = len(line) // 2
        self.protocol.outReceived(line[:half])
        self.protocol.outReceived(line[half:])

    def next_line(self):
        kind, data = self.messages.pop(0)
        if kind == END_OF_UTTERANCE:
            return self._line({"final": self._end()})
        if kind == ALTERNATIVES:
            samples = (data[n : n + 2] for n in range(1, len(data), 2))
            said = " ".join(f"w{word}" for sample in samples if (word := int.from_bytes(sample, "little")))
            return self._line({"readings": [said, f"{said}?"]})
        if kind == WARM_UP:
            return self._line({})
        start = self._samples
        self._samples += len(data) // 2
        if word := int.from_bytes(data, "little"):
            self._words.append([f"w{word}", start / SAMPLE_RATE, self._samples / SAMPLE_RATE, 0.5])
            return self._line({"partial": " ".join(word[0] for word in self._words)})
        return self._line({"final": self._end()} if self._words else {})

    def die(self, signal=9, status=None, stderr=b"", half_an_answer=False):
        if half_an_answer and self.messages and self.protocol.ready:
            self.protocol.outReceived(self.next_line()[:-3])
        if stderr:
            self.protocol.errReceived(stderr)
        self.alive = False
        ended = ProcessDone(0) if status == 0 else ProcessTerminated(status, signal if status is None else None)
        self.protocol.processEnded(Failure(ended))

    def refuse_model(self, stderr):
        self.die(status=EXIT_MODEL_REFUSED, stderr=stderr)

    def _end(self):
        words, self._words = self._words, []
        return words

    def _line(self, answer):
        return json.dumps(answer).encode() + b"\n"


class ToyReactor(Clock):
    """Spawns toy processes; the clock is the test's to advance."""

    def __init__(self):
        super().__init__()
        self.spawned = []

    def spawnProcess(self, protocol, executable, args, env):
        assert not any(process.alive for process in self.spawned)
        self.spawned.append(ToyProcess(protocol))

    @property
    def process(self):
        """The one that lives, or None."""
        return self.spawned[-1] if self.spawned and self.spawned[-1].alive else None
