"""Rendering: the text to type for formatted words in a window with a profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from windictator.dictation.profile import Profile
from windictator.refusals import Refusal, RefusalCode
from windictator.text.command_line import command_line_adjust
from windictator.text.context_adjust import Context, context_adjust, text_after_cursor
from windictator.text.corrections import RenderText
from windictator.text.formatting import FormattedWord
from windictator.text.line_breaks import (
    in_line_breaks,
    in_paragraphs,
    one_line,
    words_in_paragraphs,
    words_on_one_line,
)
from windictator.text.utterance import Words

WordFormatter = Callable[[Words, Profile], Sequence[FormattedWord]]
"""Returns formatted words for a window with a profile, before they are adapted to the text there."""
LINE_BREAKS_AS_SPACES = 'line breaks are written as spaces in this window (profile "{}")'
"""The notice of a profile that changes line breaks. A line break is a press of Return, which may do more."""


def adapt_to_profile(formatted: Sequence[FormattedWord], profile: Profile) -> Sequence[FormattedWord]:
    """Return the words with the line breaks of this profile; the same object if nothing changes."""
    if profile.line_breaks == "space":
        return words_on_one_line(formatted)
    return words_in_paragraphs(formatted) if profile.paragraph_key else formatted


def adapt_text_to_profile(text: str, profile: Profile) -> str:
    """Return a text that was written for another window as it is typed with this profile."""
    text = in_line_breaks(text)
    if profile.line_breaks == "space":
        return one_line(text)
    return in_paragraphs(text) if profile.paragraph_key else text


def loses_line_breaks(formatted: Sequence[FormattedWord], profile: Profile) -> bool:
    """Return whether line breaks of the words become spaces with this profile."""
    return profile.line_breaks == "space" and words_on_one_line(formatted) is not formatted


def render_in_context(formatted: Sequence[FormattedWord], context: Context, profile: Profile) -> tuple[str, Context]:
    """Return the text to type for the words after ``context`` with this profile, and the context after it."""
    if profile.style == "command_line":
        return command_line_adjust(formatted, context)
    return context_adjust(formatted, context, profile.style == "prose")


def render(formatted: Sequence[FormattedWord], profile: Profile) -> RenderText:
    """Return a function that renders the words in a context; snippets include the text after their cursor."""
    return lambda context: render_in_context(formatted, context, profile)[0] + text_after_cursor(formatted)


def caret_move_refusal(profile: Profile) -> Refusal | None:
    """Return why our keys may not move the caret in a window with this profile; None if they may."""
    if profile.cursor_keys != "never":
        return None
    if profile.style == "command_line":
        where = "In a terminal the arrow keys act on the shell."
    else:
        where = f"The caret is not moved by voice in this window{_named(profile)}."
    return Refusal(RefusalCode.CARET_KEYS_OFF, where, 'Say "press home" or "press left five times".')


def _named(profile: Profile) -> str:
    return f' (profile "{profile.name}")' if profile.name else ""
