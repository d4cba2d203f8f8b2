"""Decides which sound is worth recognising and where an utterance ends: audio in, passages and ends out.

Pure: whether 20 ms of sound are voice is asked of a function, time is counted in samples. Everything that is heard
either comes out, once and in order, or is silence: the moments before the first voice are kept back and come out ahead
of it, so no first sound is lost; what follows the end of an utterance is kept back likewise, so two utterances that
stand close together come out without a gap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from windictator.speech.vosk_worker import BYTES_PER_SAMPLE, SAMPLE_RATE

WINDOW_S = 0.02
WINDOW_BYTES = round(WINDOW_S * SAMPLE_RATE) * BYTES_PER_SAMPLE
"""The sound that is judged at a time: 20 ms of 16 kHz mono s16le."""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """Sound to be recognised. ``start``: number of its first sample among all that the gate was fed."""

    start_sample: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EndOfUtterance:
    """Everything that came out before is an utterance, finished now. ``silence_s``: seconds at its end that are known
    to be without voice."""

    silence_s: float = 0.0


class VoiceActivityGate:
    """Opens at voice, closes when there has been none for a while; closing ends the utterance.

    ``is_voice``: whether a window of ``WINDOW_BYTES`` is voice; called once for every window, in order. ``silence``:
    seconds without voice that end an utterance. ``hangover``: seconds for which ``is_voice`` goes on saying yes after
    the voice has ended; they count as silence, and so the least that ``silence`` can be. ``onset``: seconds of voice
    that open the gate; a shorter noise does not. ``pre_roll``: seconds of sound before the onset that come out ahead
    of it. All are rounded to windows, ``silence`` and ``onset`` to one at least.
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
        self._fed_samples = 0  # samples fed, but for an odd byte
        self._window = b""  # the beginning of a window that is not complete
        self._odd_byte = b""
        self._pre_roll: deque[bytes] = deque(
            maxlen=self._pre_roll_windows
        )  # whole windows, the last ones; only while closed
        self._run_length = (
            0  # windows in a row, up to now, that speak for a change: voice while closed, none while open
        )
        self._pre_roll_has_voice = False  # some of what is kept is voice
        self.silent_sample_count = 0
        """Samples since the gate closed, 0 while it is open."""

    @property
    def is_open(self) -> bool:
        """Whether an utterance is under way."""
        return self._open

    def feed(self, data: bytes) -> list[SpeechSegment | EndOfUtterance]:
        """Take the next sound, of any length; what comes out at once."""
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
        """The utterance ends here, because somebody says so: what comes out, at least its end. Voice too short to have
        opened the gate comes out too."""
        out: list[SpeechSegment | EndOfUtterance] = []
        if not self._open and self._pre_roll_has_voice:
            self._emit(self._take_pre_roll() + self._window, out)
        out.append(EndOfUtterance())
        # What there is of a window has come out, or is silence; the next one begins here.
        self._window = b""
        self._close()
        return out

    def _feed_piece(self, piece: bytes, out: list[SpeechSegment | EndOfUtterance]) -> None:
        """A piece that ends where the window ends, or before."""
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
        """Let ``data`` out, which ends where the gate has got to."""
        if out and isinstance(last := out[-1], SpeechSegment):
            out[-1] = SpeechSegment(last.start_sample, last.data + data)
        else:
            out.append(SpeechSegment(self._fed_samples - len(data) // BYTES_PER_SAMPLE, data))
