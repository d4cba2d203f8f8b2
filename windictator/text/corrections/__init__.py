"""Corrections of dictated text, as pure functions from the text that may be changed to a change of it.

A ``Correction`` takes an ``EditableText`` and returns a ``Change``, or raises ``CorrectionError`` with the reason for
the user. ``build_step`` makes a step of the ledger of any change, so that all corrections can be undone alike.
"""

from windictator.text.corrections.case import capitalise, lower_case, remove_spaces, title_case, upper_case
from windictator.text.corrections.editable import (
    MAX_RETYPED,
    SEARCH_LIMIT,
    Change,
    Correction,
    CorrectionError,
    EditableText,
    RenderText,
    build_step,
)
from windictator.text.corrections.erase import (
    delete_characters,
    delete_line,
    delete_sentence,
    delete_words,
    erase_after,
    erase_last_utterance,
)
from windictator.text.corrections.find import (
    contains,
    find_position,
    find_text,
    last_characters_start,
    last_utterance,
    last_words,
    last_words_start,
)
from windictator.text.corrections.insert import insert_at, replace_target, replace_words

__all__ = [
    "MAX_RETYPED",
    "SEARCH_LIMIT",
    "Change",
    "Correction",
    "CorrectionError",
    "EditableText",
    "RenderText",
    "build_step",
    "capitalise",
    "contains",
    "delete_characters",
    "delete_line",
    "delete_sentence",
    "delete_words",
    "erase_after",
    "erase_last_utterance",
    "find_position",
    "find_text",
    "insert_at",
    "last_characters_start",
    "last_utterance",
    "last_words",
    "last_words_start",
    "lower_case",
    "remove_spaces",
    "replace_target",
    "replace_words",
    "title_case",
    "upper_case",
]
