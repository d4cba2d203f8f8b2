"""The audio of the utterance under way: what a new recognizer process must hear to know what the last one knew."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

from twisted.internet.defer import Deferred

BYTES_PER_SAMPLE = 2


@dataclass(slots=True)
class Piece:
    """A piece of audio, or the end of an utterance (no ``data``).

    ``start``: number of its first sample in the session. ``waiting``: fires when it has been dealt with.
    ``answered``: whether a recognizer process has answered it, in this run or an earlier one. ``silent_samples``: for
    the end of an utterance, how many samples before it are without voice.
    """

    data: bytes
    start: int
    waiting: Deferred[None] | None = None
    answered: bool = False
    silent_samples: int = 0

    @property
    def samples(self) -> int:
        """Its length in samples."""
        return len(self.data) // BYTES_PER_SAMPLE

    @property
    def end(self) -> int:
        """Number of the sample after its last."""
        return self.start + self.samples


class HeardAudio:
    """Pieces since the last final, in order: some answered, then those that are not.

    Answered audio is kept up to ``limit`` samples; beyond that the oldest is forgotten and counted. What has not been
    answered is never forgotten: to bound it is the business of whoever feeds it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: deque[Piece] = deque()
        self._answered = 0  # pieces, and so the index of the first that is not
        self._answered_samples = 0
        self.forgotten = 0
        """Samples of the utterance under way that are no longer kept."""

    def append(self, piece: Piece) -> None:
        """Add a piece that has not been answered."""
        self._pieces.append(piece)

    def __len__(self) -> int:
        return len(self._pieces)

    def __getitem__(self, index: int) -> Piece:
        return self._pieces[index]

    def __iter__(self) -> islice[Piece]:
        return islice(self._pieces, None)

    @property
    def unanswered(self) -> list[Piece]:
        """The pieces that no process has answered yet."""
        return list(islice(self._pieces, self._answered, None))

    def answer(self, piece: Piece) -> None:
        """Mark the first piece that is not answered, which must be ``piece``, as answered."""
        assert self._pieces[self._answered] is piece
        piece.answered = True
        self._answered += 1
        self._answered_samples += piece.samples
        while self._answered_samples > self._limit:
            self.forgotten += self._drop_first().samples

    def sound(self, start: int, end: int) -> bytes:
        """The answered audio from sample ``start`` to ``end``, as far as it is still kept."""
        parts = []
        for piece in islice(self._pieces, self._answered):
            begin, stop = (max(sample - piece.start, 0) * BYTES_PER_SAMPLE for sample in (start, end))
            parts.append(piece.data[begin:stop])
        return b"".join(parts)

    def drop_until(self, sample: int) -> None:
        """The utterance ended: forget the answered audio before ``sample``, and start counting anew."""
        self.forgotten = 0
        while self._answered and self._pieces[0].end <= sample:
            self._drop_first()
        if self._answered and (cut := sample - self._pieces[0].start) > 0:
            first = self._pieces[0]
            first.data = first.data[cut * BYTES_PER_SAMPLE :]
            first.start += cut
            self._answered_samples -= cut

    def drop_through_first_unanswered(self) -> list[Piece]:
        """Forget the answered audio and the first piece after it; returns what was dropped."""
        count = min(self._answered + 1, len(self._pieces))
        dropped = [self._pieces.popleft() for _ in range(count)]
        self._answered = self._answered_samples = self.forgotten = 0
        return dropped

    def clear(self) -> list[Piece]:
        """Forget everything; returns what was there."""
        dropped = list(self._pieces)
        self._pieces.clear()
        self._answered = self._answered_samples = self.forgotten = 0
        return dropped

    def _drop_first(self) -> Piece:
        piece = self._pieces.popleft()
        self._answered -= 1
        self._answered_samples -= piece.samples
        return piece
