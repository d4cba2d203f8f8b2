"""Names and values quoted in messages of one line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.quoting import printable, quoted, quoted_value, shortened


@pytest.mark.parametrize(
    ("name", "expected"),
    [("hello", "hello"), ("on_user-input2", "on_user-input2"), ("two words", "'two words'"), ("", "''")],
)
def test_quoted_name_has_quotes_if_needed(name, expected):
    """A bare key of TOML needs none."""
    assert quoted(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (5, "5"),
        ("é\n", '"é\\n"'),
        (["a", 1.5], '["a", 1.5]'),
        ({"a": 1}, "a table"),
        (date(2020, 2, 1), "2020-02-01"),
        (list(range(50)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11..."),
    ],
)
def test_quoted_value_is_written_as_in_toml(value, expected):
    """The user finds the value in the file by it."""
    assert quoted_value(value) == expected


def test_quoted_value_of_a_cyclic_list_ends():
    """No value raises an error."""
    cyclic: list[object] = []
    cyclic.append(cyclic)
    assert quoted_value(cyclic) == "[[...]]"


@given(st.text())
def test_any_text_is_quoted_on_one_short_line(text):
    """A message is one line, whatever a file holds."""
    for line in (printable(text), shortened(text), quoted_value(text)):
        assert line.isprintable()
    assert len(shortened(text)) <= 40
    assert len(quoted_value(text)) <= 42
