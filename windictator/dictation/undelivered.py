"""Undelivered words: words that could not be typed in the intended window, kept until they are requested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from windictator.text.utterance import RecognizedWord
from windictator.typist.result import StopReason

MAX_UNDELIVERED = 100
"""Maximum number of texts that are kept; the oldest is discarded first."""


@dataclass(frozen=True, slots=True)
class UndeliveredText:
    """An utterance that could not be typed, or not to its end."""

    transcript: str
    """The recognised words, as text."""
    words: tuple[RecognizedWord, ...]
    """The recognised words."""
    missing: str
    """The text that is missing in the window."""
    is_partly_typed: bool
    """Whether its beginning is in the window."""
    window: int
    """The intended window; 0 if it is gone."""
    reason: StopReason
    """Why typing stopped."""


class UndeliveredQueue:
    """Queue of undelivered utterances, in the order in which they were spoken."""

    def __init__(self) -> None:
        self._texts: list[UndeliveredText] = []
        self._insert_at: int | None = None

    @property
    def all(self) -> tuple[UndeliveredText, ...]:
        """All texts, oldest first."""
        return tuple(self._texts)

    def for_reason(self, reason: StopReason | None) -> list[UndeliveredText]:
        """Return the texts kept for ``reason``, for any reason if None, oldest first."""
        return [text for text in self._texts if reason in (None, text.reason)]

    def add(self, text: UndeliveredText) -> bool:
        """Keep one more text. Returns whether the oldest was discarded for it."""
        if self._insert_at is not None:
            self._texts.insert(self._insert_at, text)
            return False
        self._texts.append(text)
        if len(self._texts) > MAX_UNDELIVERED:
            del self._texts[0]
            return True
        return False

    def forget_windows(self) -> None:
        """Forget in which windows the texts began."""
        self._texts = [replace(text, is_partly_typed=False, window=0) for text in self._texts]

    def clear(self) -> int:
        """Discard all texts. Returns their number."""
        count = len(self._texts)
        self._texts.clear()
        return count

    @contextmanager
    def replacing(self, text: UndeliveredText) -> Iterator[None]:
        """Remove ``text``. A text that is kept within the block takes its position, instead of the last one."""
        self._insert_at = self._texts.index(text)
        del self._texts[self._insert_at]
        try:
            yield
        finally:
            self._insert_at = None
