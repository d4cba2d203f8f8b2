"""Which microphone is meant by what the user wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from windictator.speech.interfaces import AudioError

NO_MICROPHONE = (
    "no microphone: the sound system offers no input device"
    " (is one plugged in, and is PulseAudio or PipeWire running?"
    " PulseAudio needs the package libasound2-plugins, PipeWire pipewire-alsa)"
)

DEFAULT_NAMES = ("", "default", "pulse", "pipewire")
"""What stands for the system's default microphone; the latter three are ALSA's names for it."""


class MicrophoneNotFoundError(AudioError):
    """Nothing is called so now; it may come yet."""


@dataclass(frozen=True, slots=True)
class MicrophoneDevice:
    """A device that sound can be captured from. ``name``: as people read it; ``id``: as the sound system knows it, a
    source's name or ALSA's number. ``rate``: samples per second. ``default``: used where none is chosen."""

    name: str
    channels: int
    rate: int
    default: bool
    id: str = ""


def choose_device(devices: Sequence[MicrophoneDevice], wanted: str) -> MicrophoneDevice:
    """The device whose id or name is ``wanted``, else the only one that has it as a part, in upper or lower case.

    Raises ``NoSuchMicrophone`` if there is none, AudioError if there are several; both say what there is.
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
    """Names that two devices share are told apart by their ids."""
    names = [device.name for device in devices]
    return (
        ", ".join(f"{device.name} [{device.id}]" if names.count(device.name) > 1 else device.name for device in devices)
        or "none"
    )
