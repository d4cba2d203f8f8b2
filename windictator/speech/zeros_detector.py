"""Detection of a microphone that delivers exact zeros, as if it were muted in hardware."""

from __future__ import annotations

import enum

from windictator.speech.pcm import BYTES_PER_SAMPLE, SAMPLE_RATE

ZEROS_TIMEOUT_S = 2.5
"""Length of exact zeros before they are reported, in seconds. No real microphone delivers zeros. The time doubles
whenever the signal comes back without a change, because some noise filters deliver zeros between words."""
MAX_ZEROS_TIMEOUT_S = 300.0


class SignalChange(enum.Enum):
    """Change of the signal that is worth a message."""

    LOST = enum.auto()
    BACK = enum.auto()


class ZerosDetector:
    """Counter of exact zeros in the sound of one microphone."""

    def __init__(self) -> None:
        self._zero_bytes = 0
        self._timeout_s = ZEROS_TIMEOUT_S
        self.is_reported = False
        """Whether the user knows that there is no signal."""

    def measure(self, block: bytes) -> SignalChange | None:
        """Return the change of the signal that ``block`` of s16le samples shows."""
        if block.count(0) != len(block):
            self._zero_bytes = 0
            if not self.is_reported:
                return None
            self.is_reported = False
            self._timeout_s = min(2 * self._timeout_s, MAX_ZEROS_TIMEOUT_S)
            return SignalChange.BACK
        self._zero_bytes += len(block)
        if self.is_reported or self._zero_bytes < self._timeout_s * SAMPLE_RATE * BYTES_PER_SAMPLE:
            return None
        self.is_reported = True
        return SignalChange.LOST

    def source_changed(self) -> None:
        """Use the first timeout again, because another microphone is in use."""
        self._timeout_s = ZEROS_TIMEOUT_S

    def muted(self) -> None:
        """Expect zeros, because the microphone was muted and the user knows it."""
        self.is_reported = True

    def unmuted(self) -> None:
        """Expect a signal again."""
        self._zero_bytes = 0
        self.is_reported = False
