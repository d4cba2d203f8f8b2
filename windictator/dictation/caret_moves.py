"""Moves of the caret into the typed text: for snippets, and for commands."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks

from windictator.dictation.caret import may_have_reached_window
from windictator.dictation.editor import Editor
from windictator.dictation.events import Notice
from windictator.dictation.live_text import LiveText
from windictator.dictation.result import CommandResult, refused, reported
from windictator.refusals import Refusal, RefusalCode
from windictator.text.context_adjust import Context
from windictator.text.cursor_edit import CARET_LEFT, is_left_to_right
from windictator.text.edit import cursor_units
from windictator.text.seal_reason import SealReason


@inlineCallbacks
def record_snippet(
    editor: Editor, live_text: LiveText, transcript: str, after: Context, tail: str
) -> Generator[Deferred[Any], Any, CommandResult]:
    """Record ``live_text``, which is complete, and move the caret back over its end ``tail``.

    ``after``: the context before ``tail``, where the next words come. The text on both sides of the caret can no
    longer be erased: BackSpaces would only reach the text before it.
    """
    unmoved = after.followed_by(tail)
    window, windows = live_text.window, editor.windows
    if live_text.profile.cursor_keys == "never":
        where = f'in this window (profile "{live_text.profile.name}")'
        notice = reported(Notice(f"the caret stays after the snippet {where}"))
        return notice + editor.record(live_text, transcript, unmoved)
    if live_text.input_count_at_start != windows.input_count:
        refusal = refused(
            Refusal(
                RefusalCode.SNIPPET_CARET,
                "The caret stays after the snippet: you typed or clicked here since.",
                "Click where you want to go on.",
            )
        )
        return refusal + editor.record(live_text, transcript, unmoved)
    if not (editor.windows.left_key_is_reliable(window, 1) and is_left_to_right(live_text.text)):
        refusal = refused(
            Refusal(
                RefusalCode.SNIPPET_CARET,
                "The caret stays after the snippet: the text is written from right to left.",
                "Click where you want to go on.",
            )
        )
        return refusal + editor.record(live_text, transcript, unmoved)
    confirmed: CommandResult = yield editor.confirm(window, tail)
    if not confirmed.done:
        return confirmed + editor.record(live_text, transcript, None)
    moves = len(cursor_units(tail, windows.backspace_unit_in(window)))
    result: CommandResult = yield editor.type_keys(CARET_LEFT * moves, window)
    typed = result.typed
    context = after if result.done else None if typed is not None and typed.confirmed else unmoved
    result = confirmed + result + editor.record(live_text, transcript, context)
    windows.ledger.seal(window, caret_moved=False, reason=SealReason.CARET_INSIDE, permanent=True)
    return result


@inlineCallbacks
def move_back(editor: Editor, window: int, position: int) -> Generator[Deferred[Any], Any, CommandResult]:
    """Move the caret from the end of the editable text to ``position`` in it.

    The text on both sides of it can no longer be erased.
    """
    editable = editor.editable_text(window)
    if reason := editor.windows.autocorrection_refusal(window, editable.text, position):
        return refused(reason)
    result: CommandResult = yield editor.confirm(window, editable.text[position:])
    if not result.done:
        return result
    moves = len(cursor_units(editable.text[position:], editor.windows.backspace_unit_in(window)))
    moved: CommandResult = yield editor.type_keys(CARET_LEFT * moves, window)
    if moved.done:
        editor.windows.ledger.seal(window, reason=SealReason.CARET_MOVED, context=editable.context_at(position))
    elif moved.typed is not None and may_have_reached_window(moved.typed):
        editor.windows.text_unknown(window)
    return result + moved
