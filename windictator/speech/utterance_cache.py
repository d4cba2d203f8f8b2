"""The sound of the last utterances, for whoever asks what else may have been said: in memory alone, and bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from windictator.speech.vosk_worker import BYTES_PER_SAMPLE


class UtteranceAudioCache:
    """Keeps at most ``most`` utterances of ``samples`` together; older ones are forgotten."""

    def __init__(self, max_utterances: int, max_samples: int) -> None:
        self._max_utterances = max_utterances
        self._max_bytes = max_samples * BYTES_PER_SAMPLE
        self._audio: OrderedDict[int, bytes] = OrderedDict()

    def add(self, utterance: int, audio: bytes) -> None:
        """Add one; what is longer than all that may be kept is not."""
        self._audio[utterance] = audio
        while len(self._audio) > self._max_utterances or sum(map(len, self._audio.values())) > self._max_bytes:
            self._audio.popitem(last=False)

    def get(self, utterance: int) -> bytes:
        """Its audio, empty where it is not kept any more."""
        return self._audio.get(utterance, b"")

    def latest(self, max_samples: int) -> bytes:
        """Return the end of all that is kept, ``samples`` of it at most."""
        sound = b""
        for utterance in reversed(self._audio.values()):
            sound = utterance + sound
            if len(sound) >= max_samples * BYTES_PER_SAMPLE:
                break
        return sound[-max_samples * BYTES_PER_SAMPLE :]

    def clear(self) -> None:
        """Forget them all."""
        self._audio.clear()


@dataclass(slots=True, eq=False)
class AlternativesRequest:
    """What else may have been said in ``sound``. ``answer``: fires with the readings."""

    audio: bytes
    result: Deferred[tuple[str, ...]] = field(default_factory=Deferred)


@dataclass(slots=True, eq=False)
class WarmUpRequest:
    """The speaker's last ``sound``, from which a recognizer that does not know them learns their voice."""

    audio: bytes
