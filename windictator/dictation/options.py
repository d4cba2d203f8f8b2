"""The options of a dictation."""

from __future__ import annotations

from dataclasses import dataclass

from windictator.dictation.profile import LiveTyping
from windictator.text.context_adjust import START_OF_TEXT, Context
from windictator.text.edit import BackspaceUnit
from windictator.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class DictationOptions:
    """Everything that ``Dictation`` takes from the settings.

    The same value is used at the start and by a reload, so a reload cannot miss a setting.
    """

    vocabulary: Vocabulary
    """Words, symbols and commands."""
    live_typing: LiveTyping = "off"
    """What of a partial is typed, unless the window's profile says otherwise."""
    stable_after: int = 2
    """Number of partials that must agree on a word before "stable" types it."""
    backspace_unit: BackspaceUnit = BackspaceUnit.GRAPHEME
    """What one BackSpace removes, unless the window's profile says otherwise."""
    keep_undelivered: bool = False
    """Whether words that cannot be typed in the intended window are kept."""
    low_confidence: float = 0.0
    """Words with less confidence than this, 0 to 1, are reported as words with low confidence."""
    type_unmatched: bool = False
    """Whether a correction that names words not typed in the window is typed as text; otherwise it is refused."""
    default_context: Context = START_OF_TEXT
    """The context of a window without any typed text."""
    unknown_context: Context = START_OF_TEXT
    """The context where the text before the cursor is unknown, as after a click."""
