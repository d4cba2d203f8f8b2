"""How loud sound is, in the unit of level meters."""

from __future__ import annotations

import math
from array import array
from operator import mul
from typing import NamedTuple

from windictator.speech.vosk_worker import SAMPLE_RATE

SILENCE_DBFS = -100.0
"""What silence is given as: the logarithm of nothing is no number. One step of 16 bits is -90.3."""

LEVEL_BYTES = SAMPLE_RATE // 10 * 2
"""Sound that one level is told of: 100 ms."""


class Level(NamedTuple):
    """In dBFS: 0 is a sample at full scale, for ``rms`` a square wave at full scale; ``SILENCE_DBFS`` the least."""

    rms: float
    peak: float


class LevelMeter:
    """Cuts sound into pieces of ``LEVEL_BYTES`` and gives the level of each. Without numpy: 0.1 ms for each piece."""

    def __init__(self) -> None:
        self._remainder = b""

    def measure(self, sound: bytes) -> Level | None:
        """The level of the latest whole piece, None while there is none. ``sound``: mono s16le of any length."""
        sound = self._remainder + sound
        whole = len(sound) - len(sound) % LEVEL_BYTES
        self._remainder = sound[whole:]
        return level_of(sound[whole - LEVEL_BYTES : whole]) if whole else None


def level_of(sound: bytes) -> Level:
    """The level of mono s16le, at least one sample of it."""
    samples = array("h", sound)
    power = sum(map(mul, samples, samples)) / len(samples)
    return Level(_dbfs(math.sqrt(power)), _dbfs(max(max(samples), -min(samples))))


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude / 32768) if amplitude else SILENCE_DBFS
