"""Names that settings, keys, values, commands and files had in earlier versions.

Files of users keep working: an old name is read as the new one, and one line names the new one. A file that has both
names is refused. This is the one table of these names; the readers of the files call ``rename``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from windictator.errors import UsageError
from windictator.text.quoting import quoted

OnNotice = Callable[[str], None]
"""Called with one line for the user."""

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
}
"""Old key of a profile -> new key."""

PROFILE_VALUES: Mapping[str, Mapping[str, str]] = {
    "cursor_keys": {"off": "never", "asked": "on_command"},
    "backspace_unit": {"character": "code_point"},
}
"""New key of a profile -> old value -> new value."""


def current_setting(name: str) -> str:
    """Return the dotted name that the setting ``name`` has today."""
    return SETTINGS.get(name, name)


def old_settings(name: str) -> list[str]:
    """Return the dotted names that the setting ``name`` had in earlier versions."""
    return [old for old, new in SETTINGS.items() if new == name]


def rename(
    table: dict[str, Any],
    names: Mapping[str, str],
    where: Callable[[str], str],
    error: type[UsageError],
    on_notice: OnNotice | None,
) -> dict[str, Any]:
    """Return ``table`` with today's names in place of old ones, in the order of the file.

    table: one table of a TOML document; it is not changed.
    names: old name -> new name.
    where: returns ``file:key`` for a name, for messages.
    error: the exception to raise if both names are in the table.
    on_notice: called with one line for each old name.
    """
    if names.keys().isdisjoint(table):
        return table
    renamed = {}
    for name, value in table.items():
        new = names.get(name)
        if new is None:
            renamed[name] = value
            continue
        if new in table:
            raise error(f"{where(name)}: set together with {new}, its new name; remove {name}")
        renamed[new] = value
        if on_notice is not None:
            on_notice(f"{where(name)}: old name, still read; write {new} instead")
    return renamed


def rename_value(value: Any, names: Mapping[str, str], where: Callable[[], str], on_notice: OnNotice | None) -> Any:
    """Return today's value for ``value``; ``names``: old value -> new value."""
    if not isinstance(value, str) or value not in names:
        return value
    if on_notice is not None:
        on_notice(f"{where()}: old value {quoted(value)}, still read; write {quoted(names[value])} instead")
    return names[value]


def rename_settings(
    document: dict[str, Any], source: object, error: type[UsageError], on_notice: OnNotice | None
) -> dict[str, Any]:
    """Return the settings ``document`` with today's names and values.

    source: the file's name, for messages.
    error: the exception to raise if a setting is in the document under both names.
    on_notice: called with one line for each old name or value.
    """
    renamed = dict(document)
    for old, new in SETTINGS.items():
        old_table, _, old_key = old.partition(".")
        new_table, _, new_key = new.partition(".")
        content = renamed.get(old_table)
        if not isinstance(content, dict) or old_key not in content:
            continue
        target = renamed.get(new_table, {})
        if not isinstance(target, dict):
            continue
        if new_key in target:
            raise error(f"{source}:{old}: set together with {new}, its new name; remove {old}")
        if on_notice is not None:
            on_notice(f"{source}:{old}: old name, still read; write {new} instead")
        renamed[old_table] = {key: value for key, value in content.items() if key != old_key}
        renamed[new_table] = {**renamed.get(new_table, {}), new_key: content[old_key]}
    for table in _gone_tables(SETTINGS):
        if renamed.get(table) == {}:
            del renamed[table]
    for name, values in SETTING_VALUES.items():
        table, _, key = name.partition(".")
        content = renamed.get(table)
        if isinstance(content, dict) and key in content:
            value = rename_value(content[key], values, lambda name=name: f"{source}:{name}", on_notice)  # type: ignore[misc]
            renamed[table] = {**content, key: value}
    return renamed


def _gone_tables(names: Mapping[str, str]) -> Iterable[str]:
    """Return the tables that only old names have."""
    tables = {new.partition(".")[0] for new in names.values()}
    return {old.partition(".")[0] for old in names} - tables
