"""Characters and keysyms are each other's inverse wherever both exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.keyboard.keysyms import DECOMPOSED_CHARACTERS, UNICODE_OFFSET, character_of, is_dead_key, keysym_of

TYPEABLE = st.sampled_from("\b\t\n") | st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="".join(DECOMPOSED_CHARACTERS)
)


@given(TYPEABLE)
def test_a_characters_keysym_types_that_character(character):
    assert character_of(keysym_of(character)) == character


@given(st.integers(0, 0x1FFFFFFF))
def test_every_keysym_is_a_character_or_none(keysym):
    character = character_of(keysym)
    assert character is None or len(character) == 1


@pytest.mark.parametrize(
    ("keysym", "character"),
    [
        (0x61, "a"),
        (0xE9, "é"),
        (0x20AC, "€"),
        (0x06C1, "а"),
        (0x07E1, "α"),
        (0x0CE0, "א"),
        (0x05C7, "ا"),
        (0x0AA9, "—"),
        (0x0100263A, "☺"),
        (0x0101F642, "🙂"),
        (0xFF0D, "\n"),
        (0xFF09, "\t"),
        (0xFF08, "\b"),
        (0xFF51, "\x02"),
        (0xFF53, "\x06"),
    ],
)
def test_known_keysyms(keysym, character):
    """Values from X.Org's keysymdef.h."""
    assert character_of(keysym) == character


@pytest.mark.parametrize("keysym", [0, 0xFFE1, 0xFF52, 0xFE50, 0xFFB1, 0x0100D800, 0x01000007, 0x0ABD])
def test_keys_that_type_nothing_definite(keysym):
    """Shift, other arrows, dead keys, the keypad (NumLock changes it), surrogates, controls, inexact legacy names."""
    assert character_of(keysym) is None


@pytest.mark.parametrize("keysym", [0x07AE, 0x08CF, 0x0AD5, 0x0BCF, 0x0EA1])
def test_disputed_keysyms_are_not_typed(keysym):
    """Greek_accentdieresis (which composes), identical, permille, circle, Hangul_Kiyeog."""
    assert character_of(keysym) is None


def test_dead_keys_and_compose_are_dead_keys():
    assert all(map(is_dead_key, [0xFE51, 0xFF20, 0x07AE]))
    assert not any(map(is_dead_key, [0x61, 0x07AF, 0xFFE1]))


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_have_no_keysym(character):
    with pytest.raises(ValueError, match="not typed"):
        keysym_of(character)


@pytest.mark.parametrize("character", sorted(DECOMPOSED_CHARACTERS))
def test_decomposed_characters_have_no_keysym(character):
    """An Arabic layout has keys for the ligatures of lam with alef: two letters arrive in some, one in others."""
    assert character_of(UNICODE_OFFSET | ord(character)) is None
    with pytest.raises(ValueError, match="not typed"):
        keysym_of(character)
