"""The sound of the last utterances, for whoever asks what else may have been said: in memory alone, and bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from windictator.speech.replay_buffer import BYTES_PER_SAMPLE


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

    def latest(self, samples: int) -> bytes:
        """Return the end of all that is kept, ``samples`` of it at most."""
        sound = b""
        for utterance in reversed(self._sounds.values()):
            sound = utterance + sound
            if len(sound) >= samples * BYTES_PER_SAMPLE:
                break
        return sound[-samples * BYTES_PER_SAMPLE :]

    def clear(self) -> None:
        """Forget them all."""
        self._sounds.clear()


@dataclass(slots=True, eq=False)
class Question:
    """What else may have been said in ``sound``. ``answer``: fires with the readings."""

    sound: bytes
    answer: Deferred[tuple[str, ...]] = field(default_factory=Deferred)


@dataclass(slots=True, eq=False)
class WarmUp:
    """The speaker's last ``sound``, from which a recognizer that does not know them learns their voice."""

    sound: bytes
