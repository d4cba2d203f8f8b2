"""What the user comes back to: a sentence goes on with its space and its case in a window whose caret has stayed."""

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.focus_tracker import FocusTracker
from windictator.text.ledger import Entry, Ledger
from windictator.typist.interfaces import ConnectionLostError, UserInput

ALT_TAB, SUPER_2 = UserInput("key", 23, True, 8), UserInput("key", 11, True, 64)
LETTER = UserInput("key", 38, True, 0)
CLICK, WHEEL = (UserInput("button", code, True, 0) for code in (1, 4))


def switch(bench, window, how=ALT_TAB):
    """By keys of the window manager, or by a click, which has its effect when it has been seen."""
    bench.dictation.user_input(how)
    bench.keyboard.focus = window


def go_on(bench):
    bench.hear("and on")
    assert bench.ledger_text() == bench.window_text().replace("`", "")
    return bench.window_text()


@pytest.mark.parametrize("keys", [ALT_TAB, SUPER_2])
def test_left_and_come_back_to_by_keys(keys):
    """Nothing has happened there: the sentence goes on. What stood there cannot be taken back any more."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW, keys)
    switch(bench, WINDOW, keys)
    assert go_on(bench) == "Hello and on"
    bench.hear("scratch that", "scratch that")
    assert bench.window_text() == "Hello"


def test_dictated_elsewhere_meanwhile():
    """Each window has its own sentence."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW)
    bench.hear("another")
    switch(bench, WINDOW)
    assert go_on(bench) == "Hello and on"
    switch(bench, OTHER_WINDOW)
    bench.hear("one period", "yes")
    assert bench.window_text(OTHER_WINDOW) == "Another one. Yes"


@pytest.mark.parametrize("how", [ALT_TAB, CLICK])
def test_typed_by_hand_elsewhere_meanwhile(how):
    """Keys go to the window that has the focus; the caret of the one that was left stays where it was."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW, how)
    bench.user_types()
    bench.user_types()
    switch(bench, WINDOW)
    assert go_on(bench) == "Hello and on"


def test_clicked_elsewhere_meanwhile():
    """A click that has led to another window was in that."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW, CLICK)
    bench.hear("there")
    switch(bench, WINDOW)
    assert go_on(bench) == "Hello and on"


def test_come_back_to_by_a_click():
    """That puts the caret where the pointer is: the text before it is unknown."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW)
    switch(bench, WINDOW, CLICK)
    assert go_on(bench) == "HelloAnd on"


def test_clicks_to_and_fro():
    """The first was elsewhere, the second here."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW, CLICK)
    switch(bench, WINDOW, CLICK)
    assert go_on(bench) == "HelloAnd on"


@pytest.mark.parametrize("what", ["key", "click"])
def test_something_done_there(what):
    """A key that types, Return, a click: the next words begin a new text."""
    bench = DictationBench()
    bench.hear("hello")
    if what == "key":
        bench.user_types()
    else:
        bench.keyboard.user_clicks()
    assert go_on(bench) in ("Hello`And on", "HelloAnd on")


def test_done_there_before_it_was_left():
    """That it was left and come back to since changes nothing."""
    bench = DictationBench()
    bench.hear("hello")
    bench.user_types()
    switch(bench, OTHER_WINDOW)
    bench.user_types()
    switch(bench, WINDOW)
    assert go_on(bench) == "Hello`And on"


def test_the_wheel_moves_no_caret():
    """Nor does it seal anything."""
    bench = DictationBench()
    bench.hear("hello")
    bench.dictation.user_input(WHEEL)
    bench.hear("world", "scratch that", "scratch that")
    assert bench.window_text() == ""


class Asked:
    """Gives the window that has the focus when it is asked to."""

    def __init__(self):
        self.ledger = Ledger()
        for window in (WINDOW, OTHER_WINDOW):
            before = self.ledger.context(window)
            self.ledger.record(window, Entry("hello", "Hello", before, before.followed_by("Hello")))
        self.ledger.seal(caret_moved=False)
        self.questions = []
        self.whereabouts = FocusTracker(self.ask, lambda: self.ledger.has_known_context, self.ledger.caret_moved)

    def ask(self):
        self.questions.append(Deferred())
        return self.questions[-1]

    def known(self):
        return {window for window in (WINDOW, OTHER_WINDOW) if self.ledger.context(window).before}


def test_keys_are_placed_by_one_question_at_a_time():
    """However fast they come; where nothing is known any more it does not ask."""
    asked = Asked()
    for _ in range(5):
        asked.whereabouts.user_input(LETTER)
    (question,) = asked.questions
    question.callback(WINDOW)
    assert asked.known() == {OTHER_WINDOW}
    asked.whereabouts.user_input(LETTER)
    asked.questions[1].callback(OTHER_WINDOW)
    assert asked.known() == set()
    asked.whereabouts.user_input(LETTER)
    assert len(asked.questions) == 2


def test_late_answer_leaves_text_typed_meanwhile():
    """What was pressed before words began is placed where they go."""
    asked = Asked()
    asked.whereabouts.user_input(LETTER)
    asked.whereabouts.focused(WINDOW)
    assert asked.known() == {OTHER_WINDOW}
    before = asked.ledger.context(WINDOW)
    asked.ledger.record(WINDOW, Entry("new", "New", before, before.followed_by("New")))
    asked.questions[0].callback(WINDOW)
    assert asked.ledger.context(WINDOW).before == "New"
    asked.whereabouts.focused(OTHER_WINDOW)
    assert asked.known() == {WINDOW, OTHER_WINDOW}


def test_a_click_is_placed_by_what_comes_next():
    """By a key, by another click, or by words."""
    asked = Asked()
    asked.whereabouts.user_input(CLICK)
    assert not asked.questions
    asked.whereabouts.user_input(CLICK)
    asked.questions[0].callback(OTHER_WINDOW)
    assert asked.known() == {WINDOW}
    asked.whereabouts.focused(WINDOW)
    assert asked.known() == set()


def test_a_display_that_has_gone_answers_nothing():
    """No error, and the next key asks again."""
    asked = Asked()
    asked.whereabouts.user_input(LETTER)
    asked.questions[0].errback(ConnectionLostError())
    assert asked.known() == {WINDOW, OTHER_WINDOW}
    asked.whereabouts.user_input(LETTER)
    asked.questions[1].callback(0)
    assert asked.known() == {WINDOW, OTHER_WINDOW}, "no window had the focus"


def test_a_focus_told_at_once_is_as_good():
    """As where nothing has to be waited for."""
    asked = Asked()
    whereabouts = FocusTracker(lambda: succeed(OTHER_WINDOW), lambda: True, asked.ledger.caret_moved)
    whereabouts.user_input(CLICK)
    whereabouts.user_input(LETTER)
    whereabouts.focused(WINDOW)
    assert asked.known() == {WINDOW}


def test_a_key_pressed_while_words_are_spoken():
    """They go where it went, also if the answer to the question where that was has not come yet."""
    bench = DictationBench()
    bench.hear("hello", "~and")
    later = []
    at_once = bench.focused
    bench.focused = lambda: later.append(Deferred()) or later[-1]
    bench.user_types()
    bench.focused = at_once
    bench.hear("and on")
    assert bench.window_text() == "Hello`And on" and len(later) == 1
    later[0].callback(WINDOW)
    bench.hear("and on")
    assert bench.window_text() == "Hello`And on and on"
