"""Text made fit for typing, or refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.errors import WinDictatorError
from windictator.text.normalise import UnprintableTextError, normalise_dictated_text, normalise_text

any_string = st.text(st.characters(), max_size=20)  # surrogates and noncharacters included


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_line_breaks_of_all_systems_become_one_return(line_break):
    """Files of all systems are typed with the same keys."""
    assert normalise_text(f"a{line_break}b\tc") == "a\nb\tc"


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\ud800", "\udfff",
     "\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"],
    ids=ascii,
)  # fmt: skip
def test_character_without_a_key_is_refused(character):
    """Control characters are never typed as keys. The error names the first one and its position in one line."""
    with pytest.raises(UnprintableTextError) as caught:
        normalise_text(f"a\r\n{character}b\x00")
    assert isinstance(caught.value, WinDictatorError)
    assert (caught.value.code_point, caught.value.position) == (ord(character), 3)
    assert f"U+{ord(character):04X} at character 4" in str(caught.value)
    assert str(caught.value).isprintable()


@given(any_string)
def test_any_text_is_normalised_or_refused(text):
    """A normalised text needs no further change."""
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
def test_all_other_characters_stay(text):
    """Combining characters, joiners and private characters are text."""
    assert normalise_text(text) == text


def test_printable_ascii_stays():
    """The editor types such text as it is."""
    text = "".join(character for character in map(chr, range(128)) if character.isprintable())
    assert text and normalise_dictated_text(text) == text
