"""Text becomes keystrokes that an application turns back into the same text, on every layout."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_keyboard import FakeKeyboard, keymap
from windictator.keyboard.key_coder import KeyCoder, Keystroke, Untypable
from windictator.keyboard.key_events import events_of
from windictator.keyboard.keymap import Key
from windictator.keyboard.loan import lent_keys, plan_loan

LAYOUTS = ["us", "de", "fr", "ru", "us-ru", "gb", "es", "gr", "us-intl", "de-neo", "fr-bepo", "us-dvorak", "us-gr"]
KEYMAPS = {name: keymap(name) for name in LAYOUTS}
NUM_LOCK = 16


def decoded(layout, keystrokes, locked=0):
    """What an application reads when the keystrokes are played on a keyboard with this layout."""
    keyboard = FakeKeyboard(KEYMAPS[layout])
    keyboard.locked = locked
    for keystroke in keystrokes:
        keyboard.lock(0, 0, keystroke.group)
        keyboard.send(events_of(keystroke, KEYMAPS[layout], locked))
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
    except Untypable as error:
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


def test_the_group_changes_only_where_it_must():
    """The space and the comma are in both groups: no switch back for them."""
    groups = [k.group for k in KeyCoder(KEYMAPS["us-ru"]).text_to_keys("ok, да, нет", 0)]
    assert groups == [0] * 4 + [1] * 7


def test_the_group_in_force_is_kept_for_what_it_has():
    groups = {k.group for k in KeyCoder(KEYMAPS["us-ru"]).text_to_keys("мир 12\n", 1)}
    assert groups == {1}


def test_altgr_goes_down_before_shift():
    """On neo's fourth level Shift would turn the level-three key into something else."""
    keystroke = KeyCoder(KEYMAPS["de-neo"]).text_to_keys("α")[0]
    assert keystroke.modifiers == (51, 50)
    downs = [event.keycode for event in events_of(keystroke, KEYMAPS["de-neo"]) if event.pressed]
    ups = [event.keycode for event in events_of(keystroke, KEYMAPS["de-neo"]) if not event.pressed]
    assert downs == [51, 50, 40]
    assert ups == list(reversed(downs))


def test_keys_that_may_be_taken_for_a_command_are_doubtful():
    """On neo the square root is BackSpace without Mod3, and Shift with the X key is Shift with Prior to xterm."""
    table = KeyCoder(KEYMAPS["de-neo"]).table(0)
    doubtful = {character for character, keystroke in table.items() if keystroke.doubtful}
    assert doubtful >= set("√∞X—")
    assert doubtful.isdisjoint("xVα_…\n\t\b")
    assert KeyCoder(KEYMAPS["fr-bepo"]).table(0)["→"].doubtful


def test_ordinary_layouts_have_no_doubtful_keys():
    for layout in ("us", "de", "gb", "es", "fr", "ru", "gr", "us-intl", "us-dvorak"):
        table = KeyCoder(KEYMAPS[layout]).table(0)
        assert not any(keystroke.doubtful for keystroke in table.values()), layout


def test_a_key_without_doubt_is_preferred():
    """However many modifiers it needs: a character lent to a free key is typed there."""
    neo = KEYMAPS["de-neo"]
    lent = lent_keys(neo, plan_loan(neo, "√"))
    ((keycode, key),) = lent.items()
    keys = {**neo.keys, keycode: Key(keycode, ((key.type_index, key.keysyms),))}
    keystroke = KeyCoder(replace(neo, keys=keys)).table(0)["√"]
    assert (keystroke.keycode, keystroke.doubtful) == (keycode, False)


def test_events_carry_the_state_just_before_them():
    keystroke = KeyCoder(KEYMAPS["us-ru"]).text_to_keys("Я")[0]
    group = 1 << 13
    states = [event.state for event in events_of(keystroke, KEYMAPS["us-ru"], NUM_LOCK)]
    assert states == [group | 16, group | 17, group | 17, group | 17]


def test_a_missing_character_is_named_with_its_number():
    with pytest.raises(Untypable, match=r"'🙂' \(U\+1F642 SLIGHTLY SMILING FACE\)"):
        KeyCoder(KEYMAPS["us"]).text_to_keys("a🙂b")
