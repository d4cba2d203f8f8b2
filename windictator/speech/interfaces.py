"""Interfaces of sources of sound and of recognizers."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.text.utterance import Hypothesis


class AudioEnd(enum.Enum):
    """Why an audio source ended."""

    EXHAUSTED = "end of the recording"
    STOPPED = "stopped"
    LOST = "the microphone was lost"


class AudioError(WinDictatorError):
    """The recording or the microphone cannot be used: an errback of ``AudioSource.start``."""


class AudioSource(Protocol):
    """Gives 16 kHz mono s16le audio in frames of 20-100 ms."""

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Begin. Every frame goes to ``sink``, whose Deferred fires when the frame has been dealt with: a
        recording waits for it (back pressure), a microphone drops, counts and reports what exceeds its bounded
        buffer. The result fires when no more frames will come. Raises or fails with ``AudioError``."""

    def stop(self) -> None:
        """End soon: what was captured before is still delivered, then the Deferred of ``start`` fires."""

    @property
    def overruns(self) -> int:
        """Number of frames lost so far because the sink was busy for too long."""

    # A recording or standard input inherits what follows; a microphone has its own.

    report_levels: bool = False
    """Whether the level of the sound is reported; it costs some computing."""

    @property
    def is_recovering(self) -> bool:
        """Whether there is no sound at the moment and the source waits for it."""
        return False

    def when_capturing(self) -> Deferred[None]:
        """Fire when the started source captures what is said from then on, or has failed."""
        from twisted.internet.defer import succeed

        return succeed(None)


class Recognizer(Protocol):
    """Turns audio (or, for the text recognizer, UTF-8 lines) into hypotheses."""

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Get ready; fires when it listens. Every hypothesis goes to ``on_hypothesis`` in order; what the user
        should be told (a restart, say) to ``on_notice``, one line each. Fails with ``RecognizerError``."""

    def feed(self, data: bytes) -> Deferred[None]:
        """Take the next piece; may be called before ``start`` has fired (it is kept). Fires when it has been
        processed and its hypotheses have been delivered."""

    def finish(self) -> Deferred[None]:
        """The utterance ends here: fires when everything fed before has been dealt with and its final has been
        delivered. More may be fed after it."""

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """What else may have been said in an utterance that was delivered lately: texts, best first; what was
        delivered may be among them. Empty where that is not known, or not any more. Nothing that is being heard is
        lost over it. Never fails."""

    def stop(self) -> Deferred[None]:
        """End at once and let go of everything; fires when that is done. May follow ``finish`` or not."""
