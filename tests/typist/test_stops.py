"""Typing that is stopped: within one keystroke, with a reason, and with no key down."""

import pytest

from tests.fake_keyboard import WINDOW
from tests.typist.bench import OTHER_WINDOW, US_RU, TypistBench, is_idle
from windictator.typist.result import StopReason
from windictator.typist.typing_job import Pace


def test_disabled_typing_presses_nothing():
    bench = TypistBench()
    bench.typist.typing_enabled = False
    for deferred in (bench.typist.insert("x"), bench.typist.backspace(2)):
        (typed,) = bench.start(deferred)
        assert (typed.confirmed, typed.stopped_by) == ("", StopReason.DISABLED)
    assert bench.keyboard.log == []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("pressed", [True, False])
def test_dropped_event_stops_typing_with_no_key_down(count, pressed):
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


def test_focus_change_stops_within_one_keystroke():
    bench = TypistBench()

    def move(number):
        if number == 4:
            bench.keyboard.focus = OTHER_WINDOW

    bench.keyboard.before_write = move
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.FOCUS_CHANGED)
    assert bench.keyboard.screen(OTHER_WINDOW) == "d"
    assert is_idle(bench)


def test_text_for_unfocused_window_is_not_begun():
    bench = TypistBench(focus=OTHER_WINDOW)
    typed = bench.type("secret", window=WINDOW)
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.FOCUS_CHANGED)
    assert bench.keyboard.log == []


def test_no_focused_window_is_reported():
    typed = TypistBench(focus=0).type("x")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.NO_FOCUS)


@pytest.mark.parametrize("reason", [StopReason.CANCELLED, StopReason.DISABLED])
def test_stop_ends_typing_within_one_keystroke(reason):
    bench = TypistBench()

    def stop(number):
        if number == 3:
            bench.typist.shut_down(reason) if reason is StopReason.DISABLED else bench.typist.stop()

    bench.keyboard.before_write = stop
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", reason)
    assert bench.keyboard.text == "abc"
    assert is_idle(bench)


def test_disabling_typing_stops_text():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: setattr(bench.typist, "typing_enabled", number < 2)
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("ab", StopReason.DISABLED)


def test_key_that_a_grab_has_taken_does_not_count():
    """The server confirms the key, but another client received it."""
    bench = TypistBench()

    def grab(number):
        if number == 4:
            bench.keyboard.grab()

    bench.keyboard.before_write = grab
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.GRABBED)
    assert bench.keyboard.text == "abc"
    assert len(bench.keyboard.writes) == 4
    assert is_idle(bench)


@pytest.mark.parametrize("answers_later", [False, True])
@pytest.mark.parametrize("reason", [StopReason.GRABBED, StopReason.FOCUS_CHANGED, StopReason.KEYS_HELD])
def test_key_before_the_loss_of_the_focus_counts(reason, answers_later):
    """The window has received it; typed again it would be there twice."""
    bench = TypistBench(answers_later=answers_later)

    def lose_focus(number):
        if number == 4:
            bench.keyboard.lose_focus(reason)

    bench.keyboard.after_write = lose_focus
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abcd", reason)
    assert bench.keyboard.text == "abcd"
    assert is_idle(bench)


def test_key_before_a_new_focus_counts_if_the_window_told_the_loss():
    """The server's reply names the new window, but the key came before."""
    bench = TypistBench()

    def move_focus(number):
        if number == 4:
            bench.keyboard.lose_focus(StopReason.FOCUS_CHANGED)
            bench.keyboard.focus = OTHER_WINDOW

    bench.keyboard.after_write = move_focus
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abcd", StopReason.FOCUS_CHANGED)
    assert bench.keyboard.text == "abcd"
    assert bench.keyboard.screen(OTHER_WINDOW) == ""


def test_key_after_the_return_of_the_keyboard_counts():
    """A hotkey may have given the keyboard back before the server processes the key."""
    bench = TypistBench()

    def tap(number):
        if number == 4:
            bench.keyboard.lose_focus(StopReason.KEYS_HELD)
            bench.keyboard.grab()
            bench.keyboard.ungrab()

    bench.keyboard.before_write = tap
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abcd", StopReason.KEYS_HELD)
    assert bench.keyboard.text == "abcd"


@pytest.mark.parametrize("reason", [StopReason.KEYS_HELD, StopReason.FOREIGN_INPUT])
@pytest.mark.parametrize("taken", [False, True])
def test_own_hotkey_is_no_grab_of_another_program(reason, taken):
    """The window may tell the grab before the hotkey's own press is read."""
    bench = TypistBench()
    bench.keyboard.unobserved = lambda: bench.keyboard.lose_focus(reason)

    def grab(number):
        if number == 4:
            bench.keyboard.grab()

    setattr(bench.keyboard, "before_write" if taken else "after_write", grab)
    typed = bench.type("abcdefgh")
    assert (typed.confirmed, typed.stopped_by) == ("abc" if taken else "abcd", reason)
    assert bench.keyboard.text == typed.confirmed
    assert is_idle(bench)


@pytest.mark.parametrize("text", ["aabbaabb", "AABBAABB"])
@pytest.mark.parametrize("writes", range(1, 9))
def test_stop_during_a_pause_presses_nothing_more(text, writes):
    """Between two presses of a key that programs miss if they follow each other too fast; a modifier may be down."""
    bench = TypistBench(pace=Pace(key_press_s=0.01, repeat_gap_s=0.02))
    results = bench.start(bench.typist.insert(text))
    presses = 0
    while not results:
        if len(bench.keyboard.writes) >= writes and not presses:
            presses = sum(event.pressed for write in bench.keyboard.writes for event in write)
            bench.typist.stop(StopReason.FOREIGN_INPUT)
        bench.clock.advance(0.005)
    (typed,) = results
    assert typed.stopped_by is StopReason.FOREIGN_INPUT
    assert sum(event.pressed for write in bench.keyboard.writes for event in write) == presses
    assert bench.keyboard.text == typed.confirmed
    assert is_idle(bench)


def test_own_hotkey_before_the_first_key_is_no_grab_of_another_program():
    """The trial whether the keyboard is free finds the grab before the hotkey's press is read."""
    bench = TypistBench(grabbed=StopReason.GRABBED)
    bench.keyboard.unobserved = lambda: bench.keyboard.lose_focus(StopReason.KEYS_HELD)
    typed = bench.type("ab")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.KEYS_HELD)
    assert bench.keyboard.log == []


def test_lost_connection_keeps_confirmed_text():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: setattr(bench.keyboard, "lost", number == 3)
    typed = bench.type("abcdef")
    assert (typed.confirmed, typed.stopped_by) == ("abc", StopReason.CONNECTION_LOST)


def test_layout_change_stops_typing():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.change_keymap(US_RU) if number == 2 else None
    typed = bench.type("abcdef")
    # It is unknown whether the second key came before the change.
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.KEYMAP_CHANGED)
    assert bench.type("cd").complete


def test_announced_keymap_is_awaited_and_may_be_equal():
    """The server announces a change whenever input alternates between two keyboards."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.begin_keymap_change() if number == 2 else None
    results = bench.start(bench.typist.insert("abc"))
    assert results == []
    assert bench.keyboard.text == "ab"
    bench.keyboard.finish_keymap_change()
    assert results[0].complete


def test_keystroke_that_went_elsewhere_does_not_count():
    """The grab of a hotkey that cancels takes the keyboard, too."""
    bench = TypistBench()

    def cancel(number):
        if number == 2:
            bench.typist.stop(StopReason.CANCELLED)
            bench.keyboard.grab()

    bench.keyboard.before_write = cancel
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.CANCELLED)


@pytest.mark.parametrize("stop", [StopReason.GRABBED, StopReason.HOTKEY])
def test_keys_that_another_client_would_get_are_not_sent(stop):
    bench = TypistBench(grabbed=stop)
    typed = bench.type("aB")
    assert (typed.confirmed, typed.stopped_by) == ("", stop)
    assert bench.keyboard.log == []
    assert bench.keyboard.tried == {(38, 0), (50, 0), (56, 1)}
