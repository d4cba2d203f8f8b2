"""The sound of the last utterances, for whoever asks what else may have been said: in memory alone, and bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from windictator.speech.heard_audio import BYTES_PER_SAMPLE


class KeptUtterances:
    """Keeps at most ``most`` utterances of ``samples`` together; older ones are forgotten."""

    def __init__(self, most: int, samples: int) -> None:
        self._most = most
        self._limit = samples * BYTES_PER_SAMPLE
        self._sounds: OrderedDict[int, bytes] = OrderedDict()

    def keep(self, utterance: int, sound: bytes) -> None:
        """Add one; what is longer than all that may be kept is not."""
        self._sounds[utterance] = sound
        while len(self._sounds) > self._most or sum(map(len, self._sounds.values())) > self._limit:
            self._sounds.popitem(last=False)

    def sound(self, utterance: int) -> bytes:
        """Its audio, empty where it is not kept any more."""
        return self._sounds.get(utterance, b"")

    def clear(self) -> None:
        """Forget them all."""
        self._sounds.clear()


@dataclass(slots=True, eq=False)
class Question:
    """What else may have been said in ``sound``. ``answer``: fires with the readings."""

    sound: bytes
    answer: Deferred[tuple[str, ...]] = field(default_factory=Deferred)
