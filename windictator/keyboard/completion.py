"""Keystrokes that no offer to complete a word can swallow."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.keyboard.key_coder import Keystroke


def decline_completions(
    keystrokes: Sequence[Keystroke], before: str, dismissal: tuple[Keystroke, ...]
) -> list[Keystroke]:
    """Return ``keystrokes`` with ``aside`` before each Return that follows a letter or digit.

    Office programs offer to complete a word while it is typed, and take Return as a yes: no line break is written then.
    The offer goes when the caret moves.

    before: the character that was typed last, "" if that is unknown.
    aside: keys that move the caret and bring it back, which become one keystroke that types no character. Nothing
    changes where they are of another keyboard group.
    """
    declined: list[Keystroke] = []
    for keystroke in keystrokes:
        offered = keystroke.char == "\n" and before.isalnum()
        if offered and all(each.group == keystroke.group for each in dismissal):
            declined.append(dismissal[-1]._replace(char="", prefix=dismissal[:-1]))
        declined.append(keystroke)
        before = keystroke.char
    return declined
