"""Everyday commands: what they are called in refusals, and what their keys do to the text in a window.

Which keys a command presses is data: ``config/applications.toml``, for each kind of application.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EVERYDAY_COMMANDS: Mapping[str, str] = {
    "undo_here": "undo",
    "redo_here": "redo",
    "save": "key to save",
    "bold": "bold text",
    "italic": "italic text",
    "underline": "underlined text",
    "find": "search",
    "find_next": "search for the next place",
    "find_previous": "search for the previous place",
    "delete_current_line": "key to delete a line",
    "select_next_word": "key to select a word",
    "select_previous_word": "key to select a word",
    "select_line": "key to select a line",
    "new_tab": "tabs",
    "close_tab": "tabs",
    "reopen_tab": "way to open a closed tab again",
    "next_tab": "tabs",
    "previous_tab": "tabs",
    "new_window": "key for a new window",
    "close_window": "key to close a window",
    "switch_window": "key to switch windows",
    "scroll_up": "key to scroll",
    "scroll_down": "key to scroll",
    "go_back": "way back",
    "go_forward": "way forward",
    "reload": "reloading",
    "address_bar": "address bar",
    "parent_folder": "parent folder",
    "new_folder": "new folders",
    "rename": "key to rename",
    "new_message": "new messages",
    "reply": "replies",
    "zoom_in": "zoom",
    "zoom_out": "zoom",
    "zoom_reset": "zoom",
    "full_screen": "full screen",
}
"""Everyday commands, and what an application lacks that has no keys for them."""

FORMATS = frozenset({"bold", "italic", "underline"})
"""Commands that change how the last phrase looks."""

KEEPS_TEXT = frozenset({"zoom_in", "zoom_out", "zoom_reset", "full_screen", "switch_window", "new_window"})
"""Commands whose keys change no text in the window and do not move the caret there."""

KINDS: Mapping[str, str] = {
    "other": "this application",
    "browser": "browsers",
    "editor": "editors",
    "office": "office programs",
    "terminal": "terminals",
    "files": "file managers",
    "chat": "chats",
    "mail": "mail programs",
}
"""Kinds of applications, and what a refusal calls them."""
DEFAULT_KIND: Final = "other"
"""Kind of an application of which nothing is known."""


def missing_keys_reason(kind: str, command: str) -> str:
    """Return why an everyday command is refused in an application of this kind, for the user."""
    has = "has" if kind == DEFAULT_KIND else "have"
    return f"{KINDS[kind]} {has} no {EVERYDAY_COMMANDS[command]}"
