"""Tells voice from other sound: WebRTC's detector, helped out where it is deaf.

WebRTC's voice activity detector (the one of the browsers) knows voices by their spectrum and learns the noise of the
room, but hears nothing in speech recorded 35 dB too low. So whatever stands out well from the quietest that has been
heard of late counts as voice too: a sound taken for voice costs a little work of the recognizer, a voice not noticed
costs words.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from operator import mul, sub

from windictator.speech.activity_gate import WINDOW_S
from windictator.speech.vosk_worker import SAMPLE_RATE

HANGOVER_S = 0.14
"""Seconds for which it goes on saying "voice" after the voice: WebRTC does so by itself, up to seven windows of 20 ms
(``over_hang_max_2`` in its ``vad_core.c``), and what is judged by its loudness is given as much."""

_WEBRTC_MODE = 1
"""Of 0 (rather too much is voice) to 3: at 20 ms it takes no noise of 40 dB below the maximum for voice, and misses
little. What it does miss is loud enough."""

_LOUD_ABOVE_FLOOR_DB = 8.0
"""Decibels above the floor that count as voice. With less the noise of a quiet room stands out from itself."""

_COMB_SAMPLES = 8
"""Samples between the two whose difference is measured: a comb filter that lets through the most at 1 kHz, where
speech is, and hardly anything below 50 Hz, where the noise of rooms is and rises and falls."""

_SMOOTHING_WINDOWS = 3
"""Windows over which the power is averaged."""

_MIN_FLOOR_DBFS = -82.0
"""Decibels below full scale; nothing is so quiet in a microphone, but in a synthesizer's pauses there are zeros."""

_FLOOR_RISE_DB_PER_S = 3.0
"""Decibels by which the floor rises per second, as long as nothing quieter is heard: a fan that starts is taken for
voice for some seconds, and the pauses between words keep the floor down while somebody speaks."""

_FULL_SCALE = 32768.0


class VoiceDetector:
    """Judges the sound of one microphone, window by window."""

    def __init__(self) -> None:
        import webrtcvad

        self._webrtc = webrtcvad.Vad(_WEBRTC_MODE)
        self._floor_dbfs = 0.0
        self._powers: deque[float] = deque(maxlen=_SMOOTHING_WINDOWS)
        self._hangover_windows = 0

    def is_voice(self, window: bytes) -> bool:
        """Whether a window of ``voice_gate.WINDOW_BYTES`` is voice, or was not long ago (``HANGOVER``)."""
        if self._is_loud(window):
            self._hangover_windows = round(HANGOVER_S / WINDOW_S)
        elif self._hangover_windows:
            self._hangover_windows -= 1
        by_spectrum: bool = self._webrtc.is_speech(window, SAMPLE_RATE)  # always asked: it learns
        return by_spectrum or self._hangover_windows > 0

    def _is_loud(self, window: bytes) -> bool:
        samples = array("h", window)
        differences = list(map(sub, samples[_COMB_SAMPLES:], samples[:-_COMB_SAMPLES]))
        # The difference of two samples that have nothing to do with each other has twice the power of one.
        self._powers.append(sum(map(mul, differences, differences)) / len(differences) / 2)
        power = sum(self._powers) / len(self._powers)
        level = 10 * math.log10(power / _FULL_SCALE**2) if power else _MIN_FLOOR_DBFS
        self._floor_dbfs = max(_MIN_FLOOR_DBFS, min(level, self._floor_dbfs + _FLOOR_RISE_DB_PER_S * WINDOW_S))
        return level > self._floor_dbfs + _LOUD_ABOVE_FLOOR_DB
