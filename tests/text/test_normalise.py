"""What may be typed at all."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.errors import WinDictatorError
from windictator.text.normalise import UnprintableTextError, normalise_text

any_string = st.text(st.characters(), max_size=20)  # surrogates and noncharacters included


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_every_line_break_becomes_one_return(line_break):
    """Files of all systems are typed with the same keys."""
    assert normalise_text(f"a{line_break}b\tc") == "a\nb\tc"


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\ud800", "\udfff",
     "\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"],
    ids=ascii,
)  # fmt: skip
def test_what_no_key_stands_for_is_refused(character):
    """Control characters are never typed as keys: the error names the first and its place, in one line."""
    with pytest.raises(UnprintableTextError) as caught:
        normalise_text(f"a\r\n{character}b\x00")
    assert isinstance(caught.value, WinDictatorError)
    assert (caught.value.code_point, caught.value.position) == (ord(character), 3)
    assert f"U+{ord(character):04X} at character 4" in str(caught.value)
    assert str(caught.value).isprintable()


@given(any_string)
def test_cleaned_or_refused(text):
    """Every text is either refused or cleaned, and a cleaned text is clean."""
    try:
        cleaned = normalise_text(text)
    except UnprintableTextError as error:
        assert text[error.position] == chr(error.code_point)
        return
    assert normalise_text(cleaned) == cleaned
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} for c in cleaned)


@pytest.mark.parametrize(
    "text", ["", "é", "e\u0301", "👩\u200d👧", "\u00a0", "\u00ad", "\ufeff", "€“”…", "\ue000"], ids=ascii
)
def test_every_other_character_stays(text):
    """Combining marks, joiners and private characters are text."""
    assert normalise_text(text) == text
