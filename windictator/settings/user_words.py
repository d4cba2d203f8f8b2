"""Changes a user's file of own words as an editor would: the rest of it, comments too, stays as it is.

A TOML library that keeps comments takes a second to read ten thousand words and minutes to add as many; here the
lines of an entry are found, and the result is accepted only if it reads as the old file with exactly the change.
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
"""What stands for a phrase in the file: its text, or a table that says more of it."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"\s*\[")


def normalise_phrase(phrase: str) -> str:
    """The phrase as it is compared: case-folded, single-spaced."""
    return " ".join(phrase.casefold().split())


def file_entries(toml_text: str, source: str) -> dict[str, WordEntry]:
    """What the file says of each phrase, as it is written there. Raises ``VocabularyError``."""
    words = _document(toml_text, source).get("words", {})
    if not isinstance(words, dict):
        raise VocabularyError(f"{source}:words: must be a table")
    return words


def edit_words(toml_text: str, changes: Mapping[str, WordEntry | None], source: str) -> str:
    """The text of the file with ``changes`` to its phrases; None takes a phrase out.

    A phrase that is there already keeps its place, new ones come behind the others. Raises ``VocabularyError`` where
    the file is no TOML, or so unusual that the change has to be made by hand.
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
    """Lines ``begin`` to ``end`` of the file: an entry, or the header ``[words]`` (``phrase`` empty).

    ``in_place``: it is a line below that header, or the header: others may stand there.
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
    """Behind the last entry of the table that begins at ``position``."""
    end = position
    while position < len(lines) and not _HEADER.match(lines[position]):
        if not lines[position].strip() or lines[position].lstrip().startswith("#"):
            position += 1
        else:
            end = position = _end_of_value(lines, position)
    return end


def _end_of_value(lines: list[str], begin: int) -> int:
    """Behind the last line of the entry that begins there; the file is known to be TOML."""
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
    """The keys that lead to the one value of ``document``, as far as tables with one key go."""
    path = []
    value: Any = document
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path.append(key)
    return path


def _trailing_comment(lines: list[str]) -> str:
    """The comment behind an entry, with the spaces before it; "" where there is none."""
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
    """That the new text is the old document with the changes, and nothing else."""
    words = {normalise_phrase(phrase): entry for phrase, entry in before.get("words", {}).items()}
    for phrase, entry in changes.items():
        words[normalise_phrase(phrase)] = entry
        if entry is None:
            del words[normalise_phrase(phrase)]
    after = _read(text)
    found = {normalise_phrase(phrase): entry for phrase, entry in (after or {}).get("words", {}).items()}
    others = [{name: value for name, value in (of or {}).items() if name != "words"} for of in (before, after)]
    if after is None or found != words or others[0] != others[1]:
        raise VocabularyError(f"{source}: is written in a way that only an editor can change; nothing is changed")
