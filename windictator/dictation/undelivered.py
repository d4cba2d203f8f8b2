"""Undelivered words: words that could not be typed in the intended window, kept until they are requested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from windictator.text.ledger import Entry, new_step_id
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
    window: int
    """The intended window; 0 if it is gone."""
    reason: StopReason
    """Why typing stopped."""
    beginning: Entry | None = None
    """What the ledger has of it in the window; None if nothing of it is there."""
    whole: str = ""
    """The whole text for the window, if its beginning is there."""
    changed: str | None = None
    """The text that commands have made of it; None if they have not changed it."""
    is_case_set: bool = False
    """Whether a command has said how ``changed`` begins: with a capital or not, wherever it is typed."""
    number: int = 0
    """Its place in the order of what was said; see ``ledger.new_step_id``."""

    @property
    def is_partly_typed(self) -> bool:
        """Whether its beginning is in the window."""
        return self.beginning is not None


class UndeliveredQueue:
    """Queue of undelivered utterances, in the order in which they were spoken."""

    def __init__(self) -> None:
        self.texts: list[UndeliveredText] = []
        """The texts, oldest first."""
        self._insert_at: int | None = None

    @property
    def all(self) -> tuple[UndeliveredText, ...]:
        """All texts, oldest first."""
        return tuple(self.texts)

    def for_reason(self, reason: StopReason | None) -> list[UndeliveredText]:
        """Return the texts kept for ``reason``, for any reason if None, oldest first."""
        return [text for text in self.texts if reason in (None, text.reason)]

    def add(self, text: UndeliveredText) -> bool:
        """Keep one more text. Returns whether the oldest was discarded for it."""
        text = replace(text, number=new_step_id())
        if self._insert_at is not None:
            self.texts.insert(self._insert_at, text)
            return False
        self.texts.append(text)
        if len(self.texts) > MAX_UNDELIVERED:
            del self.texts[0]
            return True
        return False

    def forget_windows(self) -> None:
        """Forget in which windows the texts began."""
        self.texts = [replace(text, beginning=None, window=0) for text in self.texts]

    def remove(self, text: UndeliveredText) -> None:
        """Discard one text."""
        self.texts.remove(text)

    def change(self, text: UndeliveredText, changed: str, is_case_set: bool) -> None:
        """Type ``changed`` instead of the words of ``text``."""
        self.texts[self.texts.index(text)] = replace(text, missing=changed, changed=changed, is_case_set=is_case_set)

    def clear(self) -> int:
        """Discard all texts. Returns their number."""
        count = len(self.texts)
        self.texts.clear()
        return count

    @contextmanager
    def replacing(self, text: UndeliveredText) -> Iterator[None]:
        """Remove ``text``. A text that is kept within the block takes its position, instead of the last one."""
        self._insert_at = self.texts.index(text)
        del self.texts[self._insert_at]
        try:
            yield
        finally:
            self._insert_at = None
