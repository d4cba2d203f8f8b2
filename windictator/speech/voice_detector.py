"""Detector of voice: WebRTC's, completed by a measurement of loudness.

WebRTC's voice activity detector, which browsers use, recognises voices by their spectrum and learns the background
noise. It finds no voice in speech recorded 35 dB too low. So sound that is clearly louder than the quietest recent
sound counts as voice too. A noise treated as voice costs some computing; a voice that is missed costs words.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from operator import mul, sub

from windictator.speech.activity_gate import WINDOW_S
from windictator.speech.pcm import SAMPLE_RATE

HANGOVER_S = 0.14
"""Time for which the detector still reports voice after the voice has ended, in seconds. WebRTC does this for up to
seven windows of 20 ms (``over_hang_max_2`` in its ``vad_core.c``); the measurement of loudness does the same."""

_WEBRTC_MODE = 1
"""Mode from 0 (most sound is voice) to 3. With windows of 20 ms, mode 1 never treats a noise 40 dB below the maximum as
voice and misses little. The measurement of loudness finds what it misses."""

_LOUD_ABOVE_FLOOR_DB = 8.0
"""Level above the floor that counts as voice, in dB. With less, quiet background noise would be louder than itself."""

_COMB_SAMPLES = 8
"""Distance of the samples whose difference is measured. This comb filter passes most at 1 kHz, where speech is, and
hardly anything below 50 Hz, where background noise rises and falls."""

_SMOOTHING_WINDOWS = 3
"""Number of windows over which the power is averaged."""

_MIN_FLOOR_DBFS = -82.0
"""Minimum of the floor, in dBFS. No microphone is so quiet, but the pauses of a synthesiser are zeros."""

_FLOOR_RISE_DB_PER_S = 3.0
"""Rise of the floor while the sound is not quieter, in dB per second. A fan that starts counts as voice for some
seconds. During speech, the pauses between words keep the floor down."""

_FULL_SCALE = 32768.0


class VoiceDetector:
    """Classifier of the sound of one microphone, window by window."""

    def __init__(self) -> None:
        import webrtcvad

        self._webrtc = webrtcvad.Vad(_WEBRTC_MODE)
        self._floor_dbfs = 0.0
        self._powers: deque[float] = deque(maxlen=_SMOOTHING_WINDOWS)
        self._hangover_windows = 0

    def is_voice(self, window: bytes) -> bool:
        """Return True if a window of ``WINDOW_BYTES`` is voice, or follows voice within ``HANGOVER_S``."""
        if self._is_loud(window):
            self._hangover_windows = round(HANGOVER_S / WINDOW_S)
        elif self._hangover_windows:
            self._hangover_windows -= 1
        by_spectrum: bool = self._webrtc.is_speech(window, SAMPLE_RATE)  # always called, because it learns
        return by_spectrum or self._hangover_windows > 0

    def _is_loud(self, window: bytes) -> bool:
        samples = array("h", window)
        differences = list(map(sub, samples[_COMB_SAMPLES:], samples[:-_COMB_SAMPLES]))
        # The difference of two unrelated samples has twice the power of one.
        self._powers.append(sum(map(mul, differences, differences)) / len(differences) / 2)
        power = sum(self._powers) / len(self._powers)
        level = 10 * math.log10(power / _FULL_SCALE**2) if power else _MIN_FLOOR_DBFS
        self._floor_dbfs = max(_MIN_FLOOR_DBFS, min(level, self._floor_dbfs + _FLOOR_RISE_DB_PER_S * WINDOW_S))
        return level > self._floor_dbfs + _LOUD_ABOVE_FLOOR_DB
