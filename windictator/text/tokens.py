"""Words of an utterance as rules read them."""

from __future__ import annotations

from windictator.text.phrases import PhraseMap


class Tokens:
    """Case-folded words of an utterance; any position outside it has the word ""."""

    __slots__ = ("_apart", "_heard")

    def __init__(self, tokens: list[str], pause_before: frozenset[int] = frozenset()) -> None:
        """Wrap ``tokens``.

        pause_before: positions of words after a pause.
        """
        self._heard = tokens
        self._apart = pause_before

    def __len__(self) -> int:
        return len(self._heard)

    def __getitem__(self, position: int) -> str:
        return self._heard[position] if 0 <= position < len(self._heard) else ""

    @property
    def words(self) -> list[str]:
        """The words."""
        return self._heard

    def has_pause_before(self, position: int) -> bool:
        """Return True if a pause comes before the word at ``position``."""
        return position in self._apart

    def find(self, table: PhraseMap[str], position: int) -> tuple[int, str] | None:
        """Return the longest phrase of ``table`` at ``position``, as (end, meaning)."""
        for length, meaning in table.matches(self._heard, position):
            return position + length, meaning
        return None
