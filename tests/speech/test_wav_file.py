"""Recordings: any WAV is heard as what it is, or refused with one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from tests.speech.wav_files import A_LAW, chunk, encode, wav
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording
from windictator.speech.interfaces import AudioEnd, AudioError
from windictator.speech.resample import Resampler
from windictator.speech.wav_file import FileAudio

HEAR = Path(__file__).with_name("hear_recording.py")


def read(path, **options):
    """All frames of the recording, and how it ended."""
    frames, ends, failures = [], [], []
    FileAudio(path, **options).start(lambda frame: succeed(frames.append(frame))).addCallbacks(
        ends.append, failures.append
    )
    if failures:
        failures[0].raiseException()
    return frames, ends[0]


def samples_of(path):
    return np.frombuffer(b"".join(read(path)[0]), "<i2")


def refusal(path):
    with pytest.raises(AudioError) as refused:
        read(path)
    line = str(refused.value)
    assert "\n" not in line
    assert str(path) in line
    return line.removeprefix(f"{path} cannot be used as a recording: ")


@pytest.fixture
def recording(tmp_path):
    """Writes bytes to a file."""

    def write(content, name="recording.wav"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def tone(rate, seconds=0.5, channels=1, loudness=0.5):
    """A sine of 440 Hz, the same in every channel."""
    sine = loudness * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)
    return np.repeat(sine[:, None], channels, axis=1)


@given(st.binary(min_size=2, max_size=2000).map(lambda data: data[: len(data) & ~1]))
def test_16_bits_at_16_khz_come_out_exactly_as_they_went_in(tmp_path_factory, data):
    """Through floats and back: no bit may change."""
    path = tmp_path_factory.mktemp("exact") / "recording.wav"
    path.write_bytes(wav(data))
    frames, end = read(path)
    assert b"".join(frames) == data
    assert end is AudioEnd.EXHAUSTED


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("width", [8, 16, 24, 32, "float32", "float64"])
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_width_rate_and_number_of_channels_sounds_the_same(recording, extensible, width, rate, channels):
    """A tone keeps its length, pitch and loudness, whatever it was written as."""
    data = encode(tone(rate, channels=channels), width)
    heard = samples_of(recording(wav(data, rate, channels, width, extensible=extensible))) / 32768
    expected = tone(16000)[:, 0]
    assert abs(len(heard) - len(expected)) <= 2
    middle = slice(800, 7200)  # the filter rings at the edges
    assert np.abs(heard[middle] - expected[middle]).max() < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "channels", "width", "extensible"),
    [
        (8000, 1, 16, False),
        (11025, 1, 24, False),
        (22050, 2, 8, False),
        (44100, 2, 24, True),
        (48000, 6, "float32", True),
    ],
)
def test_a_converted_recording_is_heard_as_the_same_words(recording, rate, channels, width, extensible):
    """Through the real Vosk."""
    samples, original = soundfile.read(demonstration_recording(), dtype="float32")
    samples = soxr.resample(samples, original, rate)
    if rate == 8000:
        samples = samples[: int(3.5 * rate)]  # the model is weaker at telephone quality; one sentence it knows
    data = encode(np.repeat(samples[:, None], channels, axis=1), width)
    path = recording(wav(data, rate, channels, width, extensible=extensible))
    arguments = {"audio": str(path), "model": str(demonstration_model())}
    done = subprocess.run([sys.executable, HEAR, json.dumps(arguments)], capture_output=True, timeout=60, check=True)
    heard = [said[2] for said in json.loads(done.stdout)["hypotheses"] if said[0] == "final"]
    assert heard == list(UTTERANCES[:1] if rate == 8000 else UTTERANCES)


def test_channels_are_averaged(recording):
    """Not the first alone, and not one after the other."""
    left, right = np.full((100, 1), 0.5), np.full((100, 1), -0.25)
    data = encode(np.hstack([left, right]), 16)
    assert set(samples_of(recording(wav(data, channels=2)))) == {4096}


def test_other_formats_that_libsndfile_reads_are_read(recording, tmp_path):
    """FLAC, Ogg, AIFF; A-law in a WAV."""
    expected = tone(16000)[:, 0]
    for name in ("recording.flac", "recording.aiff"):
        soundfile.write(tmp_path / name, expected, 16000)
        assert np.abs(samples_of(tmp_path / name) / 32768 - expected).max() < 1e-3
    soundfile.write(tmp_path / "recording.ogg", expected, 16000)
    assert abs(len(samples_of(tmp_path / "recording.ogg")) - len(expected)) <= 1
    silence = wav(b"\xd5" * 1600, 16000, 1, 8, tag=A_LAW)
    assert np.abs(samples_of(recording(silence))).max() < 16


def test_chunks_of_other_kinds_are_not_heard(recording):
    """Titles, cue points, an odd length with its byte of padding."""
    data = encode(tone(16000), 16)
    whole = wav(data, before=chunk(b"LIST", b"INFOx"), after=chunk(b"id3 ", b"y" * 999))
    assert b"".join(read(recording(whole))[0]) == data


def test_frames_have_the_length_asked_for(recording):
    """The last is what remains."""
    frames, _ = read(recording(wav(bytes(2 * 16000 * 1 + 640))), frame_ms=50)
    assert [len(frame) for frame in frames] == [1600] * 20 + [640]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=20), st.sampled_from([8000, 16000, 44100]))
def test_converting_in_pieces_is_converting_at_once(lengths, rate):
    """Where the pieces are cut cannot be heard."""
    sound = tone(rate, sum(lengths) / rate + 0.01)[: sum(lengths)].astype(np.float32)
    cuts = np.cumsum(lengths)[:-1]
    pieces = np.split(sound, cuts)
    in_pieces = Resampler(rate)
    heard = b"".join(in_pieces.resample(piece, last=index == len(pieces)) for index, piece in enumerate(pieces, 1))
    assert heard == Resampler(rate).resample(sound, last=True)


def test_values_that_are_no_sound_become_silence_or_full_scale(recording):
    """Not a number, infinity, beyond full scale: floats can be anything."""
    values = np.array([[np.nan], [np.inf], [-np.inf], [7.0], [-7.0], [0.5]])
    heard = samples_of(recording(wav(encode(values, "float32"), width="float32")))
    assert list(heard) == [0, 32767, -32768, 32767, -32768, 16384]


def test_wav_with_unknown_length_is_read_to_its_end(recording):
    """Programs that write a WAV into a pipe claim the largest length there is."""
    data = encode(tone(16000), 16)
    for claimed in (0xFFFFFFFF, 0x80000000, 0x7FFFF000):
        assert b"".join(read(recording(wav(data, claimed=claimed)))[0]) == data


def test_what_cannot_be_used_is_refused_with_its_reason(recording, tmp_path):
    """One line each, before anything else is started."""
    tone_bytes = encode(tone(16000), 16)
    whole = wav(tone_bytes)
    assert refusal(tmp_path / "missing.wav") == "there is no such file"
    assert refusal(tmp_path) == "it is a folder, not a recording"
    assert refusal(recording(b"")) == "the file is empty"
    assert refusal(recording(wav(b""))) == "it contains no sound"
    assert refusal(recording(whole[:-1000])) == "it is truncated: 15000 of 16000 bytes of sound are there"
    assert refusal(recording(whole[:44])) == "it is truncated: 0 of 16000 bytes of sound are there"
    assert refusal(recording(whole[:30])) == "it is truncated: it ends before its sound begins"
    assert refusal(recording(whole[:12])) == "it is truncated: it ends before its sound begins"
    assert "it is not a recording that can be read" in refusal(recording(b"hello, I am a text\n" * 100))
    assert "it is not a recording that can be read" in refusal(recording(os.urandom(64) + b"x" * 5000))
    assert refusal(recording(b"RIFF\x10\0\0\0AVI LIST")) == "it is not a WAV file (RIFF of another kind)"
    assert "it is not a recording that can be read" in refusal(recording(wav(tone_bytes, tag=0x55)))
    assert refusal(recording(wav(tone_bytes, rate=12))) == (
        "its rate of 12 samples per second is not possible for speech"
    )
    os.mkfifo(tmp_path / "pipe")
    assert "it is not a regular file" in refusal(tmp_path / "pipe")


def test_a_truncated_flac_is_refused_when_its_end_is_missing(tmp_path):
    """Its header is read at once, the loss found on reading; it is not taken for the whole."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 32000)
    soundfile.write(tmp_path / "recording.flac", noise, 16000)
    whole = (tmp_path / "recording.flac").read_bytes()
    (tmp_path / "recording.flac").write_bytes(whole[: len(whole) // 2])
    refusal(tmp_path / "recording.flac")


@given(st.integers(0, 80), st.integers(0, 255))
def test_a_damaged_header_never_gives_a_traceback(tmp_path_factory, place, value):
    """Whatever byte is wrong, it is read as something or refused with one line."""
    content = bytearray(wav(encode(tone(16000, 0.05), 16), extensible=True))
    content[place] = value
    path = tmp_path_factory.mktemp("damaged") / "recording.wav"
    path.write_bytes(content)
    try:
        read(path)
    except AudioError as error:
        assert "\n" not in str(error)


def test_it_waits_for_whoever_takes_the_frames(recording):
    """Back pressure: a recording is never ahead by more than a frame."""
    taken = []
    ends = []

    def sink(frame):
        taken.append(Deferred())
        return taken[-1]

    FileAudio(recording(wav(bytes(4800)))).start(sink).addCallback(ends.append)
    for number in range(1, 4):
        assert len(taken) == number
        assert not ends
        taken[-1].callback(None)
    assert ends == [AudioEnd.EXHAUSTED]


def test_in_real_time_each_frame_comes_when_it_has_been_spoken(recording):
    """Counted from the start, so that being late once does not make all later frames late."""
    clock, taken, ends = Clock(), [], []

    def sink(frame):
        taken.append(clock.seconds())
        return succeed(None)

    FileAudio(recording(wav(bytes(1600 * 6))), clock=clock, realtime=True).start(sink).addCallback(ends.append)
    assert not taken
    clock.advance(0.05)
    clock.advance(0.05)
    clock.advance(0.12)
    clock.pump([0.01] * 20)
    assert taken == pytest.approx([0.05, 0.10, 0.22, 0.22, 0.25, 0.30])
    assert ends == [AudioEnd.EXHAUSTED]


def test_stop_ends_it_at_once(recording):
    """Between two frames, and while it waits for the time of the next."""
    clock, ends, frames = Clock(), [], []
    source = FileAudio(recording(wav(bytes(1600 * 6))), clock=clock, realtime=True)
    source.start(lambda frame: succeed(frames.append(frame))).addCallback(ends.append)
    clock.advance(0.05)
    source.stop()
    assert ends == [AudioEnd.STOPPED]
    assert len(frames) == 1
    assert not clock.getDelayedCalls()


def test_a_sink_that_fails_ends_it_with_that_failure(recording):
    """The recognizer has given up."""
    failures = []

    def sink(frame):
        failed = Deferred()
        failed.errback(AudioError("no more"))
        return failed

    FileAudio(recording(wav(bytes(4800)))).start(sink).addErrback(failures.append)
    assert failures[0].getErrorMessage() == "no more"


def test_its_length_is_known(recording):
    """In seconds, at whatever rate."""
    assert FileAudio(recording(wav(bytes(44100 * 3), rate=44100))).duration_s == pytest.approx(1.5)
