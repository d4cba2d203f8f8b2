"""Events of dictation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from windictator.text.catalogue import CatalogueEntry
    from windictator.typist.result import TypingResult


class DictationListener(Protocol):
    """What is told of a dictation while it runs; called in the reactor's thread, must not block long."""

    def ready(self, window: str) -> None:
        """Listening; ``window`` describes the focused window, "" where there is none."""

    def notice(self, message: str) -> None:
        """Something the user should know (recognizer restarted, audio lost); one line."""

    def offer(self, message: str) -> None:
        """A rule for words that were corrected more than once; one line with dictated words in it, so for no log."""

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        """What else may have been said for ``text``, which stands on the screen; they are chosen by number, from 1."""

    def help(self, repertoire: Sequence[CatalogueEntry]) -> None:
        """The user asks what can be said."""

    def partial(self, text: str) -> None:
        """The recognizer's best guess so far."""

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        """An utterance as recognised, before commands and punctuation; mean word confidence 0..1; the numbers, from 0,
        of its words that may well be others."""

    def typed(self, text: str, erased: int, typed: TypingResult) -> None:
        """What was done: ``erased`` BackSpaces confirmed, then ``text``, the part of the insertion that was
        confirmed. ``typed``: the outcome of both together."""

    def refused(self, reason: str) -> None:
        """An utterance or command was not carried out, and why; one line."""
