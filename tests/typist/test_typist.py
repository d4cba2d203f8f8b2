"""Typing and erasing: what arrives, in what order, and what is reported."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_keyboard import SHIFT_KEY, WINDOW
from tests.typist.bench import OTHER_WINDOW, US_RU, TypistBench, is_idle
from windictator.typist.result import StopReason, TypingResult


def test_text_arrives_and_every_event_is_confirmed():
    bench = TypistBench()
    typed = bench.type("Hello, World!\n\tyes")
    assert typed == TypingResult("Hello, World!\n\tyes", "Hello, World!\n\tyes", None, 36 + 6, WINDOW)
    assert bench.keyboard.text == "Hello, World!\n\tyes"
    assert is_idle(bench)


def test_keystroke_is_sent_in_one_write():
    """A crash at any moment then leaves no key down."""
    bench = TypistBench()
    bench.type("aB")
    for write in bench.keyboard.writes:
        downs = [event.keycode for event in write if event.pressed]
        ups = [event.keycode for event in write if not event.pressed]
        assert ups == list(reversed(downs))
    assert len(bench.keyboard.writes) == 2


@pytest.mark.parametrize("answers_later", [False, True])
@pytest.mark.parametrize("shows_later", [0, 1, 3])
def test_late_replies_and_late_recordings_are_confirmed(answers_later, shows_later):
    bench = TypistBench(answers_later=answers_later, shows_later=shows_later)
    typed = bench.type("Hello, World!")
    assert (typed.complete, typed.key_event_count) == (True, 32)
    assert bench.keyboard.text == "Hello, World!"
    assert is_idle(bench)


@pytest.mark.parametrize("answers_later", [False, True])
def test_recording_long_after_reply_is_not_confirmed(answers_later):
    bench = TypistBench(answers_later=answers_later, shows_later=4)
    typed = bench.type("Hello")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.UNCONFIRMED)
    assert bench.keyboard.text == "H"
    assert is_idle(bench)


def test_keystroke_waits_for_reply_to_the_one_before():
    bench = TypistBench(answers_later=True)
    results = bench.start(bench.typist.insert("abc"))
    for written in (1, 2, 3):
        assert len(bench.keyboard.writes) == written
        assert results == []
        bench.keyboard.answer()
    assert results[0].complete


def test_backspace_reports_number_of_presses():
    bench = TypistBench()
    bench.type("word")
    (typed,) = bench.start(bench.typist.backspace(3))
    assert typed.confirmed == "\b\b\b"
    assert bench.keyboard.text == "w"


def test_edit_is_one_job():
    bench = TypistBench()
    bench.type("hellp")
    (typed,) = bench.start(bench.typist.edit(1, "o!"))
    assert typed.confirmed == "\bo!"
    assert bench.keyboard.text == "hello!"


def test_texts_are_typed_one_after_the_other():
    bench = TypistBench(down={SHIFT_KEY})
    first = bench.start(bench.typist.insert("ab"))
    second = bench.start(bench.typist.insert("cd"))
    assert first == second == []
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert first[0].complete and second[0].complete
    assert bench.keyboard.text == "abcd"


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(st.data())
def test_any_disturbance_leaves_true_result_and_no_key_down(data):
    """Confirmed text is in the window, with at most one character more, and no key of ours is down."""
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
