"""Recordings as a source of audio: WAV of any rate, width and channels, and other formats that libsndfile reads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.deferreds import Clock
from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.resample import Resampler
from windictator.speech.wav_header import check_whole_wav

ESTIMATED_LENGTH_FORMATS = ("MP3", "MPEG")
"""Formats whose header gives only an estimate of the length."""


class FileAudio(AudioSource):
    """``AudioSource`` that reads a recording, and waits for the sink.

    ``path``: the recording.
    ``frame_ms``: length of a frame.
    ``clock``: required only for ``realtime``.
    ``realtime``: whether each frame is delivered no sooner than it would have been spoken, as by a microphone.

    The file is opened and checked at once. Raises AudioError, one line that gives the file and its fault. Faults that
    are found only while reading make the Deferred of ``start`` fail with AudioError.
    """

    def __init__(self, path: Path, frame_ms: int = 50, clock: Clock | None = None, realtime: bool = False) -> None:
        if realtime and clock is None:
            raise ValueError("real time needs a clock")
        self._path = path
        self._frame_bytes = SAMPLE_RATE * frame_ms // 1000 * 2
        self._frame_s = frame_ms / 1000
        self._clock = clock if realtime else None
        self._stopped = False
        self._waiting: tuple[Deferred[None], Any] | None = None
        self._recording = self._open()
        self._resampler = self._translate_errors(Resampler, self._recording.samplerate)

    @property
    def duration_s(self) -> float:
        """Length of the recording, in seconds."""
        return float(self._recording.frames / self._recording.samplerate)

    @property
    def overruns(self) -> int:
        """Always 0, because a recording waits."""
        return 0

    @inlineCallbacks
    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Generator[Deferred[Any], Any, AudioEnd]:
        """Deliver frames until the end of the recording, or until ``stop``; the last may be shorter."""
        try:
            begin = self._clock.seconds() if self._clock is not None else 0.0
            for number, frame in enumerate(self._frames(), 1):
                if self._clock is not None:
                    yield self._wait_until(begin + number * self._frame_s)
                if self._stopped:
                    return AudioEnd.STOPPED
                yield sink(frame)
            return AudioEnd.STOPPED if self._stopped else AudioEnd.EXHAUSTED
        finally:
            self._recording.close()

    def stop(self) -> None:
        """Deliver no more frames."""
        self._stopped = True
        if self._waiting is not None:
            (waiting, call), self._waiting = self._waiting, None
            call.cancel()
            waiting.callback(None)

    def _wait_until(self, moment: float) -> Deferred[None]:
        assert self._clock is not None
        waiting = Deferred[None]()
        delay = max(0.0, moment - self._clock.seconds())
        self._waiting = waiting, self._clock.callLater(delay, self._wait_over)
        return waiting

    def _wait_over(self) -> None:
        if self._waiting is not None:
            (waiting, _), self._waiting = self._waiting, None
            waiting.callback(None)

    def _frames(self) -> Iterator[bytes]:
        rest = b""
        for converted in self._resampled():
            rest += converted
            while len(rest) >= self._frame_bytes:
                yield rest[: self._frame_bytes]
                rest = rest[self._frame_bytes :]
        if rest:
            yield rest

    def _resampled(self) -> Iterator[bytes]:
        block = max(1, int(self._recording.samplerate * self._frame_s))
        left = self._recording.frames
        while left > 0:
            samples = self._translate_errors(self._recording.read, min(block, left), dtype="float32", always_2d=True)
            left -= len(samples)
            if len(samples) == 0:
                if self._recording.format not in ESTIMATED_LENGTH_FORMATS:
                    raise self._error(f"it is damaged or truncated: {left} samples are missing at its end")
                left = 0
            yield self._resampler.resample(samples, last=left == 0)

    def _open(self) -> Any:
        try:
            import soundfile
        except OSError as error:
            raise AudioError(f"recordings cannot be read: {error}; reinstall the Python package soundfile") from None
        try:
            if not self._path.exists():
                raise self._error("there is no such file")
            if self._path.is_dir():
                raise self._error("it is a folder, not a recording")
            if not self._path.is_file():
                raise self._error("it is not a regular file; raw 16 kHz sound can be piped in with --audio -")
            if self._path.stat().st_size == 0:
                raise self._error("the file is empty")
            self._translate_errors(check_whole_wav, self._path)
            recording = self._translate_errors(soundfile.SoundFile, str(self._path))
        except OSError as error:
            raise self._error(error.strerror or str(error)) from None
        if recording.frames == 0:
            raise self._error("it contains no sound")
        return recording

    def _translate_errors(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call ``function``, and raise its errors and those of libsndfile as an AudioError that names the file."""
        import soundfile

        try:
            return function(*args, **kwargs)
        except soundfile.LibsndfileError as error:
            reason = error.error_string.rstrip(".")
            raise self._error(f"it is not a recording that can be read ({reason})") from None
        except AudioError as error:
            raise self._error(str(error)) from None

    def _error(self, reason: str) -> AudioError:
        return AudioError(f"{self._path} cannot be used as a recording: {reason}")
