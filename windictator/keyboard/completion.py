"""Line breaks that do not accept an offer to complete a word."""

from __future__ import annotations

from collections.abc import Sequence

from windictator.keyboard.key_coder import Keystroke


def decline_completions(
    keystrokes: Sequence[Keystroke], before: str, dismissal: tuple[Keystroke, ...]
) -> list[Keystroke]:
    """Return ``keystrokes`` with ``dismissal`` before each Return that follows a letter or digit.

    Office programs offer to complete a word while it is typed. Return then accepts the offer and writes no line break.
    Moving the cursor dismisses the offer.
    before: character that was typed last, "" if it is unknown.
    dismissal: keys that move the cursor and bring it back; they become one keystroke that types no character. If they
        need another group than Return, nothing is changed.
    """
    declined: list[Keystroke] = []
    for keystroke in keystrokes:
        offered = keystroke.char == "\n" and before.isalnum()
        if offered and all(each.group == keystroke.group for each in dismissal):
            declined.append(dismissal[-1]._replace(char="", prefix=dismissal[:-1]))
        declined.append(keystroke)
        before = keystroke.char
    return declined
