"""Catalogue of everything that can be said: commands, symbols and effects."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from windictator.text.commands.phrases import CommandPhrases
from windictator.text.commands.slots import pattern_text
from windictator.text.formatting import EFFECTS, FormattedWord, Formatting
from windictator.text.phrase_index import VocabularyEntry
from windictator.text.vocabulary import Vocabulary

USER_GROUP = "Your commands"
"""Group of the user commands."""
MAX_LISTED = 1000
"""Maximum number of entries that the daemon sends in one list."""
_OTHERS, _SYMBOLS, _EFFECTS = "Others", "Symbols", "Case and spaces of the next words"
_WHITE_SPACE = {"\n": "a line break", "\n\n": "an empty line", "\t": "a tab", " ": "a space"}
_EFFECT_NAMES: Mapping[Formatting, str] = {formatting: name for name, formatting in EFFECTS.items()}


class CatalogueEntry(NamedTuple):
    """Something that can be said.

    group: name of the group that it belongs to.
    help: its effect, or the text that is written for it, in a few words.
    spoken: phrases for it, all equivalent.
    """

    group: str
    help: str
    spoken: tuple[str, ...]


def command_catalogue(
    vocabulary: Vocabulary, excluded: Container[str] = (), with_symbols: bool = True
) -> tuple[CatalogueEntry, ...]:
    """Return everything that can be said except ordinary words, numbers and keys; user commands come first.

    excluded: names of built-in commands that are not listed, because they do not work now.
    with_symbols: whether symbols and effects are listed too.
    """
    return (
        *_user_commands(vocabulary.commands),
        *_built_in_commands(vocabulary.commands, excluded),
        *(_symbols(vocabulary) if with_symbols else ()),
        *(_effects(vocabulary) if with_symbols else ()),
    )


def plain_values(entries: Iterable[CatalogueEntry]) -> list[dict[str, object]]:
    """Return the entries as plain values for programs."""
    return [{"group": each.group, "help": each.help, "spoken": list(each.spoken)} for each in entries]


def help_line(entries: Sequence[CatalogueEntry]) -> str:
    """Return one line for a user who asks for help by voice: an example of each group."""
    examples: dict[str, str] = {}
    for each in entries:
        examples.setdefault(each.group, each.spoken[0])
    return f"you can say {', '.join(map(repr, examples.values()))}; 'windictator commands' lists all phrases"


def _user_commands(commands: CommandPhrases) -> Iterator[CatalogueEntry]:
    own = {
        id(command.user_command): command.user_command
        for _, command in commands.items()
        if command.user_command is not None
    }
    for each in own.values():
        yield CatalogueEntry(
            USER_GROUP, each.help or each.title, tuple(" ".join(pattern_text(phrase)) for phrase in each.phrases)
        )


def _built_in_commands(commands: CommandPhrases, excluded: Container[str]) -> Iterator[CatalogueEntry]:
    spoken: dict[str, list[str]] = {}
    for phrase, command in commands.items():
        if command.user_command is None and command.name not in excluded:
            spoken.setdefault(command.name, []).append(" ".join(pattern_text(phrase)))
    for group, helps in commands.groups.items():
        for name, help in helps.items():
            if phrases := spoken.pop(name, None):
                yield CatalogueEntry(group, help, tuple(phrases))
    for name, phrases in spoken.items():
        yield CatalogueEntry(_OTHERS, name.replace("_", " ").capitalize(), tuple(phrases))


def _symbols(vocabulary: Vocabulary) -> Iterator[CatalogueEntry]:
    marks = (
        (_symbol_text(phrase.written), words)
        for words, phrase in vocabulary.phrases.items()
        if phrase.written.text and not any(map(str.isalnum, phrase.written.text))
    )
    yield from _grouped(_SYMBOLS, marks)


def _symbol_text(written: FormattedWord) -> str:
    text = written.text
    if Formatting.PAIR in written.formatting:  # one half is written at a time
        opening, closing = text[: len(text) // 2], text[len(text) // 2 :]
        return opening if opening == closing else f"{opening} or {closing}"
    return _WHITE_SPACE.get(text, text)


def _effects(vocabulary: Vocabulary) -> Iterator[CatalogueEntry]:
    effects = ((_effect_name(phrase), words) for words, phrase in vocabulary.phrases.items())
    yield from _grouped(_EFFECTS, ((name, words) for name, words in effects if name))
    if vocabulary.literal_prefixes:
        spoken = tuple(f"{escape} <words>" for escape in sorted(vocabulary.literal_prefixes))
        yield CatalogueEntry(_EFFECTS, "the words themselves", spoken)


def _effect_name(phrase: VocabularyEntry) -> str:
    """Return the name of the phrase's effect, "" if it has none."""
    if phrase.case is not None:
        return phrase.case.value
    if phrase.spells:
        return "letters"
    return "" if phrase.written.text else _EFFECT_NAMES.get(phrase.written.formatting, "")


def _grouped(group: str, helps: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[CatalogueEntry]:
    spoken: dict[str, list[str]] = {}
    for help, words in helps:
        spoken.setdefault(help, []).append(" ".join(words))
    for help, phrases in spoken.items():
        yield CatalogueEntry(group, help, tuple(phrases))
