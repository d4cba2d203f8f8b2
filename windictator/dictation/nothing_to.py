"""Refusals of commands for which a window has no text that may be changed."""

from __future__ import annotations

from typing import Literal

from windictator.dictation.profile import Profile
from windictator.refusals import Refusal, RefusalCode
from windictator.text.seal_reason import SealReason

EditAction = Literal["undo", "redo", "scratch", "erase", "cut", "correct", "replace", "select", "insert words into"]
"""What the user wants to do with the text."""

_CODES: dict[EditAction, RefusalCode] = {
    "undo": RefusalCode.NOTHING_TO_UNDO,
    "redo": RefusalCode.NOTHING_TO_REDO,
    "scratch": RefusalCode.NOTHING_TO_ERASE,
    "erase": RefusalCode.NOTHING_TO_ERASE,
    "cut": RefusalCode.NOTHING_TO_ERASE,
    "correct": RefusalCode.NOTHING_TO_CORRECT,
    "replace": RefusalCode.NOTHING_TO_CORRECT,
    "select": RefusalCode.NOTHING_TO_SELECT,
    "insert words into": RefusalCode.NOTHING_TO_INSERT_INTO,
}
_CANNOT = {
    RefusalCode.NOTHING_TO_UNDO: "Can't take that back",
    RefusalCode.NOTHING_TO_REDO: "Can't redo that",
    RefusalCode.NOTHING_TO_ERASE: "Can't take that back",
    RefusalCode.NOTHING_TO_CORRECT: "Can't change that",
    RefusalCode.NOTHING_TO_SELECT: "Can't select that",
    RefusalCode.NOTHING_TO_INSERT_INTO: "Can't insert there",
}
_REMEDIES = {
    RefusalCode.NOTHING_TO_REDO: "Say the words again.",
    RefusalCode.NOTHING_TO_CORRECT: "Select the words and say them again.",
    RefusalCode.NOTHING_TO_SELECT: "Select the words with the mouse.",
    RefusalCode.NOTHING_TO_INSERT_INTO: "Click where the words should go, then say them.",
}
_TAKES_BACK = (RefusalCode.NOTHING_TO_UNDO, RefusalCode.NOTHING_TO_ERASE)


def nothing_to(action: EditAction, reason: SealReason | None, profile: Profile) -> Refusal:
    """Return the refusal of ``action`` in a window without text that may be changed.

    reason: why its text may not be changed; None: nothing was typed there, or everything was taken back.
    profile: that of the window.
    """
    code = _CODES[action]
    if reason is None:
        return Refusal(code, f"{_CANNOT[code]}: I have typed nothing here{_MORE.get(code, '')}.")
    return Refusal(code, f"{_CANNOT[code]}: {reason.clause}.", _remedy(code, reason, profile), reason.value)


_MORE = {RefusalCode.NOTHING_TO_REDO: " that was taken back"}


def _remedy(code: RefusalCode, reason: SealReason, profile: Profile) -> str:
    if code not in _TAKES_BACK:
        return _REMEDIES[code]
    if not profile.takes_text or not profile.enabled:
        return ""
    if profile.style == "command_line":
        return 'Say "press backspace" to erase by hand.'  # Ctrl+Z would stop the program
    if reason is SealReason.USER_INPUT:
        return 'Click after the text and say "press backspace", or say "press control z" for the program\'s own undo.'
    return 'Say "press control z" for the program\'s own undo.'
