"""What the detector takes for voice: the shipped recording, and noises made here."""

import numpy as np
import pytest
import soundfile

from windictator.speech.activity_gate import SAMPLE_RATE, WINDOW_BYTES, WINDOW_S
from windictator.speech.demonstration import demonstration_recording
from windictator.speech.voice_detector import HANGOVER_S, VoiceDetector

WINDOW = WINDOW_BYTES // 2
NOISE_SECONDS = 4


@pytest.fixture(scope="module")
def speech():
    """The first 6 s of the recording."""
    return soundfile.read(demonstration_recording(), dtype="int16")[0][: 6 * SAMPLE_RATE].astype(float)


def level_of(decibels):
    return 32768 * 10 ** (decibels / 20)


def judged(samples):
    detector = VoiceDetector()
    samples = np.clip(np.rint(samples), -32768, 32767).astype("<i2")
    return np.array(
        [detector.is_voice(samples[at : at + WINDOW].tobytes()) for at in range(0, len(samples) - WINDOW + 1, WINDOW)]
    )


def loudness(samples):
    """Mean power of each window."""
    whole = len(samples) // WINDOW * WINDOW
    return (samples[:whole].reshape(-1, WINDOW) ** 2).mean(axis=1)


def pink(rng, n):
    """Noise whose power falls with the frequency, as background noise does."""
    spectrum = np.fft.rfft(rng.normal(0, 1, n))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), n)
    return noise / noise.std()


NOISES = {
    "traffic": lambda rng, n: level_of(-45) * pink(rng, n),
    "zeros": lambda rng, n: np.zeros(n),
    "a constant": lambda rng, n: np.full(n, 300.0),
    "quiet background": lambda rng, n: rng.normal(0, level_of(-60), n),
    "loud background": lambda rng, n: rng.normal(0, level_of(-40), n),
    "mains hum": lambda rng, n: level_of(-40) * np.sin(100 * np.pi * np.arange(n) / SAMPLE_RATE) + rng.normal(0, 3, n),
}


@pytest.mark.parametrize("noise", NOISES)
def test_background_noise_is_not_voice(noise):
    """Else the recognizer would work all day; the detector may be wrong while it learns the background noise."""
    samples = NOISES[noise](np.random.default_rng(1), NOISE_SECONDS * SAMPLE_RATE)
    assert judged(samples)[round(1 / WINDOW_S) :].mean() <= 0.01


@pytest.mark.parametrize("gain", [0, -20, -35])
@pytest.mark.parametrize("background", [None, -80])
def test_speech_is_voice_however_quiet(speech, gain, background):
    """35 dB down WebRTC's detector alone misses most of it."""
    quiet = speech * 10 ** (gain / 20)
    samples = np.concatenate([np.zeros(SAMPLE_RATE // 2), quiet])
    if background is not None:
        samples += np.random.default_rng(1).normal(0, level_of(background), len(samples))
    power = loudness(np.concatenate([np.zeros(SAMPLE_RATE // 2), quiet]))
    spoken = power > np.percentile(power, 95) / 300  # 25 dB below the loudest
    assert judged(samples)[: len(spoken)][spoken].mean() >= 0.98


def test_it_stops_soon_after_the_voice(speech):
    """The gate counts on it: not later than the hangover that is announced, but for a window or two."""
    power = loudness(speech)
    spoken = np.flatnonzero(power > 1)
    voice = judged(speech)[: len(power)]
    pauses = np.flatnonzero(np.diff(spoken) > 0.5 / WINDOW_S)
    assert len(pauses) >= 1
    for pause in pauses:
        end = spoken[pause] + 1
        after = voice[end : spoken[pause + 1]]
        assert not after[round(HANGOVER_S / WINDOW_S) + 2 : -1].any()


def test_a_fan_that_starts_is_noise_after_a_while():
    """Voice at first, when in doubt; and then the floor has come up to it."""
    rng = np.random.default_rng(1)
    quiet = rng.normal(0, level_of(-65), 2 * SAMPLE_RATE)
    fan = rng.normal(0, level_of(-50), 6 * SAMPLE_RATE)
    voice = judged(np.concatenate([quiet, fan]))
    assert voice[round(2.1 / WINDOW_S)]
    assert not voice[round(5 / WINDOW_S) :].any()
