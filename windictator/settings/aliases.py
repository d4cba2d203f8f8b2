"""Names that settings, keys, values, commands and files had in earlier versions.

Users' files keep working: an old name is read as the new one, and one line reports the new name. A file that has both
names is refused. ``TomlTable.with_current_names`` reads these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SETTINGS: Mapping[str, str] = {
    "typing.held_keys_wait_ms": "typing.key_release_timeout_ms",
    "typing.hold_ms": "typing.key_press_ms",
    "typing.hold_server": "typing.grab_server",
    "typing.backspace_removes": "typing.backspace_unit",
    "recognizer.recycle_mb": "recognizer.max_growth_mb",
    "recognizer.unload_seconds": "recognizer.unload_after_s",
    "endpoint.gate": "endpoint.vad",
    "endpoint.silence_ms": "endpoint.trailing_silence_ms",
    "audio.buffer_seconds": "audio.buffer_s",
    "dictation.live": "dictation.live_typing",
    "dictation.agreement": "dictation.stable_after",
    "dictation.doubtful": "dictation.low_confidence",
    "dictation.unmatched": "dictation.unmatched_correction",
    "text.words": "text.user_words",
    "text.profiles": "text.user_profiles",
    "text.own_commands": "text.user_commands",
    "text.sounds_like": "text.name_match_percent",
    "marks.style": "symbols.style",
    "marks.always": "symbols.always",
    "marks.paused": "symbols.only_at_pause",
    "marks.never": "symbols.never",
    "marks.pause_ms": "symbols.pause_ms",
    "history.length": "history.max_utterances",
    "history.keep_on_disk": "history.save_to_disk",
    "daemon.idle_pause_s": "daemon.pause_after_s",
    "daemon.display_lost": "daemon.on_display_lost",
    "daemon.log_words": "daemon.log_dictated_text",
    "hotkeys.tap_ms": "hotkeys.tap_max_ms",
    "notifications.offers": "notifications.suggestions",
}
"""Old dotted name of a setting -> new dotted name."""

SETTING_VALUES: Mapping[str, Mapping[str, str]] = {
    "typing.backspace_unit": {"character": "code_point"},
    "dictation.undelivered": {"hold": "keep", "drop": "discard"},
}
"""New dotted name of a setting -> old value -> new value."""

PROFILE_KEYS: Mapping[str, str] = {
    "live": "live_typing",
    "hold_ms": "key_press_ms",
    "caret_keys": "cursor_keys",
    "backspace_removes": "backspace_unit",
    "formatting": "style",
}
"""Old key of a profile -> new key."""

PROFILE_VALUES: Mapping[str, Mapping[str, str]] = {
    "cursor_keys": {"off": "never", "asked": "on_command"},
    "backspace_unit": {"character": "code_point"},
}
"""New key of a profile -> old value -> new value."""


def _style(value: Any) -> Any:
    return {True: "prose", False: "code"}[value] if isinstance(value, bool) else value


def _milliseconds(value: Any) -> Any:
    return round(value * 1000) if type(value) in (int, float) and abs(value) < 1e6 else value


PROFILE_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {"formatting": _style}
"""Old key of a profile -> function that returns the value of the new key."""

VOCABULARY_KEYS: Mapping[str, str] = {
    "pause": "pause_ms",
    "escapes": "literal_prefixes",
    "ordinary": "not_symbols",
    "small_words": "title_case_minor_words",
    "capitals": "proper_nouns",
}
"""Old key of a vocabulary file -> new key."""

VOCABULARY_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {"pause": _milliseconds}
"""Old key of a vocabulary file -> function that returns the value of the new key."""

WORD_KEYS: Mapping[str, str] = {"then": "formatting"}
"""Old key of a word's table -> new key."""

CONDITION_VALUES: Mapping[str, Mapping[str, str]] = {"when": {"apart": "between pauses", "pause": "at a pause"}}
"""Key of a symbol, effect or word -> old value -> new value."""

COMMANDS: Mapping[str, str] = {
    "close_up": "remove_spaces",
    "as_text": "type_literally",
    "type_held": "type_undelivered",
    "drop_held": "discard_undelivered",
}
"""Old name of a command in a file of commands -> new name."""

COMMAND_KEYS: Mapping[str, str] = {"takes_rest": "allow_text_after"}
"""Old key of a command's table -> new key."""

COMMAND_VALUES: Mapping[str, Mapping[str, str]] = {"allow_text_after": {"after_pause": "pause"}}
"""New key of a command's table -> old value -> new value."""

CURSOR_PLACEHOLDER = ("{caret}", "{cursor}")
"""The old and the new placeholder for the cursor in the text of a word."""

USER_COMMANDS_FILE = ("own-commands.toml", "user-commands.toml")
"""The old and the new name of the file of the user's commands."""


def old_settings(name: str) -> list[str]:
    """Return the dotted names that the setting ``name`` had in earlier versions."""
    return [old for old, new in SETTINGS.items() if new == name]
