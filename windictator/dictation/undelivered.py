"""Words that could not be typed where they were meant to go, kept until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from windictator.text.utterance import RecognizedWord
from windictator.typist.result import StopReason

MAX_UNDELIVERED = 100
"""Texts kept at a time; beyond that the oldest goes."""


@dataclass(frozen=True, slots=True)
class UndeliveredText:
    """An utterance that could not be typed, or not to its end. ``missing``: the text that does not stand in
    ``window``, where it was meant to go; ``begun``: whether its beginning stands there."""

    transcript: str
    words: tuple[RecognizedWord, ...]
    missing: str
    is_partly_typed: bool
    window: int
    reason: StopReason


class UndeliveredQueue:
    """Held utterances in the order in which they were spoken."""

    def __init__(self) -> None:
        self._texts: list[UndeliveredText] = []
        self._insert_at: int | None = None

    @property
    def all(self) -> tuple[UndeliveredText, ...]:
        """Everything held, oldest first."""
        return tuple(self._texts)

    def for_reason(self, reason: StopReason | None) -> list[UndeliveredText]:
        """What is held for ``reason``, for any if None, oldest first."""
        return [held for held in self._texts if reason in (None, held.reason)]

    def add(self, text: UndeliveredText) -> bool:
        """Take in one more; whether the oldest had to go for it."""
        if self._insert_at is not None:
            self._texts.insert(self._insert_at, text)
            return False
        self._texts.append(text)
        if len(self._texts) > MAX_UNDELIVERED:
            del self._texts[0]
            return True
        return False

    def forget_windows(self) -> None:
        """Let no beginning of a text be anywhere any more."""
        self._texts = [replace(held, is_partly_typed=False, window=0) for held in self._texts]

    def clear(self) -> int:
        """Forget everything; how many texts that were."""
        count = len(self._texts)
        self._texts.clear()
        return count

    @contextmanager
    def replacing(self, text: UndeliveredText) -> Iterator[None]:
        """Take ``held`` out; what is kept of it inside the block comes in its place, not behind all others."""
        self._insert_at = self._texts.index(text)
        del self._texts[self._insert_at]
        try:
            yield
        finally:
            self._insert_at = None
