"""Input methods: suspended while keys are pressed."""

import pytest

from tests.typist.bench import LETTER_KEY, OTHER_WINDOW, TypistBench
from windictator.errors import WinDictatorError
from windictator.typist.result import StopReason


def test_input_method_is_suspended_while_typing():
    bench = TypistBench(input_method=True)
    assert bench.type("ab").complete
    assert bench.keyboard.engine_calls == [(0, "suspended"), (2, "resumed")]


def test_input_method_is_resumed_after_stop():
    bench = TypistBench(input_method=True)
    bench.keyboard.before_write = lambda number: number == 2 and bench.typist.stop()
    assert not bench.type("abc").complete
    assert [call for _, call in bench.keyboard.engine_calls] == ["suspended", "resumed"]
    bench = TypistBench(input_method=True)
    bench.keyboard.before_write = lambda number: setattr(bench.keyboard, "focus", OTHER_WINDOW)
    assert bench.type("abc").stopped_by is StopReason.FOCUS_CHANGED
    assert [call for _, call in bench.keyboard.engine_calls] == ["suspended", "left"]


def test_active_input_method_refuses_typing():
    bench = TypistBench(input_method=True, refusal=WinDictatorError("it composes"))
    (outcome,) = bench.start(bench.typist.insert("abc"))
    assert outcome.check(WinDictatorError)
    assert not bench.keyboard.writes


@pytest.mark.parametrize(("keycode", "told"), [(LETTER_KEY, "unfinished"), (65, "suspended"), (9, "suspended")])
def test_letter_pressed_last_may_be_unfinished_word(keycode, told):
    bench = TypistBench(input_method=True)
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, pressed=False)
    bench.keyboard.user_presses(keycode)
    bench.keyboard.user_presses(keycode, pressed=False)
    bench.type("x")
    assert bench.keyboard.engine_calls[0] == (0, told)
    bench.keyboard.user_clicks()
    bench.type("x")
    assert bench.keyboard.engine_calls[2][1] == "suspended"


def test_reordering_application_reads_each_key():
    bench = TypistBench(input_method=True, overtakes=True)
    assert bench.type("abc").complete
    assert [writes for writes, _ in bench.keyboard.questions] == [1, 2, 3]
    bench = TypistBench(input_method=True, overtakes=True, reads=False)
    results = bench.start(bench.typist.insert("abc"))
    assert (len(bench.keyboard.writes), results) == (1, [])
    bench.keyboard.questions[0][1].callback(False)
    assert results[0].stopped_by is StopReason.UNRESPONSIVE


@pytest.mark.parametrize(("composes", "typed"), [(True, None), (False, "x")])
def test_users_keys_are_unknown_where_an_input_method_composes(composes, typed):
    """It is known when something was typed; an engine for a plain keyboard passes the keys on."""
    bench = TypistBench(input_method=True)
    bench.keyboard.composes = composes
    bench.type("a")
    seen = []
    bench.typist.on_user_input = seen.append
    bench.keyboard.user_presses(LETTER_KEY)
    assert [each.typed for each in seen] == [typed]
