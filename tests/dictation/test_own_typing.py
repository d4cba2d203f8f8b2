"""Dictation after the user has typed, clicked or pressed other keys: spaces and capitals."""

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from windictator.dictation.profile import Profile
from windictator.errors import WinDictatorError
from windictator.text.context_adjust import END_OF_WORD, MIDDLE_OF_TEXT, START_OF_TEXT
from windictator.typist.interfaces import UserInput

CLICK = UserInput("button", 1, True, 0)
UNKNOWN = None


def bench_after(*typed, said="", unknown=MIDDLE_OF_TEXT):
    """Return a bench in which the user has typed these after ``said`` was dictated."""
    bench = DictationBench(unknown_context=unknown)
    if said:
        bench.hear(said)
    for each in typed:
        bench.dictation.user_input(CLICK if each == "click" else UserInput("key", 38, True, 0, each))
    return bench


def text_after(*typed, said="", hear="and more", unknown=MIDDLE_OF_TEXT):
    """Return what is typed for ``hear`` then."""
    bench = bench_after(*typed, said=said, unknown=unknown)
    bench.hear(hear)
    return bench.window_text()[len(said) :]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("x", " and more"),
        ("xxx", " and more"),
        ("0", " and more"),
        ("x,", " and more"),
        ("x, ", "and more"),
        ("x ", "and more"),
        ("x.", " And more"),
        ("x. ", "And more"),
        ("x? ", "And more"),
        ("\n", "And more"),
        ("x\n\n", "And more"),
        ("(", "and more"),
        ('x "', "and more"),
        ("x: ", "and more"),
        ("000,", " and more"),
    ],
)
@pytest.mark.parametrize("said", ["", "hello"])
def test_words_follow_what_the_user_has_typed(typed, text, said):
    """In a window that nothing was dictated into, too: there the first characters are the user's."""
    if not said and typed in ("(", 'x "'):
        text = {"(": "And more", 'x "': "and more"}[typed]
    assert text_after(*typed, said=said) == text


@pytest.mark.parametrize("typed", [["click"], [UNKNOWN], ["x", UNKNOWN], ["x", "click"], [".", " ", UNKNOWN]])
def test_unknown_position_gets_neither_space_nor_capital(typed):
    """After BackSpace, arrows, shortcuts and clicks the text before the cursor is unknown."""
    assert text_after(*typed, said="hello") == "and more"


@pytest.mark.parametrize(
    ("unknown", "text"), [(MIDDLE_OF_TEXT, "and more"), (END_OF_WORD, " and more"), (START_OF_TEXT, "And more")]
)
def test_setting_says_what_an_unknown_position_gets(unknown, text):
    """Some click mostly into empty fields, others behind words."""
    assert text_after("click", said="hello", unknown=unknown) == text


def test_typing_after_an_unknown_position_is_followed():
    """What comes last decides."""
    assert text_after(UNKNOWN, ".", " ", said="hello") == "And more"
    assert text_after("click", "x", said="hello") == " and more"


def test_first_click_into_a_new_window_leaves_its_beginning():
    """It only gives the window the focus."""
    assert text_after("click", hear="hello") == "Hello"


def test_typing_in_one_window_says_nothing_of_another():
    """Each window has its own text."""
    bench = bench_after("x", said="hello")
    bench.dictation.user_input(UserInput("key", 23, True, 8))  # Alt+Tab
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("new text")
    assert bench.window_text(OTHER_WINDOW) == "New text"


def test_own_typing_is_never_erased():
    """It is followed for spaces and capitals alone."""
    bench = bench_after("x", said="hello")
    bench.hear("scratch that")
    assert bench.window_text() == "Hello" and bench.listener.refusals


def test_dictated_words_after_own_typing_can_be_taken_back():
    """They are WinDictator's."""
    bench = bench_after("x", said="hello")
    bench.hear("and more", "scratch that", "again")
    assert bench.window_text() == "Hello again"


def kept_after(*typed, said="hello"):
    """Return what is kept of a window after the user's typing."""
    bench = bench_after(*typed, said=said)
    return bench.ledger.context(bench.keyboard.focus).before


def test_what_the_user_types_is_not_kept():
    """Neither the characters nor how many of them; no more than the kinds of the last few."""
    assert kept_after(*"xxxxx") == kept_after("x") == "Hellox"
    assert kept_after(*"xxx000,,.. x(") == "Hello. x("
    assert kept_after(*"x0x0x0x0x0x0" * 100) == "Hellox0x0"


def test_kinds_begin_again_after_dictated_words():
    """The dictated words are between them."""
    bench = bench_after("x", said="hello")
    bench.hear("more")
    bench.dictation.user_input(UserInput("key", 38, True, 0, "x"))
    assert bench.ledger.context(bench.keyboard.focus).before == "Hellox morex"


def test_nothing_is_kept_of_a_window_in_which_dictation_is_off():
    """Not even the kinds: a password may be typed there."""
    bench = DictationBench(profile_of=lambda window: succeed(Profile(enabled=False)))
    bench.dictation.user_input(UserInput("key", 38, True, 0, "x"))
    bench.dictation.user_input(UserInput("key", 38, True, 0, "0"))
    assert bench.ledger.windows == []


def test_typing_is_followed_once_the_profile_is_known():
    """In the order of the keys; the profile of a window that nothing was dictated into is read first."""
    profile = Deferred()
    bench = DictationBench(profile_of=lambda window: profile)
    for typed in "x ", "x.", " ":
        for each in typed:
            bench.dictation.user_input(UserInput("key", 38, True, 0, each))
    assert bench.ledger.windows == []
    profile.callback(Profile())
    assert bench.ledger.context(bench.keyboard.focus).before == " x. "


def test_nothing_is_kept_of_a_window_that_is_gone():
    """Its profile cannot be read."""
    profile = Deferred()
    bench = DictationBench(profile_of=lambda window: profile)
    bench.dictation.user_input(UserInput("key", 38, True, 0, "x"))
    profile.errback(WinDictatorError("gone"))
    assert bench.ledger.windows == []


@pytest.mark.parametrize("said", ["", "hello"])
def test_tab_leads_to_a_new_field(said):
    """Its first word has a capital."""
    assert text_after("\n", said=said) == "And more"


def test_click_into_text_that_was_all_taken_back_leaves_its_beginning():
    """Nothing is known to be before the cursor, as in a new window."""
    bench = DictationBench()
    bench.hear("hello", "scratch that")
    bench.dictation.user_input(CLICK)
    bench.hear("good day")
    assert bench.window_text() == "Good day"


def test_arrow_in_a_new_window_leads_to_an_unknown_position():
    """The window may show a text that is there already."""
    assert text_after(UNKNOWN, hear="hello") == "hello"
