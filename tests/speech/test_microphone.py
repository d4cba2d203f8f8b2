"""The microphone: its promises with a PortAudio that is not there, and itself with a real sound server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from twisted.internet.defer import Deferred, succeed

from tests.speech.sound_server import LOUDSPEAKER, MICROPHONE, PATIENCE, SoundServer
from tests.speech.toy_sounddevice import RawInputStream, device, toy_sounddevice
from windictator.ports import AudioEnd
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording
from windictator.speech.errors import AudioError
from windictator.speech.microphone import Microphone, default_microphone_problem, list_microphones

HEAR = Path(__file__).with_name("hear_microphone.py")
BLOCK = bytes(range(256)) * 4


class Thread:
    """The reactor as PortAudio's thread sees it; the test lets it run."""

    def __init__(self):
        self.calls = []

    def callFromThread(self, function, *arguments):
        self.calls.append((function, arguments))

    def run(self):
        while self.calls:
            function, arguments = self.calls.pop(0)
            function(*arguments)


class Capture:
    """A microphone that captures, with a sink that is busy until the test lets it go on."""

    def __init__(self, **options):
        self.thread = Thread()
        self.microphone = Microphone(self.thread, **options)
        self.frames, self.waiting, self.ends, self.failures = [], [], [], []
        self.busy = False
        self.microphone.start(self._sink).addCallbacks(self.ends.append, self.failures.append)
        self.stream = RawInputStream.opened

    def _sink(self, frame):
        self.frames.append(frame)
        if not self.busy:
            return succeed(None)
        self.waiting.append(Deferred())
        return self.waiting[-1]

    def let_go(self):
        self.busy = False
        while self.waiting:
            self.waiting.pop(0).callback(None)


@pytest.fixture
def sounddevice(monkeypatch):
    """Puts in place a machine with these devices."""

    def put(*devices, **options):
        module = toy_sounddevice(*devices, **options)
        monkeypatch.setitem(sys.modules, "sounddevice", module)
        return module

    return put


@pytest.fixture
def one_microphone(sounddevice):
    return sounddevice(device("built-in", channels=2))


@pytest.mark.usefixtures("one_microphone")
def test_it_captures_from_the_moment_it_is_started():
    """16 kHz mono where the device has it, in blocks of the latency asked for; copied, for the buffer is not ours."""
    capture = Capture(latency_ms=20)
    options = capture.stream.options
    assert capture.stream.running
    assert (options["samplerate"], options["channels"], options["dtype"]) == (16000, 1, "int16")
    assert options["blocksize"] == 320
    capture.stream.capture(BLOCK)
    assert not capture.frames
    capture.thread.run()
    assert capture.frames == [BLOCK]


@pytest.mark.usefixtures("one_microphone")
def test_what_is_captured_while_the_sink_is_busy_is_kept_in_order():
    """The reactor is woken once, however many blocks come before it gets round to them."""
    capture = Capture()
    capture.busy = True
    blocks = [bytes([number]) * 4 for number in range(10)]
    for block in blocks:
        capture.stream.capture(block)
    assert len(capture.thread.calls) == 1
    capture.thread.run()
    assert capture.frames == blocks[:1]
    capture.stream.capture(b"last")
    capture.thread.run()
    assert capture.frames == blocks[:1]
    capture.let_go()
    assert capture.frames == [*blocks, b"last"]
    assert capture.microphone.overruns == 0


@pytest.mark.usefixtures("one_microphone")
def test_what_exceeds_the_buffer_is_dropped_and_counted():
    """The words before it stay whole; so do those after it."""
    capture = Capture(latency_ms=20, buffer_seconds=0.1)
    capture.busy = True
    for number in range(8):
        capture.stream.capture(bytes([number] * 2))
    assert capture.microphone.overruns == 3
    capture.thread.run()
    capture.let_go()
    capture.stream.capture(b"zz")
    capture.thread.run()
    assert capture.frames == [bytes([number] * 2) for number in range(5)] + [b"zz"]


@pytest.mark.usefixtures("one_microphone")
def test_what_the_sound_system_lost_is_counted_too():
    """PortAudio's flag."""
    capture = Capture()
    capture.stream.capture(BLOCK, overflow=True)
    assert capture.microphone.overruns == 1


@pytest.mark.usefixtures("one_microphone")
def test_a_long_queue_does_not_exhaust_the_stack():
    """A minute of blocks, all taken at once."""
    capture = Capture(latency_ms=20)
    for _ in range(3000):
        capture.stream.capture(b"ab")
    capture.thread.run()
    assert len(capture.frames) == 3000


@pytest.mark.usefixtures("one_microphone")
@pytest.mark.parametrize("busy", [False, True])
def test_stop_closes_it_and_delivers_what_was_captured(busy):
    """Then it ends; the closing stream's own report is not taken for a loss."""
    capture = Capture()
    capture.busy = busy
    for _ in range(3):
        capture.stream.capture(BLOCK)
    capture.thread.run()
    capture.microphone.stop()
    capture.microphone.stop()
    assert capture.stream.closed
    assert capture.ends == ([] if busy else [AudioEnd.STOPPED])
    capture.let_go()
    capture.thread.run()
    assert capture.frames == [BLOCK] * 3
    assert capture.ends == [AudioEnd.STOPPED]


@pytest.mark.usefixtures("one_microphone")
def test_a_device_that_is_lost_ends_it():
    """Unplugged, or the sound server gone; what was captured before is delivered."""
    capture = Capture()
    capture.stream.capture(BLOCK)
    capture.stream.lose_device()
    capture.thread.run()
    assert capture.frames == [BLOCK]
    assert capture.ends == [AudioEnd.LOST]
    assert capture.stream.closed


@pytest.mark.usefixtures("one_microphone")
def test_a_sink_that_fails_closes_it():
    """The recognizer has given up."""
    thread, failures = Thread(), []

    def sink(frame):
        failed = Deferred()
        failed.errback(AudioError("no more"))
        return failed

    Microphone(thread).start(sink).addErrback(failures.append)
    RawInputStream.opened.capture(BLOCK)
    thread.run()
    assert failures[0].getErrorMessage() == "no more"
    assert RawInputStream.opened.closed


def test_a_device_without_16_khz_is_converted(sounddevice):
    """What it has by default: here 48 kHz, stereo; in blocks of any length."""
    sounddevice(device("hw", 8, 48000.0, accepts={(48000, 2)}))
    capture = Capture()
    assert (capture.stream.options["samplerate"], capture.stream.options["channels"]) == (48000, 2)
    lengths = [1, 2, 3, 479, 480, 1441] * 10
    for length in lengths:
        capture.stream.capture(np.full((length, 2), [1000, 3000], np.int16).tobytes())
        capture.thread.run()
    heard = np.frombuffer(b"".join(capture.frames), np.int16)
    assert 0 <= sum(lengths) / 3 - len(heard) < 600  # the filter holds some back
    assert np.abs(heard[500:] - 2000).max() < 20


def test_microphones_are_listed_the_default_first(sounddevice):
    """Loudspeakers are not microphones."""
    sounddevice(device("loudspeaker", 0), device("headset"), device("camera", 2, 48000.0), default=2)
    assert [(found.name, found.channels, found.rate, found.default) for found in list_microphones()] == [
        ("camera", 2, 48000, True),
        ("headset", 1, 44100, False),
    ]
    assert default_microphone_problem() is None
    assert default_microphone_problem("headset") is None


def test_what_is_wrong_is_said_in_one_line(sounddevice):
    """With what to do about it, or what there is to choose from."""
    sounddevice(device("headset A"), device("headset B"), device("busy", accepts=()))
    assert default_microphone_problem("lute") == "no microphone matches 'lute'; there are: headset A, headset B, busy"
    assert default_microphone_problem("7").startswith("no microphone matches '7'")
    assert default_microphone_problem("headset").startswith("several microphones match 'headset'; there are: ")
    assert default_microphone_problem("busy") == (
        "the microphone busy cannot be opened: Invalid sample rate [PaErrorCode -9997]"
    )
    sounddevice()
    assert default_microphone_problem().startswith("no microphone: ")
    assert list_microphones() == []
    with pytest.raises(AudioError, match="no microphone"):
        Microphone(Thread()).start(lambda frame: succeed(None))


def test_without_portaudio_the_package_is_named(tmp_path):
    """The real sounddevice says it by an OSError when it is imported."""
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    code = "from windictator.speech.microphone import *; print(default_microphone_problem())"
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(HEAR.parents[2])])}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "no microphone: PortAudio is missing (apt install libportaudio2)\n"


@pytest.fixture
def sound():
    server = SoundServer()
    try:
        yield server.start()
    finally:
        server.stop()


def hear(sound, **options):
    """``hear_microphone.py``, capturing."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", HEAR, json.dumps(options)],
        env=sound.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"capturing\n"
    return child


@pytest.mark.slow
def test_the_first_word_is_heard_though_the_recognizer_was_not_ready(sound, tmp_path):
    """A real sound server, a real recognizer that begins to load when the first words have been spoken."""
    samples, rate = soundfile.read(demonstration_recording(), stop=int(4.5 * 16000), dtype="int16")
    soundfile.write(tmp_path / "first.wav", samples, rate)
    child = hear(sound, model=str(demonstration_model()), device="default", finals=1, recognizer_late_by=2.0)
    played = ["paplay", f"--device={LOUDSPEAKER}", tmp_path / "first.wav"]
    subprocess.run(played, env=sound.environ, check=True, timeout=PATIENCE)
    output, errors = child.communicate(timeout=PATIENCE)
    came = json.loads(output)
    assert came["finals"] == [UTTERANCES[0]]
    assert (came["end"], came["overruns"], came["notices"], came["failure"]) == ("STOPPED", 0, [], None)
    assert errors == b""


@pytest.mark.slow
def test_a_sound_server_that_dies_is_noticed(sound):
    """The source ends, and says that it was lost."""
    child = hear(sound, until_lost=True)
    sound.kill()
    output, _ = child.communicate(timeout=PATIENCE)
    assert json.loads(output)["end"] == "LOST"


@pytest.mark.slow
def test_a_microphone_of_a_real_sound_server_is_listed(sound):
    """And found to be usable."""
    code = "from windictator.speech.microphone import *; print(list_microphones()); print(default_microphone_problem())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=sound.environ, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert "name='default'" in done.stdout
    assert done.stdout.endswith("None\n")
    assert MICROPHONE in subprocess.run(
        ["pactl", "get-default-source"], env=sound.environ, capture_output=True, text=True, check=True
    ).stdout
