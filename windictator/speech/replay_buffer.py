"""The audio of the utterance under way: what a new recognizer process must hear to know what the last one knew."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

from twisted.internet.defer import Deferred

from windictator.speech.vosk_worker import BYTES_PER_SAMPLE


@dataclass(slots=True)
class AudioChunk:
    """A piece of audio, or the end of an utterance (no ``data``).

    ``start``: number of its first sample in the session. ``waiting``: fires when it has been dealt with.
    ``answered``: whether a recognizer process has answered it, in this run or an earlier one. ``silent_samples``: for
    the end of an utterance, how many samples before it are without voice.
    """

    data: bytes
    start_sample: int
    done: Deferred[None] | None = None
    is_answered: bool = False
    silent_sample_count: int = 0

    @property
    def sample_count(self) -> int:
        """Its length in samples."""
        return len(self.data) // BYTES_PER_SAMPLE

    @property
    def end_sample(self) -> int:
        """Number of the sample after its last."""
        return self.start_sample + self.sample_count


class ReplayBuffer:
    """Pieces since the last final, in order: some answered, then those that are not.

    Answered audio is kept up to ``limit`` samples; beyond that the oldest is forgotten and counted. What has not been
    answered is never forgotten: to bound it is the business of whoever feeds it.
    """

    def __init__(self, max_samples: int) -> None:
        self._max_samples = max_samples
        self._chunks: deque[AudioChunk] = deque()
        self._answered_count = 0  # pieces, and so the index of the first that is not
        self._answered_sample_count = 0
        self.forgotten_sample_count = 0
        """Samples of the utterance under way that are no longer kept."""

    def append(self, chunk: AudioChunk) -> None:
        """Add a piece that has not been answered."""
        self._chunks.append(chunk)

    def __len__(self) -> int:
        return len(self._chunks)

    def __getitem__(self, index: int) -> AudioChunk:
        return self._chunks[index]

    def __iter__(self) -> islice[AudioChunk]:
        return islice(self._chunks, None)

    @property
    def unanswered(self) -> list[AudioChunk]:
        """The pieces that no process has answered yet."""
        return list(islice(self._chunks, self._answered_count, None))

    def mark_answered(self, chunk: AudioChunk) -> None:
        """Mark the first piece that is not answered, which must be ``piece``, as answered."""
        assert self._chunks[self._answered_count] is chunk
        chunk.is_answered = True
        self._answered_count += 1
        self._answered_sample_count += chunk.sample_count
        while self._answered_sample_count > self._max_samples:
            self.forgotten_sample_count += self._drop_first().sample_count

    def get_answered_audio(self, start: int, end: int) -> bytes:
        """The answered audio from sample ``start`` to ``end``, as far as it is still kept."""
        parts = []
        for piece in islice(self._chunks, self._answered_count):
            begin, stop = (max(sample - piece.start_sample, 0) * BYTES_PER_SAMPLE for sample in (start, end))
            parts.append(piece.data[begin:stop])
        return b"".join(parts)

    def drop_until(self, sample: int) -> None:
        """The utterance ended: forget the answered audio before ``sample``, and start counting anew."""
        self.forgotten_sample_count = 0
        while self._answered_count and self._chunks[0].end_sample <= sample:
            self._drop_first()
        if self._answered_count and (cut := sample - self._chunks[0].start_sample) > 0:
            first = self._chunks[0]
            first.data = first.data[cut * BYTES_PER_SAMPLE :]
            first.start_sample += cut
            self._answered_sample_count -= cut

    def drop_through_first_unanswered(self) -> list[AudioChunk]:
        """Forget the answered audio and the first piece after it; returns what was dropped."""
        count = min(self._answered_count + 1, len(self._chunks))
        dropped = [self._chunks.popleft() for _ in range(count)]
        self._answered_count = self._answered_sample_count = self.forgotten_sample_count = 0
        return dropped

    def clear(self) -> list[AudioChunk]:
        """Forget everything; returns what was there."""
        dropped = list(self._chunks)
        self._chunks.clear()
        self._answered_count = self._answered_sample_count = self.forgotten_sample_count = 0
        return dropped

    def _drop_first(self) -> AudioChunk:
        piece = self._chunks.popleft()
        self._answered_count -= 1
        self._answered_sample_count -= piece.sample_count
        return piece
