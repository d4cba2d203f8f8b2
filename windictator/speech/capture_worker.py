"""Capture process: PortAudio, and the sound server's reports about its sources.

It runs as a program of its own, because PortAudio does not fit into a long-lived one. PortAudio reads the list of
devices only when it is loaded. It can hang or abort together with a sound server, and prints on standard error.
Each process opens the microphone once and ends with it.

``capture_worker.py JSON``: the object has these members:

- ``device``: name of the microphone, null for the default;
- ``latency_ms``: length of a block;
- ``buffer_s``: sound that is kept while the reader is busy (seconds);
- ``fail_if_missing``: whether a missing microphone is an error; otherwise the process waits for it;
- ``expect_server``: whether there was a sound server, so that the process waits for it and leaves the hardware to it.

With ``-`` as the argument, the process loads everything and opens nothing. It then reads the object as one line from
standard input, so that the microphone opens at once. With ``{"list": true, "device": ...}`` it prints one JSON object
``{"microphones": [...], "problem": str | null}`` and ends.

Standard output: messages of one byte of kind, four bytes of length (big endian), and the content:

- ``A``: audio as it is captured, 16 kHz mono s16le;
- ``S``: status, a JSON object with one of these members: ``waiting`` (a ``MissingPart``: nothing can be captured yet),
  ``source`` (the fields of a ``CaptureSource``: sound comes from here), ``overruns`` (number of blocks lost), or
  ``ended`` (a ``CaptureEnd``, with a message as ``error`` for ``REFUSED``).

The process ends when standard input ends, so it cannot outlive its parent.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":  # run by its path and with -P: this package comes after all others in the search path
    sys.path.append(str(Path(__file__).parents[2]))

from windictator.speech.capture_format import (
    CaptureFormat,
    choose_portaudio_device,
    load_sounddevice,
    portaudio_microphones,
    portaudio_reason,
    requested_name,
    server_device,
)
from windictator.speech.capture_messages import MessageWriter
from windictator.speech.capture_status import CaptureEnd, CaptureSource, MissingPart
from windictator.speech.device_choice import NO_MICROPHONE, MicrophoneDevice, MicrophoneNotFoundError
from windictator.speech.interfaces import AudioError
from windictator.speech.pulse_sources import PulseSources, SoundServerLostError, SourceStatus

SERVER_POLL_INTERVALS_S = 0.05, 0.5
"""Intervals between attempts to reach a sound server, in seconds: at first, and after ``SERVER_RESTART_S``."""
SERVER_RESTART_S = 10.0
"""Time in which a sound server may be restarting, in seconds."""
DEVICES_POLL_INTERVAL_S = 0.5
DEVICES_FOLDER = Path("/dev/snd")


def _exit_now(writer: MessageWriter) -> NoReturn:
    """End without closing PortAudio, which could wait for a hanging sound server; the system closes the microphone."""
    writer.close()
    os._exit(0)


class _Capture:
    """Capture from one microphone, until it is lost."""

    def __init__(self, request: dict[str, Any], writer: MessageWriter) -> None:
        self._requested_name = requested_name(request["device"])
        self._fail_if_missing: bool = request["fail_if_missing"]
        self._server_expected: bool = request["expect_server"]
        self._latency_s: float = request["latency_ms"] / 1000
        self._writer = writer
        self._stream: Any = None  # kept, because PortAudio's stream ends with the object

    def run(self) -> None:
        """Capture until the microphone is lost. Raises AudioError or SoundServerLostError."""
        devices = _device_files()
        server = self._wait_for_server() if self._server_expected else PulseSources.connect(self._requested_name)
        if server is not None:
            self._capture_from_server(server)
        else:
            self._capture_from_alsa(devices)

    def _wait_for_server(self) -> PulseSources:
        self._writer.write_status(waiting=MissingPart.SOUND_SERVER.value)
        began = time.monotonic()
        while True:
            server = PulseSources.connect(self._requested_name)
            if server is not None:
                return server
            time.sleep(SERVER_POLL_INTERVALS_S[time.monotonic() - began > SERVER_RESTART_S])

    def _capture_from_server(self, server: PulseSources) -> None:
        sounddevice = load_sounddevice()  # first, because it takes longest and sources may appear meanwhile
        server.subscribe()
        if self._fail_if_missing:
            server.check_requested()
        while (source := server.choose_source()) is None:
            if self._fail_if_missing:
                raise AudioError(NO_MICROPHONE)
            self._writer.write_status(waiting=MissingPart.MICROPHONE.value)
            server.wait_for_change()
        # Variables of libpulse: the name that mixers show, and the source that ALSA's connection to the server uses.
        os.environ["PULSE_PROP"] = "application.name=WinDictator"
        if source.is_requested and self._requested_name is not None:
            os.environ["PULSE_SOURCE"] = source.device.id
        self._open(sounddevice, server_device(sounddevice))
        reported = None
        while source is not None:
            if source != reported:
                reported = source
                self._send_source(source, has_server=True)
            server.wait_for_change()
            source = server.find_current_source()
        self._writer.write_status(ended=CaptureEnd.NO_MICROPHONE.value)

    def _capture_from_alsa(self, devices: list[str]) -> None:
        sounddevice = load_sounddevice()
        is_requested = True
        try:
            microphone = choose_portaudio_device(sounddevice, self._requested_name)
        except AudioError as error:
            if self._fail_if_missing:
                raise
            if not portaudio_microphones(sounddevice):
                self._writer.write_status(waiting=MissingPart.MICROPHONE.value)
                _wait_for_change(devices)
                # PortAudio's list is as old as this process; the next process sees the new devices.
                self._writer.write_status(ended=CaptureEnd.DEVICES_CHANGED.value)
                return
            if not isinstance(error, MicrophoneNotFoundError):
                raise
            is_requested = False
            microphone = choose_portaudio_device(sounddevice, None)
        self._open(sounddevice, microphone)
        self._send_source(SourceStatus(microphone, False, is_requested), has_server=False)
        # A microphone that is unplugged ends its stream. A missing one is to be used as soon as it is connected.
        while is_requested or _device_files() == devices:
            time.sleep(DEVICES_POLL_INTERVAL_S)
        self._writer.write_status(ended=CaptureEnd.DEVICES_CHANGED.value)

    def _open(self, sounddevice: Any, microphone: MicrophoneDevice) -> None:
        capture_format = CaptureFormat.choose(sounddevice, microphone)
        writer = self._writer

        def on_captured(block: Any, frames: int, when: Any, status: Any) -> None:
            if status.input_overflow:
                writer.count_overrun()
            converted = capture_format.convert(bytes(block))
            if converted:
                writer.write_audio(converted)

        def on_finished() -> None:
            writer.write_status(ended=CaptureEnd.STREAM_ENDED.value)
            _exit_now(writer)

        try:
            self._stream = sounddevice.RawInputStream(
                samplerate=capture_format.rate,
                channels=capture_format.channels,
                dtype="int16",
                device=capture_format.device,
                blocksize=round(capture_format.rate * self._latency_s),
                latency=self._latency_s,
                callback=on_captured,
                finished_callback=on_finished,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise AudioError(f"the microphone cannot be opened: {portaudio_reason(error)}") from None

    def _send_source(self, status: SourceStatus, *, has_server: bool) -> None:
        device = status.device
        source = CaptureSource(device.name, device.id, status.is_muted, status.is_requested, has_server)
        self._writer.write_status(source=source._asdict())


def _device_files() -> list[str]:
    """Return the kernel's sound devices; the list changes when one is connected or removed."""
    try:
        return sorted(os.listdir(DEVICES_FOLDER))  # noqa: PTH208
    except OSError:
        return []


def _wait_for_change(devices: list[str]) -> None:
    """Return when there is a sound server, or when the devices differ from ``devices``."""
    while _device_files() == devices and PulseSources.connect(None) is None:
        time.sleep(DEVICES_POLL_INTERVAL_S)


def _list_microphones(device: str | None) -> dict[str, Any]:
    """Return the microphones as ``microphones``, and why ``device`` cannot be used as ``problem`` (None if it can)."""
    microphones: list[MicrophoneDevice] = []
    problem: str | None = None
    wanted = requested_name(device)
    try:
        sounddevice = load_sounddevice()
        server = PulseSources.connect(wanted)
        if server is not None:
            microphones = server.microphones()
            server.check_requested()
            if server.choose_source() is None:
                raise AudioError(NO_MICROPHONE)
            CaptureFormat.choose(sounddevice, server_device(sounddevice))
        else:
            microphones = portaudio_microphones(sounddevice)
            CaptureFormat.choose(sounddevice, choose_portaudio_device(sounddevice, wanted))
    except AudioError as error:
        problem = str(error)
    except SoundServerLostError:
        problem = "the sound server ended during the query; run the command again"
    return {"microphones": [asdict(microphone) for microphone in microphones], "problem": problem}


def _wait_for_request() -> str:
    """Load what takes time to load, and return the request, or "" if standard input ends."""
    devices = _device_files()
    sounddevice = None
    with suppress(AudioError):  # reported when the microphone is opened
        sounddevice = load_sounddevice()
    PulseSources.load()
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return ""
        line += byte
    # PortAudio's list is as old as its loading. A device, or a connection to a sound server, may be new.
    if sounddevice is not None and (_device_files() != devices or not _has_server_device(sounddevice)):
        sounddevice._terminate()
        sounddevice._initialize()
    return line.decode()


def _has_server_device(sounddevice: Any) -> bool:
    try:
        server_device(sounddevice)
    except AudioError:
        return False
    return True


def _exit_with_parent(writer: MessageWriter) -> None:
    while os.read(0, 4096):
        pass
    _exit_now(writer)


def main(argument: str) -> int:
    """Capture, or list the microphones, and return the exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal to the whole process group (Ctrl-C, a stopping service) is for the parent, which still wants the
        # last words.
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain the speech
    output = os.dup(1)
    os.dup2(2, 1)  # output of native code must not mix with the messages
    if argument == "-":
        argument = _wait_for_request()
        if not argument:
            return 0
    request = json.loads(argument)
    if request.get("list"):
        with os.fdopen(output, "w", encoding="utf-8") as out:
            json.dump(_list_microphones(request["device"]), out)
        return 0
    writer = MessageWriter(output, round(request["buffer_s"] * 32000))
    threading.Thread(target=_exit_with_parent, args=(writer,), daemon=True).start()
    try:
        _Capture(request, writer).run()
    except SoundServerLostError:
        writer.write_status(ended=CaptureEnd.SERVER_LOST.value)
    except AudioError as error:
        writer.write_status(ended=CaptureEnd.REFUSED.value, error=str(error))
    _exit_now(writer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
