"""The code inside the process that holds the microphone: PortAudio, and what the sound server says of its sources.

Run as a program of its own, for PortAudio is at home in none that lasts: its list of devices is frozen when it is
loaded, it can hang or abort with a sound server that does, and prints on standard error as it pleases. A process is
for one opening of the microphone; when that ends it ends, and the next begins afresh.

``capture_process.py JSON``: the object holds ``device`` (null: the default), ``latency_ms``, ``buffer_seconds``,
``required`` (a microphone that is missing is an error, not to be waited for) and ``server`` (there was a sound server:
wait for it, and leave the hardware to it). With ``-`` in its place: load everything, open nothing, and take the object
as one line from standard input when the time has come, so that a microphone is open in a moment. With
``"list": true``: print one JSON object ``{"microphones": [...], "problem": str | null}`` and end.

Standard output: messages, each one byte of kind, four bytes of length (big endian), and that many bytes:

- ``A``: audio as it is captured, 16 kHz mono s16le;
- ``S``: status, a JSON object with one of these keys: ``waiting`` (for what; nothing can be captured yet), ``source``
  (sound comes from here: name, muted, chosen, and whether by a server), ``overruns`` (this many blocks were lost),
  ``lost`` or ``error`` (why it ends: the microphone went, or could not be opened).

The process ends when standard input ends, so it cannot outlive its parent.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":  # by its path and with -P: our own package is looked for after everybody else's
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
from windictator.speech.device_choice import NO_MICROPHONE, MicrophoneDevice, MicrophoneNotFoundError
from windictator.speech.errors import AudioError
from windictator.speech.pulse_sources import PulseSources, SoundServerLostError, SourceStatus

AUDIO = b"A"
STATUS = b"S"
HEADER = struct.Struct(">cI")

SERVER_POLL_INTERVALS_S = 0.05, 0.5
"""Seconds between looks for a sound server: while it may just be restarting, and after ``SERVER_RESTART`` seconds."""
SERVER_RESTART_S = 10.0
DEVICES_POLL_INTERVAL_S = 0.5
DEVICES_FOLDER = Path("/dev/snd")


class MessageWriter:
    """Standard output for two threads, which must not wait for a reader: what does not go is kept up to ``capacity``
    bytes of audio, what exceeds that is lost and counted."""

    def __init__(self, descriptor: int, max_bytes: int) -> None:
        self._descriptor = descriptor
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pending = bytearray()
        self._overrun_count = 0
        os.set_blocking(descriptor, False)

    def write_audio(self, block: bytes) -> None:
        """Send a block of sound."""
        with self._lock:
            if len(self._pending) > self._max_bytes:
                self._overrun_count += 1
            else:
                self._enqueue(AUDIO, block)

    def write_status(self, **status: Any) -> None:
        """Send a status."""
        with self._lock:
            self._enqueue(STATUS, json.dumps(status).encode())

    def count_overrun(self) -> None:
        """PortAudio lost something."""
        with self._lock:
            self._overrun_count += 1

    def close(self) -> None:
        """Write what is kept, waiting for the reader."""
        with self._lock:
            os.set_blocking(self._descriptor, True)
            try:
                self._write()
            except OSError:
                return  # the reader has gone first

    def _enqueue(self, kind: bytes, data: bytes) -> None:
        if self._overrun_count:
            lost, self._overrun_count = self._overrun_count, 0
            self._enqueue(STATUS, json.dumps({"overruns": lost}).encode())
        self._pending += HEADER.pack(kind, len(data)) + data
        self._write()

    def _write(self) -> None:
        try:
            while self._pending:
                del self._pending[: os.write(self._descriptor, self._pending)]
        except BlockingIOError:
            pass  # goes with the next block
        except BrokenPipeError:
            os._exit(0)  # the parent is gone


def _exit_now(writer: MessageWriter) -> NoReturn:
    """At once, without a word to PortAudio, which could wait for a sound server that hangs: the system closes the
    microphone."""
    writer.close()
    os._exit(0)


class _Capture:
    """One opening of the microphone."""

    def __init__(self, request: dict[str, Any], writer: MessageWriter) -> None:
        self._requested_name = requested_name(request["device"])
        self._fail_if_missing: bool = request["required"]
        self._server_expected: bool = request["server"]
        self._latency_s: float = request["latency_ms"] / 1000
        self._writer = writer
        self._stream: Any = None  # kept: PortAudio's stream ends with the object

    def run(self) -> None:
        """Capture until the microphone is lost. Raises AudioError, ServerGone."""
        devices = _device_files()
        server = self._wait_for_server() if self._server_expected else PulseSources.connect(self._requested_name)
        if server is not None:
            self._capture_from_server(server)
        else:
            self._capture_from_alsa(devices)

    def _wait_for_server(self) -> PulseSources:
        self._writer.write_status(waiting="the sound server")
        began = time.monotonic()
        while True:
            server = PulseSources.connect(self._requested_name)
            if server is not None:
                return server
            time.sleep(SERVER_POLL_INTERVALS_S[time.monotonic() - began > SERVER_RESTART_S])

    def _capture_from_server(self, server: PulseSources) -> None:
        sounddevice = load_sounddevice()  # takes longest; meanwhile sources may come
        server.subscribe()
        if self._fail_if_missing:
            server.check_requested()
        while (listening := server.choose_source()) is None:
            if self._fail_if_missing:
                raise AudioError(NO_MICROPHONE)
            self._writer.write_status(waiting="a microphone")
            server.wait_for_change()
        # libpulse's own variables: the source that ALSA's way to the server begins with, and what mixers show.
        os.environ["PULSE_PROP"] = "application.name=WinDictator"
        if listening.is_requested and self._requested_name is not None:
            os.environ["PULSE_SOURCE"] = listening.device.id
        self._open(sounddevice, server_device(sounddevice))
        told = None
        while listening is not None:
            if listening != told:
                told = listening
                self._send_source(listening, server=True)
            server.wait_for_change()
            listening = server.find_current_source()
        self._writer.write_status(lost="there is no microphone any more")

    def _capture_from_alsa(self, devices: list[str]) -> None:
        sounddevice = load_sounddevice()
        chosen = True
        try:
            microphone = choose_portaudio_device(sounddevice, self._requested_name)
        except AudioError as error:
            if self._fail_if_missing:
                raise
            if not portaudio_microphones(sounddevice):
                self._writer.write_status(waiting="a microphone")
                _wait_for_change(devices)
                # PortAudio's list is as old as this process: the next one sees what there is.
                self._writer.write_status(lost="there are other devices now")
                return
            if not isinstance(error, MicrophoneNotFoundError):
                raise
            chosen = False
            microphone = choose_portaudio_device(sounddevice, None)
        self._open(sounddevice, microphone)
        self._send_source(SourceStatus(microphone, False, chosen), server=False)
        # A microphone that is unplugged ends its stream. One that was missing is to be used when it is there.
        while chosen or _device_files() == devices:
            time.sleep(DEVICES_POLL_INTERVAL_S)
        self._writer.write_status(lost="there are other microphones now")

    def _open(self, sounddevice: Any, microphone: MicrophoneDevice) -> None:
        form = CaptureFormat.choose(sounddevice, microphone)
        outlet = self._writer

        def captured(block: Any, frames: int, when: Any, status: Any) -> None:
            if status.input_overflow:
                outlet.count_overrun()
            converted = form.convert(bytes(block))
            if converted:
                outlet.write_audio(converted)

        def finished() -> None:
            outlet.write_status(lost="its stream ended")
            _exit_now(outlet)

        try:
            self._stream = sounddevice.RawInputStream(
                samplerate=form.rate,
                channels=form.channels,
                dtype="int16",
                device=form.device,
                blocksize=round(form.rate * self._latency_s),
                latency=self._latency_s,
                callback=captured,
                finished_callback=finished,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise AudioError(f"the microphone cannot be opened: {portaudio_reason(error)}") from None

    def _send_source(self, status: SourceStatus, *, server: bool) -> None:
        self._writer.write_status(
            source={
                "name": status.device.name,
                "id": status.device.id,
                "muted": status.is_muted,
                "chosen": status.is_requested,
                "server": server,
            }
        )


def _device_files() -> list[str]:
    """What the kernel has of sound devices: changes when one is plugged in or out."""
    try:
        return sorted(os.listdir(DEVICES_FOLDER))  # noqa: PTH208
    except OSError:
        return []


def _wait_for_change(devices: list[str]) -> None:
    """Until there is a sound server or the devices are others."""
    while _device_files() == devices and PulseSources.connect(None) is None:
        time.sleep(DEVICES_POLL_INTERVAL_S)


def _list_microphones(device: str | None) -> dict[str, Any]:
    """The microphones, and why ``device`` cannot be used, None if it can."""
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
        problem = "the sound server ended while it was asked"
    return {"microphones": [asdict(microphone) for microphone in microphones], "problem": problem}


def _wait_for_request() -> str:
    """Load what takes time to load, and wait for the request, "" if none comes."""
    devices = _device_files()
    sounddevice = None
    with suppress(AudioError):  # it is said when the microphone is opened
        sounddevice = load_sounddevice()
    PulseSources.load()
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return ""
        line += byte
    # PortAudio's list is as old as its loading; a device, or the way to a sound server, may have come since.
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
    """Capture, or list; returns the exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal to the whole process group (Ctrl-C, a service being stopped) is the parent's to obey:
        # it still wants the last words.
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was said
    output = os.dup(1)
    os.dup2(2, 1)  # whatever native code prints must not get among the messages
    if argument == "-":
        argument = _wait_for_request()
        if not argument:
            return 0
    request = json.loads(argument)
    if request.get("list"):
        with os.fdopen(output, "w", encoding="utf-8") as out:
            json.dump(_list_microphones(request["device"]), out)
        return 0
    outlet = MessageWriter(output, round(request["buffer_seconds"] * 32000))
    threading.Thread(target=_exit_with_parent, args=(outlet,), daemon=True).start()
    try:
        _Capture(request, outlet).run()
    except SoundServerLostError:
        outlet.write_status(lost="the sound server has gone")
    except AudioError as error:
        outlet.write_status(error=str(error))
    _exit_now(outlet)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
