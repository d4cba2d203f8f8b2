"""Text becomes keystrokes that an application turns back into the same text, on every layout."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_keyboard import FakeKeyboard, keymap
from windictator.keyboard.key_coder import KeyCoder, Keystroke, UntypableError
from windictator.keyboard.key_events import keystroke_events
from windictator.keyboard.keymap import Key
from windictator.keyboard.remap_plan import plan_mapping, temporary_keys

LAYOUTS = ["us", "de", "fr", "ru", "us-ru", "gb", "es", "gr", "us-intl", "de-neo", "fr-bepo", "us-dvorak", "us-gr"]
LAYOUTS += ["br", "jp"]
KEYMAPS = {name: keymap(name) for name in LAYOUTS}
NUM_LOCK = 16


def decoded(layout, keystrokes, locked=0):
    """What an application reads when the keystrokes are played on a keyboard with this layout."""
    keyboard = FakeKeyboard(KEYMAPS[layout])
    keyboard.locked = locked
    for keystroke in keystrokes:
        keyboard.lock(0, 0, keystroke.group)
        keyboard.send(keystroke_events(keystroke, KEYMAPS[layout], locked))
    assert not keyboard.down
    return keyboard.received.get(keyboard.focus, "")


def typeable(layout):
    coder = KeyCoder(KEYMAPS[layout])
    return "".join({c for g in range(KEYMAPS[layout].group_count) for c in coder.table(g)})


@pytest.mark.parametrize(
    ("layout", "locked"),
    # NumLock moves the whole of de(neo) to other levels; the typist takes it off there.
    [(name, 0) for name in LAYOUTS] + [(name, NUM_LOCK) for name in LAYOUTS if name != "de-neo"],
)
def test_every_character_of_the_layout_comes_back(layout, locked):
    text = "".join(sorted(typeable(layout)))
    keystrokes = KeyCoder(KEYMAPS[layout], locked).text_to_keys(text)
    assert decoded(layout, keystrokes, locked) == text


@given(st.data())
def test_any_text_of_the_layout_comes_back(data):
    layout = data.draw(st.sampled_from(LAYOUTS))
    group = data.draw(st.integers(0, KEYMAPS[layout].group_count - 1))
    text = data.draw(st.text(st.sampled_from(sorted(typeable(layout)))))
    assert decoded(layout, KeyCoder(KEYMAPS[layout]).text_to_keys(text, group)) == text


@given(st.text())
def test_any_text_is_coded_or_refused_by_name(text):
    """Nothing but its own error, and the error names exactly what is missing."""
    coder = KeyCoder(KEYMAPS["de"])
    missing = set(text) - set(typeable("de"))
    try:
        keystrokes = coder.text_to_keys(text)
    except UntypableError as error:
        assert set(error.characters) == missing
        assert "\n" not in str(error)
    else:
        assert not missing
        assert len(keystrokes) == len(text)


def test_ascii_is_on_every_latin_layout():
    ascii_text = "".join(map(chr, range(0x20, 0x7F))) + "\n\t\b"
    # us(intl) and fr keep some of these on dead keys only; es keeps the grave and the tilde there.
    for layout in ("us", "de", "gb", "us-dvorak", "us-ru", "de-neo"):
        missing = set(ascii_text) - set(typeable(layout))
        assert missing <= set("^`´~"), layout


def test_plain_letters_need_no_modifier_and_capitals_shift():
    coder = KeyCoder(KEYMAPS["us"])
    assert coder.text_to_keys("a") == [Keystroke(38, (), 0, "a")]
    assert coder.text_to_keys("A") == [Keystroke(38, (50,), 0, "A")]


def test_the_group_changes_only_if_needed():
    """The space and the comma are in both groups: no switch back for them."""
    groups = [k.group for k in KeyCoder(KEYMAPS["us-ru"]).text_to_keys("ok, да, нет", 0)]
    assert groups == [0] * 4 + [1] * 7


def test_the_active_group_is_kept_for_its_characters():
    groups = {k.group for k in KeyCoder(KEYMAPS["us-ru"]).text_to_keys("мир 12\n", 1)}
    assert groups == {1}


def test_altgr_goes_down_before_shift():
    """On neo's fourth level Shift would turn the level-three key into something else."""
    keystroke = KeyCoder(KEYMAPS["de-neo"]).text_to_keys("α")[0]
    assert keystroke.modifiers == (51, 50)
    downs = [event.keycode for event in keystroke_events(keystroke, KEYMAPS["de-neo"]) if event.pressed]
    ups = [event.keycode for event in keystroke_events(keystroke, KEYMAPS["de-neo"]) if not event.pressed]
    assert downs == [51, 50, 40]
    assert ups == list(reversed(downs))


def test_keys_that_may_be_commands_are_ambiguous():
    """On neo the square root is BackSpace without Mod3, and Shift with the X key is Shift with Prior to xterm."""
    table = KeyCoder(KEYMAPS["de-neo"]).table(0)
    doubtful = {character for character, keystroke in table.items() if keystroke.ambiguous}
    assert doubtful >= set("√∞X—")
    assert doubtful.isdisjoint("xVα_…\n\t\b")
    assert KeyCoder(KEYMAPS["fr-bepo"]).table(0)["→"].ambiguous


#: Where the main block has no such character: arrows are beyond it on every keyboard, most others on no keyboard.
BEYOND_MAIN_BLOCK = {
    **{name: set("\x02\x06") for name in LAYOUTS},
    **{name: set("\x02\x06±") for name in ("us", "ru", "us-ru", "us-dvorak", "us-gr", "us-intl")},
    "fr-bepo": set("\x02\x06∕"),
    "de-neo": set("\x02\x06±÷⌀⁄∣"),
    "jp": set("\x02\x06±\\_|"),  # real keys of Japanese keyboards: Ro on 97, Yen on 132
}


@pytest.mark.parametrize(
    ("layout", "locked"),
    [(name, 0) for name in LAYOUTS] + [(name, NUM_LOCK) for name in LAYOUTS if name != "de-neo"],
)
def test_characters_are_on_keys_of_real_keyboards(layout, locked):
    """Virtual machines, remote desktops and games drop the keycodes beyond the main block that no keyboard has."""
    coder = KeyCoder(KEYMAPS[layout], locked)
    for group in range(KEYMAPS[layout].group_count):
        beyond = {character for character, key in coder.table(group).items() if key.keycode >= 97}
        assert beyond <= BEYOND_MAIN_BLOCK[layout]


@pytest.mark.parametrize(
    ("layout", "low", "high"), [("us", 18, 19), ("de", 17, 18), ("es", 17, 18), ("fr", 14, 20), ("de-neo", 44, 45)]
)
def test_parentheses_are_not_on_keypad_keycodes(layout, low, high):
    """Keycodes 187 and 188 need no modifier, but no keyboard has them."""
    table = KeyCoder(KEYMAPS[layout]).table(0)
    assert (table["("].keycode, table[")"].keycode) == (low, high)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_line_break_tab_and_backspace_are_main_keys(layout):
    """Return, Tab and BackSpace, not Enter of the keypad or a level of a letter."""
    table = KeyCoder(KEYMAPS[layout]).table(0)
    keys = {character: (table[character].keycode, table[character].modifiers) for character in "\n\t\b"}
    assert keys == {"\n": (36, ()), "\t": (23, ()), "\b": (22, ())}


def test_japanese_keyboards_have_extra_keys():
    """The bar is also on keycode 94, which they lack, with a modifier key that no keyboard has."""
    table = KeyCoder(KEYMAPS["jp"]).table(0)
    keys = {character: (table[character].keycode, table[character].modifiers) for character in "\\_|"}
    assert keys == {"\\": (97, ()), "_": (97, (50,)), "|": (132, (50,))}


def test_the_keypad_is_the_last_choice():
    """A key beyond the main block comes before it: terminals send other characters for keypad keys."""
    us = KEYMAPS["us"]
    two_levels = us.keys[38].groups[0][0]
    keypad, beyond = Key(79, ((two_levels, (0xFF95, 0xE6)),)), Key(132, ((two_levels, (0x5C, 0xE6)),))
    coder = KeyCoder(replace(us, keys={**us.keys, 79: keypad, 132: beyond}))
    assert coder.table(0)["æ"].keycode == 132


@pytest.mark.parametrize("layout", ["de", "fr", "es", "gb", "us-intl", "br"])
def test_the_third_level_is_reached_with_altgr(layout):
    """The real AltGr is keycode 108; ISO_Level3_Shift is also on keycode 92, which no keyboard has."""
    table = KeyCoder(KEYMAPS[layout]).table(0)
    modifiers = {keycode for key in table.values() for keycode in key.modifiers}
    assert modifiers == {50, 108}


def test_ordinary_layouts_have_no_ambiguous_keys():
    for layout in ("us", "de", "gb", "es", "fr", "ru", "gr", "us-intl", "us-dvorak"):
        table = KeyCoder(KEYMAPS[layout]).table(0)
        assert not any(keystroke.ambiguous for keystroke in table.values()), layout


def test_key_that_is_not_ambiguous_is_preferred():
    """A temporarily mapped character is typed on its key, however many modifiers that needs."""
    neo = KEYMAPS["de-neo"]
    lent = temporary_keys(neo, plan_mapping(neo, "√"))
    ((keycode, key),) = lent.items()
    keys = {**neo.keys, keycode: Key(keycode, ((key.type_index, key.keysyms),))}
    keystroke = KeyCoder(replace(neo, keys=keys)).table(0)["√"]
    assert (keystroke.keycode, keystroke.ambiguous) == (keycode, False)


def test_events_carry_the_state_just_before_them():
    keystroke = KeyCoder(KEYMAPS["us-ru"]).text_to_keys("Я")[0]
    group = 1 << 13
    states = [event.state for event in keystroke_events(keystroke, KEYMAPS["us-ru"], NUM_LOCK)]
    assert states == [group | 16, group | 17, group | 17, group | 17]


def test_a_missing_character_is_named_with_its_number():
    with pytest.raises(UntypableError, match=r"'🙂' \(U\+1F642 SLIGHTLY SMILING FACE\)"):
        KeyCoder(KEYMAPS["us"]).text_to_keys("a🙂b")
