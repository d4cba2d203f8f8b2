"""Lists of words from other programs: one word per line, two columns, or TOML."""

from __future__ import annotations

import csv
import re

from windictator.settings.user_words import WordEntry, file_entries
from windictator.settings.vocabulary import parse_words
from windictator.text.phrase_index import VocabularyError

_COMMENT = re.compile(r"#+(?:\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def read_word_list(content: str, source: str) -> dict[str, WordEntry]:
    """Return the phrases of a list and the entry of each.

    ``source``: the file's name, for messages; its ending names the form. ``.toml`` is a file of user words, ``.csv``
    and ``.tsv`` have two columns, phrase and text. Any other list with tabs has two columns. Without tabs it has one
    word per line, spoken as its letters are; lines that begin with "# " are comments. Empty lines are ignored. Raises
    VocabularyError.
    """
    ending = source.rpartition(".")[2].lower()
    if ending == "toml":
        parse_words(content, source)
        return file_entries(content, source)
    if ending == "csv":
        return _read_columns(content, ",", source)
    if ending == "tsv" or "\t" in content:
        return _read_columns(content, "\t", source)
    entries: dict[str, WordEntry] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if (word := line.strip()) and not _COMMENT.match(word):
            entries[_spoken_form(word, f"{source}:{number}")] = word
    return entries


def _read_columns(content: str, delimiter: str, source: str) -> dict[str, WordEntry]:
    entries: dict[str, WordEntry] = {}
    rows = csv.reader(content.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if len(cells) != 2 or not all(cells):
                raise VocabularyError(f"{source}:{rows.line_num}: must have two columns: phrase and text")
            entries[cells[0]] = cells[1]
    except csv.Error as error:
        raise VocabularyError(f"{source}:{rows.line_num}: {error}") from None
    return entries


def _spoken_form(word: str, where: str) -> str:
    """Return how a written word is spoken: its letters in lower case, "new york" for "New-York"."""
    spoken = " ".join(_WORD.findall(word)).casefold()
    if not spoken:
        raise VocabularyError(f"{where}: {word!r} has no letters; add it with a phrase: windictator vocabulary add")
    return spoken
