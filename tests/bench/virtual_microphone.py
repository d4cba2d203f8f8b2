"""A microphone that hears what is played to it, and when each sample was spoken."""

from __future__ import annotations

import subprocess
import threading
import time
import wave
from pathlib import Path
from typing import IO

from tests.speech.sound_server import LOUDSPEAKER, SoundServer

_BLOCK = 320
"""Bytes read at a time: 10 ms."""
_AUDIBLE = 8
"""A sample that is further from zero than this is sound."""


class VirtualMicrophone:
    """A sound server of our own, from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self._server = SoundServer()

    def start(self) -> None:
        """Wait until the microphone delivers."""
        self._server.start()

    def stop(self) -> None:
        """End the sound server."""
        self._server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What programs that are to hear it need, beside their own environment."""
        return {name: value for name, value in self._server.environ.items() if name.startswith("PULSE")}

    def speak(self, recording: Path) -> float:
        """Play a recording of 16 kHz mono s16le to its end; the moment (``time.perf_counter``) of its first sample.

        The moment is that of the microphone, not of the player: the samples are counted as they come out of it, and
        what came soonest after its time tells the time of all.
        """
        with wave.open(str(recording)) as opened:
            rate, samples = opened.getframerate(), opened.readframes(opened.getnframes())
        command = ["parec", "--raw", "--format=s16le", f"--rate={rate}", "--channels=1", "--latency-msec=10"]
        with subprocess.Popen(command, env=self._server.environ, stdout=subprocess.PIPE) as listener:
            assert listener.stdout is not None
            ear = _Ear(listener.stdout, _first_sound(samples), rate)
            ear.start()
            player = ["paplay", f"--device={LOUDSPEAKER}", "--latency-msec=200", str(recording)]
            subprocess.run(player, env=self._server.environ, check=True)
            listener.kill()
            ear.join()
        assert ear.began is not None, "nothing was heard of what was played"
        return ear.began


class _Ear(threading.Thread):
    """Reads what the microphone delivers. ``began``: the moment of the recording's first sample, None if unheard."""

    def __init__(self, stream: IO[bytes], first_sound: int, rate: int) -> None:
        super().__init__(daemon=True)
        self._stream, self._first_sound, self._rate = stream, first_sound, rate
        self.began: float | None = None

    def run(self) -> None:
        heard: int | None = None  # samples of the recording
        while block := self._stream.read(_BLOCK):
            now = time.perf_counter()
            if heard is not None:
                heard += len(block) // 2
            elif (sound := _first_sound(block)) < len(block) // 2:
                heard = self._first_sound + len(block) // 2 - sound
            if heard is not None:
                began = now - heard / self._rate
                self.began = began if self.began is None else min(self.began, began)


def _first_sound(samples: bytes) -> int:
    """Number of the first sample that can be heard."""
    values = memoryview(samples).cast("h")
    return next((number for number, value in enumerate(values) if abs(value) > _AUDIBLE), len(values))
