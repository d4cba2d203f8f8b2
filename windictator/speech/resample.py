"""Any sound in, 16 kHz mono s16le out, piece by piece."""

from __future__ import annotations

from typing import Any

from windictator.speech.interfaces import AudioError
from windictator.speech.vosk_worker import SAMPLE_RATE

MIN_RATE, MAX_RATE = 1_000, 1_000_000
"""Samples per second; outside of this a header is wrong, not a recording unusual."""


class Resampler:
    """Converts the samples of one recording or stream.

    ``rate``: its samples per second. Channels are averaged; other rates are resampled with an anti-aliasing filter;
    16-bit samples at 16 kHz come out exactly as they went in. Raises ``AudioError`` for a rate that makes no sense.
    """

    def __init__(self, rate: int) -> None:
        if not MIN_RATE <= rate <= MAX_RATE:
            raise AudioError(f"it claims {rate} samples per second, which is not possible for speech")
        self._stream: Any = None
        if rate != SAMPLE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")

    def resample(self, samples: Any, *, last: bool = False) -> bytes:
        """The next samples: a numpy array of float32, full scale -1..1, of shape (frames, channels). ``last``: no
        more will come, so what the filter holds back comes out too."""
        import numpy as np

        mono = samples.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            mono = np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0)
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=last)
        # 32768 on both ways, here and in what reads 16-bit samples as floats, makes the way there and back exact.
        scaled: bytes = np.clip(np.rint(mono * 32768.0), -32768, 32767).astype("<i2").tobytes()
        return scaled
