"""Edits between any two texts, counted as applications count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.texts import CLUSTERS, hard_text
from windictator.text.edit import (
    BackspaceUnit,
    Edit,
    apply_edit,
    backspace_units,
    cursor_units,
    edit_between,
    has_certain_units,
)

units = st.sampled_from(BackspaceUnit)
plain = st.text("ab \n", max_size=12)


@given(hard_text, hard_text, hard_text, units)
def test_edit_changes_one_text_into_the_other(common, before, after, unit):
    """This is the purpose of an edit, for any two texts."""
    before, after = common + before, common + after
    assert apply_edit(edit_between(before, after, unit), before, unit) == after


@given(hard_text, hard_text, hard_text, units)
def test_single_backspaces_equal_the_edit(common, before, after, unit):
    """The application gets single BackSpaces, and finds the units again after each one."""
    before, after = common + before, common + after
    edit = edit_between(before, after, unit)
    screen = before
    for _ in range(edit.erase):
        screen = screen[: len(screen) - len(backspace_units(screen, unit)[0])]
    assert screen + edit.insert == after


@given(hard_text, hard_text, hard_text, units)
def test_inserted_text_does_not_join_kept_text(common, before, after, unit):
    """Otherwise a later count of characters would be wrong."""
    before, after = common + before, common + after
    edit = edit_between(before, after, unit)
    kept = after[: len(after) - len(edit.insert)]
    assert backspace_units(edit.insert, unit) + backspace_units(kept, unit) == backspace_units(after, unit)


@given(plain, plain, units)
def test_plain_text_is_edited_minimally(before, after, unit):
    """No character that could stay is erased."""
    edit = edit_between(before, after, unit)
    common = 0
    while common < min(len(before), len(after)) and before[common] == after[common]:
        common += 1
    assert edit == Edit(len(before) - common, after[common:])


@given(hard_text, units)
def test_edit_between_equal_texts_is_empty(text, unit):
    """An empty edit is false."""
    edit = edit_between(text, text, unit)
    assert edit == Edit(0, "")
    assert not edit


@given(hard_text, units)
def test_backspace_units_cover_the_whole_text(text, unit):
    """Repeated BackSpaces remove every character once, from the end."""
    assert "".join(reversed(backspace_units(text, unit))) == text


@pytest.mark.parametrize("cluster", ["कि", "क्षि", "சு", "ก็", "שָׁ", "كَ", "ကို", "ខ្មែ", "ཏེ"], ids=ascii)
def test_indic_clusters_are_removed_sign_by_sign(cluster):
    """Left, however, passes a whole character as a reader sees it."""
    text = "a " + cluster
    assert backspace_units(text) == (*reversed(cluster), " ", "a")
    assert cursor_units(text)[-2:] == (" ", "a") and len(cursor_units(text)) <= len(backspace_units(text))
    assert "".join(reversed(cursor_units(text))) == text
    assert edit_between(text, text[:-1] + "x") == Edit(1, "x")


@pytest.mark.parametrize(
    "cluster", [c for c in CLUSTERS if c != "ab " and not c.startswith(("क", "\u1112"))], ids=ascii
)
def test_cluster_is_removed_by_one_backspace(cluster):
    """One BackSpace removes one character as a reader sees it."""
    assert backspace_units(cluster) == (cluster,)


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        ("e", "e\u0301", Edit(1, "e\u0301")),
        ("e\u0301", "e", Edit(1, "e")),
        ("🇩", "🇩🇪", Edit(1, "🇩🇪")),
        ("👩", "👩\u200d👧", Edit(1, "👩\u200d👧")),
        ("\u1112\u1161", "\u1112\u1161\u11ab", Edit(0, "\u11ab")),
        ("one\n", "one\n\ntwo", Edit(0, "\ntwo")),
        ("héllo", "hello", Edit(4, "ello")),
        ("hello", "", Edit(5, "")),
    ],
    ids=ascii,
)
def test_edit_replaces_whole_clusters(before, after, edit):
    """An edit begins where a character begins in both texts."""
    assert edit_between(before, after) == edit


def test_code_point_unit_removes_single_accents():
    """Some applications remove single code points."""
    assert edit_between("e\u0301", "e", BackspaceUnit.CODE_POINT) == Edit(1, "")
    assert backspace_units("e\u0301", BackspaceUnit.CODE_POINT) == ("\u0301", "e")


def test_qt_erases_code_points_and_moves_over_characters():
    """Measured with QTextEdit and QLineEdit of Qt 5."""
    for text, moves, erasures in [
        ("Jane\u0301", 4, 5),
        ("👍🏽", 1, 2),
        ("🇩🇪", 1, 2),
        ("👩\u200d🚀", 1, 3),
        ("क्षि", 1, 4),
    ]:
        assert len(cursor_units(text, BackspaceUnit.CODE_POINT_OF_GRAPHEME)) == moves
        assert len(backspace_units(text, BackspaceUnit.CODE_POINT_OF_GRAPHEME)) == erasures


MEASURED = {
    # What stood there, and what single BackSpaces removed in GTK 3, Qt 5, Chromium 14x and Firefox ESR.
    "family": ("a👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧|a", "👧|\u200d|👩|\u200d|👨|a", "👨\u200d👩\u200d👧|a", None),
    "flags": ("a🇩🇪🇫🇷", "🇫🇷|🇩🇪|a", "🇷|🇫|🇪|🇩|a", "🇫🇷|🇩🇪|a", "🇫🇷|🇩🇪|a"),
    "skin": ("a👍🏽", "👍🏽|a", "🏽|👍|a", "👍🏽|a", "👍🏽|a"),
    "acute": ("xe\u0301", "e\u0301|x", "\u0301|e|x", "\u0301|e|x", "\u0301|e|x"),
    "two marks": ("xe\u0301\u0323", "e\u0301\u0323|x", *["\u0323|\u0301|e|x"] * 3),
    "conjunct": ("अक्ष", "ष|्|क|अ", "ष|्|क|अ", "ष|्|क|अ", "ष|्|क|अ"),
    "jamo": ("a\u1112\u1161\u11ab", *["\u11ab|\u1161|\u1112|a"] * 4),
    "keycap": ("a1\ufe0f\u20e3", "1\ufe0f\u20e3|a", "\u20e3|\ufe0f|1|a", "1\ufe0f\u20e3|a", "\u20e3|1\ufe0f|a"),
    "selector": ("a❤\ufe0f", "❤\ufe0f|a", "\ufe0f|❤|a", "❤\ufe0f|a", "❤\ufe0f|a"),
    "tags": (
        "a🏴\U000e0067\U000e0062\U000e007f",
        "\U000e007f|\U000e0062|\U000e0067|🏴|a",
        "\U000e007f|\U000e0062|\U000e0067|🏴|a",
        "🏴\U000e0067\U000e0062\U000e007f|a",
        "\U000e007f|\U000e0062|\U000e0067|🏴|a",
    ),
    "heart": (
        "a👩\u200d❤\ufe0f\u200d👨",
        "👩\u200d❤\ufe0f\u200d👨|a",
        "👨|\u200d|\ufe0f|❤|\u200d|👩|a",
        "👩\u200d❤\ufe0f\u200d👨|a",
        None,
    ),
}


@pytest.mark.parametrize("name", MEASURED)
def test_backspace_units_equal_measurements(name):
    """The figures are from real applications; None if no rule was found for Firefox."""
    text, *removed = MEASURED[name]
    units = (BackspaceUnit.GRAPHEME, BackspaceUnit.CODE_POINT, BackspaceUnit.EMOJI, BackspaceUnit.EMOJI_PARTS)
    for unit, parts in zip(units, removed, strict=True):
        if parts is None:
            assert not has_certain_units(text, unit)
        else:
            assert has_certain_units(text, unit)
            assert backspace_units(text, unit) == tuple(parts.split("|")), unit
