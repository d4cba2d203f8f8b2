"""Reads files of commands: one per language. ``config/commands.toml`` is the default and explains every key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from windictator.errors import UsageError
from windictator.settings.toml import read_toml
from windictator.text.commands.phrases import AFTER_PAUSE, COMMANDS, CommandPhrase, CommandPhrases, pattern_token
from windictator.text.commands.slots import PatternToken, Slot, pattern_text
from windictator.text.commands.spoken_keys import parse_keys
from windictator.text.commands.spoken_numbers import parse_numbers
from windictator.text.quoting import quoted


class CommandsError(UsageError):
    """A file of commands that cannot be used: ``file:key: what is wrong, what is allowed``."""


def parse_commands(toml_text: str, source: str) -> CommandPhrases:
    """Read a file of commands; ``source`` names it in errors. Every key may be absent. Raises ``CommandsError``."""
    document = read_toml(toml_text, source, CommandsError)
    try:
        numbers = parse_numbers(document.pop("numbers", {}))
    except ValueError as error:
        raise CommandsError(f"{source}:numbers{error}") from None
    try:
        keys = parse_keys(document.pop("keys", {}))
    except ValueError as error:
        raise CommandsError(f"{source}:keys{error}") from None
    groups = _groups(document.pop("groups", {}), source)
    phrases: dict[tuple[PatternToken, ...], CommandPhrase] = {}
    for name, table in document.items():
        if name not in COMMANDS:
            allowed = ", ".join(("groups", "keys", "numbers", *COMMANDS))
            raise CommandsError(f"{source}:{quoted(name)}: unknown, allowed: {allowed}")
        for elements, command in _phrases(name, table, source):
            if elements in phrases:
                spoken = quoted(" ".join(pattern_text(elements)))
                raise CommandsError(f"{source}:{name}.spoken: {spoken} is there twice, a phrase has one meaning")
            phrases[elements] = command
    return CommandPhrases(phrases, numbers, keys, groups)


def _phrases(name: str, table: Any, source: str) -> Iterator[tuple[tuple[PatternToken, ...], CommandPhrase]]:
    if not isinstance(table, dict):
        raise CommandsError(f"{source}:{name}: must be a table")
    for key in table:
        if key not in ("spoken", "takes_rest"):
            raise CommandsError(f"{source}:{name}.{quoted(key)}: unknown, allowed: spoken, takes_rest")
    takes_rest, spoken = table.get("takes_rest", False), table.get("spoken")
    if not isinstance(takes_rest, bool) and takes_rest != AFTER_PAUSE:
        raise CommandsError(f"{source}:{name}.takes_rest: must be true, false or {AFTER_PAUSE!r}")
    if not isinstance(spoken, list) or not all(isinstance(phrase, str) for phrase in spoken):
        raise CommandsError(f"{source}:{name}.spoken: must be a list of texts")
    for phrase in spoken:
        elements = tuple(map(pattern_token, phrase.split()))
        if problem := _phrase_problem(elements, COMMANDS[name], takes_rest):
            raise CommandsError(f"{source}:{name}.spoken: {quoted(phrase)}: {problem}")
        yield elements, CommandPhrase(name, takes_rest is True, takes_rest == AFTER_PAUSE)


def shape_problem(pattern: Sequence[PatternToken]) -> str:
    """What is wrong with a phrase whatever it is for, "" if nothing is."""
    if not pattern:
        return "a phrase is one or more words"
    if isinstance(pattern[0], Slot):
        return "a phrase begins with a word, not with a slot"
    if any(_are_ambiguous(one, two) for one, two in pairwise(pattern)):
        return "a word must stand between two slots"
    return ""


def _are_ambiguous(first: PatternToken, second: PatternToken) -> bool:
    """Whether nobody could tell where the first of two neighbours ends: all but keys and their number."""
    return isinstance(first, Slot) and isinstance(second, Slot) and (first, second) != (Slot.KEY, Slot.NUMBER)


def _phrase_problem(pattern: tuple[PatternToken, ...], slots: tuple[Slot, ...], allows_text_after: bool | str) -> str:
    """What is wrong with a phrase of a command with these slots, "" if nothing is."""
    found = tuple(element for element in pattern if isinstance(element, Slot))
    if problem := shape_problem(pattern):
        return problem
    if found not in (slots, tuple(slot for slot in slots if slot is not Slot.NUMBER)):
        return f"must have the slots {' '.join(slot.value for slot in slots)}" if slots else "has no slots"
    if found and allows_text_after is True:
        return f"a phrase with slots takes no rest, or takes it {AFTER_PAUSE!r}"
    if found and allows_text_after and pattern[-1] is Slot.WORDS:
        return f"a phrase that ends with {Slot.WORDS.value} takes no rest"
    return ""


def _groups(table: Any, source: str) -> dict[str, dict[str, str]]:
    if not isinstance(table, dict):
        raise CommandsError(f"{source}:groups: must be a table")
    for group, commands in table.items():
        if not isinstance(commands, dict) or not group.isprintable():
            raise CommandsError(f"{source}:groups.{quoted(group)}: must be a table, named on one line")
        for name, text in commands.items():
            if name not in COMMANDS:
                raise CommandsError(f"{source}:groups.{quoted(group)}.{quoted(name)}: there is no such command")
            if not isinstance(text, str) or not text.isprintable():
                raise CommandsError(f"{source}:groups.{quoted(group)}.{name}: must be a text of one line")
    return table
