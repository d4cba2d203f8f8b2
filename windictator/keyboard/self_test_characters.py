"""Characters for the self-test of typing: rows, each of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from windictator.keyboard.key_coder import KeyCoder
from windictator.keyboard.keymap import Keymap

MAX_ROW_LENGTH = 64
"""Maximum number of characters in a row, so that it fits into one line of a terminal together with its name."""


class Row(NamedTuple):
    """Row of characters of one kind.

    name: the kind.
    text: normalised (line break U+000A).
    """

    name: str
    text: str


def _character_range(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


#: Characters that layouts lack, so most need a temporary mapping: many scripts, and characters that are hard to type.
#: Emoji are outside the Basic Multilingual Plane; some are sequences of code points, as are combining accents.
_KINDS = (
    ("ASCII", _character_range(" ", "~")),
    ("accents", "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"),
    ("accents", "ĀāĂăĄąĆćČčĎďĐđĒēĘęĚěĞğĢģĪīİıĶķŁłŃńŇňŌōŐőŒœŘřŚśŞşŠšŢţŤťŪūŮůŰűŹźŻżŽžȘșȚțẞ"),
    ("typography", "“”„‟‘’‚‹›«»–—―…•·†‡‰′″¡¿§¶©®™°±×÷≠≤≥≈∞√∑←↑→↓✓\u00a0"),
    ("currency", "$¢£¥€₹₽₺₩₪₫₴₿"),
    ("Greek", _character_range("Α", "Ρ") + _character_range("Σ", "Ω") + "άέήίόύώϊϋΐΰ" + _character_range("α", "ω")),
    ("Cyrillic", _character_range("А", "я") + "ЁёЄєІіЇїҐґЉљЊњЏџЎў"),
    ("Hebrew", _character_range("א", "ת")),
    ("Arabic", "ابتثجحخدذرزسشصضطظعغفقكلمنهويىءآأؤإئة؟،"),
    ("East Asia", "日本語のひらがなカタカナ漢字、中文简体繁體。한국어한글"),
    ("combining", "e\u0301 a\u0308 o\u0302\u0323 n\u0303 กำ हिन्दी"),
    ("emoji", "😀😂🤔👍👍🏽❤️🎉🇪🇺👩\u200d💻🏳️\u200d🌈🧪🫠"),
    ("lines, tabs", "one\n\ttwo\t\tthree\n\n  four \n"),
)


def default_rows(keymap: Keymap, locked: int = 0) -> list[Row]:
    """Return rows with the characters of the layout, group by group, and then with some of every kind.

    locked: real modifiers that stay locked while typing.
    """
    coder = KeyCoder(keymap, locked)
    rows: list[Row] = []
    for group in range(max(1, keymap.group_count)):
        characters = "".join(sorted(character for character in coder.table(group) if character >= " "))
        rows += _split_row(f"layout {group + 1}", characters)
    for name, text in _KINDS:
        rows += _split_row(name, text) if "\n" not in text else [Row(name, text)]
    return rows


def custom_rows(lines: Iterable[str]) -> list[Row]:
    """Return a row for each line that is not empty; long lines give several rows."""
    return [row for number, line in enumerate(lines, 1) for row in _split_row(f"line {number}", line)]


def _split_row(name: str, text: str) -> Iterator[Row]:
    for begin in range(0, len(text), MAX_ROW_LENGTH):
        yield Row(name, text[begin : begin + MAX_ROW_LENGTH])
