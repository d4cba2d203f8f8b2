"""Sound of the last utterances, from which alternatives are computed: only in memory, and limited."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from windictator.speech.pcm import BYTES_PER_SAMPLE


class UtteranceAudioCache:
    """Cache of at most ``max_utterances`` utterances with at most ``max_samples`` together; the oldest are dropped."""

    def __init__(self, max_utterances: int, max_samples: int) -> None:
        self._max_utterances = max_utterances
        self._max_bytes = max_samples * BYTES_PER_SAMPLE
        self._audio: OrderedDict[int, bytes] = OrderedDict()

    def add(self, utterance: int, audio: bytes) -> None:
        """Add the audio of an utterance; one that is too long is not kept."""
        self._audio[utterance] = audio
        while len(self._audio) > self._max_utterances or sum(map(len, self._audio.values())) > self._max_bytes:
            self._audio.popitem(last=False)

    def get(self, utterance: int) -> bytes:
        """Return the audio of an utterance, empty if it is no longer kept."""
        return self._audio.get(utterance, b"")

    def latest(self, max_samples: int) -> bytes:
        """Return the last ``max_samples`` of all audio in the cache."""
        sound = b""
        for utterance in reversed(self._audio.values()):
            sound = utterance + sound
            if len(sound) >= max_samples * BYTES_PER_SAMPLE:
                break
        return sound[-max_samples * BYTES_PER_SAMPLE :]

    def clear(self) -> None:
        """Drop all audio."""
        self._audio.clear()


@dataclass(slots=True, eq=False)
class AlternativesRequest:
    """Request for the alternatives of ``audio``. ``result``: fires with the texts."""

    audio: bytes
    result: Deferred[tuple[str, ...]] = field(default_factory=Deferred)


@dataclass(slots=True, eq=False)
class WarmUpRequest:
    """Request to adapt to the speaker of ``audio``, which is the end of the last utterances."""

    audio: bytes
