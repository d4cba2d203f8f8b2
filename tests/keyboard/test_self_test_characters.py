"""The alphabet that proves typing: all of the layout, and nothing that could not be typed."""

from __future__ import annotations

import pytest

from tests.fake_keyboard import KEYMAPS, keymap
from windictator.keyboard.key_coder import KeyCoder
from windictator.keyboard.self_test_characters import MAX_ROW_LENGTH, custom_rows, default_rows
from windictator.text.normalise import normalise_text


@pytest.mark.parametrize("name", sorted(file.stem for file in KEYMAPS.glob("*.xkbmap")))
def test_default_rows_contain_every_layout_character(name: str) -> None:
    """In the rows of its group; and every row is short and ready to be typed."""
    coder = KeyCoder(keymap(name))
    rows = default_rows(coder.keymap)
    for group in range(coder.keymap.group_count):
        own = "".join(row.text for row in rows if row.name == f"layout {group + 1}")
        assert set(own) == {character for character in coder.table(group) if character >= " "}
    for row in rows:
        assert 0 < len(row.text) <= MAX_ROW_LENGTH
        assert normalise_text(row.text) == row.text


def test_custom_lines_become_rows() -> None:
    """Empty ones are left out, long ones cut, and the name tells which line it was."""
    long = "x" * MAX_ROW_LENGTH
    assert custom_rows(["a", "", long + "yz"]) == [("line 1", "a"), ("line 3", long), ("line 3", "yz")]
