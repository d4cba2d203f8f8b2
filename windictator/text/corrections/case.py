"""Corrections that keep the words and change their case or spacing."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from windictator.text.corrections.editable import Change, Correction, EditableText
from windictator.text.corrections.find import SPACES, WORD
from windictator.text.word_case import capitalise_first


def upper_case(editable: EditableText) -> Change:
    """Write the target in capitals."""
    return _rewrite_target(editable, str.upper)


def lower_case(editable: EditableText) -> Change:
    """Write the target in small letters."""
    return _rewrite_target(editable, str.lower)


def capitalise(editable: EditableText) -> Change:
    """Begin the target with a capital."""
    return _rewrite_target(editable, capitalise_first)


def title_case(minor_words: Set[str]) -> Correction:
    """Begin every word with a capital, except minor words between the first and the last one.

    minor_words: case-folded words that stay in lower case, from ``Vocabulary.minor_words``.
    """

    def title(text: str) -> str:
        words = list(WORD.finditer(text))
        inner = {match.start() for match in words[1:-1]}

        def word(match: re.Match[str]) -> str:
            minor = match.start() in inner and match.group().casefold() in minor_words
            return match.group().lower() if minor else capitalise_first(match.group())

        return WORD.sub(word, text)

    return lambda editable: _rewrite_target(editable, title)


def remove_spaces(editable: EditableText) -> Change:
    """Remove the spaces between the words of the target; line breaks stay."""

    def joined(text: str) -> str:
        lead = len(text) - len(text.lstrip())
        return text[:lead] + SPACES.sub("", text[lead:])

    return _rewrite_target(editable, joined)


def _rewrite_target(editable: EditableText, rewrite: Callable[[str], str]) -> Change:
    start, end = editable.target_range
    return Change(start, end, rewrite(editable.text[start:end]))
