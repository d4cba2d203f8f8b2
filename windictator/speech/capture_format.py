"""Format in which PortAudio opens a device, and its conversion to 16 kHz mono; used only by the capture process."""

from __future__ import annotations

from typing import Any

from windictator.speech.device_choice import DEFAULT_NAMES, NO_MICROPHONE, MicrophoneDevice, choose_device
from windictator.speech.interfaces import AudioError
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.resample import Resampler

SERVER_DEVICES = ("pulse", "pipewire", "default")
"""ALSA's names for the connection to a sound server, the best first."""


def load_sounddevice() -> Any:
    """Return the module ``sounddevice``. Raises AudioError if PortAudio is missing."""
    try:
        import sounddevice
    except OSError:
        raise AudioError("no microphone: PortAudio is not installed (apt install libportaudio2)") from None
    return sounddevice


def portaudio_microphones(sounddevice: Any) -> list[MicrophoneDevice]:
    """Return PortAudio's input devices, the default first."""
    default = int(sounddevice.default.device[0])
    found = [
        MicrophoneDevice(
            about["name"], about["max_input_channels"], int(about["default_samplerate"]), index == default, str(index)
        )
        for index, about in enumerate(sounddevice.query_devices())
        if about["max_input_channels"] > 0
    ]
    return sorted(found, key=lambda device: not device.default)


def choose_portaudio_device(sounddevice: Any, wanted: str | None) -> MicrophoneDevice:
    """Return the device that ``wanted`` names, or the default if None. Raises AudioError or MicrophoneNotFoundError."""
    devices = portaudio_microphones(sounddevice)
    if not devices:
        raise AudioError(NO_MICROPHONE)
    if wanted is not None:
        return choose_device(devices, wanted)
    return devices[0]


def server_device(sounddevice: Any) -> MicrophoneDevice:
    """Return the device that leads to the sound server. Raises AudioError if PortAudio has none."""
    devices = {device.name: device for device in portaudio_microphones(sounddevice)}
    for name in SERVER_DEVICES:
        if name in devices:
            return devices[name]
    raise AudioError(
        "ALSA cannot reach the running sound server;"
        " install libasound2-plugins (PulseAudio) or pipewire-alsa (PipeWire)"
    )


def requested_name(device: str | None) -> str | None:
    """Return ``device``, or None if it stands for the default."""
    return None if device is None or device in DEFAULT_NAMES else device


class CaptureFormat:
    """16 kHz mono if the device has it, otherwise its default format.

    Sound servers convert automatically.
    """

    def __init__(self, device: int, rate: int, channels: int) -> None:
        self.device = device
        self.rate = rate
        self.channels = channels
        self._resampler = None if (rate, channels) == (SAMPLE_RATE, 1) else Resampler(rate)

    @classmethod
    def choose(cls, sounddevice: Any, microphone: MicrophoneDevice) -> CaptureFormat:
        """Return the best format of ``microphone``. Raises AudioError if it cannot be opened."""
        index = int(microphone.id)
        reason = ""
        for rate, channels in ((SAMPLE_RATE, 1), (microphone.rate, min(2, microphone.channels))):
            try:
                sounddevice.check_input_settings(device=index, channels=channels, dtype="int16", samplerate=rate)
            except sounddevice.PortAudioError as error:
                reason = reason or portaudio_reason(error)
            else:
                return cls(index, rate, channels)
        raise AudioError(f"the microphone {microphone.name} cannot be opened: {reason}")

    def convert(self, block: bytes) -> bytes:
        """Return the block as 16 kHz mono s16le; it may be empty while the filter fills."""
        if self._resampler is None:
            return block
        import numpy as np

        samples = np.frombuffer(block, dtype=np.int16).reshape(-1, self.channels).astype(np.float32) / 32768.0
        return self._resampler.resample(samples)


def portaudio_reason(error: Exception) -> str:
    """Return PortAudio's message in one line, without the name of the function and the number around it."""
    return str(error.args[0] if error.args else error).partition("\n")[0].removeprefix("Error opening RawInputStream: ")
