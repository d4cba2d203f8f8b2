"""Line breaks and paragraphs in texts and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.context_adjust import Context, context_adjust
from windictator.text.corrections import EditableText, delete_line
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.ledger import Entry
from windictator.text.line_breaks import (
    LINE_END,
    PARAGRAPH,
    in_line_breaks,
    in_paragraphs,
    line_start,
    one_line,
    words_in_paragraphs,
    words_on_one_line,
)
from windictator.text.normalise import UnprintableTextError, normalise_dictated_text

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
def test_line_breaks_become_one_space(text, on_one_line):
    """Spaces around them are included; other spaces stay."""
    assert one_line(text) == on_one_line


@given(words=WORDS)
def test_words_on_one_line_keep_everything_else(words):
    """Words without line breaks are returned as the same object."""
    flat = words_on_one_line(words)
    assert not any("\n" in word.text + word.after_cursor for word in flat)

    def visible(words):
        return "".join("".join(word.text.split()) + "".join(word.after_cursor.split()) for word in words)

    assert visible(flat) == visible(words)
    assert (flat is words) == (not any("\n" in word.text + word.after_cursor for word in words))


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("one", "one"),
        ("one\ntwo", "one\ntwo"),
        ("one\n\ntwo", f"one{PARAGRAPH}two"),
        ("one\n\n\ntwo", f"one{PARAGRAPH}\ntwo"),
        ("\n\n\n\n", PARAGRAPH * 2),
    ],
)
def test_empty_line_becomes_a_paragraph(text, paragraphs):
    """The conversion is reversible, and both end lines."""
    assert in_paragraphs(text) == paragraphs
    assert in_line_breaks(paragraphs) == text
    assert bool(LINE_END.search(text)) == bool(LINE_END.search(paragraphs))
    assert one_line(paragraphs) == one_line(text)
    (word,) = words_in_paragraphs((FormattedWord(text, after_cursor=text),))
    assert (word.text, word.after_cursor) == (paragraphs, paragraphs)


def test_sentence_begins_after_a_paragraph():
    """No space is written, as after a line break."""
    assert context_adjust((FormattedWord("two"),), Context.after(f"one{PARAGRAPH}"))[0] == "Two"


def test_line_begins_after_a_paragraph():
    """Lines are erased and counted by that."""
    text = f"one\ntwo{PARAGRAPH}three"
    assert (line_start(text), line_start(text, 7), line_start("one")) == (8, 4, 0)
    entry = Entry("", text, Context(), Context.after(text))
    change = delete_line(EditableText((entry,), complete=True))
    assert text[change.start :] == "three"


def test_normalise_dictated_text_keeps_paragraphs():
    """The character stands for one key; every other line break becomes an ordinary one."""
    assert normalise_dictated_text(f"a\r\nb{PARAGRAPH}c") == f"a\nb{PARAGRAPH}c"
    with pytest.raises(UnprintableTextError):
        normalise_dictated_text(f"a{PARAGRAPH}\x07")
