"""``windictator vocabulary``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, OrderedGroup, json_option, pass_invocation
from windictator.cli.output import format_count, print_json, print_stderr

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.settings.user_words import WordEntry

_override_option = click.option(
    "--override", is_flag=True, help="Take the place of a command or a symbol that is said so."
)
_RELOAD_HINT = "a running daemon knows it after: windictator config reload"


@click.group("vocabulary", cls=OrderedGroup, short_help="Your own words, replacements and snippets.")
def vocabulary_group() -> None:
    """Your own words, replacements and snippets.

    They are kept in words.toml beside your settings file and come on top of the
    built-in vocabulary. You may edit the file yourself: its comments stay.
    """


@vocabulary_group.command("add", short_help="Write TEXT whenever PHRASE is said.")
@click.argument("phrase")
@click.argument("text")
@_override_option
@pass_invocation
def add_command(invocation: Invocation, phrase: str, text: str, override: bool) -> int:
    """Write TEXT whenever PHRASE is said. What PHRASE stood for until now it stands for no more.

    {cursor} in TEXT is where the caret is left. A TEXT of the same letters as PHRASE is
    a name: it is also written for words that sound like it, for the speech model may
    not know it.

    \b
    Examples:
      windictator vocabulary add windictator WinDictator
      windictator vocabulary add "my address" $'1 Main Street\\nSpringfield'
      windictator vocabulary add "kind regards" $'Kind regards,\\n{cursor}\\nJane'
    """
    _add_words(invocation.settings(), {phrase: text}, override)
    return 0


@vocabulary_group.command("remove", short_help="Forget what is written for PHRASE.")
@click.argument("phrase")
@pass_invocation
def remove_command(invocation: Invocation, phrase: str) -> int:
    """Forget what is written for PHRASE. The built-in vocabulary is as it was then."""
    from windictator.cli.file_change import change_file
    from windictator.errors import WinDictatorError
    from windictator.settings import user_words_path
    from windictator.settings.user_words import edit_words, file_entries, normalise_phrase

    path = user_words_path(invocation.settings())

    def without(before: str) -> str:
        if normalise_phrase(phrase) not in map(normalise_phrase, file_entries(before, str(path))):
            raise WinDictatorError(f"{path}: {phrase!r} is none of your words; windictator vocabulary list shows them")
        return edit_words(before, {phrase: None}, str(path))

    change_file(path, without)
    print_stderr(f"{path}: {normalise_phrase(phrase)!r} is removed; {_RELOAD_HINT}")
    return 0


@vocabulary_group.command("list", short_help="Show your own words.")
@json_option("Print one JSON array: phrase, text, sounds_like, and what else the file says of it.")
@pass_invocation
def list_command(invocation: Invocation, as_json: bool) -> int:
    """Show your own words: what is said and, behind a tab, what is written."""
    from windictator.settings import read_user_words, user_words_path
    from windictator.settings.user_words import file_entries, normalise_phrase
    from windictator.settings.vocabulary import parse_words

    settings = invocation.settings()
    content, source = read_user_words(settings), str(user_words_path(settings))
    phrases = parse_words(content, source)
    rows = []
    for phrase, entry in file_entries(content, source).items():
        table = {"text": entry} if isinstance(entry, str) else entry
        known = phrases[tuple(normalise_phrase(phrase).split())]
        rows.append({"phrase": normalise_phrase(phrase), **table, "sounds_like": known.sounds_like})
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        click.echo(f"{row['phrase']}\t{_escape_whitespace(str(row['text']))}")
    if not rows:
        print_stderr(f"{source}: no words of your own yet; add one: windictator vocabulary add PHRASE TEXT")
    return 0


@vocabulary_group.command("import", short_help="Add the words of a list.")
@click.argument("file")
@_override_option
@pass_invocation
def import_command(invocation: Invocation, file: str, override: bool) -> int:
    """Add the words of a list: all of them, or none if one is wrong.

    FILE is a plain list, one word per line, written as you want it ("WinDictator"),
    where lines that begin with "# " do not count; or two columns, what is said and what
    is written, separated by tabs (.tsv, .txt) or commas (.csv); or a words.toml. "-" is
    standard input. Words that would take the place of a command or a symbol are left out
    unless you say --override.
    """
    from pathlib import Path

    from windictator.cli.file_change import read_text
    from windictator.settings import SettingsError, decode_text
    from windictator.settings.word_list import read_word_list

    settings = invocation.settings()
    if file == "-":
        content = decode_text(sys.stdin.buffer.read(), "standard input")
    elif not Path(file).exists():
        raise SettingsError(f"{file}: no such file")
    else:
        content = read_text(Path(file))
    _add_words(
        settings, read_word_list(content, "standard input" if file == "-" else file), override, skip_conflicts=True
    )
    return 0


def _add_words(
    settings: Settings, entries: Mapping[str, WordEntry], override: bool, skip_conflicts: bool = False
) -> None:
    """``leave_out``: words that take the place of something are passed over, not refused."""
    from windictator.cli.file_change import change_file
    from windictator.errors import WinDictatorError
    from windictator.settings import user_words_path
    from windictator.settings.conflicts import conflicts
    from windictator.settings.user_words import edit_words, file_entries, normalise_phrase
    from windictator.settings.vocabulary import load_base_vocabulary, parse_words
    from windictator.text.phrase_index import VocabularyError

    path = user_words_path(settings)
    vocabulary = load_base_vocabulary(settings)
    wanted = {normalise_phrase(phrase): entry for phrase, entry in entries.items()}
    for phrase in wanted:
        if not phrase or not phrase.isprintable():
            raise VocabularyError(f"{phrase!r} is no phrase: it is one or more words as they are said")
    found = list(conflicts(vocabulary, [tuple(phrase.split()) for phrase in wanted]))
    if not override:
        for conflict in [conflict for conflict in found if conflict.replaces_meaning]:
            if not skip_conflicts:
                raise WinDictatorError(f"{conflict}; if that is what you want, say --override")
            del wanted[" ".join(conflict.phrase)]
    replaced: set[str] = set()

    def with_entries(before: str) -> str:
        replaced.update(wanted.keys() & set(map(normalise_phrase, file_entries(before, str(path)))))
        after = edit_words(before, wanted, str(path))
        parse_words(after, str(path))
        return after

    if wanted:
        change_file(path, with_entries)
    for conflict in found:
        left_out = "left out: " if " ".join(conflict.phrase) not in wanted else "warning: "
        print_stderr(f"{left_out}{conflict}")
    print_stderr(
        f"{path}: {format_count(len(wanted) - len(replaced), 'word')} added, {len(replaced)} replaced; {_RELOAD_HINT}"
    )


def _escape_whitespace(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
