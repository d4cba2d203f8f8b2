"""Resilient microphone with a real sound server, which is stopped, killed, restarted and reconfigured."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from array import array
from itertools import pairwise
from pathlib import Path

import pytest
import soundfile

from tests.speech.sound_server import LOUDSPEAKER, MICROPHONE, PATIENCE, SoundServer
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording

HEAR = Path(__file__).with_name("hear_microphone.py")
SECOND = "second_microphone"
MASTER = f"master={LOUDSPEAKER}.monitor"
PERIOD = 30_000
"""The signal counts from 1 to this and begins again: what is missing between two samples can be read from them."""


class Hearing:
    """``hear_microphone.py``, running; what it said so far, in order, is ``said``."""

    def __init__(self, sound, folder, **options):
        self.path = folder / "heard"
        self.said = []
        self._lines = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", HEAR, json.dumps({"sound": str(self.path), **options})],
            env=sound.environ | {"PYTHONPATH": str(HEAR.parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put({"gone": True})

    def until(self, key, accepts=lambda value: True):
        """Wait until it says something of this kind that is accepted; returns what it said."""
        deadline = time.monotonic() + PATIENCE
        while True:
            said = self._lines.get(timeout=deadline - time.monotonic())
            self.said.append(said)
            if key in said and accepts(said[key]):
                return said
            assert "gone" not in said, (self.said, self.process.stderr.read())

    def until_notice(self, part):
        return self.until("notice", lambda notice: part in notice)

    def until_more_sound(self, seconds):
        """Wait until that much more sound has come than until now."""
        wanted = self.path.stat().st_size + seconds * 32000
        self.until("bytes", lambda count: count >= wanted)

    @property
    def notices(self):
        return [said["notice"] for said in self.said if "notice" in said]

    @property
    def states(self):
        return [said["recovering"] for said in self.said if "recovering" in said]

    def stop(self):
        """Let it stop; returns what it has heard."""
        self.process.stdin.close()
        self.until("end")
        assert self.process.wait(PATIENCE) == 0
        assert self.process.stderr.read() == ""
        self.kill()
        return array("h", self.path.read_bytes())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


@pytest.fixture(scope="module")
def server():
    server = SoundServer()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def sound(server):
    """The server as it was at first: to start one takes two seconds."""
    yield server
    for module in modules(server, "module-remap-source"):
        remove(server, module)
    run(server, "pactl", "load-module", "module-remap-source", f"source_name={MICROPHONE}", MASTER)
    run(server, "pactl", "set-default-source", MICROPHONE)


@pytest.fixture
def hear(sound, tmp_path):
    """Starts to hear, and returns when the microphone gives sound."""
    started = []

    def start(**options):
        hearing = Hearing(sound, tmp_path, **options)
        started.append(hearing)
        hearing.until("open" if "model" in options else "bytes")
        return hearing

    yield start
    for hearing in started:
        hearing.kill()


@pytest.fixture(scope="module")
def sentence(tmp_path_factory):
    """A recording of the first utterance."""
    samples, rate = soundfile.read(demonstration_recording(), stop=int(4.5 * 16000), dtype="int16")
    path = tmp_path_factory.mktemp("spoken") / "first.wav"
    soundfile.write(path, samples, rate)
    return path


def run(sound, *command):
    done = subprocess.run(command, env=sound.environ, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return done.stdout.strip()


def add_microphone(sound, name=SECOND):
    """One that hears the same loudspeaker. Returns what it takes to remove it."""
    properties = f"source_properties=device.description={name}"
    return run(sound, "pactl", "load-module", "module-remap-source", f"source_name={name}", MASTER, properties)


def remove(sound, module):
    run(sound, "pactl", "unload-module", module)


def modules(sound, *names):
    lines = (line.split("\t") for line in run(sound, "pactl", "list", "modules", "short").splitlines())
    return [number for number, name, *_ in lines if name in names]


def play_signal(sound, seconds):
    """Begin to play the signal."""
    samples = array("h", (number % PERIOD + 1 for number in range(round(seconds * 16000))))
    path = sound.folder / "signal"
    path.write_bytes(samples.tobytes())
    form = ["--raw", "--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=100"]
    return subprocess.Popen(["paplay", f"--device={LOUDSPEAKER}", *form, path], env=sound.environ)


def missing(heard):
    """How many samples of the signal are not in what was heard, between its first and its last; and how many are."""
    signal_heard = [sample for sample in heard if sample]
    steps = [(after - before - 1) % PERIOD for before, after in pairwise(signal_heard)]
    return sum(steps), len(signal_heard)


@pytest.mark.slow
def test_nothing_is_lost_when_the_default_microphone_changes(sound, hear):
    """In the middle of what is said: it is followed, and said."""
    add_microphone(sound)
    hearing = hear()
    player = play_signal(sound, 1.5)
    hearing.until_more_sound(0.5)
    run(sound, "pactl", "set-default-source", SECOND)
    hearing.until_notice(f"now {SECOND}")
    player.wait(PATIENCE)
    hearing.until_more_sound(0.5)
    lost, heard = missing(hearing.stop())
    assert (lost, heard) == (0, 24000)
    assert hearing.states == []


@pytest.mark.slow
def test_default_replaces_unplugged_microphone_until_it_is_back(sound, hear):
    """The one that was chosen by name. No word is lost by the changes, but those that were in the device itself."""
    module = add_microphone(sound)
    hearing = hear(device="SECOND")
    assert next(said["open"] for said in hearing.said if "open" in said) == SECOND
    player = play_signal(sound, 2)
    hearing.until_more_sound(0.5)
    remove(sound, module)
    hearing.until_notice("SECOND is not connected")
    hearing.until_more_sound(0.3)
    add_microphone(sound)
    hearing.until_notice(f"now {SECOND}")
    player.wait(PATIENCE)
    hearing.until_more_sound(0.5)
    lost, heard = missing(hearing.stop())
    assert lost < 3200
    assert lost + heard == 32000
    assert hearing.states == []


@pytest.mark.slow
def test_the_last_microphone_is_unplugged_and_comes_back(sound, hear):
    """The sound server then offers the monitor of a loudspeaker, which is not a microphone."""
    hearing = hear()
    for module in modules(sound, "module-remap-source"):
        remove(sound, module)
    hearing.until("recovering", lambda recovering: recovering)
    hearing.until_notice("waiting for a microphone")
    add_microphone(sound)
    hearing.until("recovering", lambda recovering: not recovering)
    play_signal(sound, 0.5).wait(PATIENCE)
    hearing.until_more_sound(0.5)
    assert missing(hearing.stop()) == (0, 8000)
    assert hearing.states == [True, False]


@pytest.mark.slow
def test_the_sound_server_is_killed_and_restarted(sound, hear):
    """What it had given is delivered; what is said when it is there again is heard from the first word."""
    hearing = hear()
    player = play_signal(sound, 3)
    hearing.until_more_sound(0.5)
    sound.kill()
    player.wait(PATIENCE)
    hearing.until_notice("microphone lost")
    sound.restart()
    hearing.until("recovering", lambda recovering: not recovering)
    play_signal(sound, 0.5).wait(PATIENCE)
    hearing.until_more_sound(0.5)
    lost, heard = missing(hearing.stop())
    assert heard > 8000 + 3200
    assert lost < PERIOD  # one step, from the signal's middle to its beginning
    assert hearing.states == [True, False]


@pytest.mark.slow
def test_sound_server_that_hung_delivers_all_it_kept(sound, hear):
    """It is stopped for longer than a stall takes to be noticed; then the process that waited all the time is the
    one that has the sound.
    """
    hearing = hear()
    began = time.monotonic()
    sound.server.send_signal(signal.SIGSTOP)
    noticed = hearing.until("recovering", lambda recovering: recovering)
    assert noticed["at"] - began < 3
    sound.server.send_signal(signal.SIGCONT)
    hearing.until("recovering", lambda recovering: not recovering)
    play_signal(sound, 0.5).wait(PATIENCE)
    hearing.until_more_sound(0.5)
    assert missing(hearing.stop()) == (0, 8000)
    assert hearing.states == [True, False]


@pytest.mark.slow
def test_exact_zeros_are_said_once_and_nothing_is_lost_over_them(sound, hear):
    """Another opening is tried beside this one, which goes on; sound afterwards comes whole."""
    hearing = hear()
    said = hearing.until_notice("no signal")
    first = next(told["at"] for told in hearing.said if "bytes" in told)
    assert said["at"] - first < 3
    hearing.until_more_sound(1.5)
    play_signal(sound, 0.5).wait(PATIENCE)
    hearing.until_notice("signal again")
    hearing.until_more_sound(0.5)
    assert missing(hearing.stop()) == (0, 8000)
    assert len(hearing.notices) == 2
    assert hearing.states == []


@pytest.mark.slow
def test_a_microphone_that_is_muted_is_said_to_be(sound, hear):
    """At once, for the server knows it."""
    hearing = hear()
    run(sound, "pactl", "set-source-mute", MICROPHONE, "1")
    hearing.until_notice("is muted")
    hearing.stop()


@pytest.mark.slow
def test_the_process_that_captures_is_killed(sound, hear):
    """As PortAudio may abort it: another one takes its place."""
    hearing = hear()
    os.kill(next(said["pid"] for said in hearing.said if "pid" in said), signal.SIGABRT)
    hearing.until_notice("was killed by SIGABRT")
    hearing.until("recovering", lambda recovering: not recovering)
    hearing.stop()


@pytest.mark.slow
def test_a_microphone_that_is_required_and_missing_is_an_error(sound, tmp_path):
    """The error lists the microphones that exist."""
    hearing = Hearing(sound, tmp_path, device="lute", required=True)
    failure = hearing.until("failure")["failure"]
    hearing.kill()
    assert failure.startswith("no microphone matches 'lute'; there are: ")
    assert "Remapped" in failure


@pytest.mark.slow
def test_levels_come_ten_times_per_second(sound, hear):
    """In dBFS; of exact silence the least."""
    hearing = hear(levels=True)
    assert hearing.until("level")["level"] == [-100, -100]
    player = play_signal(sound, 1)
    rms, peak = hearing.until("level", lambda level: level[1] > -9)["level"]
    assert -15 < rms < peak <= 0
    player.wait(PATIENCE)
    hearing.stop()
    assert sum("level" in said for said in hearing.said) <= hearing.path.stat().st_size / 3200


@pytest.mark.slow
def test_first_word_is_kept_while_the_model_loads(sound, hear, sentence):
    """A real recognizer, that begins to load in the middle of the sentence."""
    hearing = hear(model=str(demonstration_model()))
    player = subprocess.Popen(["paplay", f"--device={LOUDSPEAKER}", sentence], env=sound.environ)
    hearing.process.stdin.write("load\n")
    hearing.process.stdin.flush()
    assert hearing.until("final")["final"] == UTTERANCES[0]
    player.wait(PATIENCE)
    hearing.stop()
