"""The keymap answers as the X Keyboard Extension defines it."""

import pytest

from tests.fake_keyboard import keymap
from windictator.keyboard.keymap import Key, KeyType


def test_levels_of_an_alphabetic_type():
    """ALPHABETIC: Shift gives level 1, so does CapsLock, both together give level 0."""
    kind = KeyType(3, ((1, 1), (2, 1)), 2)
    assert [kind.level(mods) for mods in (0, 1, 2, 3, 16, 17)] == [0, 1, 1, 0, 0, 1]
    assert kind.modifiers_for(1) == (1, 2)
    assert kind.modifiers_for(0) == (0,)


@pytest.mark.parametrize(
    ("policy", "redirect", "groups"),
    [
        ("wrap", 0, [0, 1, 0, 1]),
        ("clamp", 0, [0, 1, 1, 1]),
        ("redirect", 1, [0, 1, 1, 1]),
        ("redirect", 3, [0, 1, 0, 0]),
    ],
)
def test_groups_that_a_key_lacks(policy, redirect, groups):
    key = Key(38, ((0, (1,)), (0, (2,))), policy, redirect)
    assert [key.effective_group(group) for group in range(4)] == groups


def test_numlock_is_mod2():
    assert keymap("us").num_lock_mask == 16


def test_unused_keycodes_of_a_pc_keyboard():
    free = keymap("us").unused_keycodes
    assert 19 <= len(free) <= 20
    assert not set(free) & set(keymap("us").modifier_map)


def test_lock_keys_are_never_held_to_reach_a_level():
    for layout in ("us", "de", "de-neo"):
        held = keymap(layout).modifier_keycodes(1, 0)
        assert held in ((50,), (62,))
        assert keymap(layout).modifier_keycodes(2, 0) is None
