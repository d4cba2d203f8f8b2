"""Command ``windictator vocabulary``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, OrderedGroup, json_option, pass_invocation
from windictator.cli.io.exits import print_stderr
from windictator.cli.io.output import format_count, print_json

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.settings.user_words import WordEntry

_replace_option = click.option("--replace", is_flag=True, help="Replace a command or a symbol with the same phrase.")
_RELOAD_HINT = "a running daemon uses it at once"


@click.group("vocabulary", cls=OrderedGroup, short_help="Add, list and remove user words.")
def vocabulary_group() -> None:
    """Add, list and remove user words, replacements and snippets.

    They are in words.toml beside your settings file and extend the built-in
    vocabulary. You may edit the file yourself: its comments stay.
    """


@vocabulary_group.command("add", short_help="Write TEXT when you say PHRASE.")
@click.argument("phrase")
@click.argument("text")
@_replace_option
@pass_invocation
def add_command(invocation: Invocation, phrase: str, text: str, replace: bool) -> int:
    r"""Write TEXT when you say PHRASE. Replaces any earlier meaning of PHRASE.

    {cursor} in TEXT marks the position of the cursor after typing. If TEXT has the same
    letters as PHRASE, it is a name. It is also written for words that sound like it,
    because the speech model may not know it.

    \b
    Examples:
      windictator vocabulary add windictator WinDictator
      windictator vocabulary add "my address" $'1 Main Street\\nSpringfield'
      windictator vocabulary add "kind regards" $'Kind regards,\\n{cursor}\\nJane'
    """
    _add_words(invocation.settings(), {phrase: text}, replace)
    return 0


@vocabulary_group.command("remove", short_help="Remove the user word PHRASE.")
@click.argument("phrase")
@pass_invocation
def remove_command(invocation: Invocation, phrase: str) -> int:
    """Remove the user word PHRASE. The built-in vocabulary applies to it again."""
    from windictator.cli.file_change import change_file
    from windictator.errors import WinDictatorError
    from windictator.settings import user_words_path
    from windictator.settings.user_words import edit_words, file_entries, normalise_phrase

    path = user_words_path(invocation.settings())

    def without(before: str) -> str:
        if normalise_phrase(phrase) not in map(normalise_phrase, file_entries(before, str(path))):
            raise WinDictatorError(f"{path}: {phrase!r} is not a user word; windictator vocabulary list shows all")
        return edit_words(before, {phrase: None}, str(path))

    change_file(path, without)
    print_stderr(f"{path}: {normalise_phrase(phrase)!r} removed; {_RELOAD_HINT}")
    return 0


@vocabulary_group.command("list", short_help="List user words.")
@json_option("Print one JSON array of objects: phrase, text, sounds_like and other keys of the file.")
@pass_invocation
def list_command(invocation: Invocation, as_json: bool) -> int:
    """List user words: the phrase and, after a tab, the text."""
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
        print_stderr(f"{source}: no user words yet; add one: windictator vocabulary add PHRASE TEXT")
    return 0


@vocabulary_group.command("import", short_help="Import user words from a file.")
@click.argument("file")
@_replace_option
@pass_invocation
def import_command(invocation: Invocation, file: str, replace: bool) -> int:
    r"""Import user words from a file: all of them, or none if one is invalid.

    \b
    FILE has one of these formats; "-" is standard input:
      one word per line, written as it is to appear ("WinDictator"); lines that
        begin with "# " are comments
      two columns, phrase and text, separated by tabs (.tsv, .txt) or commas (.csv)
      a words.toml

    Words with the phrase of a command or a symbol are skipped without --replace.
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
        settings, read_word_list(content, "standard input" if file == "-" else file), replace, skip_conflicts=True
    )
    return 0


def _add_words(
    settings: Settings, entries: Mapping[str, WordEntry], replace: bool, skip_conflicts: bool = False
) -> None:
    """Add user words to their file, and report conflicts.

    entries: words by phrase.
    replace: True to replace commands and symbols with the same phrase.
    skip_conflicts: True to skip words that need ``replace`` instead of raising an error.

    Raises WinDictatorError.
    """
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
            raise VocabularyError(f"{phrase!r} is not a phrase; give one or more spoken words")
    found = list(conflicts(vocabulary, [tuple(phrase.split()) for phrase in wanted]))
    if not replace:
        for conflict in [conflict for conflict in found if conflict.replaces_meaning]:
            if not skip_conflicts:
                raise WinDictatorError(f"{conflict}; to replace it, add --replace")
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
        note = "skipped: " if " ".join(conflict.phrase) not in wanted else "warning: "
        print_stderr(f"{note}{conflict}")
    print_stderr(
        f"{path}: {format_count(len(wanted) - len(replaced), 'word')} added, {len(replaced)} replaced; {_RELOAD_HINT}"
    )


def _escape_whitespace(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
