"""Places in a text where the application must process all keys before more are sent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from windictator.keyboard.chord import KeyCombination
from windictator.text.cursor_edit import CARET_LEFT, CARET_RIGHT

TEXT_DEPENDENT_CHARACTERS = frozenset("\b" + CARET_LEFT + CARET_RIGHT)
"""Characters whose keys act on the current text: BackSpace, Left, Right."""
_NON_PRINTING_CHARACTERS = TEXT_DEPENDENT_CHARACTERS | frozenset("\n\t")
"""Characters whose keys do something else than write a character."""


def sync_points(keys: Sequence[str | KeyCombination], acts_late: bool) -> set[int]:
    """Return the positions in ``keys`` at which the application must have processed all earlier keys.

    There is one before each character that follows BackSpaces or cursor keys.
    acts_late: keys that write no character act late in the application. Then there is one before each different key
    that follows such a key, and one at the end.
    """
    acts = _NON_PRINTING_CHARACTERS if acts_late else TEXT_DEPENDENT_CHARACTERS
    if acts.isdisjoint(keys) if isinstance(keys, str) else not acts_late:
        return set()
    pairs = enumerate(pairwise(keys), 1)
    if not acts_late:
        return {position for position, (act, key) in pairs if act in acts and key not in acts}
    waits = {position for position, (act, key) in pairs if key != act and _is_non_printing(act)}
    return waits | ({len(keys)} if _is_non_printing(keys[-1]) else set())


def _is_non_printing(key: str | KeyCombination) -> bool:
    return not isinstance(key, str) or key in _NON_PRINTING_CHARACTERS
