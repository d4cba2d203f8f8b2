"""Words that could not be typed where they were meant to go, kept until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from windictator.text.utterance import RecognizedWord
from windictator.typist.result import Stop

MOST_HELD = 100
"""Texts kept at a time; beyond that the oldest goes."""


@dataclass(frozen=True, slots=True)
class Held:
    """An utterance that could not be typed, or not to its end. ``missing``: the text that does not stand in
    ``window``, where it was meant to go; ``begun``: whether its beginning stands there."""

    heard: str
    words: tuple[RecognizedWord, ...]
    missing: str
    begun: bool
    window: int
    reason: Stop


class HeldWords:
    """Held utterances in the order in which they were spoken."""

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._place: int | None = None

    @property
    def all(self) -> tuple[Held, ...]:
        """Everything held, oldest first."""
        return tuple(self._held)

    def for_reason(self, reason: Stop | None) -> list[Held]:
        """What is held for ``reason``, for any if None, oldest first."""
        return [held for held in self._held if reason in (None, held.reason)]

    def keep(self, held: Held) -> bool:
        """Take in one more; whether the oldest had to go for it."""
        if self._place is not None:
            self._held.insert(self._place, held)
            return False
        self._held.append(held)
        if len(self._held) > MOST_HELD:
            del self._held[0]
            return True
        return False

    def forget_windows(self) -> None:
        """Let no beginning of a text be anywhere any more."""
        self._held = [replace(held, begun=False, window=0) for held in self._held]

    def drop(self) -> int:
        """Forget everything; how many texts that were."""
        count = len(self._held)
        self._held.clear()
        return count

    @contextmanager
    def instead_of(self, held: Held) -> Iterator[None]:
        """Take ``held`` out; what is kept of it inside the block comes in its place, not behind all others."""
        self._place = self._held.index(held)
        del self._held[self._place]
        try:
            yield
        finally:
            self._place = None
