"""The audio source of a session: opened, closed and opened again."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, DeferredLock
from twisted.python.failure import Failure

from windictator.app.capture_run import CaptureRun
from windictator.deferreds import DeferredPool
from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource, Recognizer

OpenAudio = Callable[[bool], AudioSource]
"""Returns a new audio source. The argument is True at the start, when a missing microphone is an error; later the
source waits for the microphone."""


class AudioInput:
    """Feeds the recognizer from one audio source at a time.

    open_audio: returns a new source each time that the input is opened; None: there is no sound.
    when_not_full: fires when more hypotheses may follow.
    work: holds each capture until all of it has been recognised.
    on_ended: called when all of a source has been recognised. The flag is True if the source ended without ``close``.
    on_failed: the same for a source or a recognizer that has failed; it is not called for a recognizer whose source has
        been replaced.
    """

    def __init__(
        self,
        open_audio: OpenAudio | None,
        when_not_full: Callable[[], Deferred[None]],
        work: DeferredPool,
        on_ended: Callable[[AudioEnd, bool], None],
        on_failed: Callable[[Failure, bool], None],
    ) -> None:
        self.open_audio = open_audio
        self._when_not_full = when_not_full
        self._work = work
        self._on_ended = on_ended
        self._on_failed = on_failed
        self._capture: CaptureRun | None = None
        self._lock = DeferredLock()
        self._overruns = 0
        self._reports_levels = False
        self._error: AudioError | None = None

    @property
    def is_recovering(self) -> bool:
        """Whether the microphone gives no sound at the moment and the source waits for it."""
        return self._capture is not None and self._capture.source.is_recovering

    @property
    def problem(self) -> str:
        """Why there is no sound at the moment, a few words; "" if there is sound, or if the input is closed."""
        return self._capture.source.problem if self._capture is not None else ""

    @property
    def overruns(self) -> int:
        """Number of audio frames lost so far."""
        return self._overruns + (self._capture.source.overruns if self._capture else 0)

    def open(self, recognizer: Recognizer, is_start: bool) -> None:
        """Open a source for ``recognizer``. ``is_start``: see ``OpenAudio``. Raises AudioError."""
        self._error = None
        if self.open_audio is None:
            return
        source = self.open_audio(is_start)
        source.report_levels = self._reports_levels
        capture = CaptureRun(source, recognizer, self._when_not_full, self._lock)
        ended = capture.start()
        self._capture = capture
        ended.addCallbacks(self._ended, self._failed, callbackArgs=(capture,), errbackArgs=(capture,))
        self._work.add(ended)

    def close(self) -> None:
        """Close the source; what was said before is still recognised."""
        capture, self._capture = self._capture, None
        if capture is not None:
            self._overruns += capture.source.overruns
            capture.stop()

    async def hold(self) -> None:
        """Keep the sound of sources that are opened from now on, until ``release``."""
        await self._lock.acquire()

    def release(self) -> None:
        """Pass the kept sound to the recognizer."""
        self._lock.release()

    async def when_capturing(self) -> None:
        """Return when the source captures what is said from then on. Raises AudioError."""
        if self._capture is not None:
            await self._capture.source.when_capturing()
            if self._capture is not None and self._capture.error is not None:
                raise self._capture.error
        if self._error is not None:
            raise self._error

    def set_reports_levels(self, reports_levels: bool) -> None:
        """Report the level of the sound from now on, or not; it costs some computing."""
        self._reports_levels = reports_levels
        if self._capture is not None:
            self._capture.source.report_levels = reports_levels

    def _ended(self, end: AudioEnd, capture: CaptureRun) -> None:
        self._on_ended(end, self._capture is capture)

    def _failed(self, failure: Failure, capture: CaptureRun) -> None:
        is_current = self._capture is capture
        if isinstance(failure.value, AudioError):
            self._error = failure.value
        elif not is_current and self._capture is not None:
            return
        self._on_failed(failure, is_current)
