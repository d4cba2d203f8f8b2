"""Text whose length autocorrection may have changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.autocorrection import autocorrectable_part


@pytest.mark.parametrize(
    ("text", "start", "found"),
    [
        ("wait... and see", 0, "..."),
        ("wait... and see", 8, ""),
        ("wait... and see", 6, "..."),
        ("one -- two", 4, "--"),
        ("a -> b", 0, "->"),
        ("copy (c) of", 0, "(c)"),
        ("copy (tm) of", 7, "(tm)"),
        ("add 1/2 cup", 5, "1/2"),
        ('said "yes" now', 4, '"'),
        ("a :smile: now", 2, ":smile:"),
        ("we could of been there", 12, "could of been"),
        ("it's the 3rd - i think", 0, ""),
        ("e-mail and/or 12:30, 24/7", 0, ""),
        ("- one\ntwo", 6, ""),
        ("- one\ntwo", 5, "-"),
        ("- one", 3, ""),
        ("- one", 1, "-"),
        ("all\n1. one\nb", 4, "1."),
        ("all\n1. one", 7, ""),
        ("a\n---\nb", 0, "--"),
        ("a\n+-+\nb", 0, "+-"),
        ("dear anna,\n\nhow are you", 0, ""),
    ],
)
def test_autocorrectable_part_is_text_of_uncertain_length(text, start, found):
    """Sequences count from the given position on, including one that is only partly erased."""
    assert autocorrectable_part(text, start) == found


@given(st.text('ab .-/1"(c)\n:', max_size=20), st.integers(0, 20))
def test_autocorrectable_part_is_part_of_the_text(text, start):
    """For any text; at the end of a text there is nothing to correct."""
    assert autocorrectable_part(text, min(start, len(text))) in text
    assert autocorrectable_part(text, len(text)) == ""


@given(st.text("abc'. ,3rd", max_size=20).filter(lambda text: "..." not in text and ". " not in text))
def test_autocorrectable_part_of_ordinary_text_is_empty(text):
    """Most corrections are of words and single symbols."""
    assert autocorrectable_part(f"and {text}", 0) == ""
