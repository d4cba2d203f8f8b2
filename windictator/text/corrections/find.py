"""Positions in the editable text: of the last words, characters or utterance, and of text that the user names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from windictator.refusals import Refusal, RefusalCode
from windictator.text.corrections.editable import SEARCH_LIMIT, CorrectionError, EditableText
from windictator.text.edit import cursor_units
from windictator.text.line_breaks import LINE_ENDS

WORD = re.compile(r"\S+")
SPACES = re.compile(rf"[^\S{LINE_ENDS}]+")
"""White space inside a line."""


def last_utterance(editable: EditableText) -> tuple[int, int]:
    """Return the range of the last utterance, without the spaces before it."""
    start, end = editable.last_utterance_start, len(editable.text)
    lead = len(editable.text[start:]) - len(editable.text[start:].lstrip(" "))
    return _non_empty_range(start + lead if lead < end - start else start, end)


def last_words(count: int) -> Callable[[EditableText], tuple[int, int]]:
    """Return a function that finds the range from the last ``count`` words to the end."""

    def find(editable: EditableText) -> tuple[int, int]:
        starts = word_starts(editable.text)
        check_available(len(starts), count, "word", editable.complete, "selected")
        return starts[-count], len(editable.text)

    return find


def last_words_start(count: int) -> Callable[[EditableText], int]:
    """Return a function that finds the start of the last ``count`` words."""
    return lambda open_text: last_words(count)(open_text)[0]


def last_characters_start(count: int) -> Callable[[EditableText], int]:
    """Return a function that finds the start of the last ``count`` characters, as a reader counts them."""

    def find(editable: EditableText) -> int:
        units = cursor_units(editable.text)
        check_available(len(units), count, "character", editable.complete, "passed")
        return len(editable.text) - sum(map(len, units[:count]))

    return find


def find_text(spellings: Sequence[str]) -> Callable[[EditableText], tuple[int, int]]:
    """Return a function that finds the range of the last occurrence of a text.

    spellings: ways to write that text; the first one that occurs is used.
    """
    return lambda open_text: find_range(open_text, spellings)


def find_position(editable: EditableText, spellings: Sequence[str], after: bool) -> int:
    """Return the position before the last occurrence of a text, or ``after`` it.

    spellings: ways to write that text; the first one that occurs is used.

    Raises CorrectionError if the text is not found or is too far back.
    """
    start, end = find_range(editable, spellings)
    if len(editable.text) - start > editable.max_distance:
        raise CorrectionError(
            Refusal(
                RefusalCode.TOO_FAR_BACK,
                f"{spellings[0]!r} is {len(editable.text) - start} characters back,"
                f" and I type at most {editable.max_distance} again.",
                "Change it by hand.",
            )
        )
    return end if after else start


def contains(text: str, spellings: Iterable[str]) -> bool:
    """Return True if ``text`` contains one of ``spellings`` as whole words, in any case."""
    return find_last(text, spellings) is not None


def find_range(editable: EditableText, spellings: Sequence[str]) -> tuple[int, int]:
    """Return the range of the last occurrence of a text. Raises CorrectionError if not found."""
    place = find_last(editable.text, spellings)
    if place is None:
        raise not_found_error(editable, spellings)
    return place


def not_found_error(editable: EditableText, spellings: Sequence[str]) -> CorrectionError:
    """Return the error for a text that does not occur in the editable text."""
    where = "here" if editable.complete else f"in the last {SEARCH_LIMIT} characters"
    return CorrectionError(
        Refusal(
            RefusalCode.WORDS_NOT_FOUND,
            f'I have not typed "{spellings[0]}" {where}.',
            "Name words that I typed in this window.",
        )
    )


def find_last(text: str, spellings: Iterable[str]) -> tuple[int, int] | None:
    """Return the range of the last occurrence of the first of ``spellings`` that occurs, as whole words in any case."""
    for spelling in spellings:
        words = spelling.split() or [spelling]
        if not spelling:
            continue
        pattern = r"\s+".join(map(re.escape, words))
        before = r"(?<!\w)" if words[0][0].isalnum() else ""
        after = r"(?!\w)" if words[-1][-1].isalnum() else ""
        found = None
        for found in re.finditer(before + pattern + after, text, re.IGNORECASE):  # noqa: B007
            pass
        if found is not None:
            return found.span()
    return None


def _non_empty_range(start: int, end: int) -> tuple[int, int]:
    if start == end:
        raise CorrectionError(Refusal(RefusalCode.NOTHING_TO_SELECT, "The last thing you said has no text to select."))
    return start, end


def word_starts(text: str) -> list[int]:
    """Return the positions where words begin; groups of symbols are not words."""
    return [match.start() for match in WORD.finditer(text) if any(map(str.isalnum, match.group()))]


def check_available(available: int, wanted: int, noun: str, complete: bool, done: str = "erased") -> None:
    """Raise CorrectionError unless ``wanted`` is from 1 to ``available``.

    noun, done: words for the message ("character", "erased").
    complete: False if more text exists before the searched part.
    """
    if 1 <= wanted <= available:
        return
    if not complete:
        raise CorrectionError(
            Refusal(
                RefusalCode.TOO_FAR_BACK,
                f"Only the last {SEARCH_LIMIT} characters can be {done} here.",
                "Say a smaller number.",
            )
        )
    what = noun if available == 1 else f"{noun}s"
    raise CorrectionError(
        Refusal(
            RefusalCode.NOT_THAT_MUCH,
            f"Only {available} {what} can be {done}: I typed no more here.",
            "Say a smaller number.",
        )
    )


def skip_spaces_back(text: str, start: int) -> int:
    """Return the start of the spaces before ``start``, because the next word brings its own.

    Tabs stay, because the user dictated them.
    """
    while start and text[start - 1] != "\t" and SPACES.match(text[start - 1]):
        start -= 1
    return start
