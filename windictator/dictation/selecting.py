"""Selecting text in windows by voice."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.editor import Editor, SelectedRange
from windictator.dictation.result import CommandResult, refused
from windictator.dictation.windows import JOINED_CHARACTER, Windows, autocorrection_refusal
from windictator.refusals import Refusal, RefusalCode
from windictator.text.corrections import CorrectionError, EditableText
from windictator.text.edit import cursor_units


@inlineCallbacks
def select_text(
    editor: Editor, window: int, find: Callable[[EditableText], tuple[int, int]]
) -> Generator[Deferred[Any], Any, CommandResult]:
    """Select what ``find`` returns of the editable text of ``window``: its start and its end."""
    windows = editor.windows
    if reason := windows.profile(window).refusal_for() if window else None:
        return refused(reason)
    editable = editor.editable_text(window)
    if not editable.entries:
        return editor.refuse_nothing_to("select", window)
    text, unit = editable.text, windows.backspace_unit_in(window)
    try:
        start, end = find(editable)
        behind, reaching = (len(cursor_units(text[place:], unit)) for place in (end, start))
        _check(windows, window, editable, (start, end), (behind, reaching))
    except CorrectionError as error:
        return refused(error.refusal)
    if editor.eraser is not None and windows.checks_before_erasing(window):
        result: CommandResult = yield editor.eraser.select(window, text[start:end], text[end:])
    else:
        result = yield editor.caret.select(window, behind, reaching - behind)
    selection = editor.caret.selection_in(window)
    if result.done and selection is not None:
        editor.selected_range = SelectedRange(selection, editable.entries, start, end)
    return result


def _check(
    windows: Windows, window: int, editable: EditableText, span: tuple[int, int], distances: tuple[int, int]
) -> None:
    """Check that keys can select ``span``, whose end and start are as many presses of Left back as ``distances`` says.

    Raises CorrectionError.
    """
    (start, end), (behind, reaching), text = span, distances, editable.text
    units = cursor_units(text, windows.backspace_unit_in(window))
    if sum(map(len, units[:behind])) != len(text) - end or sum(map(len, units[:reaching])) != len(text) - start:
        raise CorrectionError(
            Refusal(
                RefusalCode.MULTIPART_CHARACTERS,
                "That begins or ends in the middle of a character.",
                "Select it with the mouse.",
            )
        )
    if not windows.left_key_is_reliable(window, len(text) - start):
        parts = windows.has_multipart_characters(text[start:], window)
        code = RefusalCode.MULTIPART_CHARACTERS if parts else RefusalCode.RIGHT_TO_LEFT
        why = "its characters have several parts" if parts else "it is written from right to left"
        raise CorrectionError(Refusal(code, f"I cannot select this text by keys: {why}.", "Select it with the mouse."))
    if not start and windows.is_joined_before(window, text, len(text), editable.entries):
        raise CorrectionError(JOINED_CHARACTER)
    checked = windows.checks_before_erasing(window)
    if not checked and (reason := autocorrection_refusal(windows.profile(window), text, start)):
        raise CorrectionError(reason)
