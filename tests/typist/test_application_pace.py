"""The pace of the application: pings, keys that act late, slow presses, completions."""

import pytest

from tests.typist.bench import LETTER_KEY, TypistBench, is_idle
from windictator.typist.result import StopReason
from windictator.typist.typing_job import Pace


def test_application_is_never_far_behind():
    """It is pinged now and then; the reply is awaited only when the next ping is due."""
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


def test_unresponsive_application_is_reported():
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.insert("abcdefgh" * 100))
    bench.keyboard.questions[0][1].callback(False)
    assert results[0].stopped_by is StopReason.UNRESPONSIVE
    assert bench.keyboard.text == results[0].confirmed
    assert is_idle(bench)


@pytest.mark.parametrize("how", ["user", "stop", "cancel"])
def test_stop_works_while_waiting_for_application(how):
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


def test_keys_are_held_down_for_set_time():
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
def test_held_key_is_released_after_any_fault(fault):
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


def test_plain_text_sends_no_ping():
    """Only keys that rely on the effect of earlier keys wait for the application."""
    bench = TypistBench()
    assert bench.type("Hello\n\tbook").complete
    assert bench.keyboard.questions == []


def test_text_after_erasing_waits_for_backspaces():
    """An application that is behind would otherwise get letters and BackSpaces at once."""
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.edit(2, "ab"))
    ((written, answer),) = bench.keyboard.questions
    assert (written, len(bench.keyboard.writes)) == (2, 2)
    answer.callback(True)
    assert results[0].complete and len(bench.keyboard.writes) == 4
    assert bench.keyboard.idle_questions == []
    assert is_idle(bench)


@pytest.mark.parametrize(("text", "waits"), [("\b\bab", [2]), ("ab\ncd", [3]), ("\x02\x06\b", [1, 2, 3]), ("ab", [])])
def test_keys_that_act_late_are_awaited(text, waits):
    """This is before a different key, and at the end, because the next text may come at once."""
    bench = TypistBench(pace=Pace(acts_late=True))
    assert bench.type(text).complete
    assert bench.keyboard.idle_questions == waits


def test_application_that_does_not_act_stops_text():
    """The next keys would come before the effect that they rely on."""
    bench = TypistBench(pace=Pace(acts_late=True), responsive=False)
    typed = bench.type("\b\bab")
    assert (typed.confirmed, typed.stopped_by) == ("\b\b", StopReason.UNRESPONSIVE)
    assert is_idle(bench)


@pytest.mark.parametrize("stop", [StopReason.CANCELLED, StopReason.FOREIGN_INPUT])
def test_text_that_waits_for_effects_can_be_stopped(stop):
    """It stops at once, and counts only keys that were sent."""
    bench = TypistBench(pace=Pace(acts_late=True), reads=False)
    results = bench.start(bench.typist.edit(2, "ab"))
    if stop is StopReason.CANCELLED:
        bench.typist.stop()
    else:
        bench.keyboard.user_clicks()
    assert (results[0].confirmed, results[0].stopped_by) == ("\b\b", stop)
    assert is_idle(bench)


def test_repeated_key_waits_for_gap():
    """Some applications treat a release and a press of one key within a millisecond as autorepeat."""
    bench = TypistBench(pace=Pace(repeat_gap_s=0.002))
    results = bench.start(bench.typist.insert("abbc"))
    bench.clock.advance(0.002)  # before the first key: it may be the last of the text before
    assert bench.keyboard.text == "ab"
    bench.clock.advance(0.002)
    assert results[0].complete and bench.keyboard.text == "abbc"
    assert is_idle(bench)


@pytest.mark.parametrize(("before", "text", "pressed"), [("", "ab\nc", 8 + 4), ("ab", "\nc", 4 + 4), ("a ", "\nc", 4)])
def test_line_break_after_word_declines_completion(before, text, pressed):
    """The cursor moves aside and back before Return, also if the word was typed in an earlier job."""
    bench = TypistBench(pace=Pace(return_accepts_completion=True))
    if before:
        assert bench.type(before).complete
    typed = bench.type(text)
    assert (typed.confirmed, typed.key_event_count) == (text, pressed)
    assert is_idle(bench)


def test_completion_of_user_word_is_kept():
    """The text that the user has typed there is unknown."""
    bench = TypistBench(pace=Pace(return_accepts_completion=True))
    assert bench.type("ab").complete
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, False)
    assert bench.type("\n").key_event_count == 2
