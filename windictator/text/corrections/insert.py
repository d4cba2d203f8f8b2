"""Corrections that insert new words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from windictator.text.corrections.editable import Change, Correction, EditableText, RenderText
from windictator.text.corrections.find import SPACES, find_last, not_found_error, skip_spaces_back
from windictator.text.line_breaks import LINE_ENDS

_JOINING = "([{<“‘«/-_@\\ \t"
"""Characters after which no space is inserted."""


def replace_target(render: RenderText) -> Correction:
    """Replace the selection, or else the last utterance, with new words."""

    def correction(editable: EditableText) -> Change:
        start, end = editable.target_range
        return _insert(editable, start, end, render)

    return correction


def replace_words(alternatives: Sequence[tuple[Sequence[str], RenderText]]) -> Correction:
    """Replace the last occurrence of a text with new words.

    alternatives: possible meanings of the command, each with the spellings of the old text and the new text. The one
        whose old text is the longest of those found is used.
    """

    def correction(editable: EditableText) -> Change:
        found = [(find_last(editable.text, ways), write) for ways, write in alternatives]
        places = [(place, write) for place, write in found if place is not None]
        if not places:
            raise not_found_error(editable, alternatives[0][0])
        (start, end), write = max(places, key=lambda each: each[0][1] - each[0][0])
        return _insert(editable, start, end, write)

    return correction


def insert_at(position: int, render: RenderText) -> Correction:
    """Insert new words at a position from ``find.find_position``."""
    return lambda open_text: _insert(open_text, position, position, render)


def _insert(editable: EditableText, start: int, end: int, render: RenderText) -> Change:
    """Replace ``start`` to ``end`` with new words, and add a space after them where one is needed."""
    text = editable.text
    inserts = start == end
    if not inserts and start and text[start].isalnum() and not text[start - 1].isspace():
        # Part of "e-mail", or the first word in brackets.
        new = render(replace(editable.context_at(start), no_space_next=True))
    else:
        start = skip_spaces_back(text, start)
        new = render(editable.context_at(start))
    if inserts:
        end = start
    separate = inserts or not text[end - 1].isalnum()
    if new.endswith(tuple(LINE_ENDS)):
        while end < len(text) and SPACES.match(text[end]):
            end += 1
    elif new and separate and text[end : end + 1].isalnum() and new[-1] not in _JOINING:
        new += " "
    return Change(start, end, new)
