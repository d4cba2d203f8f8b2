"""Line breaks out of texts and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.line_breaks import one_line, words_on_one_line

WORDS = st.lists(
    st.builds(
        FormattedWord,
        st.text("ab \n\t", max_size=4),
        st.sampled_from([Formatting.NONE, Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER]),
        st.text("c\n", max_size=2),
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("text", "on_one_line"),
    [("a\nb", "a b"), ("a \n\n  b\n", "a b "), ("\n", " "), ("a\tb", "a\tb"), ("", ""), ("a\n\t\nb", "a b")],
)
def test_one_space_takes_the_place(text, on_one_line):
    """Whatever stood around them; other spaces stay."""
    assert one_line(text) == on_one_line


@given(words=WORDS)
def test_no_line_break_is_left_and_nothing_else_is_lost(words):
    """And words without any are the very same."""
    flat = words_on_one_line(words)
    assert not any("\n" in word.text + word.tail for word in flat)

    def visible(words):
        return "".join("".join(word.text.split()) + "".join(word.tail.split()) for word in words)

    assert visible(flat) == visible(words)
    assert (flat is words) == (not any("\n" in word.text + word.tail for word in words))
