"""Voice activity gate: find the speech in a stream of audio, and the end of each utterance.

Pure: a function decides whether 20 ms of sound are voice, and time is counted in samples. Each sample is emitted once
and in order, unless it is silence. The sound just before the first voice is kept and emitted ahead of it, so the first
sound of a word is not lost. The sound after the end of an utterance is kept too, so two utterances in quick succession
are emitted without a gap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from windictator.speech.pcm import BYTES_PER_SAMPLE, SAMPLE_RATE

WINDOW_S = 0.02
WINDOW_BYTES = round(WINDOW_S * SAMPLE_RATE) * BYTES_PER_SAMPLE
"""Length of the sound that is classified at once: 20 ms of 16 kHz mono s16le."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Sound to recognise. ``start_sample``: number of its first sample among all that the gate received."""

    start_sample: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EndOfUtterance:
    """End of the utterance that was emitted before it.

    ``silence_s``: length of the known silence at its end (seconds).
    """

    silence_s: float = 0.0


class VoiceActivityGate:
    """Gate that opens at voice and closes after some silence; closing it ends the utterance.

    ``is_voice``: returns True if a window of ``WINDOW_BYTES`` is voice; called once for each window, in order.
    ``trailing_silence_s``: silence that ends an utterance (seconds).
    ``hangover``: time for which ``is_voice`` still returns True after the voice has ended (seconds). It counts as
    silence, so it is also the minimum of ``trailing_silence_s``.
    ``onset``: voice that opens the gate (seconds); a shorter noise does not.
    ``pre_roll``: sound before the onset that is emitted ahead of it (seconds).

    All times are rounded to windows; ``trailing_silence_s`` and ``onset`` take at least one window.
    """

    def __init__(
        self,
        is_voice: Callable[[bytes], bool],
        *,
        trailing_silence_s: float,
        hangover: float = 0.0,
        onset: float = 0.04,
        pre_roll: float = 0.4,
    ) -> None:
        self._is_voice = is_voice
        self._closing_windows = max(1, round((trailing_silence_s - hangover) / WINDOW_S))
        self._onset_windows = max(1, round(onset / WINDOW_S))
        self._pre_roll_windows = self._onset_windows + round(pre_roll / WINDOW_S)

        self._open = False
        self._fed_samples = 0  # without an odd byte
        self._window = b""  # beginning of an incomplete window
        self._odd_byte = b""
        self._pre_roll: deque[bytes] = deque(maxlen=self._pre_roll_windows)  # the last windows, while closed
        self._run_length = 0  # windows in a row that ask for a change: voice while closed, silence while open
        self._pre_roll_has_voice = False
        self.silent_sample_count = 0
        """Number of samples since the gate closed, 0 while it is open."""

    @property
    def is_open(self) -> bool:
        """Whether an utterance has begun and not ended."""
        return self._open

    def feed(self, data: bytes) -> list[SpeechSegment | EndOfUtterance]:
        """Process sound of any length, and return what is emitted."""
        data = self._odd_byte + data
        whole = len(data) - len(data) % BYTES_PER_SAMPLE
        self._odd_byte = data[whole:]
        out: list[SpeechSegment | EndOfUtterance] = []
        begin = 0
        while begin < whole:
            end = min(whole, begin + WINDOW_BYTES - len(self._window))
            self._feed_piece(data[begin:end], out)
            begin = end
        return out

    def end_utterance(self) -> list[SpeechSegment | EndOfUtterance]:
        """End the utterance here at the request of the caller, and return what is emitted: at least the end.

        Voice that was too short to open the gate is emitted too.
        """
        out: list[SpeechSegment | EndOfUtterance] = []
        if not self._open and self._pre_roll_has_voice:
            self._emit(self._take_pre_roll() + self._window, out)
        out.append(EndOfUtterance())
        # The incomplete window was emitted or is silence; the next window begins here.
        self._window = b""
        self._close()
        return out

    def _feed_piece(self, piece: bytes, out: list[SpeechSegment | EndOfUtterance]) -> None:
        """Process a piece that does not reach beyond the current window."""
        self._fed_samples += len(piece) // BYTES_PER_SAMPLE
        self._window += piece
        if self._open:
            self._emit(piece, out)
        else:
            self.silent_sample_count += len(piece) // BYTES_PER_SAMPLE
        if len(self._window) < WINDOW_BYTES:
            return
        window, self._window = self._window, b""
        voice = self._is_voice(window)
        self._run_length = self._run_length + 1 if voice != self._open else 0
        if self._open:
            if self._run_length >= self._closing_windows:
                out.append(EndOfUtterance(self._closing_windows * WINDOW_S))
                self._close()
            return
        self._pre_roll.append(window)
        self._pre_roll_has_voice = self._pre_roll_has_voice or voice
        if self._run_length >= self._onset_windows:
            self._emit(self._take_pre_roll(), out)
            self._open = True
            self._run_length = 0
            self.silent_sample_count = 0

    def _take_pre_roll(self) -> bytes:
        kept = b"".join(self._pre_roll)
        self._pre_roll.clear()
        return kept

    def _close(self) -> None:
        self._open = self._pre_roll_has_voice = False
        self._run_length = self.silent_sample_count = 0
        self._pre_roll.clear()

    def _emit(self, data: bytes, out: list[SpeechSegment | EndOfUtterance]) -> None:
        """Emit ``data``, which ends with the last sample received."""
        if out and isinstance(last := out[-1], SpeechSegment):
            out[-1] = SpeechSegment(last.start_sample, last.data + data)
        else:
            out.append(SpeechSegment(self._fed_samples - len(data) // BYTES_PER_SAMPLE, data))
