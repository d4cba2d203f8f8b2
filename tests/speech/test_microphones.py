"""List of the microphones and their problems, with a toy PortAudio and a real sound server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.speech.sound_server import LOUDSPEAKER, MICROPHONE, PATIENCE, SoundServer
from tests.speech.toy_sounddevice import device, toy_sounddevice
from windictator.speech.capture_format import CaptureFormat, choose_portaudio_device, portaudio_microphones
from windictator.speech.device_choice import MicrophoneDevice, choose_device
from windictator.speech.interfaces import AudioError

PROJECT = Path(__file__).parents[2]


def chosen_format(module, wanted=None):
    return CaptureFormat.choose(module, choose_portaudio_device(module, wanted))


def test_16_khz_mono_is_asked_for_where_the_device_has_it():
    """And comes as it is."""
    form = chosen_format(toy_sounddevice(device("built-in", channels=2)))
    assert (form.rate, form.channels) == (16000, 1)
    assert form.convert(b"abcd") == b"abcd"


def test_a_device_without_16_khz_is_converted():
    """What it has by default: here 48 kHz, stereo; in blocks of any length."""
    form = chosen_format(toy_sounddevice(device("hw", 8, 48000.0, accepts={(48000, 2)})))
    assert (form.rate, form.channels) == (48000, 2)
    lengths = [1, 2, 3, 479, 480, 1441] * 10
    blocks = [form.convert(np.full((length, 2), [1000, 3000], np.int16).tobytes()) for length in lengths]
    heard = np.frombuffer(b"".join(blocks), np.int16)
    assert 0 <= sum(lengths) / 3 - len(heard) < 600  # the filter holds some back
    assert np.abs(heard[500:] - 2000).max() < 20


def test_devices_of_alsa_are_listed_the_default_first():
    """Loudspeakers are not microphones."""
    module = toy_sounddevice(device("loudspeaker", 0), device("headset"), device("camera", 2, 48000.0), default=2)
    assert portaudio_microphones(module) == [
        MicrophoneDevice("camera", 2, 48000, True, "2"),
        MicrophoneDevice("headset", 1, 44100, False, "1"),
    ]


def test_what_is_wrong_with_a_device_is_said():
    """The reason is PortAudio's, or that no device exists."""
    with pytest.raises(AudioError, match=r"the microphone busy cannot be opened: Invalid sample rate"):
        chosen_format(toy_sounddevice(device("busy", accepts=())))
    with pytest.raises(AudioError, match="no microphone: the sound system offers no input device"):
        chosen_format(toy_sounddevice())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("usb", "USB Headset"),
        ("USB Headset", "USB Headset"),
        ("Camera", "Camera"),
        ("alsa.2", "Camera Deluxe"),
        ("deluxe", "Camera Deluxe"),
    ],
)
def test_microphone_is_chosen_by_id_name_or_part(wanted, found):
    """The whole name before a part of another's; upper and lower case are the same."""
    names = ["USB Headset", "Camera", "Camera Deluxe"]
    devices = [MicrophoneDevice(name, 1, 48000, False, f"alsa.{number}") for number, name in enumerate(names)]
    assert choose_device(devices, wanted).name == found


def test_name_of_no_or_several_microphones_lists_all():
    """Those of the same name with what tells them apart."""
    devices = [MicrophoneDevice("Headset", 1, 48000, False, "a"), MicrophoneDevice("Headset", 1, 48000, False, "b")]
    with pytest.raises(AudioError) as none:
        choose_device(devices, "lute")
    assert str(none.value) == "no microphone matches 'lute'; there are: Headset [a], Headset [b]"
    with pytest.raises(AudioError) as several:
        choose_device(devices, "head")
    assert str(several.value) == "several microphones match 'head'; there are: Headset [a], Headset [b]"


def ask(environ, call):
    """What ``call`` gives in another process: there, the microphones of the environment."""
    code = f"from windictator.speech.microphones import *; import json; print(json.dumps({call}, default=vars_of))"
    code = "from dataclasses import asdict as vars_of\n" + code
    paths = os.pathsep.join(filter(None, [environ.get("PYTHONPATH"), str(PROJECT)]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.slow
def test_without_portaudio_the_package_is_named(tmp_path):
    """The real sounddevice says it by an OSError when it is imported."""
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    found, problem = ask(os.environ | {"PYTHONPATH": str(tmp_path)}, "query_microphones(None)")
    assert (found, problem) == ([], "no microphone: PortAudio is not installed (apt install libportaudio2)")


@pytest.mark.slow
def test_a_sound_system_that_crashes_is_an_error(tmp_path):
    """Not the end of the program that asks."""
    (tmp_path / "sounddevice.py").write_text("import os\nos.abort()\n")
    with pytest.raises(subprocess.CalledProcessError) as raised:
        ask(os.environ | {"PYTHONPATH": str(tmp_path)}, "query_microphones(None)")
    assert "AudioError: cannot query the sound system: it crashed" in raised.value.stderr


@pytest.mark.slow
def test_microphones_of_a_real_sound_server_are_listed_afresh():
    """By the names that its mixers show, without the sound of loudspeakers; one plugged in later is there at the next
    call.
    """
    sound = SoundServer()
    try:
        sound.start()
        found, problem = ask(sound.environ, "query_microphones(None)")
        assert [(about["id"], about["default"]) for about in found] == [(MICROPHONE, True)]
        assert problem is None
        second = ["source_name=second", f"master={LOUDSPEAKER}.monitor", "source_properties=device.description=Second"]
        load = ["pactl", "load-module", "module-remap-source", *second]
        subprocess.run(load, env=sound.environ, check=True, capture_output=True, timeout=PATIENCE)
        found, problem = ask(sound.environ, "query_microphones('lute')")
        assert [about["name"] for about in found][1:] == ["Second"]
        assert problem.startswith("no microphone matches 'lute'; there are: ")
    finally:
        sound.stop()
