"""Conversion of sound of any rate to 16 kHz mono s16le, piece by piece."""

from __future__ import annotations

from typing import Any

from windictator.speech.interfaces import AudioError
from windictator.speech.pcm import SAMPLE_RATE

MIN_RATE, MAX_RATE = 1_000, 1_000_000
"""Limits of the rate, in samples per second; other rates mean that a header is wrong."""


class Resampler:
    """Converter of the samples of one recording or stream.

    ``rate``: number of samples per second of the input. Channels are averaged, and other rates are resampled with an
    anti-aliasing filter. 16-bit samples at 16 kHz are not changed. Raises AudioError for an impossible rate.
    """

    def __init__(self, rate: int) -> None:
        if not MIN_RATE <= rate <= MAX_RATE:
            raise AudioError(f"its rate of {rate} samples per second is not possible for speech")
        self._stream: Any = None
        if rate != SAMPLE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")

    def resample(self, samples: Any, *, last: bool = False) -> bytes:
        """Return the next samples as 16 kHz mono s16le.

        samples: numpy array of float32, full scale -1..1, of shape (frames, channels).
        last: whether these are the last samples, so that the rest in the filter is returned too.
        """
        import numpy as np

        mono = samples.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            mono = np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0)
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=last)
        # The factor 32768 here and in the conversion from 16-bit samples to floats makes a round trip exact.
        scaled: bytes = np.clip(np.rint(mono * 32768.0), -32768, 32767).astype("<i2").tobytes()
        return scaled
