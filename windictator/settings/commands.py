"""Files of commands, one per language. ``config/commands.toml`` is the default and explains every key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from windictator.errors import UsageError
from windictator.settings.aliases import COMMAND_KEYS, COMMAND_VALUES
from windictator.settings.aliases import COMMANDS as OLD_COMMANDS
from windictator.settings.files import commands_path, read_text_file
from windictator.settings.tables import Settings
from windictator.settings.toml import OnNotice, TomlFile, TomlTable
from windictator.text.commands.phrases import AFTER_PAUSE, COMMANDS, CommandPhrase, CommandPhrases, pattern_token
from windictator.text.commands.slots import PatternToken, Slot, pattern_text
from windictator.text.commands.spoken_keys import parse_keys
from windictator.text.commands.spoken_numbers import parse_numbers
from windictator.text.quoting import quoted_value

_TABLES = ("groups", "keys", "numbers")
"""Tables of the file that are not commands."""


class CommandsError(UsageError):
    """File of commands that cannot be used: ``file:key: what is wrong; what is allowed``."""


def load_commands(settings: Settings, on_notice: OnNotice | None = None) -> CommandPhrases:
    """Return the commands in the file that the settings name, or else in the shipped file.

    ``on_notice``: called with one line for each old name in the file. Raises SettingsError, CommandsError.
    """
    path = commands_path(settings)
    return parse_commands(read_text_file(path), str(path), on_notice)


def parse_commands(toml_text: str, source: str, on_notice: OnNotice | None = None) -> CommandPhrases:
    """Return the commands in the text of a file; every key may be missing.

    source: the file's name, for messages.
    on_notice: called with one line for each old name in the file.
    Raises CommandsError.
    """
    document = TomlFile(source, CommandsError, on_notice).parse(toml_text).with_current_names(OLD_COMMANDS)
    try:
        numbers = parse_numbers(document.values.get("numbers", {}))
    except ValueError as error:
        raise CommandsError(f"{source}:numbers{error}") from None
    try:
        keys = parse_keys(document.values.get("keys", {}))
    except ValueError as error:
        raise CommandsError(f"{source}:keys{error}") from None
    groups = _read_groups(document.table("groups"))
    document.reject_unknown_keys([*_TABLES, *COMMANDS], "command")
    phrases: dict[tuple[PatternToken, ...], CommandPhrase] = {}
    for name in document:
        for pattern, command in _read_phrases(name, document.table(name)) if name in COMMANDS else ():
            if pattern in phrases:
                spoken = quoted_value(" ".join(pattern_text(pattern)))
                raise document.table(name).error("spoken", f"{spoken} appears twice; a phrase has one meaning")
            phrases[pattern] = command
    return CommandPhrases(phrases, numbers, keys, groups)


def _read_phrases(name: str, table: TomlTable) -> Iterator[tuple[tuple[PatternToken, ...], CommandPhrase]]:
    table = table.with_current_names(COMMAND_KEYS, COMMAND_VALUES)
    table.reject_unknown_keys(["spoken", "allow_text_after"])
    text_after = table.value(
        "allow_text_after",
        f'true, false or "{AFTER_PAUSE}"',
        lambda value: isinstance(value, bool) or value == AFTER_PAUSE,
        False,
    )
    for phrase in table.strings("spoken"):
        pattern = tuple(map(pattern_token, phrase.split()))
        if problem := _phrase_problem(pattern, COMMANDS[name], text_after):
            raise table.error("spoken", f"{quoted_value(phrase)}: {problem}")
        yield pattern, CommandPhrase(name, text_after is True, text_after == AFTER_PAUSE)


def shape_problem(pattern: Sequence[PatternToken]) -> str:
    """Return what is wrong with a phrase of any command, "" if nothing is."""
    if not pattern:
        return "a phrase has at least one word"
    if isinstance(pattern[0], Slot):
        return "a phrase begins with a word, not with a slot"
    if any(_are_ambiguous(one, two) for one, two in pairwise(pattern)):
        return "two slots need a word between them"
    return ""


def _are_ambiguous(first: PatternToken, second: PatternToken) -> bool:
    """Return True if the end of the first of two neighbours is unknown: two slots, except keys and their number."""
    return isinstance(first, Slot) and isinstance(second, Slot) and (first, second) != (Slot.KEY, Slot.NUMBER)


def _phrase_problem(pattern: tuple[PatternToken, ...], slots: tuple[Slot, ...], allows_text_after: bool | str) -> str:
    """Return what is wrong with a phrase of a command that has these slots, "" if nothing is."""
    found = tuple(token for token in pattern if isinstance(token, Slot))
    if problem := shape_problem(pattern):
        return problem
    if found not in (slots, tuple(slot for slot in slots if slot is not Slot.NUMBER)):
        needed = f"this command has the slots {' '.join(slot.value for slot in slots)}"
        return needed if slots else "this command has no slots"
    if found and allows_text_after is True:
        return f'a phrase with slots needs allow_text_after = false or "{AFTER_PAUSE}"'
    if found and allows_text_after and pattern[-1] is Slot.WORDS:
        return f"a phrase that ends with {Slot.WORDS.value} needs allow_text_after = false"
    return ""


def _read_groups(groups: TomlTable) -> dict[str, dict[str, str]]:
    """Return the descriptions of the commands by group and name."""
    described = {}
    for group in groups:
        if not group.isprintable():
            raise groups.error(group, "a group has a name of one line")
        table = groups.table(group).with_current_names(OLD_COMMANDS)
        table.reject_unknown_keys(COMMANDS, "command")
        described[group] = {name: table.line(name, "") for name in table}
    return described
