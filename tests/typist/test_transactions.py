"""Keys that act on the current text: sent in transactions, or not at all."""

import pytest
from twisted.internet.defer import succeed

from tests.fake_keyboard import WINDOW
from tests.typist.bench import LETTER_KEY, TypistBench, is_idle
from windictator.typist.result import StopReason
from windictator.typist.typing_job import Pace
from windictator.typist.typist import Typist


def type_and_erase(bench, text, erase, insert=""):
    bench.type(text)
    (typed,) = bench.start(bench.typist.edit(erase, insert))
    return typed


def test_backspaces_are_sent_in_limited_transactions():
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


def test_transaction_ends_before_typed_key():
    """Only BackSpaces delay the user's keys."""
    bench = TypistBench()
    active = []
    bench.keyboard.before_write = lambda _number: active.append(bench.keyboard.transaction.active)
    type_and_erase(bench, "ab", 2, "cd")
    assert active == [False, False, True, True, False, False]


@pytest.mark.parametrize("write", [1, 2, 3, 4])
@pytest.mark.parametrize("hold", [None, 0.01])
def test_user_key_rolls_transaction_back(write, hold):
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


def test_erasing_is_refused_without_transaction():
    bench = TypistBench()
    bench.keyboard.transaction.refusal = StopReason.POINTER_HELD
    typed = type_and_erase(bench, "abc", 3)
    assert (typed.confirmed, typed.key_event_count, typed.stopped_by) == ("", 0, StopReason.POINTER_HELD)
    assert bench.keyboard.text == "abc"
    assert is_idle(bench)


def test_expired_transaction_stops_erasing():
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
