"""The microphone, by PortAudio: ALSA, PulseAudio and PipeWire in one way.

Capture runs in PortAudio's own thread by a callback: sounddevice's blocking read loses data without a word, the
callback does not. The callback only puts the block aside and wakes the reactor; nothing else happens in that thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.ports import AudioEnd
from windictator.speech.convert import Converter
from windictator.speech.errors import AudioError
from windictator.speech.vosk_recognizer import SAMPLE_RATE

NO_MICROPHONE = (
    "no microphone: the sound system offers no input device"
    " (is one plugged in, and is PulseAudio or PipeWire running?"
    " PulseAudio needs the package libasound2-plugins, PipeWire pipewire-alsa)"
)


@dataclass(frozen=True, slots=True)
class MicrophoneDevice:
    """A device that sound can be captured from. ``default``: used where none is chosen."""

    name: str
    channels: int
    rate: int
    default: bool


def list_microphones() -> list[MicrophoneDevice]:
    """The input devices, the default first. Raises ``AudioError`` where PortAudio is missing."""
    sounddevice = _sounddevice()
    devices = [dict(device) for device in sounddevice.query_devices()]
    default = _default_index(sounddevice)
    found = [
        MicrophoneDevice(
            device["name"], device["max_input_channels"], int(device["default_samplerate"]), index == default
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0
    ]
    return sorted(found, key=lambda device: not device.default)


def default_microphone_problem(device: str | None = None) -> str | None:
    """Why the default microphone (or ``device``) cannot be used, in one line; None if it can. Quick, silent."""
    try:
        _Format.choose(_sounddevice(), device)
    except AudioError as error:
        return str(error)
    return None


class Microphone:
    """An ``AudioSource`` (see ``ports``) that captures from a microphone.

    ``reactor``: called from the capturing thread (``IReactorFromThreads``). ``device``: number, name or part of the
    name; None for the default. ``latency_ms``: length of a block. ``buffer_seconds``: what is kept for a sink that is
    busy (the model is being loaded, say); what exceeds it is dropped and counted in ``overruns``.

    ``start`` captures from the moment it is called and raises ``AudioError`` where there is nothing to capture from.
    """

    def __init__(
        self, reactor: Any, device: str | None = None, *, latency_ms: int = 30, buffer_seconds: float = 60.0
    ) -> None:
        self._reactor = reactor
        self._device = device
        self._latency = latency_ms / 1000
        self._capacity = max(1, round(buffer_seconds / self._latency))
        self._captured: deque[bytes] = deque()
        self._overruns = 0
        self._woken = False
        self._stream: Any = None
        self._format: _Format | None = None
        self._sink: Callable[[bytes], Deferred[None]] | None = None
        self._ended: Deferred[AudioEnd] | None = None
        self._end: AudioEnd | None = None
        self._delivering = False

    @property
    def overruns(self) -> int:
        """Blocks lost so far: dropped here because the buffer was full, or by the sound system."""
        return self._overruns

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Begin to capture at once."""
        sounddevice = _sounddevice()
        self._format = chosen = _Format.choose(sounddevice, self._device)
        self._sink = sink
        self._ended = ended = Deferred[AudioEnd]()
        try:
            self._stream = sounddevice.RawInputStream(
                samplerate=chosen.rate,
                channels=chosen.channels,
                dtype="int16",
                device=chosen.device,
                blocksize=round(chosen.rate * self._latency),
                latency=self._latency,
                callback=self._capture,
                finished_callback=self._finished,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self._ended = None
            raise AudioError(f"the microphone cannot be opened: {_reason(error)}") from None
        return ended

    def stop(self) -> None:
        """Close the microphone; what was captured is still delivered."""
        self._finish(AudioEnd.STOPPED)

    # In PortAudio's thread

    def _capture(self, block: Any, frames: int, time: Any, status: Any) -> None:
        if status.input_overflow:
            self._overruns += 1
        if len(self._captured) < self._capacity:
            self._captured.append(bytes(block))
        else:
            self._overruns += 1
        if not self._woken:
            self._woken = True
            self._reactor.callFromThread(self._wake)

    def _finished(self) -> None:
        self._reactor.callFromThread(self._finish, AudioEnd.LOST)

    # In the reactor's thread

    def _wake(self) -> None:
        self._woken = False
        self._deliver()

    def _finish(self, end: AudioEnd) -> None:
        if self._end is not None or self._stream is None:
            return
        self._end = end
        self._stream.close()
        self._deliver()

    def _deliver(self) -> None:
        if not self._delivering and self._ended is not None:
            self._delivering = True
            self._deliver_all().addErrback(self._fail)

    @inlineCallbacks
    def _deliver_all(self) -> Generator[Deferred[None], None, None]:
        assert self._sink is not None and self._format is not None
        while self._captured:
            frame = self._format.convert(self._captured.popleft())
            if frame:
                yield self._sink(frame)
        self._delivering = False
        if self._end is not None and self._ended is not None:
            ended, self._ended = self._ended, None
            ended.callback(self._end)

    def _fail(self, failure: Any) -> None:
        """The sink takes no more."""
        ended, self._ended = self._ended, None
        self._finish(AudioEnd.STOPPED)
        self._captured.clear()
        if ended is not None:
            ended.errback(failure)


class _Format:
    """What a device is opened with, and the way from there to 16 kHz mono."""

    def __init__(self, device: int | None, rate: int, channels: int) -> None:
        self.device = device
        self.rate = rate
        self.channels = channels
        self._converter = None if (rate, channels) == (SAMPLE_RATE, 1) else Converter(rate)

    @classmethod
    def choose(cls, sounddevice: Any, device: str | None) -> _Format:
        """16 kHz mono where the device has it (sound servers convert by themselves), else what it has by default."""
        try:
            index = int(device) if device is not None and device.isdigit() else device
            about = sounddevice.query_devices(index, "input")
        except (sounddevice.PortAudioError, ValueError) as error:
            if device is None:
                raise AudioError(NO_MICROPHONE) from None
            names = ", ".join(microphone.name for microphone in list_microphones()) or "none"
            if isinstance(error, ValueError) and "Multiple" in str(error):
                raise AudioError(f"several microphones match {device!r}; there are: {names}") from None
            raise AudioError(f"no microphone matches {device!r}; there are: {names}") from None
        candidates = [
            cls(about["index"], SAMPLE_RATE, 1),
            cls(about["index"], int(about["default_samplerate"]), min(2, about["max_input_channels"])),
        ]
        reason = ""
        for candidate in candidates:
            try:
                sounddevice.check_input_settings(
                    device=candidate.device,
                    channels=candidate.channels,
                    dtype="int16",
                    samplerate=candidate.rate,
                )
            except sounddevice.PortAudioError as error:
                reason = reason or _reason(error)
            else:
                return candidate
        raise AudioError(f"the microphone {about['name']} cannot be opened: {reason}")

    def convert(self, block: bytes) -> bytes:
        """The block as 16 kHz mono s16le; may be empty while the filter fills."""
        if self._converter is None:
            return block
        import numpy as np

        samples = np.frombuffer(block, dtype=np.int16).reshape(-1, self.channels).astype(np.float32) / 32768.0
        return self._converter.convert(samples)


def _sounddevice() -> Any:
    try:
        import sounddevice
    except OSError:
        raise AudioError("no microphone: PortAudio is missing (apt install libportaudio2)") from None
    return sounddevice


def _default_index(sounddevice: Any) -> int:
    return int(sounddevice.default.device[0])


def _reason(error: Exception) -> str:
    """PortAudio's message, in one line, without the function and number it puts around it."""
    return str(error.args[0] if error.args else error).partition("\n")[0].removeprefix("Error opening RawInputStream: ")
