"""Interfaces of audio sources and recognizers, and what they have in common."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from windictator.text.utterance import Hypothesis


class AudioEnd(enum.Enum):
    """Reason why an audio source ended."""

    EXHAUSTED = "end of the recording"
    STOPPED = "stopped"
    LOST = "the microphone was lost"


class AudioError(WinDictatorError):
    """The recording or the microphone cannot be used: an errback of ``AudioSource.start``."""


class AudioSource(Protocol):
    """Source of 16 kHz mono s16le audio in frames of 20 to 100 ms.

    Implementations inherit from this class. A source that has nothing to wait for, such as a recording, keeps the
    defaults of ``report_levels``, ``is_recovering``, ``problem`` and ``when_capturing``.
    """

    report_levels: bool = False
    """Whether the source reports the level of the sound, which costs some computing."""

    def start(self, sink: Callable[[bytes], Deferred[None]]) -> Deferred[AudioEnd]:
        """Begin to pass frames to ``sink``; fire when no more frames will come, or fail with ``AudioError``.

        The Deferred of ``sink`` fires when the frame has been processed. A recording waits for it (back pressure). A
        microphone drops, counts and reports the frames that exceed its bounded buffer. Raises AudioError if the
        source cannot begin.
        """

    def stop(self) -> None:
        """End soon: deliver what was captured before, then fire the Deferred of ``start``."""

    @property
    def overruns(self) -> int:
        """Number of frames lost so far because the sink was busy for too long."""

    @property
    def is_recovering(self) -> bool:
        """Whether there is no sound at the moment and the source is trying to get it back."""
        return False

    @property
    def problem(self) -> str:
        """Why there is no sound at the moment, a few words; "" if there is sound."""
        return ""

    def when_capturing(self) -> Deferred[None]:
        """Fire when the started source captures everything said from then on, or when it reported that it cannot."""
        from twisted.internet.defer import succeed

        return succeed(None)


class Recognizer(Protocol):
    """Converter of audio (or of UTF-8 lines, for the text recognizer) into hypotheses.

    Implementations inherit from this class.
    """

    refusal_count: int = 0
    """Number of inputs refused so far, each with a notice; audio is never refused."""

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Prepare; fire when recognition is ready, or fail with ``RecognizerError``.

        on_hypothesis: called with each hypothesis, in order.
        on_notice: called with each line for the user, such as a restart.
        """

    def feed(self, data: bytes) -> Deferred[None]:
        """Process the next piece; fire when it has been processed and its hypotheses were delivered.

        Data fed before ``start`` has fired is kept until then.
        """

    def finish(self) -> Deferred[None]:
        """End the utterance here; fire when everything fed before was processed and the final was delivered.

        More may be fed after it.
        """

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """Fire with the texts that a recently delivered utterance may have been, best first.

        The delivered text may be among them. The result is empty if no other is known, or the utterance is too old.
        Recognition goes on meanwhile, without loss. Never fails.
        """

    def stop(self) -> Deferred[None]:
        """End at once and release everything; fire when this is done. ``finish`` need not come first."""
