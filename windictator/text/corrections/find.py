"""Places in the text that may be changed: the last words, characters, or utterance, and text that is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from windictator.text.corrections.editable import SEARCH_LIMIT, CorrectionError, EditableText
from windictator.text.edit import cursor_units
from windictator.text.line_breaks import LINE_ENDS

WORD = re.compile(r"\S+")
SPACES = re.compile(rf"[^\S{LINE_ENDS}]+")


def last_utterance(editable: EditableText) -> tuple[int, int]:
    """The last utterance, without the spaces before it."""
    start, end = editable.last_utterance_start, len(editable.text)
    lead = len(editable.text[start:]) - len(editable.text[start:].lstrip(" "))
    return _non_empty_range(start + lead if lead < end - start else start, end)


def last_words(count: int) -> Callable[[EditableText], tuple[int, int]]:
    """The last ``count`` words and what stands behind them."""

    def find(editable: EditableText) -> tuple[int, int]:
        starts = word_starts(editable.text)
        check_available(len(starts), count, "word", editable.complete, "selected")
        return starts[-count], len(editable.text)

    return find


def last_words_start(count: int) -> Callable[[EditableText], int]:
    """Where the last ``count`` words begin."""
    return lambda open_text: last_words(count)(open_text)[0]


def last_characters_start(count: int) -> Callable[[EditableText], int]:
    """Where the last ``count`` characters begin, as the reader counts them."""

    def find(editable: EditableText) -> int:
        units = cursor_units(editable.text)
        check_available(len(units), count, "character", editable.complete, "passed")
        return len(editable.text) - sum(map(len, units[:count]))

    return find


def find_text(spellings: Sequence[str]) -> Callable[[EditableText], tuple[int, int]]:
    """The last occurrence of a text, which may be written in one of ``ways``."""
    return lambda open_text: find_range(open_text, spellings)


def find_position(editable: EditableText, spellings: Sequence[str], after: bool) -> int:
    """Where new words are to go: before the last occurrence of a text, or ``behind`` it. Raises NotPossible."""
    start, end = find_range(editable, spellings)
    if len(editable.text) - start > editable.max_distance:
        raise CorrectionError(
            f"{spellings[0]!r} stands {len(editable.text) - start} characters back:"
            f" more than {editable.max_distance} would have to be typed anew"
        )
    return end if after else start


def contains(text: str, spellings: Iterable[str]) -> bool:
    """Whether words are found in ``text``, which may be written in one of ``ways``."""
    return find_last(text, spellings) is not None


def find_range(editable: EditableText, spellings: Sequence[str]) -> tuple[int, int]:
    place = find_last(editable.text, spellings)
    if place is None:
        raise not_found_error(editable, spellings)
    return place


def not_found_error(editable: EditableText, spellings: Sequence[str]) -> CorrectionError:
    where = "in what WinDictator typed last in this window"
    far = "" if editable.complete else f", its last {SEARCH_LIMIT} characters"
    return CorrectionError(f"{spellings[0]!r} does not stand {where}{far}")


def find_last(text: str, spellings: Iterable[str]) -> tuple[int, int] | None:
    """The last occurrence, as whole words, of the first of ``ways`` that occurs at all; case does not count."""
    for way in spellings:
        words = way.split() or [way]
        if not way:
            continue
        pattern = r"\s+".join(map(re.escape, words))
        before = r"(?<!\w)" if words[0][0].isalnum() else ""
        behind = r"(?!\w)" if words[-1][-1].isalnum() else ""
        found = None
        for found in re.finditer(before + pattern + behind, text, re.IGNORECASE):  # noqa: B007
            pass
        if found is not None:
            return found.span()
    return None


def _non_empty_range(start: int, end: int) -> tuple[int, int]:
    if start == end:
        raise CorrectionError("the phrase dictated last has no text that could be selected")
    return start, end


def word_starts(text: str) -> list[int]:
    return [match.start() for match in WORD.finditer(text) if any(map(str.isalnum, match.group()))]


def check_available(available: int, wanted: int, noun: str, complete: bool, done: str = "erased") -> None:
    if not 1 <= wanted <= available:
        few = (
            f"only {available} {noun}{'' if available == 1 else 's'}"
            if complete
            else f"not more than {SEARCH_LIMIT} characters"
        )
        raise CorrectionError(f"{few} can be {done} here: no more was typed last by WinDictator in this window")


def skip_spaces_back(text: str, start: int) -> int:
    """The beginning of the spaces before ``start``: the next word brings its own. Tabs were asked for, and stay."""
    while start and text[start - 1] != "\t" and SPACES.match(text[start - 1]):
        start -= 1
    return start
