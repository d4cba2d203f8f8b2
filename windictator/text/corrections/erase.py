"""Corrections that erase text."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.refusals import Refusal, RefusalCode
from windictator.text.context_adjust import starts_sentence
from windictator.text.corrections.editable import SEARCH_LIMIT, Change, Correction, CorrectionError, EditableText
from windictator.text.corrections.find import WORD, check_available, find_range, skip_spaces_back, word_starts
from windictator.text.edit import cursor_units
from windictator.text.line_breaks import LINE_ENDS, line_start


def erase_last_utterance(editable: EditableText) -> Change:
    """Erase the selection, or else the last utterance, with the spaces that belong to it."""
    start, end = editable.target_range
    text = editable.text
    if editable.selected and (editable.context_before + text[:start])[-1:] in ("", *LINE_ENDS):
        while text[end : end + 1] == " ":
            end += 1
    elif editable.selected and not text[end : end + 1].isalnum():
        start = skip_spaces_back(text, start)
    return Change(start, end, "")


def delete_characters(count: int) -> Correction:
    """Erase the last ``count`` characters, as a reader counts them.

    A count of 1 erases the selection if there is one.
    """

    def correction(editable: EditableText) -> Change:
        if editable.selected and count == 1:
            return Change(*editable.selected, "")
        units = cursor_units(editable.text)
        check_available(len(units), count, "character", editable.complete)
        return Change(len(editable.text) - sum(map(len, units[:count])), len(editable.text), "")

    return correction


def delete_words(count: int) -> Correction:
    """Erase the last ``count`` words; symbols are erased together with the word that they touch or follow."""

    def correction(editable: EditableText) -> Change:
        text = editable.text
        starts = word_starts(text)
        check_available(len(starts), count, "word", editable.complete)
        return Change(skip_spaces_back(text, starts[-count]), len(text), "")

    return correction


def delete_sentence(editable: EditableText) -> Change:
    """Erase the last sentence, from its start or from the start of the editable text."""
    text = editable.text
    for match in reversed(list(WORD.finditer(text))):
        if starts_sentence(editable.context_before + text[: match.start()]):
            return Change(skip_spaces_back(text, match.start()), len(text), "")
    if not editable.complete:
        raise CorrectionError(
            Refusal(
                RefusalCode.TOO_FAR_BACK,
                f"The last sentence begins more than {SEARCH_LIMIT} characters back.",
                "Erase it by hand.",
            )
        )
    return Change(0, len(text), "")


def delete_line(editable: EditableText) -> Change:
    """Erase the last line that is not empty, from its start or from the start of the editable text."""
    text = editable.text
    start = line_start(text.rstrip(LINE_ENDS))
    if not start and not editable.complete:
        raise CorrectionError(
            Refusal(
                RefusalCode.TOO_FAR_BACK,
                f"The last line begins more than {SEARCH_LIMIT} characters back.",
                "Erase it by hand.",
            )
        )
    return Change(start, len(text), "")


def erase_after(spellings: Sequence[str]) -> Correction:
    """Erase everything after the last occurrence of a text.

    spellings: ways to write that text; the first one that occurs is used.
    """

    def correction(editable: EditableText) -> Change:
        _, end = find_range(editable, spellings)
        return Change(end, len(editable.text), "")

    return correction
