"""Lists of words from elsewhere: one word per line, two columns, or TOML."""

from __future__ import annotations

import csv
import re

from windictator.settings.user_words import WordEntry, file_entries
from windictator.settings.vocabulary import parse_words
from windictator.text.phrase_index import VocabularyError

_COMMENT = re.compile(r"#+(?:\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def read_word_list(content: str, source: str) -> dict[str, WordEntry]:
    """Phrases and what is written for them.

    ``source``: the file's name, for errors; what it ends in tells the form: ``.toml`` a file of own words, ``.csv``
    and ``.tsv`` two columns, phrase and text; else two columns where there are tabs, and one word per line where there
    are none, said as its letters are, but for lines that begin with "# ". Empty lines are passed over. Raises
    ``VocabularyError``.
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
                raise VocabularyError(f"{source}:{rows.line_num}: must be two columns: what is said, what is written")
            entries[cells[0]] = cells[1]
    except csv.Error as error:
        raise VocabularyError(f"{source}:{rows.line_num}: {error}") from None
    return entries


def _spoken_form(word: str, where: str) -> str:
    """How a word is said that is written so: its letters in lower case, "new york" for "New-York"."""
    spoken = " ".join(_WORD.findall(word)).casefold()
    if not spoken:
        raise VocabularyError(f"{where}: {word!r} has no letters; add it with a phrase: windictator vocabulary add")
    return spoken
