"""The text of an utterance in a window, while it is spoken and when it is final."""

from __future__ import annotations

from dataclasses import dataclass

from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.refusals import Refusal
from windictator.text.context_adjust import Context
from windictator.text.seal_reason import SealReason
from windictator.typist.result import StopReason


@dataclass(slots=True)
class LiveText:
    """The text of one utterance in a window. It changes while the utterance is spoken."""

    window: int
    """The window in which the utterance began."""
    context_before: Context
    """The context before the text."""
    text: str = ""
    """The text in the window."""
    input_count_at_start: int = 0
    """Number of presses by the user when typing of the text began."""
    input_count_at_edit: int = 0
    """Number of presses by the user when the text was changed last."""
    has_failed: bool = False
    """Whether nothing more of the utterance can be typed."""
    any_key_sent: bool = False
    """Whether any key may have been sent for the text."""
    is_exact: bool = False
    """Whether typing stopped and the window is known to hold exactly ``text``, with nothing of the user's after it."""
    mismatch_reason: SealReason | None = None
    """Why the text in the window may differ from ``text``; None if it cannot."""
    stopped: StopReason | None = None
    """Why typing ended early."""
    profile: Profile = DEFAULT_PROFILE
    """The profile of the window when the utterance began."""
    unknown_window: Refusal | None = None
    """Why the window is unknown, if the X server did not report it; None otherwise."""
    is_private: bool = False
    """Whether the words are shown and recorded nowhere: they go to a password manager, or possibly to one."""
