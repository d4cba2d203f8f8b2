"""Checked erasing in fields that take less than is typed, or something else: the user's own text stays."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import succeed

from tests.dictation.bench import USER_CHARACTER, DictationBench
from tests.dictation.laws.bench import commands, phrases
from tests.fake_editor import SelectionExit
from tests.fake_keyboard import WINDOW
from windictator.dictation.profile import Profile
from windictator.keyboard.keysyms import LEFT
from windictator.text.edit import BackspaceUnit, apply_edit, edit_between

USERS = "§ my own text § "
FIELDS = {
    "a greatest length": lambda before, typed: typed if len(before) < len(USERS) + 8 else "",
    "digits only": lambda before, typed: typed if typed in string.digits else "",
    "no letters e": lambda before, typed: typed.replace("e", ""),
    "capitals": lambda before, typed: typed.upper(),
    "ellipses": lambda before, typed: "" if before.endswith("l") and typed == "l" else typed,
    "an indented line": lambda before, typed: "\n    " if typed == "\n" else typed,
    "closed brackets": lambda before, typed: '""' if typed == '"' else typed,
    "nothing": lambda before, typed: "",
}


def bench_in(field, cursor_keys="on_command", **options):
    bench = DictationBench(checked=True, profile_of=lambda window: succeed(Profile(cursor_keys=cursor_keys)), **options)
    bench.text_before, bench.text_after, bench.change_typed = (
        USERS,
        " § behind",
        FIELDS.get(field, lambda before, typed: typed),
    )
    return bench


@pytest.mark.slow
@given(
    st.lists(st.one_of(phrases, phrases.map("~{}".format), commands), max_size=10),
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from(["off", "stable", "eager"]),
    st.sampled_from(["on_command", "always"]),
    st.sampled_from(BackspaceUnit),
)
def test_field_that_changes_text_keeps_the_users_text(utterances, field, live, cursor_keys, removal):
    """Whatever is dictated and corrected there."""
    bench = bench_in(field, cursor_keys, live=live, removal=removal)
    bench.hear(*utterances, "done")
    text = bench.window_text()
    assert text.startswith(USERS) and text.endswith(" § behind")
    assert bench.selected.primary == bench.selected.user_selection
    assert bench.is_idle
    assert not bench.keyboard.down


@pytest.mark.parametrize("field", ["a greatest length", "capitals", "no letters e", "ellipses"])
def test_correction_of_changed_text_is_refused(field):
    """With the reason, also the next time, and the window is left as it was."""
    bench = bench_in(field)
    bench.hear("hello there my friend")
    before = bench.window_text()
    bench.hear("scratch that", "scratch that")
    editor = bench.editor()
    assert editor.text == before and editor.selection == (len(before) - len(" § behind"),) * 2
    assert [code == "text-differs" for code in bench.listener.refusal_causes] == [True, True]
    bench.hear("more")
    assert "\b" not in bench.keyboard.received[WINDOW]


@pytest.mark.parametrize("live", ["stable", "eager"])
def test_live_text_in_a_full_field_is_not_erased(live):
    """The rest of the utterance is not typed, and the reason is reported, then and later."""
    bench = bench_in("a greatest length", live=live)
    bench.hear("~hello there", "~hello there", "~hello there my friends", "~hello there my friends")
    bench.hear("~hello there my friend", "hello there my friend", "scratch that")
    assert bench.window_text() == USERS + "Hello th" + " § behind"
    assert bench.listener.refusals and all(code == "text-differs" for code in bench.listener.refusal_causes)


def test_bracket_that_the_editor_has_closed_is_not_left_alone():
    """What is inside of it can be corrected; it is not erased without its other half, which is not ours."""
    bench = bench_in("any")
    bench.text_after = ") § behind"
    bench.hear("open paren hello", "replace hello with goodbye", "scratch that", "scratch that")
    assert bench.window_text() == USERS + "(Hello) § behind"
    assert len(bench.listener.refusals) == 1 and bench.listener.refusal_codes == ["caret-before-closer"]


@pytest.mark.parametrize("behind", ["", " § behind"])
def test_open_bracket_of_ours_is_erased(behind):
    """Nothing closes it, or we have."""
    bench = bench_in("any")
    bench.text_after = behind
    bench.hear("open paren hello", "scratch that", "open paren hello close paren", "scratch that")
    assert bench.window_text() == USERS + behind
    assert not bench.listener.refusals


def test_correction_of_unchanged_text_is_one_backspace():
    """However long the text is."""
    bench = bench_in("any")
    bench.hear("hello there my friend", "replace friend with foe", "scratch that", "scratch that")
    assert bench.window_text() == USERS + " § behind"
    assert bench.keyboard.received[WINDOW].count("\b") == 3
    assert not bench.listener.refusals


def test_correction_where_nothing_can_be_read_is_refused():
    """The advice names the profile key; with that key BackSpaces are counted."""
    bench = bench_in("any")
    bench.selected.is_readable = False
    bench.hear("hello", "scratch that")
    assert bench.window_text() == USERS + "Hello" + " § behind"
    assert "I cannot read it here" in bench.listener.refusals[0]
    bench.profile_of = lambda window: succeed(Profile(erase="counted"))
    bench.hear("there", "scratch that")
    assert bench.window_text() == USERS + "Hello" + " § behind"
    assert bench.keyboard.received[WINDOW].count("\b") == len(" there")


def labelled(text):
    """What LibreOffice tells of items of a list: with their bullets, where more than one is selected."""
    return text if "\n" not in text else "\n".join(f"    \u2022 {line}" for line in text.split("\n"))


def test_correction_over_items_of_a_list_is_right():
    """Reported bullets were not typed, and take no key."""
    bench = bench_in("any")
    bench.selected.tells = labelled
    bench.hear("one two new line three new line four", "replace two with five", "select last two words", "cap that")
    assert bench.window_text() == USERS + "One five\nThree\nFour" + " § behind"
    assert not bench.listener.refusals


def test_caret_comes_back_from_a_list_that_differs():
    """The reported text is longer than the selection; the key is pressed back as often as before."""
    bench = bench_in("capitals")
    bench.selected.tells = labelled
    bench.hear("one two new line three", "replace two with five")
    editor = bench.editor()
    assert editor.text == USERS + "ONE TWO\nTHREE" + " § behind"
    assert editor.selection == (len(editor.text) - len(" § behind"),) * 2
    assert bench.listener.refusal_codes[0] == "text-differs"


def test_correction_by_profile_refused_erases_nothing():
    """Nothing is shown of what is still spoken either: it would have to be erased."""
    bench = DictationBench(
        checked=True, live="eager", profile_of=lambda window: succeed(Profile("a sheet", erase="refuse"))
    )
    bench.hear("~hello their", "hello there", "scratch that")
    assert bench.window_text() == "Hello there"
    assert bench.listener.refusals == ['Nothing is erased in this window (profile "a sheet"). Change the text by hand.']


def test_selection_that_cannot_be_kept_refuses_the_correction():
    """The user's own selection is worth more."""
    bench = bench_in("any")
    bench.selected.user_selection = None
    bench.hear("hello", "scratch that")
    assert bench.window_text() == USERS + "Hello" + " § behind"
    assert "would be lost" in bench.listener.refusals[0]
    assert not any(press.keysym == LEFT for press in bench.keyboard.presses[WINDOW])


def test_correction_by_caret_compares_all_up_to_the_caret():
    """The same word is in two places; the caret would have come to the wrong one."""
    bench = bench_in("an indented line", "always")
    bench.hear("the the the dog new line and so on", "replace the with a")
    assert bench.window_text() == USERS + "The the the dog\n    And so on" + " § behind"
    assert bench.listener.refusal_codes[0] == "text-differs"


@pytest.mark.parametrize("leaving", list(SelectionExit))
@pytest.mark.parametrize(
    ("dictated", "command", "wanted"),
    [
        ("apples pears plums", "replace pears with figs", "Apples figs plums"),
        ("was a plum ripe", "replace a with the", "Was the plum ripe"),
        ("too good", "replace too with two", "Two good"),
        ("a \U0001f642 plum fell", "replace plum with fig", "A \U0001f642 fig fell"),
    ],
)
def test_correction_by_caret_is_right_in_every_toolkit(leaving, dictated, command, wanted):
    """Where Left goes from a selection is not the same everywhere; each key is pressed once on the way there."""
    bench = bench_in("any", "always")
    bench.leaving = leaving
    bench.hear(dictated)
    keys = bench.dictation.key_event_count
    bench.hear(command, "end")
    assert bench.window_text() == USERS + wanted + " end" + " § behind"
    assert not bench.listener.refusals
    assert (bench.dictation.key_event_count - keys) / 2 < 8 * len(wanted)


def test_selection_of_changed_text_is_refused():
    """What is cut would not be what was named."""
    bench = bench_in("an indented line")
    bench.hear("one two new line three", "select two", "cut that")
    editor = bench.editor()
    assert editor.text == USERS + "One two\n    Three" + " § behind"
    assert editor.selection[0] == editor.selection[1]
    assert bench.listener.refusal_codes[0] == "text-differs"


@pytest.mark.parametrize("number", range(1, 6))
def test_users_key_while_text_is_selected_stops_the_erasing(number):
    """Their key is typed, and may replace what we have typed; nothing of theirs is erased then or later."""
    bench = bench_in("any")
    bench.hear("hello")
    bench.before_keystroke(number, bench.user_types)
    bench.hear("scratch that", "scratch that")
    text = bench.window_text()
    assert text.startswith(USERS) and text.endswith(" § behind")
    assert USER_CHARACTER in text
    assert bench.dictation.stopped or "You typed or clicked" in bench.listener.refusals[0]


@given(st.text("ae\u0301 🙂\n", max_size=8), st.text("ae\u0301 🙂\n", max_size=8), st.sampled_from(BackspaceUnit))
def test_selectable_edit_leads_from_one_text_to_the_other(before, after, removal):
    """And what it erases is what its BackSpaces would."""
    edit = edit_between(before, after, removal, selectable=True)
    assert apply_edit(edit, before, removal) == after
    assert before.endswith(edit.erased) and before.removesuffix(edit.erased) + edit.insert == after


@pytest.mark.parametrize(("withdrawals", "text"), [(2, "Hello there"), (3, "Hello world")])
def test_selection_that_the_application_withdraws_is_made_again(withdrawals, text):
    """As often as three times; each time the caret goes back first."""
    bench = DictationBench(checked=True)
    bench.hear("hello world")
    bench.selected.withdrawals = withdrawals
    bench.hear("replace world with there")
    assert bench.window_text() == text
    assert bench.selected.withdrawals == 0


@pytest.mark.parametrize("keeps", [False, True])
def test_nothing_after_the_caret_stays_selected_where_nothing_is_before_it(keeps):
    """The application has removed the words; the way back from there would select the user's text."""
    profile = Profile(cursor_keys="always", keeps_selections=keeps)
    bench = DictationBench(checked=True, profile_of=lambda window: succeed(profile))
    bench.text_before, bench.text_after, bench.change_typed = "", "user text", lambda before, typed: ""
    bench.selected.empty = "" if keeps else None
    bench.hear("hello", "scratch that")
    assert bench.listener.refusals
    editor = bench.editor(keeps=keeps)
    assert (editor.text, editor.selection) == ("user text", (0, 0))


@pytest.mark.parametrize("after", ["", " § behind"])
def test_nothing_stays_selected_where_no_text_can_be_read(after):
    """As in password fields; with a closing character, the text after the caret is read too."""
    bench = bench_in("")
    bench.text_after = after
    bench.selected.is_readable = False
    bench.hear("open bracket hello close bracket", "scratch that")
    assert bench.listener.refusals
    editor = bench.editor()
    end = len(editor.text) - len(after)
    assert editor.selection == (end, end)
    assert editor.text.startswith(USERS) and editor.text.endswith(after)
