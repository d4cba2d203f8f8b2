"""Changes to the file of the user's words that keep its comments, its order and its formatting.

A TOML library that keeps comments takes a second to read ten thousand words, and minutes to add as many. Here the
lines of an entry are found instead. The result is accepted only if it reads as the old file with exactly the change.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windictator.settings.toml import TomlFile
from windictator.text.phrase_index import VocabularyError

WordEntry = str | dict[str, Any]
"""Entry of a phrase in the file: its text, or a table with its text and more."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"\s*\[")


def normalise_phrase(phrase: str) -> str:
    """Return the phrase as it is compared: case-folded, with single spaces."""
    return " ".join(phrase.casefold().split())


def file_entries(toml_text: str, source: str) -> dict[str, WordEntry]:
    """Return the entry of each phrase, as the file has it. Raises VocabularyError."""
    words = _document(toml_text, source).get("words", {})
    if not isinstance(words, dict):
        raise VocabularyError(f"{source}:words: must be a table")
    return words


def edit_words(toml_text: str, changes: Mapping[str, WordEntry | None], source: str) -> str:
    """Return the text of the file with ``changes`` to its phrases; None removes a phrase.

    A phrase that the file has already keeps its place, new phrases come after the others. Raises VocabularyError if the
    file is not TOML, or if it is so unusual that the user must make the change.
    """
    before = _document(toml_text, source)
    file_entries(toml_text, source)
    wanted = {normalise_phrase(phrase): (phrase, entry) for phrase, entry in changes.items()}
    lines = re.findall(r"[^\n]*\n|[^\n]+", toml_text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    result: list[str] = []
    copied = 0
    insertion: int | None = None
    for part in _split_parts(lines):
        result += lines[copied : part.begin]
        copied = part.begin
        known = wanted.get(normalise_phrase(part.phrase)) if part.phrase else None
        if known:
            copied = part.end
            if known[1] is not None and part.is_under_header:
                result.append(_format_line(part.phrase, known[1], _trailing_comment(lines[part.begin : part.end])))
                del wanted[normalise_phrase(part.phrase)]
        result += lines[copied : part.end]
        copied = part.end
        if part.is_under_header:
            insertion = len(result)
    rest = lines[copied:]
    added = [_format_line(phrase, entry) for phrase, entry in wanted.values() if entry is not None]
    if added and insertion is None:
        added.insert(0, "\n[words]\n" if result or rest else "[words]\n")
        insertion = len(result) + len(rest)
    result += rest
    result[insertion:insertion] = added if insertion is not None else []
    text = "".join(result)
    _check_result(before, changes, text, source)
    return text


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines of the file: an entry, or the header ``[words]``.

    begin: number of its first line, from 0.
    end: number of the line after its last line.
    phrase: phrase of the entry, "" for the header.
    is_under_header: it is the header, or an entry below it, so that more entries may follow.
    """

    begin: int
    end: int
    phrase: str
    is_under_header: bool


def _split_parts(lines: list[str]) -> Iterator[_Part]:
    section: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if not line.strip() or line.lstrip().startswith("#"):
            position += 1
        elif _HEADER.match(line):
            section = _path(_read(line))
            position += 1
            if section == ["words"]:
                yield _Part(position - 1, position, "", True)
            elif section[:1] == ["words"] and len(section) == 2:
                begin, position = position - 1, _end_of_table(lines, position)
                yield _Part(begin, position, section[1], False)
        else:
            end = _end_of_value(lines, position)
            path = section + _path(_read("".join(lines[position:end])))
            if path[:1] == ["words"] and len(path) >= 2:
                yield _Part(position, end, path[1], section == ["words"] and len(path) == 2)
            position = end


def _end_of_table(lines: list[str], position: int) -> int:
    """Return the number of the line after the last entry of the table that begins at ``position``."""
    end = position
    while position < len(lines) and not _HEADER.match(lines[position]):
        if not lines[position].strip() or lines[position].lstrip().startswith("#"):
            position += 1
        else:
            end = position = _end_of_value(lines, position)
    return end


def _end_of_value(lines: list[str], begin: int) -> int:
    """Return the number of the line after the entry that begins there; the file is known to be TOML."""
    end = begin + 1
    while end < len(lines) and _read("".join(lines[begin:end])) is None:
        end += 1
    return end


def _read(toml_text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(toml_text)
    except ValueError:
        return None


def _path(document: dict[str, Any] | None) -> list[str]:
    """Return the keys that lead to the one value of ``document``, through tables that have one key."""
    path = []
    value: Any = document
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path.append(key)
    return path


def _trailing_comment(lines: list[str]) -> str:
    """Return the comment after an entry with the spaces before it, "" without a comment."""
    line = lines[-1]
    if len(lines) == 1:
        for hash_sign in re.finditer(r"\s*#", line):
            if _read(line[: hash_sign.start()]) is not None:
                return line[hash_sign.start() :].rstrip("\n")
    return ""


def _format_line(phrase: str, entry: WordEntry, comment: str = "") -> str:
    return f"{_format_key(phrase)} = {_format_value(entry)}{comment}\n"


def _format_key(phrase: str) -> str:
    return phrase if _BARE_KEY.fullmatch(phrase) else json.dumps(phrase, ensure_ascii=False)


def _format_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_format_key(name)} = {_format_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, str) and "\n" in value:
        escaped = json.dumps(value, ensure_ascii=False)[1:-1]
        return '"""\n' + re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[0], escaped) + '"""'
    return json.dumps(value, ensure_ascii=False)


def _document(toml_text: str, source: str) -> dict[str, Any]:
    return TomlFile(source, VocabularyError).parse(toml_text).values


def _check_result(before: dict[str, Any], changes: Mapping[str, WordEntry | None], text: str, source: str) -> None:
    """Raise VocabularyError if the new text is not the old document with the changes and nothing else."""
    words = {normalise_phrase(phrase): entry for phrase, entry in before.get("words", {}).items()}
    for phrase, entry in changes.items():
        words[normalise_phrase(phrase)] = entry
        if entry is None:
            del words[normalise_phrase(phrase)]
    after = _read(text)
    found = {normalise_phrase(phrase): entry for phrase, entry in (after or {}).get("words", {}).items()}
    others = [{name: value for name, value in (of or {}).items() if name != "words"} for of in (before, after)]
    if after is None or found != words or others[0] != others[1]:
        raise VocabularyError(f"{source}: cannot be edited automatically and is unchanged; edit the file by hand")
