"""What the layout lacks is spread over the free keycodes so that every character of it can be typed."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_keyboard import keymap
from windictator.keyboard.key_coder import KeyCoder
from windictator.keyboard.keymap import Key
from windictator.keyboard.keysyms import DECOMPOSED_CHARACTERS
from windictator.keyboard.remap_plan import (
    mappable_keycodes,
    mapping_segments,
    max_characters,
    plan_mapping,
    temporary_keys,
)

LAYOUTS = ["us", "de", "fr", "us-ru", "de-neo", "us-intl", "fr-bepo", "gr"]
MISSING = st.characters(
    min_codepoint=0x3400,
    max_codepoint=0x1FAFF,
    categories=("Lo", "So"),
    exclude_characters="".join(DECOMPOSED_CHARACTERS),
)


@given(st.sampled_from(LAYOUTS), st.lists(MISSING, unique=True, max_size=72))
def test_mapped_characters_can_be_typed_in_every_group(layout, characters):
    plain = keymap(layout)
    plan = temporary_keys(plain, plan_mapping(plain, characters))
    lent = {code: Key(code, ((key.type_index, key.keysyms),)) for code, key in plan.items()}
    coder = KeyCoder(dataclasses.replace(plain, keys={**plain.keys, **lent}))
    for group in range(plain.group_count):
        assert set(characters) <= coder.table(group).keys()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_seventy_two_characters_at_once(layout):
    """18 keycodes of four levels: more than sixty different unmapped characters need no second batch."""
    assert max_characters(keymap(layout)) == 72
    with pytest.raises(ValueError, match="more characters"):
        plan_mapping(keymap(layout), [chr(0x4E00 + i) for i in range(73)])


def test_used_keycodes_are_never_mapped():
    for layout in LAYOUTS:
        plain = keymap(layout)
        assert not {code for code in mappable_keycodes(plain) if code in plain.keys}


def test_few_characters_need_no_modifiers():
    plan = temporary_keys(keymap("us"), plan_mapping(keymap("us"), "éß€"))
    assert all(len(key.keysyms) == 1 for key in plan.values())


@given(st.sampled_from(LAYOUTS), st.lists(st.lists(MISSING, unique=True, max_size=30), max_size=6))
def test_mapped_characters_keep_their_keys(layout, texts):
    plain = keymap(layout)
    loan, ever = {}, set()
    for text in texts:
        before, loan = loan, plan_mapping(plain, text, loan)
        ever |= set(text)
        assert set(text) <= loan.keys()
        assert all(loan[character] == place for character, place in before.items() if character in loan)
        assert len(set(loan.values())) == len(loan) == min(len(ever), 72)
        temporary_keys(plain, loan)


def test_least_recently_used_character_is_replaced():
    plain, characters = keymap("us"), [chr(0x4E00 + i) for i in range(72)]
    loan = plan_mapping(plain, characters[:1], plan_mapping(plain, characters))
    after = plan_mapping(plain, "é", loan)
    assert after["é"] == loan[characters[1]]
    assert characters[1] not in after
    assert after[characters[0]] == loan[characters[0]]


@given(st.text(st.sampled_from("abcdeé"), max_size=40), st.integers(1, 4))
def test_segments_join_to_the_text_within_the_limit(text, most):
    pieces = list(mapping_segments(text, lambda character: character in "bcdeé", most))
    assert "".join(piece for piece, _ in pieces) == text
    for piece, missing in pieces:
        assert len(missing) <= most
        assert set(missing) == set(piece) & set("bcdeé")
