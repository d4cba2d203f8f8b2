"""Which commands work in a window, by its profile: "what can I say" lists no others."""

from __future__ import annotations

from collections.abc import Mapping

from windictator.dictation.profile import Profile
from windictator.text.commands.everyday import EVERYDAY_COMMANDS
from windictator.text.commands.phrases import COMMANDS

_MOVES = frozenset(
    {
        *("go_to_end", "go_to_top", "go_to_line_end", "go_to_line_start"),
        *("move_left", "move_right", "move_left_words", "move_right_words", "move_up", "move_down"),
        *("select_phrase", "select_words", "select_text", "unselect", "select_all"),
    }
)
"""Commands that move the caret."""
_PAGES = {"page_up": "scroll_up", "page_down": "scroll_down"}
"""Commands that scroll where the caret may not be moved, and the everyday commands whose keys they press then."""
_PROFILE_KEYS = ("copy", "cut", "paste", "select_all")
_OWN_HISTORY = frozenset({"undo_here", "redo_here"})
"""Everyday commands that work without keys too: on what WinDictator did."""
_WITHOUT_WINDOW = frozenset(
    {
        *("cancel", "discard_undelivered", "sleep", "wake", "help"),
        *("dictation_mode", "command_mode", "spelling_mode", "numbers_mode"),
    }
)
"""Commands that do nothing to a window."""
_ERASE = frozenset(
    {
        *("scratch", "undo", "undo_correction", "redo", "replace", "alternatives", "choose", "resume_with", "spell"),
        *("delete_characters", "delete_words", "delete_sentence", "delete_line"),
        *("capitalise", "upper_case", "lower_case", "title_case", "remove_spaces", "insert_before", "insert_after"),
    }
)
"""Commands that change text that was typed."""


def missing_everyday_commands(keys: Mapping[str, str]) -> frozenset[str]:
    """Return the everyday commands for which an application with these keys has none."""
    return frozenset(name for name in EVERYDAY_COMMANDS if name not in _OWN_HISTORY and not keys.get(name))


def excluded_commands(profile: Profile) -> frozenset[str]:
    """Return the built-in commands that do not work in windows with this profile."""
    if not profile.enabled:
        return frozenset(COMMANDS) - _WITHOUT_WINDOW
    excluded = set(missing_everyday_commands(profile.keys))
    if profile.cursor_keys == "never":
        excluded |= _MOVES
        excluded |= {name for name, key in _PAGES.items() if not profile.keys.get(key)}
    excluded |= {name for name in _PROFILE_KEYS if not getattr(profile, name)}
    if profile.erase == "refuse" or not profile.takes_text:
        excluded |= _ERASE | {name for name in _OWN_HISTORY if not profile.keys.get(name)}
    if not profile.takes_text:
        excluded |= {"repeat", "type_undelivered", "type_literally", "find"}
    return frozenset(excluded)
