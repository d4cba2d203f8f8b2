"""The typist against a keyboard that behaves as X does: exact, or stopped with a reason, and nothing held down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from tests.fake_keyboard import CAPS_LOCK_KEY, SHIFT_KEY, WINDOW, FakeKeyboard, keymap
from windictator.errors import WinDictatorError
from windictator.keyboard.key_coder import UntypableError
from windictator.keyboard.keymap import LOCK
from windictator.typist.interfaces import NoReplyError, UserInput
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.typing_job import Pace
from windictator.typist.typist import Typist

US, US_RU, NEO = keymap("us"), keymap("us-ru"), keymap("de-neo")
OTHER_WINDOW = WINDOW + 0x100000
LETTER_KEY = 38
F9_KEY = 75
"""F9: types nothing and carries no modifier."""


class TypistBench:
    """A typist on a fake keyboard, with time in the test's hand."""

    def __init__(self, layout=US, pace=None, limits=None, input_method=False, **state):
        self.keyboard = FakeKeyboard(layout)
        more = {"limits": limits, "input_method": self.keyboard if input_method else None}
        for name, value in state.items():
            setattr(self.keyboard, name, value)
        self.clock = Clock()
        self.typist = Typist(
            *self.keyboard.ports(),
            self.clock,
            confirm_timeout_s=2.0,
            key_release_timeout_s=1.0,
            pace=None if pace is None else lambda window: succeed(pace),
            **more,
        )

    def start(self, deferred):
        results = []
        deferred.addBoth(results.append)
        return results

    def type(self, text, window=None) -> TypingResult:
        results = self.start(self.typist.insert(text, window))
        while not results and self.keyboard.answer():
            pass
        (result,) = results
        return result


def is_idle(bench):
    """Nothing of ours is left: no key down, no timer, no confirmation awaited."""
    return not bench.keyboard.down and not bench.clock.getDelayedCalls() and bench.keyboard.confirmed is not None


def test_text_arrives_and_every_event_is_confirmed():
    bench = TypistBench()
    typed = bench.type("Hello, World!\n\tyes")
    assert typed == TypingResult("Hello, World!\n\tyes", "Hello, World!\n\tyes", None, 36 + 6, WINDOW)
    assert bench.keyboard.text == "Hello, World!\n\tyes"
    assert is_idle(bench)


def test_a_keystroke_leaves_in_one_write():
    """So that no kill, at any moment, can leave a key down."""
    bench = TypistBench()
    bench.type("aB")
    for write in bench.keyboard.writes:
        downs = [event.keycode for event in write if event.pressed]
        ups = [event.keycode for event in write if not event.pressed]
        assert ups == list(reversed(downs))
    assert len(bench.keyboard.writes) == 2


@pytest.mark.parametrize("answers_later", [False, True])
@pytest.mark.parametrize("shows_later", [0, 1, 3])
def test_an_answer_may_be_there_at_once_or_come_later_and_what_was_recorded_after_it(answers_later, shows_later):
    bench = TypistBench(answers_later=answers_later, shows_later=shows_later)
    typed = bench.type("Hello, World!")
    assert (typed.complete, typed.key_event_count) == (True, 32)
    assert bench.keyboard.text == "Hello, World!"
    assert is_idle(bench)


@pytest.mark.parametrize("answers_later", [False, True])
def test_what_is_not_recorded_soon_after_the_answer_is_not_confirmed(answers_later):
    bench = TypistBench(answers_later=answers_later, shows_later=4)
    typed = bench.type("Hello")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.UNCONFIRMED)
    assert bench.keyboard.text == "H"
    assert is_idle(bench)


def test_each_keystroke_waits_for_the_answer_to_the_one_before():
    bench = TypistBench(answers_later=True)
    results = bench.start(bench.typist.insert("abc"))
    for written in (1, 2, 3):
        assert len(bench.keyboard.writes) == written
        assert results == []
        bench.keyboard.answer()
    assert results[0].complete


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(
    st.text(st.sampled_from("aZ9 ,!\n\tя"), max_size=30),
    st.integers(0, 1),
    st.sampled_from([0, 2, 16, 18]),
    st.booleans(),
)
def test_any_state_of_locks_and_group_gives_the_text_and_is_left_as_it_was(text, group, locked, answers_later):
    bench = TypistBench(US_RU, group=group, locked=locked, answers_later=answers_later)
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert (bench.keyboard.group, bench.keyboard.locked) == (group, locked)
    assert is_idle(bench)


def test_numlock_is_taken_off_where_it_hides_characters():
    bench = TypistBench(NEO, locked=16)
    assert bench.type("abc123").complete
    assert bench.keyboard.text == "abc123"
    assert bench.keyboard.locked == 16


def test_backspace_presses_the_key_and_says_how_often():
    bench = TypistBench()
    bench.type("word")
    (typed,) = bench.start(bench.typist.backspace(3))
    assert typed.confirmed == "\b\b\b"
    assert bench.keyboard.text == "w"


def test_an_edit_is_one_piece_of_work():
    bench = TypistBench()
    bench.type("hellp")
    (typed,) = bench.start(bench.typist.edit(1, "o!"))
    assert typed.confirmed == "\bo!"
    assert bench.keyboard.text == "hello!"


def test_a_missing_character_refuses_the_whole_text_before_the_first_key_where_no_keycode_is_free():
    bench = TypistBench(most=0)
    (failure,) = bench.start(bench.typist.insert("abc€"))
    assert failure.check(UntypableError)
    assert bench.keyboard.log == []
    assert is_idle(bench)
    assert bench.type("abc").complete


def test_a_character_that_some_applications_take_apart_refuses_the_whole_text():
    """No key types this ligature alike everywhere, lent or not."""
    bench = TypistBench()
    (failure,) = bench.start(bench.typist.insert("abc\ufefb"))
    assert failure.check(UntypableError) and failure.value.characters == ("\ufefb",)
    assert bench.keyboard.text == ""


def test_missing_characters_are_lent_all_at_once():
    bench = TypistBench()
    text = "Zoë: “60 €” – 你好 🙂 ok"
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert bench.keyboard.mappings == [tuple("ë“€”–你好🙂")]
    assert is_idle(bench)


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(st.text(st.sampled_from("aZ éß€你🙂я\n"), max_size=20), st.integers(1, 4), st.sampled_from([0, 2, 16, 18]))
def test_any_text_arrives_however_few_characters_can_be_lent(text, most, locked):
    bench = TypistBench(US_RU, most=most, locked=locked)
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert (bench.keyboard.locked, bench.keyboard.group) == (locked, 0)
    assert all(len(loan) <= most for loan in bench.keyboard.mappings)
    assert bench.keyboard.recorded_locks == (0, 0, None)


def test_an_application_that_does_not_notice_the_loan_gets_nothing_wrong():
    bench = TypistBench(responsive=False)
    typed = bench.type("ab€")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.UNRESPONSIVE)
    assert bench.keyboard.text == ""


def test_locks_are_bequeathed_before_they_are_touched():
    """A process that is killed in mid-text leaves CapsLock and the group as the user had them."""
    bench = TypistBench(US_RU, locked=2)
    wills = []
    bench.keyboard.before_write = lambda number: wills.append(bench.keyboard.recorded_locks)
    bench.type("aя")
    assert wills == [(2, 2, 0)] * 2
    assert bench.keyboard.recorded_locks == (0, 0, None)


def test_both_do_nothing_at_once_when_typing_is_not_enabled():
    bench = TypistBench()
    bench.typist.typing_enabled = False
    for deferred in (bench.typist.insert("x"), bench.typist.backspace(2)):
        (typed,) = bench.start(deferred)
        assert (typed.confirmed, typed.stopped_by) == ("", StopReason.DISABLED)
    assert bench.keyboard.log == []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("pressed", [True, False])
def test_the_first_event_that_the_server_drops_stops_typing_with_nothing_held(count, pressed):
    """ "aBc" has eight events; drop the n-th press or release of ours."""
    bench = TypistBench()
    seen = []

    def drop(event):
        if event.pressed == pressed:
            seen.append(event)
            return len(seen) == count
        return False

    bench.keyboard.drop = drop
    typed = bench.type("aBcd")
    assert typed.stopped_by is StopReason.UNCONFIRMED
    assert typed.confirmed == "aBcd"[: len(typed.confirmed)] != "aBcd"
    bench.keyboard.drop = lambda event: False
    assert is_idle(bench), bench.keyboard.down


def test_the_focus_moving_in_mid_text_stops_within_one_keystroke():
    bench = TypistBench()

    def move(number):
        if number == 4:
            bench.keyboard.focus = OTHER_WINDOW

    bench.keyboard.before_write = move
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.FOCUS_CHANGED)
    assert bench.keyboard.screen(OTHER_WINDOW) == "d"
    assert is_idle(bench)


def test_a_text_for_a_window_that_lost_the_focus_is_not_begun():
    bench = TypistBench(focus=OTHER_WINDOW)
    typed = bench.type("secret", window=WINDOW)
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.FOCUS_CHANGED)
    assert bench.keyboard.log == []


def test_no_focused_window():
    typed = TypistBench(focus=0).type("x")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.NO_FOCUS)


@pytest.mark.parametrize("reason", [StopReason.CANCELLED, StopReason.DISABLED])
def test_stopping_in_mid_text_ends_within_one_keystroke(reason):
    bench = TypistBench()

    def stop(number):
        if number == 3:
            bench.typist.shut_down(reason) if reason is StopReason.DISABLED else bench.typist.stop()

    bench.keyboard.before_write = stop
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", reason)
    assert bench.keyboard.text == "abc"
    assert is_idle(bench)


def test_typing_enabled_taken_away_in_mid_text():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: setattr(bench.typist, "typing_enabled", number < 2)
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("ab", StopReason.DISABLED)


def test_a_grab_in_mid_text_stops_it_and_the_key_under_way_does_not_count():
    """The server confirms it, but nobody can say who got it."""
    bench = TypistBench()

    def grab(number):
        if number == 4:
            bench.keyboard.grab()

    bench.keyboard.before_write = grab
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.GRABBED)
    assert len(bench.keyboard.writes) == 4
    assert is_idle(bench)


def test_an_application_is_never_far_behind():
    """It is asked now and then; its answer is waited for only when the next question is due."""
    bench = TypistBench(reads=False)
    text = "abcdefgh" * 100
    results = bench.start(bench.typist.insert(text))
    lead = len(bench.keyboard.writes)
    assert 0 < lead < 200 and not results
    while not results:
        written, answer = bench.keyboard.questions.pop(0)
        bench.clock.advance(2.5)  # it may take its time
        answer.callback(True)
        assert len(bench.keyboard.writes) - written <= lead
    assert results[0].complete
    assert bench.keyboard.text == text
    assert is_idle(bench)


def test_an_application_that_reads_nothing_any_more_is_told_of():
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.insert("abcdefgh" * 100))
    bench.keyboard.questions[0][1].callback(False)
    assert results[0].stopped_by is StopReason.UNRESPONSIVE
    assert bench.keyboard.text == results[0].confirmed
    assert is_idle(bench)


@pytest.mark.parametrize("how", ["user", "stop", "cancel"])
def test_what_stops_a_text_stops_it_also_while_the_application_is_waited_for(how):
    bench = TypistBench(reads=False)
    typing = bench.typist.insert("abcdefgh" * 100)
    results = bench.start(typing)
    assert not results
    if how == "user":
        bench.keyboard.user_clicks()
    elif how == "stop":
        bench.typist.stop()
    else:
        typing.cancel()
    assert results[0].stopped_by is (StopReason.FOREIGN_INPUT if how == "user" else StopReason.CANCELLED)
    assert bench.keyboard.text == results[0].confirmed
    assert is_idle(bench)


@pytest.mark.parametrize("group", [0, 1])
@pytest.mark.parametrize("locked", [0, LOCK])
def test_a_lock_that_the_user_switches_in_mid_text_stays_switched(locked, group):
    """CapsLock that was on is off afterwards, although it had been taken off for the text; and the other way round."""
    bench = TypistBench(US_RU, locked=locked, group=group)

    def press(number):
        if number == 3:
            bench.keyboard.user_presses(CAPS_LOCK_KEY)
            bench.keyboard.user_presses(CAPS_LOCK_KEY, False)

    bench.keyboard.before_write = press
    assert bench.type("abcdefgh").stopped_by in (StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED)
    assert (bench.keyboard.locked, bench.keyboard.group) == (locked ^ LOCK, group)


def test_a_group_that_the_user_switches_in_mid_text_stays_switched():
    """Although another group had been locked for the text."""
    bench = TypistBench(US_RU, group=1)

    def switch(number):
        if number == 3:
            bench.keyboard.group = 1

    bench.keyboard.before_write = switch
    assert bench.type("abcdefgh").stopped_by is StopReason.UNCONFIRMED
    assert bench.keyboard.group == 1


def test_a_doubtful_key_is_used_only_where_nothing_can_be_lent():
    """On neo the root is on a deeper level of a key with BackSpace, which some applications carry out."""
    bench = TypistBench(NEO)
    assert bench.type("v√").complete
    assert (bench.keyboard.text, bench.keyboard.mappings) == ("v√", [("√",)])
    bench = TypistBench(NEO, most=0)
    assert bench.type("v√").complete
    assert (bench.keyboard.text, bench.keyboard.mappings) == ("v√", [])
    (error,) = bench.start(bench.typist.insert("v√ъ"))
    assert error.check(UntypableError) and error.value.characters == ("ъ",)


@pytest.mark.parametrize("act", ["key", "click", "caps"])
def test_the_users_own_input_stops_typing_within_one_keystroke(act):
    bench = TypistBench()

    def user(number):
        if number == 3:
            if act == "click":
                bench.keyboard.user_clicks()
            else:
                bench.keyboard.user_presses(CAPS_LOCK_KEY if act == "caps" else 52)

    bench.keyboard.before_write = user
    typed = bench.type("abcdefgh")
    assert typed.stopped_by is StopReason.FOREIGN_INPUT
    assert typed.confirmed in ("ab", "abc")
    bench.keyboard.user_presses(CAPS_LOCK_KEY if act == "caps" else 52, False)
    assert is_idle(bench)


def test_a_modifier_of_the_users_is_never_mixed_in_unnoticed_nor_released():
    bench = TypistBench()
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(37) if number == 2 else None
    typed = bench.type("abc")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.FOREIGN_INPUT)
    assert bench.keyboard.down == {37}, "Control is still the user's"


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 108, 133, LETTER_KEY])
def test_a_held_key_is_waited_for(keycode):
    bench = TypistBench(down={keycode})
    results = bench.start(bench.typist.insert("ab"))
    assert results == []
    assert bench.keyboard.log == []
    bench.clock.advance(0.5)
    bench.keyboard.user_presses(keycode, False)
    (typed,) = results
    assert typed.complete
    assert bench.keyboard.text == "ab"
    assert is_idle(bench)


def test_a_key_held_too_long_is_a_refusal():
    bench = TypistBench(down={SHIFT_KEY})
    results = bench.start(bench.typist.insert("ab"))
    bench.clock.advance(1.0)
    (typed,) = results
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.KEYS_HELD)
    assert bench.keyboard.down == {SHIFT_KEY}
    assert not bench.clock.getDelayedCalls()


def test_a_held_letter_that_repeats_is_a_held_key_and_no_further_input():
    """Its repeats come at any moment, also while the state is being read."""
    bench = TypistBench(down={LETTER_KEY})
    bench.keyboard.begin_keymap_change()  # the typist waits for the keymap, not for a key
    results = bench.start(bench.typist.insert("ab"))
    bench.keyboard._report_user_input(UserInput("key", LETTER_KEY, True, 0))
    bench.keyboard.finish_keymap_change()
    bench.clock.pump([0.5] * 3)
    assert results[0].stopped_by is StopReason.KEYS_HELD


def test_stopping_while_it_waits_for_a_held_key():
    bench = TypistBench(down={SHIFT_KEY})
    results = bench.start(bench.typist.insert("ab"))
    bench.typist.stop()
    (typed,) = results
    assert typed.stopped_by is StopReason.CANCELLED
    assert not bench.clock.getDelayedCalls()


def test_a_sticky_modifier_is_not_used_up():
    """It is for the user's next key: taken off for the text, and latched again after it."""
    bench = TypistBench(latched=1)
    bench.keyboard.before_write = lambda number: states.append(
        (bench.keyboard.latched, bench.keyboard.recorded_latches)
    )
    states = []
    (typed,) = bench.start(bench.typist.insert("ab"))
    assert typed.complete
    assert bench.keyboard.text == "ab"
    assert states == [(0, 1), (0, 1)]
    assert (bench.keyboard.latched, bench.keyboard.recorded_latches) == (1, 0)


def test_latch_is_not_restored_after_a_key_of_the_user():
    """It was for that key."""
    bench = TypistBench(latched=1)
    bench.keyboard.after_write = lambda number: number == 2 and bench.keyboard.user_presses(24)
    (typed,) = bench.start(bench.typist.insert("abc"))
    assert typed.stopped_by is StopReason.FOREIGN_INPUT
    assert bench.keyboard.latched == 0


def test_latch_is_restored_after_other_stops():
    bench = TypistBench(latched=1)
    bench.keyboard.after_write = lambda number: number == 2 and bench.typist.stop()
    (typed,) = bench.start(bench.typist.insert("abc"))
    assert typed.stopped_by is StopReason.CANCELLED
    assert bench.keyboard.latched == 1


def test_filters_are_set_aside_for_the_text_alone():
    bench = TypistBench(filters=4)
    seen = []
    bench.keyboard.before_write = lambda number: seen.append(bench.keyboard.filters_bypassed)
    (typed,) = bench.start(bench.typist.insert("ab"))
    assert typed.complete
    assert seen == [True, True]
    assert not bench.keyboard.filters_bypassed


def test_filters_are_restored_after_a_stop():
    bench = TypistBench(filters=4)
    bench.keyboard.after_write = lambda number: bench.typist.stop()
    (typed,) = bench.start(bench.typist.insert("ab"))
    assert typed.stopped_by is StopReason.CANCELLED
    assert not bench.keyboard.filters_bypassed


def test_a_filter_turned_on_in_mid_text_stops_it():
    """The next keys might be dropped, or turn StickyKeys off."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: number == 2 and bench.keyboard.turn_filter_on()
    (typed,) = bench.start(bench.typist.insert("abcd"))
    assert (typed.stopped_by, typed.confirmed) == (StopReason.FILTERED, "ab")
    bench.keyboard.turn_filter_on()
    assert bench.start(bench.typist.insert("e"))[0].complete


def test_a_held_key_that_was_never_seen_is_released():
    """SlowKeys shows a key as up at first, and presses it later."""
    bench = TypistBench(hold=0.01)
    sent = []
    bench.keyboard.drop = lambda event: sent.append(event) or True
    (typed,) = bench.start(bench.typist.insert("a"))
    assert typed.stopped_by is StopReason.UNCONFIRMED
    assert [(event.keycode, event.pressed) for event in sent] == [(38, True), (38, False)]


def test_a_silent_server_ends_typing_after_the_timeout():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: setattr(bench.keyboard, "silent", number == 3)
    results = bench.start(bench.typist.insert("abcdef"))
    assert results == []
    bench.clock.pump([0.1] * 19)
    assert results == []
    bench.clock.pump([0.1] * 3)
    (typed,) = results
    assert typed.stopped_by is StopReason.TIMEOUT
    assert typed.confirmed in ("ab", "abc")
    assert is_idle(bench)


def test_a_server_that_is_silent_before_the_first_key():
    """Nothing is sent; a stop need not wait for the timeout."""
    for stopped in (False, True):
        bench = TypistBench(silent=True)
        results = bench.start(bench.typist.insert("abc"))
        assert results == []
        if stopped:
            bench.typist.stop()
        else:
            bench.clock.advance(2.0)
        (typed,) = results
        assert (typed.confirmed, typed.stopped_by) == ("", StopReason.CANCELLED if stopped else StopReason.TIMEOUT)
        assert bench.keyboard.log == []
        assert is_idle(bench)


def test_a_server_that_falls_silent_after_long_presses_is_noticed():
    """The time that keys are held down is not the server's."""
    bench = TypistBench(pace=Pace(key_press_s=3.0))
    results = bench.start(bench.typist.insert("abcd"))
    bench.clock.pump([0.1] * 35)
    assert len(bench.keyboard.log) == 3
    bench.keyboard.silent = True
    bench.clock.pump([0.1] * 60)
    (typed,) = results
    assert (typed.stopped_by, bench.keyboard.text) == (StopReason.TIMEOUT, "ab")
    assert is_idle(bench)


@pytest.mark.parametrize("state", [{"locked": LOCK}, {"latched": 4}, {"filters": 2}, {"group": 1}])
def test_a_server_that_falls_silent_with_the_last_key_leaves_nothing_borrowed(state):
    """What gives it back is sent at once, and its reply not waited for without end."""
    bench = TypistBench(US_RU, **state)
    before = bench.keyboard.locked, bench.keyboard.latched, bench.keyboard.group
    bench.keyboard.after_write = lambda number: number == 2 and bench.typist.stop(StopReason.CANCELLED)
    restoring = Deferred()
    bench.keyboard.restored = lambda wait: restoring if wait else succeed(None)
    bench.keyboard.before_state = lambda number: setattr(bench.keyboard, "silent", number == 2)
    results = bench.start(bench.typist.insert("abc"))
    bench.clock.pump([0.1] * 50)
    assert [typed.stopped_by for typed in results] == [StopReason.CANCELLED]
    assert (bench.keyboard.locked, bench.keyboard.latched, bench.keyboard.group) == before
    assert not bench.keyboard.filters_bypassed
    assert is_idle(bench)


@pytest.mark.parametrize("hold", [0.0, 0.01])
def test_a_server_that_falls_silent_where_a_key_is_not_confirmed(hold):
    """Keys that are held down are released all the same."""
    bench = TypistBench(pace=Pace(key_press_s=hold))
    sent = []
    bench.keyboard.drop = lambda event: sent.append((event.keycode, event.pressed)) or True
    bench.keyboard.before_state = lambda number: setattr(bench.keyboard, "silent", number == 2)
    results = bench.start(bench.typist.insert("a"))
    bench.clock.pump([0.1] * 50)
    assert [typed.stopped_by for typed in results] == [StopReason.UNCONFIRMED]
    assert sent == [(38, True), (38, False)]
    assert is_idle(bench)


def test_keys_taken_back_by_a_silent_server_are_not_waited_for_without_end():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: number == 2 and bench.typist.stop(StopReason.FOREIGN_INPUT)
    bench.keyboard.transaction.rolled_back = Deferred
    results = bench.start(bench.typist.backspace(5))
    assert results == []
    bench.clock.pump([0.1] * 50)
    assert [typed.stopped_by for typed in results] == [StopReason.FOREIGN_INPUT]
    assert is_idle(bench)


@pytest.mark.parametrize(("late", "reason"), [("lend", StopReason.CANCELLED), ("settle", StopReason.TIMEOUT)])
def test_a_loan_that_does_not_come_ends(late, reason):
    """It can be stopped; the changed keymap has to be read in time."""
    bench = TypistBench()
    if late == "lend":
        bench.keyboard.map_characters = lambda *_: Deferred()
    else:
        map_characters = bench.keyboard.map_characters
        bench.keyboard.map_characters = lambda *arguments: map_characters(*arguments).addCallback(
            lambda lent: bench.keyboard.begin_keymap_change() or lent
        )
    results = bench.start(bench.typist.insert("aя"))
    assert results == []
    if late == "lend":
        bench.typist.stop()
    bench.clock.pump([0.1] * 30)
    assert [typed.stopped_by for typed in results] == [reason]
    assert is_idle(bench)


@pytest.mark.parametrize("text", ["\b\bx", "a" * 200])
def test_a_server_that_is_silent_while_the_application_is_asked_is_told_of(text):
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.insert(text))
    bench.keyboard.questions[0][1].errback(NoReplyError("silent"))
    assert [typed.stopped_by for typed in results] == [StopReason.TIMEOUT]
    assert is_idle(bench)


def test_a_lost_connection_ends_typing_with_what_was_confirmed():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: setattr(bench.keyboard, "lost", number == 3)
    typed = bench.type("abcdef")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.CONNECTION_LOST)


def test_another_layout_in_mid_text_stops_typing():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.change_keymap(US_RU) if number == 2 else None
    typed = bench.type("abcdef")
    # Nobody can say whether the second key came before the change.
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.KEYMAP_CHANGED)
    assert bench.type("cd").complete


def test_an_announced_change_is_waited_for_and_an_empty_one_does_not_matter():
    """The server announces a change whenever input alternates between two keyboards."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.begin_keymap_change() if number == 2 else None
    results = bench.start(bench.typist.insert("abc"))
    assert results == []
    assert bench.keyboard.text == "ab"
    bench.keyboard.finish_keymap_change()
    assert results[0].complete


def test_texts_are_typed_one_after_the_other():
    bench = TypistBench(down={SHIFT_KEY})
    first = bench.start(bench.typist.insert("ab"))
    second = bench.start(bench.typist.insert("cd"))
    assert first == second == []
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert first[0].complete and second[0].complete
    assert bench.keyboard.text == "abcd"


def test_a_keystroke_that_may_have_gone_elsewhere_does_not_count_whatever_stopped_the_text_first():
    """A hotkey that cancels draws the keyboard too."""
    bench = TypistBench()

    def cancel(number):
        if number == 2:
            bench.typist.stop(StopReason.CANCELLED)
            bench.typist.stop(StopReason.GRABBED)

    bench.keyboard.before_write = cancel
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.CANCELLED)


def test_the_users_locks_are_put_back_after_a_stop_too():
    bench = TypistBench(US_RU, locked=2, group=0)
    bench.keyboard.before_write = lambda number: bench.typist.stop() if number == 2 else None
    typed = bench.type("яяяя")
    assert typed.confirmed == "яя"
    assert (bench.keyboard.locked, bench.keyboard.group) == (2, 0)


@pytest.mark.parametrize(
    ("group", "expected"),
    [(0, [(0, "ours", 0, 2)]), (1, [(0, "ours", 1, 2), (2, "the user's", 1, 2)])],
)
def test_applications_are_shown_the_group_again_when_the_keyboard_changes_hands(group, expected):
    """After the text only where it matters: whoever forgets the group takes it for the first."""
    bench = TypistBench(US_RU, group=group)
    assert bench.type("яa").complete
    assert bench.keyboard.keyboards == expected
    assert bench.keyboard.group == group


def test_one_layout_needs_no_such_thing():
    bench = TypistBench()
    assert bench.type("ab").complete
    assert bench.keyboard.keyboards == []


def test_the_users_keyboard_tells_of_a_key_that_nothing_else_tells_of():
    """It was just the one that was expected."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.raw_user_press(LETTER_KEY) if number == 2 else None
    typed = bench.type("aaaa")
    assert (typed.stopped_by, typed.confirmed) == (StopReason.FOREIGN_INPUT, "aa")


def test_keys_are_held_down_for_programs_that_miss_short_presses():
    bench = TypistBench(pace=Pace(key_press_s=0.05))
    results = bench.start(bench.typist.insert("aB"))
    for down in ({38}, {50}, {50, 56}):
        assert bench.keyboard.down == down
        assert bench.keyboard.recorded_keys >= down, "a process that dies here must not leave them down"
        bench.clock.advance(0.05)
    assert results[0].complete
    assert bench.keyboard.text == "aB"
    assert [len(write) for write in bench.keyboard.writes] == [1] * 6
    assert is_idle(bench)
    assert bench.keyboard.recorded_keys == set()


@pytest.mark.parametrize("fault", ["stop", "silent", "drop"])
def test_a_held_key_comes_up_whatever_happens(fault):
    bench = TypistBench(pace=Pace(key_press_s=0.05))
    results = bench.start(bench.typist.insert("Bcd"))
    bench.clock.advance(0.05)
    assert bench.keyboard.down == {50, 56}
    if fault == "stop":
        bench.typist.stop()
    elif fault == "silent":
        bench.keyboard.silent = True
    else:
        bench.keyboard.drop = lambda event: not event.pressed and not setattr(bench.keyboard, "drop", lambda e: False)
    bench.clock.pump([0.05] * 60)
    assert results[0].stopped_by in (StopReason.CANCELLED, StopReason.TIMEOUT, StopReason.UNCONFIRMED)
    assert bench.keyboard.down == set()


@pytest.mark.parametrize("stop", [StopReason.GRABBED, StopReason.HOTKEY])
def test_keys_that_another_program_would_get_are_not_sent(stop):
    bench = TypistBench(grabbed=stop)
    typed = bench.type("aB")
    assert (typed.confirmed, typed.stopped_by) == ("", stop)
    assert bench.keyboard.log == []
    assert bench.keyboard.tried == {(38, 0), (50, 0), (56, 1)}


@pytest.mark.parametrize("down", [True, False])
def test_the_key_of_push_to_talk_may_be_pressed_held_and_released_while_text_is_typed(down):
    bench = TypistBench(down={F9_KEY} if down else set())
    seen = []
    bench.typist.on_user_input = seen.append
    bench.typist.allow_keys(frozenset({F9_KEY}))

    def talk(number):
        if number in (2, 5):
            bench.keyboard.user_presses(F9_KEY, (number == 2) != down)
        bench.keyboard.raw_user_press(F9_KEY)
        bench.keyboard._report_user_input(UserInput("key", F9_KEY, True, 0))  # repeats do not change what is down

    bench.keyboard.before_write = talk
    assert bench.type("abcdefgh").complete
    assert bench.keyboard.text == "abcdefgh"
    assert seen == []
    assert bench.keyboard.down == ({F9_KEY} if down else set()), "it is the user's"


def test_the_group_is_shown_again_as_long_as_a_tolerated_key_may_come_up_and_once_after_it():
    """The user's keyboard comes into force by that; in the first group nobody can be mistaken."""
    bench = TypistBench(US_RU, group=1)
    bench.typist.allow_keys(frozenset({F9_KEY}))
    bench.keyboard.before_write = lambda number: bench.typist.allow_keys(frozenset()) if number == 4 else None
    assert bench.type("aяяaяяя").complete
    ours = [number for number, whose, _, _ in bench.keyboard.keyboards[1:] if whose == "ours"]
    assert ours == [1, 2, 4]  # writes that have been before
    assert (bench.keyboard.text, bench.keyboard.group) == ("aяяaяяя", 1)


def test_a_tolerated_key_is_tolerated_until_it_is_taken_back():
    bench = TypistBench(down={F9_KEY})
    bench.typist.allow_keys(frozenset({F9_KEY}))
    assert bench.type("a").complete
    bench.typist.allow_keys(frozenset())
    results = bench.start(bench.typist.insert("b"))
    bench.clock.advance(1.0)
    assert results[0].stopped_by is StopReason.KEYS_HELD


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 108, 133])
def test_a_tolerated_modifier_is_waited_for_and_stops_typing_as_it_would_mix_in(keycode):
    """But it is the program's own affair: nobody is told of it as of the user's input."""
    bench = TypistBench(keymap("de"), down={keycode})
    seen = []
    bench.typist.on_user_input = seen.append
    bench.typist.allow_keys(frozenset({keycode}))
    results = bench.start(bench.typist.insert("ab"))
    assert results == []
    bench.keyboard.user_presses(keycode, False)
    assert results[0].complete
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(keycode) if number == 4 else None
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.FOREIGN_INPUT)
    assert seen == []


def test_a_tolerated_key_that_the_text_needs_is_as_any_other():
    bench = TypistBench(down={LETTER_KEY})
    bench.typist.allow_keys(frozenset({LETTER_KEY}))
    typed = bench.type("bar")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.KEYS_HELD)
    assert bench.type("bcd").complete
    bench.keyboard.user_presses(LETTER_KEY, False)
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(LETTER_KEY) if number == 5 else None
    typed = bench.type("bcar")
    assert (typed.confirmed, typed.stopped_by) == ("bc", StopReason.FOREIGN_INPUT)
    assert bench.keyboard.down == {LETTER_KEY}


def test_a_dead_key_of_the_users_is_not_composed_with():
    """us(intl): the apostrophe key is dead until a letter follows; Shift in between leaves it waiting."""
    bench = TypistBench(keymap("us-intl"))
    for keycode in (48, SHIFT_KEY):
        bench.keyboard.user_presses(keycode)
        bench.keyboard.user_presses(keycode, False)
    assert bench.type("e").stopped_by is StopReason.DEAD_KEY
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, False)
    assert bench.type("e").complete


def test_foreign_input_is_passed_on_also_between_texts():
    bench = TypistBench()
    seen = []
    bench.typist.on_user_input = seen.append
    bench.keyboard.user_presses(LETTER_KEY)
    assert [(f.kind, f.code, f.pressed) for f in seen] == [("key", LETTER_KEY, True)]


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 64, 133, 66])
def test_a_modifier_alone_is_nobodys_input(keycode):
    """What was typed can still be taken back by a hotkey that has modifiers."""
    bench = TypistBench()
    seen = []
    bench.typist.on_user_input = seen.append
    bench.keyboard.user_presses(keycode)
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(keycode, False)
    assert [(f.code, f.pressed) for f in seen] == [(LETTER_KEY, True)]


def limits_requests(text):
    """What the window is asked about when ``text`` is typed into one that takes nothing of the kind."""
    asked = []

    def limits(window, whole, lent):
        asked.append((window, whole, lent))
        return fail(UntypableError(whole))

    bench = TypistBench(limits=limits)
    (outcome,) = bench.start(bench.typist.edit(2, text))
    assert outcome.check(UntypableError)
    assert not bench.keyboard.writes
    assert not bench.keyboard.mappings
    return asked


def test_a_window_is_asked_before_what_the_layout_lacks_is_lent():
    assert limits_requests("aé") == [(WINDOW, "\b\baé", frozenset("é"))]
    assert limits_requests("a🙂") == [(WINDOW, "\b\ba🙂", frozenset("🙂"))]


def test_a_window_is_not_asked_about_what_every_window_takes():
    assert TypistBench(limits=lambda *_: fail(UntypableError("?"))).type("plain").complete


def test_the_input_method_is_aside_while_keys_are_pressed():
    bench = TypistBench(input_method=True)
    assert bench.type("ab").complete
    assert bench.keyboard.engine_calls == [(0, "put aside"), (2, "put back")]


def test_the_input_method_is_put_back_after_a_stop_too():
    bench = TypistBench(input_method=True)
    bench.keyboard.before_write = lambda number: number == 2 and bench.typist.stop()
    assert not bench.type("abc").complete
    assert [call for _, call in bench.keyboard.engine_calls] == ["put aside", "put back"]
    bench = TypistBench(input_method=True)
    bench.keyboard.before_write = lambda number: setattr(bench.keyboard, "focus", OTHER_WINDOW)
    assert bench.type("abc").stopped_by is StopReason.FOCUS_CHANGED
    assert [call for _, call in bench.keyboard.engine_calls] == ["put aside", "left"]


def test_nothing_is_typed_past_an_input_method_that_stays():
    bench = TypistBench(input_method=True, refusal=WinDictatorError("it composes"))
    (outcome,) = bench.start(bench.typist.insert("abc"))
    assert outcome.check(WinDictatorError)
    assert not bench.keyboard.writes


@pytest.mark.parametrize(("keycode", "told"), [(LETTER_KEY, "unfinished"), (65, "put aside"), (9, "put aside")])
def test_the_users_last_key_may_belong_to_a_word_that_is_composed(keycode, told):
    bench = TypistBench(input_method=True)
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, pressed=False)
    bench.keyboard.user_presses(keycode)
    bench.keyboard.user_presses(keycode, pressed=False)
    bench.type("x")
    assert bench.keyboard.engine_calls[0] == (0, told)
    bench.keyboard.user_clicks()
    bench.type("x")
    assert bench.keyboard.engine_calls[2][1] == "put aside"


def test_an_application_that_mixes_keys_up_reads_each_before_the_next():
    bench = TypistBench(input_method=True, overtakes=True)
    assert bench.type("abc").complete
    assert [writes for writes, _ in bench.keyboard.questions] == [1, 2, 3]
    bench = TypistBench(input_method=True, overtakes=True, reads=False)
    results = bench.start(bench.typist.insert("abc"))
    assert (len(bench.keyboard.writes), results) == (1, [])
    bench.keyboard.questions[0][1].callback(False)
    assert results[0].stopped_by is StopReason.UNRESPONSIVE


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(st.data())
def test_whatever_happens_the_report_is_true_and_nothing_stays_down(data):
    """One disturbance of any kind at any keystroke: what was confirmed stands first on the screen, at most one
    character more, and no key of ours is down."""
    text = data.draw(st.text(st.sampled_from("abC D!"), min_size=1, max_size=12))
    at = data.draw(st.integers(1, len(text)))
    what = data.draw(st.sampled_from(["focus", "key", "shift", "stop", "drop", "layout", "lost", "none"]))
    bench = TypistBench(answers_later=data.draw(st.booleans()), shows_later=data.draw(st.integers(0, 2)))

    def disturb(number):
        if number != at:
            return
        if what == "focus":
            bench.keyboard.focus = OTHER_WINDOW
        elif what in ("key", "shift"):
            bench.keyboard.user_presses(52 if what == "key" else SHIFT_KEY)
        elif what == "stop":
            bench.typist.stop()
        elif what == "drop":
            bench.keyboard.drop = lambda event: event.pressed
        elif what == "layout":
            bench.keyboard.change_keymap(US_RU)
        elif what == "lost":
            bench.keyboard.lost = True

    bench.keyboard.before_write = disturb
    typed = bench.type(text)
    screen = bench.keyboard.screen(WINDOW).replace("z", "").replace("Z", "")  # the user's own key
    assert text.startswith(typed.confirmed)
    assert typed.complete == (typed.confirmed == text)
    assert screen.startswith(typed.confirmed)
    assert len(screen) <= len(typed.confirmed) + 1
    assert len(bench.keyboard.screen(OTHER_WINDOW)) <= 1
    assert bench.keyboard.down <= {52, SHIFT_KEY}
    if what not in ("key", "shift"):
        assert not bench.keyboard.down
    assert not bench.clock.getDelayedCalls()


def test_plain_text_asks_an_application_nothing_more():
    """Only what relies on the effect of keys waits for it."""
    bench = TypistBench()
    assert bench.type("Hello\n\tbook").complete
    assert bench.keyboard.questions == []


def test_text_after_erasing_waits_until_the_backspaces_were_read():
    """An application that is behind would else get letters and BackSpaces in one go."""
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.edit(2, "ab"))
    ((written, answer),) = bench.keyboard.questions
    assert (written, len(bench.keyboard.writes)) == (2, 2)
    answer.callback(True)
    assert results[0].complete and len(bench.keyboard.writes) == 4
    assert bench.keyboard.idle_questions == []
    assert is_idle(bench)


@pytest.mark.parametrize(("text", "waits"), [("\b\bab", [2]), ("ab\ncd", [3]), ("\x02\x06\b", [1, 2, 3]), ("ab", [])])
def test_keys_that_act_late_are_waited_for(text, waits):
    """Before a different key, and at the end, for the next text may come at once."""
    bench = TypistBench(pace=Pace(acts_late=True))
    assert bench.type(text).complete
    assert bench.keyboard.idle_questions == waits


def test_an_application_that_does_not_act_stops_the_text():
    """What follows would come before what it relies on."""
    bench = TypistBench(pace=Pace(acts_late=True), responsive=False)
    typed = bench.type("\b\bab")
    assert (typed.confirmed, typed.stopped_by) == ("\b\b", StopReason.UNRESPONSIVE)
    assert is_idle(bench)


@pytest.mark.parametrize("stop", [StopReason.CANCELLED, StopReason.FOREIGN_INPUT])
def test_a_text_that_waits_for_effects_can_be_stopped(stop):
    """At once, with nothing counted that was not sent."""
    bench = TypistBench(pace=Pace(acts_late=True), reads=False)
    results = bench.start(bench.typist.edit(2, "ab"))
    if stop is StopReason.CANCELLED:
        bench.typist.stop()
    else:
        bench.keyboard.user_clicks()
    assert (results[0].confirmed, results[0].stopped_by) == ("\b\b", stop)
    assert is_idle(bench)


def test_a_key_is_pressed_again_after_a_gap():
    """A release and a press of one key within a millisecond are taken for autorepeat by some programs."""
    bench = TypistBench(pace=Pace(repeat_gap_s=0.002))
    results = bench.start(bench.typist.insert("abbc"))
    bench.clock.advance(0.002)  # before the first key: it may be the last of the text before
    assert bench.keyboard.text == "ab"
    bench.clock.advance(0.002)
    assert results[0].complete and bench.keyboard.text == "abbc"
    assert is_idle(bench)


@pytest.mark.parametrize(("before", "text", "pressed"), [("", "ab\nc", 8 + 4), ("ab", "\nc", 4 + 4), ("a ", "\nc", 4)])
def test_a_line_break_after_a_word_declines_its_completion(before, text, pressed):
    """The caret steps aside and back before Return; also if the word was typed before."""
    bench = TypistBench(pace=Pace(return_accepts_completion=True))
    if before:
        assert bench.type(before).complete
    typed = bench.type(text)
    assert (typed.confirmed, typed.key_event_count) == (text, pressed)
    assert is_idle(bench)


def test_a_word_of_the_users_is_completed_as_ever():
    """Nobody knows what the user has typed there."""
    bench = TypistBench(pace=Pace(return_accepts_completion=True))
    assert bench.type("ab").complete
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, False)
    assert bench.type("\n").key_event_count == 2


# Keys that rely on what is before the caret


def type_and_erase(bench, text, erase, insert=""):
    bench.type(text)
    (typed,) = bench.start(bench.typist.edit(erase, insert))
    return typed


def test_erasing_sends_backspaces_in_transactions_of_bounded_size():
    bench = TypistBench()
    typed = type_and_erase(bench, "a" * 70, 70, "end")
    assert (typed.complete, typed.key_event_count) == (True, 2 * 73)
    assert bench.keyboard.text == "end"
    assert bench.keyboard.transaction.begin_count == 3
    assert is_idle(bench)


def test_typing_without_erasing_begins_no_transaction():
    bench = TypistBench()
    bench.type("Hello, World!\n")
    assert bench.keyboard.transaction.begin_count == 0


def test_transaction_has_ended_before_a_key_that_is_typed():
    """The user's keys wait for BackSpaces alone."""
    bench = TypistBench()
    active = []
    bench.keyboard.before_write = lambda _number: active.append(bench.keyboard.transaction.active)
    type_and_erase(bench, "ab", 2, "cd")
    assert active == [False, False, True, True, False, False]


@pytest.mark.parametrize("write", [1, 2, 3, 4])
@pytest.mark.parametrize("hold", [None, 0.01])
def test_users_key_in_a_transaction_takes_back_all_of_its_keys(write, hold):
    bench = TypistBench()
    bench.type("abcd")
    if hold:
        bench.typist = Typist(*bench.keyboard.ports(), bench.clock, pace=lambda window: succeed(Pace(hold)))

    def press(number):
        if number == 4 + write:
            bench.keyboard.user_presses(LETTER_KEY)

    bench.keyboard.before_write = press
    results = bench.start(bench.typist.backspace(4))
    while not results:
        bench.clock.advance(0.01)
    (typed,) = results
    bench.keyboard.user_presses(LETTER_KEY, False)
    assert typed.stopped_by is StopReason.FOREIGN_INPUT
    assert bench.keyboard.received[WINDOW] == "abcd" + "\b" * len(typed.confirmed) + "a"
    assert typed.key_event_count == 2 * len(typed.confirmed)
    assert hold or typed.confirmed == ""
    assert is_idle(bench)


def test_erasing_is_refused_where_the_users_keys_cannot_be_kept_apart():
    bench = TypistBench()
    bench.keyboard.transaction.refusal = StopReason.POINTER_HELD
    typed = type_and_erase(bench, "abc", 3)
    assert (typed.confirmed, typed.key_event_count, typed.stopped_by) == ("", 0, StopReason.POINTER_HELD)
    assert bench.keyboard.text == "abc"
    assert is_idle(bench)


def test_transaction_that_takes_too_long_stops_erasing():
    bench = TypistBench(answers_later=True)
    bench.type("abc")
    results = bench.start(bench.typist.backspace(3))
    while not bench.keyboard.transaction.active:
        bench.keyboard.answer()
    bench.keyboard.transaction.roll_back()
    bench.keyboard.transaction.on_expire()
    while not results:
        bench.keyboard.answer()
    assert (results[0].confirmed, results[0].stopped_by) == ("", StopReason.TIMEOUT)
    assert bench.keyboard.text == "abc"
    assert is_idle(bench)
