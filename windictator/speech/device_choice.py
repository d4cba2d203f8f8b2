"""Choice of the microphone that a name in the settings or on the command line stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from windictator.speech.interfaces import AudioError

NO_MICROPHONE = (
    "no microphone: the sound system offers no input device;"
    " connect one and check that PulseAudio or PipeWire is running"
    " (PulseAudio needs the package libasound2-plugins, PipeWire pipewire-alsa)"
)

DEFAULT_NAMES = ("", "default", "pulse", "pipewire")
"""Names of the default microphone of the system; the last three are ALSA's."""


class MicrophoneNotFoundError(AudioError):
    """No microphone has this name now; it may be connected later."""


@dataclass(frozen=True, slots=True)
class MicrophoneDevice:
    """Device that sound can be captured from.

    ``name``: name for people.
    ``id``: name of the source in the sound server, or ALSA's number.
    ``rate``: samples per second.
    ``default``: whether it is used if the user chooses none.
    """

    name: str
    channels: int
    rate: int
    default: bool
    id: str = ""


def choose_device(devices: Sequence[MicrophoneDevice], wanted: str) -> MicrophoneDevice:
    """Return the device whose id or name is ``wanted``, or the only one that contains it, ignoring case.

    Raises MicrophoneNotFoundError if no device matches, AudioError if several do; both list the devices.
    """
    whole = [device for device in devices if wanted in (device.id, device.name)]
    if len(whole) == 1:
        return whole[0]
    part = wanted.casefold()
    found = whole or [device for device in devices if part in device.name.casefold() or part in device.id.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise AudioError(f"several microphones match {wanted!r}; there are: {_names(devices)}")
    raise MicrophoneNotFoundError(f"no microphone matches {wanted!r}; there are: {_names(devices)}")


def _names(devices: Sequence[MicrophoneDevice]) -> str:
    """Return all names; a name that two devices share is followed by the id."""
    names = [device.name for device in devices]
    return (
        ", ".join(f"{device.name} [{device.id}]" if names.count(device.name) > 1 else device.name for device in devices)
        or "none"
    )
