"""Comparison of selected text with typed text: equal, adjustable, or different."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.texts import hard_text
from windictator.text.selected_text import Comparison, closer_of, compare, is_list_of, lacks_break

plain = st.text("ab \n", max_size=12)


@given(hard_text)
def test_compare_equal_texts_is_same(text):
    """Whatever characters are in them."""
    assert compare(text, text) == Comparison(True)


@pytest.mark.parametrize(
    ("selected", "typed"),
    [
        ("hello\xa0", "hello "),
        ("a\r\nb\rc\u2029d", "a\nb\nc\nd"),
        ("first\n\nsecond", "first\nsecond"),
        ("a\n\n\nb\n", "a\nb\n"),
    ],
)
def test_compare_other_forms_of_a_text_is_same(selected, typed):
    """A space at the end of rich text, line ends of other systems, paragraphs."""
    assert compare(selected, typed).same


@pytest.mark.parametrize(
    ("selected", "typed"),
    [
        ("HELLO", "Hello"),
        ("cm ", "3½ cm "),
        ("three \u2026", "three ..."),
        ("one\n    two", "one\ntwo"),
        ("(x)", "(x"),
        ("\n\nnext", "\nnext"),
        ("", "hello"),
        ("0123456789abc Hello ", "Hello there my friend"),
    ],
)
def test_compare_changed_text_is_not_same(selected, typed):
    """Capitals, autocorrection, indentation, closed brackets, a line break more, nothing, a full field."""
    assert not compare(selected, typed).same


@pytest.mark.parametrize(
    ("selected", "typed"),
    [
        ("     gh\n    3. Ij kl", "gh\nIj kl"),
        ("    \u2022 gh\n    \u2022 \n    \u2022 Ij", "gh\n\nIj"),
        ("     \n    2. ", "\n"),
        ("Dear all\n        a) milk", "Dear all\nmilk"),
    ],
)
def test_list_of_typed_lines_has_labels_before_them(selected, typed):
    """As LibreOffice tells it: numbers, bullets, or only spaces, at every depth."""
    assert is_list_of(selected, typed) and not compare(selected, typed).same


@pytest.mark.parametrize(
    ("selected", "typed"),
    [
        ("    3. Ij kl", "Ij kl"),
        ("     gh\n    3. Ij", "gh\n\nIj"),
        ("     Gh\n    3. Ij", "gh\nIj"),
        ("    1. gh\n    2. ij", "1. gh\nij"),
        ("x gh\nIj", "gh\nIj"),
        ("     gh\n    3. more of Ij", "gh\nIj"),
    ],
)
def test_list_of_other_lines_is_none_of_the_typed_ones(selected, typed):
    """One line, a line fewer, other characters, a label made of what was typed, more words."""
    assert not is_list_of(selected, typed)


@pytest.mark.parametrize(
    ("selected", "typed", "expected"),
    [
        ("lo", "hello", Comparison(False, more=3)),
        ("xxhello", "hello", Comparison(False, fewer=2)),
        ("\u0301", "e\u0301", Comparison(False, more=1)),
        ("hello", "goodbye", Comparison(False)),
    ],
)
def test_compare_part_of_the_text_tells_presses(selected, typed, expected):
    """As many as there are characters too few, or too many."""
    assert compare(selected, typed) == expected
    assert compare(selected, typed).differs == (expected == Comparison(False))


@pytest.mark.parametrize(
    ("text", "closer"),
    [
        *[("(a", ")"), ("(a)", ""), ("f([x", "]"), ("a)", ""), ("", "")],
        *[('say "hi', '"'), ('"hi"', ""), ("it's", ""), ('end"', "")],
    ],
)
def test_closer_of_text_is_that_of_the_last_open_one(text, closer):
    """Apostrophes open no quotation."""
    assert closer_of(text) == closer


@given(plain, plain)
def test_compare_same_has_the_same_visible_text(selected, typed):
    """Visible differences always count."""
    if compare(selected, typed).same:
        assert selected.replace("\n", "") == typed.replace("\n", "")
        assert selected.startswith("\n") == typed.startswith("\n")


def test_paragraph_of_one_key_may_be_two_line_breaks():
    """As one character more before it, and where its beginning is not given."""
    assert compare("\n\nnext", "\u2029next").same
    assert compare("e\n\nnext", "\u2029next") == Comparison(False, fewer=1)
    assert compare("next", "\u2029next") == Comparison(False, more=1)
    assert lacks_break("next", "\u2029next")
    assert not lacks_break("next", "\nnext")
    assert not lacks_break("text", "\u2029next")
