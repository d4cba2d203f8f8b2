"""Bytes that another program writes to standard input: raw audio, or lines of text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from windictator.deferreds import Descriptors
from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource
from windictator.speech.pcm import SAMPLE_RATE


class StdinBytes(AudioSource):
    """``AudioSource`` that delivers bytes as they come; for ``TextRecognizer``.

    ``fd``: a pipe, a terminal, a regular file or a device. It is not closed, and not made non-blocking, which would
    affect every process that shares it, such as the user's shell. It is read only when the reactor reports data, and
    not while the sink is busy. ``start`` fails with AudioError if it cannot be read.
    """

    MAX_READ_BYTES = 65536

    def __init__(self, reactor: Descriptors, fd: int = 0) -> None:
        self._reactor = reactor
        self._fd = fd
        self._sink: Callable[[bytes], Deferred[None]] | None = None
        self._ended: Deferred[AudioEnd] | None = None
        self._end: AudioEnd | AudioError | Failure | None = None
        self._is_busy = False

    @property
    def overruns(self) -> int:
        """Always 0, because the writing program waits."""
        return 0

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Deliver what is written until the end of the stream, or until ``stop``."""
        self._sink = sink
        self._ended = ended = Deferred[AudioEnd]()
        if self._fd == 0 and sys.stdin is None:
            # It was closed when the program started, and its number may belong to another file now.
            self._finish(AudioError("standard input is closed"))
        else:
            self._reactor.addReader(self)
        return ended

    def stop(self) -> None:
        """Stop reading."""
        self._finish(AudioEnd.STOPPED)

    def _read_size(self) -> int:
        """Return the maximum number of bytes to read."""
        return self.MAX_READ_BYTES

    def _take_complete(self, data: bytes) -> bytes:
        """Add ``data``, and return what is complete and can be delivered."""
        return data

    def _take_remainder(self) -> bytes:
        """Return what is left to deliver at the end."""
        return b""

    def _finish(self, end: AudioEnd | AudioError) -> None:
        if self._end is not None or self._ended is None:
            return
        self._end = end
        self._reactor.removeReader(self)
        if not self._is_busy:
            self._deliver(self._take_remainder())

    def _deliver(self, data: bytes) -> None:
        if data and self._sink is not None:
            self._is_busy = True
            self._sink(data).addCallbacks(self._delivered, self._sink_failed)
        else:
            self._delivered(None)

    def _delivered(self, _: None) -> None:
        self._is_busy = False
        if self._end is None:
            self._reactor.addReader(self)
        elif rest := self._take_remainder():
            self._deliver(rest)
        else:
            self._fire_ended()

    def _sink_failed(self, failure: Failure) -> None:
        self._is_busy = False
        self._reactor.removeReader(self)
        self._end = failure
        self._fire_ended()

    def _fire_ended(self) -> None:
        ended, self._ended = self._ended, None
        if ended is None:
            return
        if isinstance(self._end, AudioEnd):
            ended.callback(self._end)
        elif self._end is not None:
            ended.errback(self._end)

    # Interface IReadDescriptor, for the reactor

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._fd

    def logPrefix(self) -> str:
        """Return the name for Twisted's log."""
        return type(self).__name__

    def doRead(self) -> None:
        """Read once, and deliver what is complete."""
        try:
            data = os.read(self._fd, self._read_size())
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._finish(AudioError(f"standard input cannot be read: {error.strerror}"))
            return
        if not data:
            self._finish(AudioEnd.EXHAUSTED)
        elif ready := self._take_complete(data):
            self._reactor.removeReader(self)
            self._deliver(ready)

    def connectionLost(self, reason: Failure) -> None:
        """End, because the stream has ended."""
        # The epoll reactor reports in this way that the writer of a pipe has ended and everything has been read.
        self._finish(AudioEnd.EXHAUSTED)


class StdinAudio(StdinBytes):
    """Raw 16 kHz mono s16le from a descriptor, in frames of ``frame_ms``; the last may be shorter.

    ``on_notice``: called with one line if the stream ends in the middle of a sample.
    """

    def __init__(
        self,
        reactor: Descriptors,
        fd: int = 0,
        *,
        frame_ms: int = 50,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(reactor, fd)
        self._frame_bytes = SAMPLE_RATE * frame_ms // 1000 * 2
        self._frame = b""
        self._on_notice = on_notice

    def _read_size(self) -> int:
        return self._frame_bytes - len(self._frame)

    def _take_complete(self, data: bytes) -> bytes:
        self._frame += data
        if len(self._frame) < self._frame_bytes:
            return b""
        frame, self._frame = self._frame, b""
        return frame

    def _take_remainder(self) -> bytes:
        rest, self._frame = self._frame, b""
        if len(rest) % 2:
            rest = rest[:-1]
            if self._on_notice is not None:
                self._on_notice("the sound ends in the middle of a sample; check that it is 16 kHz mono 16-bit")
        return rest
