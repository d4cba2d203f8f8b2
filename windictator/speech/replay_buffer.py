"""Audio of the current utterance, which a new recognizer process receives to continue where the last one ended."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

from twisted.internet.defer import Deferred

from windictator.speech.pcm import BYTES_PER_SAMPLE


@dataclass(slots=True)
class AudioChunk:
    """Piece of audio, or the end of an utterance (no ``data``).

    ``start_sample``: number of its first sample in the session.
    ``done``: fires when it has been processed.
    ``is_answered``: whether a recognizer process has answered it, the current one or an earlier one.
    ``silent_sample_count``: number of samples without voice before the end of an utterance.
    """

    data: bytes
    start_sample: int
    done: Deferred[None] | None = None
    is_answered: bool = False
    silent_sample_count: int = 0

    @property
    def sample_count(self) -> int:
        """Length in samples."""
        return len(self.data) // BYTES_PER_SAMPLE

    @property
    def end_sample(self) -> int:
        """Number of the first sample after it."""
        return self.start_sample + len(self.data) // BYTES_PER_SAMPLE


class ReplayBuffer:
    """Chunks since the last final, in order: first the answered ones, then the others.

    Answered audio is kept up to ``max_samples``; older audio is dropped and counted. Audio without an answer is never
    dropped, so the caller must limit it.
    """

    def __init__(self, max_samples: int) -> None:
        self._max_samples = max_samples
        self._chunks: deque[AudioChunk] = deque()
        self._answered_count = 0  # also the index of the first chunk without an answer
        self._answered_sample_count = 0
        self.forgotten_sample_count = 0
        """Number of samples of the current utterance that are no longer kept."""

    def append(self, chunk: AudioChunk) -> None:
        """Add a chunk without an answer."""
        self._chunks.append(chunk)

    def __len__(self) -> int:
        return len(self._chunks)

    def __getitem__(self, index: int) -> AudioChunk:
        return self._chunks[index]

    def __iter__(self) -> islice[AudioChunk]:
        return islice(self._chunks, None)

    @property
    def unanswered(self) -> list[AudioChunk]:
        """Chunks that no process has answered yet."""
        return list(islice(self._chunks, self._answered_count, None))

    def mark_answered(self, chunk: AudioChunk) -> None:
        """Mark ``chunk``, which must be the first without an answer, as answered."""
        assert self._chunks[self._answered_count] is chunk
        chunk.is_answered = True
        self._answered_count += 1
        self._answered_sample_count += chunk.sample_count
        while self._answered_sample_count > self._max_samples:
            self.forgotten_sample_count += self._drop_first().sample_count

    def get_answered_audio(self, start: int, end: int) -> bytes:
        """Return the answered audio from sample ``start`` to ``end``, as far as it is still kept."""
        parts = []
        for piece in islice(self._chunks, self._answered_count):
            begin, stop = (max(sample - piece.start_sample, 0) * BYTES_PER_SAMPLE for sample in (start, end))
            parts.append(piece.data[begin:stop])
        return b"".join(parts)

    def drop_until(self, sample: int) -> None:
        """End the utterance: drop the answered audio before ``sample``, and reset ``forgotten_sample_count``."""
        self.forgotten_sample_count = 0
        while self._answered_count and self._chunks[0].end_sample <= sample:
            self._drop_first()
        if self._answered_count and (cut := sample - self._chunks[0].start_sample) > 0:
            first = self._chunks[0]
            first.data = first.data[cut * BYTES_PER_SAMPLE :]
            first.start_sample += cut
            self._answered_sample_count -= cut

    def drop_through_first_unanswered(self) -> list[AudioChunk]:
        """Drop the answered audio and the first chunk after it, and return what was dropped."""
        count = min(self._answered_count + 1, len(self._chunks))
        dropped = [self._chunks.popleft() for _ in range(count)]
        self._answered_count = self._answered_sample_count = self.forgotten_sample_count = 0
        return dropped

    def clear(self) -> list[AudioChunk]:
        """Drop everything, and return it."""
        dropped = list(self._chunks)
        self._chunks.clear()
        self._answered_count = self._answered_sample_count = self.forgotten_sample_count = 0
        return dropped

    def _drop_first(self) -> AudioChunk:
        piece = self._chunks.popleft()
        self._answered_count -= 1
        self._answered_sample_count -= piece.sample_count
        return piece
