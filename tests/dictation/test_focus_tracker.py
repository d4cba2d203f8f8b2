"""Windows that the user leaves, types into, clicks, and comes back to."""

import pytest
from twisted.internet.defer import Deferred

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.focus_tracker import CLICKED, FocusTracker
from windictator.typist.interfaces import ConnectionLostError, UserInput

ALT_TAB, SUPER_2 = UserInput("key", 23, True, 8), UserInput("key", 11, True, 64)
LETTER = UserInput("key", 38, True, 0, "x")
CLICK, WHEEL = (UserInput("button", code, True, 0) for code in (1, 4))


def switch(bench, window, how=ALT_TAB):
    """By keys of the window manager, or by a click, which has its effect when it has been seen."""
    bench.pointed_window = window
    bench.dictation.user_input(how)
    bench.keyboard.focus, bench.pointed_window = window, None


def go_on(bench):
    bench.hear("and on")
    assert bench.ledger_text() == bench.window_text().replace("`", "")
    return bench.window_text()


@pytest.mark.parametrize("keys", [ALT_TAB, SUPER_2])
def test_window_seen_to_be_left_by_keys_can_be_corrected(keys):
    """Dictation elsewhere has shown that the keys were the window manager's."""
    bench = DictationBench()
    bench.hear("hello")
    switch(bench, OTHER_WINDOW, keys)
    bench.hear("there")
    switch(bench, WINDOW, keys)
    assert go_on(bench) == "Hello and on"
    bench.hear("scratch that", "scratch that", "scratch that")
    assert bench.window_text() == "" and len(bench.listener.refusals) == 1
    assert bench.window_text(OTHER_WINDOW) == "There"


@pytest.mark.parametrize("keys", [ALT_TAB, SUPER_2])
def test_window_that_may_have_got_the_keys_is_not_corrected(keys):
    """No window manager may have taken them: the sentence goes on, and nothing before is erased."""
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
    """After a click the text is unknown; after a key it is known what was typed."""
    bench = DictationBench()
    bench.hear("hello")
    if what == "key":
        bench.user_types()
    else:
        bench.keyboard.user_clicks()
    assert go_on(bench) == ("Hello`and on" if what == "key" else "HelloAnd on")


def test_done_there_before_it_was_left():
    """That it was left and come back to since changes nothing."""
    bench = DictationBench()
    bench.hear("hello")
    bench.user_types()
    switch(bench, OTHER_WINDOW)
    bench.user_types()
    switch(bench, WINDOW)
    assert go_on(bench) == "Hello`and on"


def test_the_wheel_moves_no_caret():
    """Nor does it seal anything."""
    bench = DictationBench()
    bench.hear("hello")
    bench.dictation.user_input(WHEEL)
    bench.hear("world", "scratch that", "scratch that")
    assert bench.window_text() == ""


class Asked:
    """Gives the window that has the focus, and the windows that a click has changed, when it is asked to."""

    def __init__(self):
        self.questions, self.clicks, self.typed = [], [], []
        self.tracker = FocusTracker(self.ask, self.clicked, lambda: [WINDOW, OTHER_WINDOW], self.user_typed)
        self.tracker.last_focus = WINDOW

    def ask(self):
        self.questions.append(Deferred())
        return self.questions[-1]

    def clicked(self, position, windows):
        self.clicks.append(Deferred())
        return self.clicks[-1]

    def user_typed(self, window, typed):
        self.typed.append((window, typed))


def test_keys_are_placed_by_one_question_at_a_time():
    """However fast they come."""
    asked = Asked()
    for _ in range(5):
        asked.tracker.user_input(LETTER)
    (question,) = asked.questions
    question.callback(WINDOW)
    assert asked.typed == [(WINDOW, ("x",) * 5)]
    asked.tracker.user_input(LETTER)
    asked.questions[1].callback(WINDOW)
    assert asked.typed[1:] == [(WINDOW, ("x",))]
    assert not asked.tracker.has_pending


def test_late_answer_adds_nothing():
    """What was pressed before words began is placed where they go."""
    asked = Asked()
    asked.tracker.user_input(LETTER)
    asked.tracker.focused(WINDOW)
    assert asked.typed == [(WINDOW, ("x",))]
    asked.questions[0].callback(WINDOW)
    assert asked.typed == [(WINDOW, ("x",))]


def test_key_that_may_have_changed_the_focus_counts_in_both_windows():
    """The user has not switched windows, so the key may have opened one."""
    asked = Asked()
    asked.tracker.user_input(LETTER)
    asked.questions[0].callback(OTHER_WINDOW)
    assert asked.typed == [(WINDOW, ()), (OTHER_WINDOW, ("x",))]


@pytest.mark.parametrize("switching", [ALT_TAB, CLICK])
def test_key_after_a_switch_counts_in_one_window(switching):
    """The switch explains that the focus has changed."""
    asked = Asked()
    asked.tracker.user_input(switching)
    for click in asked.clicks:
        click.callback([])
    asked.tracker.user_input(LETTER)
    asked.questions[0].callback(OTHER_WINDOW)
    assert asked.typed == [(OTHER_WINDOW, ("x",))]


@pytest.mark.parametrize("switching", [ALT_TAB, CLICK])
def test_key_before_a_switch_may_have_gone_to_any_window(switching):
    """The answer came too late: it tells the focus after the switch."""
    asked = Asked()
    asked.tracker.user_input(ALT_TAB)
    asked.tracker.user_input(LETTER)
    asked.tracker.user_input(switching)
    asked.questions[0].callback(WINDOW)
    assert asked.typed == [(WINDOW, (None,)), (OTHER_WINDOW, ())]


def test_click_counts_in_the_windows_that_it_may_have_changed():
    """Words wait for the answer."""
    asked = Asked()
    asked.tracker.user_input(CLICK)
    settled = []
    asked.tracker.clicks_settled().addCallback(settled.append)
    assert not settled and asked.tracker.has_pending
    asked.clicks[0].callback([OTHER_WINDOW])
    assert settled and asked.typed == [(OTHER_WINDOW, CLICKED)]


@pytest.mark.parametrize(("end", "questions"), [((12, 11), 1), ((12, 60), 2), (None, 2)])
def test_text_may_be_dropped_where_a_button_is_released(end, questions):
    """A click is released where it was pressed."""
    asked = Asked()
    asked.tracker.user_input(CLICK._replace(position=(10, 10)))
    asked.tracker.button_released(CLICK._replace(pressed=False, position=end))
    assert len(asked.clicks) == questions
    asked.clicks[0].callback([])
    if questions == 2:
        assert asked.tracker.has_pending
        asked.clicks[1].callback([OTHER_WINDOW])
        assert asked.typed == [(OTHER_WINDOW, CLICKED)]


def test_click_without_an_answer_counts_in_all_windows():
    """The display has gone, or does not answer."""
    asked = Asked()
    asked.tracker.user_input(CLICK)
    asked.clicks[0].errback(ConnectionLostError())
    assert asked.typed == [(WINDOW, CLICKED), (OTHER_WINDOW, CLICKED)]


def test_display_that_has_gone_answers_nothing():
    """No error, and the next key asks again."""
    asked = Asked()
    asked.tracker.user_input(LETTER)
    asked.questions[0].errback(ConnectionLostError())
    assert not asked.typed
    asked.tracker.user_input(LETTER)
    asked.questions[1].callback(WINDOW)
    assert asked.typed == [(WINDOW, ("x", "x"))]


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
    assert bench.window_text() == "Hello`and on" and len(later) == 1
    later[0].callback(WINDOW)
    bench.hear("and on")
    assert bench.window_text() == "Hello`and on and on"


def test_shortcut_that_opens_a_window_says_nothing_of_its_text():
    """Ctrl+N is pressed in the one window, and the other has the focus when that is asked."""
    asked = Asked()
    asked.tracker.user_input(LETTER._replace(state=4, typed=None))
    asked.questions[0].callback(OTHER_WINDOW)
    assert asked.typed == [(WINDOW, ()), (OTHER_WINDOW, CLICKED)]


@pytest.mark.parametrize("is_first", [True, False])
def test_key_after_a_click_counts_after_it(is_first):
    """In whichever order the answers come."""
    asked = Asked()
    asked.tracker.user_input(CLICK)
    asked.tracker.user_input(LETTER)
    if is_first:
        asked.clicks[0].callback([WINDOW])
    asked.questions[0].callback(WINDOW)
    if not is_first:
        assert asked.tracker.has_pending and not asked.typed
        asked.clicks[0].callback([WINDOW])
    assert asked.typed == [(WINDOW, CLICKED), (WINDOW, ("x",))]
    assert not asked.tracker.has_pending
