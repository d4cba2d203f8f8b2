"""Profiles: how dictation treats the windows of one application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from windictator.refusals import Refusal, RefusalCode
from windictator.text.commands.everyday import DEFAULT_KIND
from windictator.text.line_breaks import LINE_END, PARAGRAPH

LiveTyping = Literal["off", "stable", "eager"]
"""What of a partial is typed: nothing, the words on which several partials agree, or every word."""
LineBreaks = Literal["type", "space", "refuse"]
CursorKeys = Literal["never", "on_command", "always"]
Style = Literal["prose", "code", "command_line"]
BackspaceUnitName = Literal["grapheme", "code_point", "code_point_of_grapheme", "emoji", "emoji_parts"]
Kind = Literal["other", "browser", "editor", "office", "terminal", "files", "chat", "mail"]
"""What kind of application it is: ``text.commands.everyday.KINDS``."""
Erase = Literal["checked", "counted", "refuse"]
RETURN_KEY = "Return"
"""The key of a line break in a window of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a window is treated. ``Profile()`` is the profile of unknown windows."""

    name: str = ""
    """The name for the user."""
    enabled: bool = True
    """Whether dictated words are typed in the window."""
    takes_text: bool = True
    """Whether the window takes text. A desktop or a panel does not: its keys are shortcuts."""
    live_typing: LiveTyping | None = None
    """What is typed while the user speaks; None: as the settings say."""
    line_breaks: LineBreaks = "type"
    """Whether a dictated line break is typed, replaced by a space, or refused."""
    line_break_key: str = RETURN_KEY
    """The key for a line break, in the notation of ``keyboard.chord``."""
    paragraph_key: str = ""
    """The key for a new paragraph; "" where that is two line breaks."""
    style: Style = "prose"
    """"prose": sentences with capitals and spaces; "code": no sentences; "command_line": for a shell."""
    key_press_ms: int | None = None
    """How long each key is pressed, in milliseconds; None: as the settings say."""
    repeat_gap_ms: int = 0
    """Milliseconds between the release of a key and its next press."""
    acts_late: bool = False
    """Whether BackSpace, Return and arrows take effect later than characters."""
    return_completes: bool = False
    """Whether Return may accept a suggested completion of a word."""
    autocorrects: bool = False
    """Whether the application may change typed text."""
    keeps_selections: bool = False
    """Whether a selection that was made empty still takes the next BackSpace."""
    cursor_keys: CursorKeys = "on_command"
    """Whether WinDictator's keys may move the caret: never, for commands that need it, or also to correct text."""
    backspace_unit: BackspaceUnitName | None = None
    """What one BackSpace removes; None: as the settings say."""
    copy: str = "ctrl+c"
    """The keys for copying, in the notation of ``keyboard.chord``; "" means no such keys."""
    cut: str = "ctrl+x"
    """The keys for cutting."""
    paste: str = "ctrl+v"
    """The keys for pasting."""
    select_all: str = "ctrl+a"
    """The keys for selecting everything."""
    kind: Kind = DEFAULT_KIND
    """The kind of application; it decides which keys everyday commands press."""
    keys: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The keys of everyday commands by their names, in the order in which they are pressed; "" means no such keys."""
    finds_in_place: bool = False
    """Whether the keys of ``find`` are certain to put the caret into a field for the words."""
    remapping: bool = True
    """Whether characters that the layout lacks may be mapped temporarily to free keycodes."""
    erase: Erase = "checked"
    """Whether text is selected, read and compared before it is erased, is only counted, or is not erased."""

    @property
    def checks_before_erasing(self) -> bool:
        """Whether text is read before it is erased. For that it is selected, by keys that move the caret."""
        return self.erase == "checked" and self.cursor_keys != "never"

    @property
    def return_is_plain(self) -> bool:
        """Whether Return only breaks a line in the window."""
        return self.line_breaks == "type" and self.line_break_key.casefold() == RETURN_KEY.casefold()

    def refusal_for(self, text: str = "") -> Refusal | None:
        """Return why ``text``, which was spoken, may not be typed in the window; None if it may."""
        if not self.enabled:
            return Refusal(
                RefusalCode.DICTATION_OFF_HERE,
                f'Dictation is off in this window (profile "{self.name}").',
                "Type here by hand, or click into another window.",
            )
        if text and not self.takes_text:
            return Refusal(
                RefusalCode.TAKES_NO_TEXT,
                f'This window takes no text (profile "{self.name}").',
                "Click into the window you want to write in.",
            )
        if self.line_breaks != "type" and LINE_END.search(text):
            return Refusal(
                RefusalCode.LINE_BREAK_FORBIDDEN,
                f'Line breaks are not typed into this window (profile "{self.name}").',
                "Say the text without them.",
            )
        if PARAGRAPH in text and not self.paragraph_key:
            return Refusal(
                RefusalCode.PARAGRAPH_KEY_MISSING,
                "This window no longer has a key for the paragraph in the text.",
                "Say the text again.",
            )
        return None


DEFAULT_PROFILE = Profile()
"""The profile of a window of which nothing is known."""
