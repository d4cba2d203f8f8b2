"""Typing on a server that does not reply: every wait ends, and what was changed is restored."""

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.typist.bench import US_RU, TypistBench, is_idle
from windictator.keyboard.keymap import LOCK
from windictator.typist.interfaces import NoReplyError
from windictator.typist.result import StopReason
from windictator.typist.typing_job import Pace


def test_silent_server_ends_typing_after_timeout():
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


def test_server_silent_before_first_key_ends_typing():
    """No key is sent; a stop does not wait for the timeout."""
    for stopped in (False, True):
        bench = TypistBench(silent=True)
        results = bench.start(bench.typist.insert("abc"))
        assert results == []
        if stopped:
            bench.typist.stop()
        else:
            bench.clock.pump([0.1] * 23)
        (typed,) = results
        assert (typed.confirmed, typed.stopped_by) == ("", StopReason.CANCELLED if stopped else StopReason.TIMEOUT)
        assert bench.keyboard.log == []
        assert is_idle(bench)


def test_server_silent_after_long_presses_is_noticed():
    """The time for which keys are held down does not count as time of the server."""
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
def test_server_silent_at_end_gets_keyboard_restored(state):
    """The requests that restore it are sent at once; the wait for their reply is limited."""
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
def test_server_silent_at_unconfirmed_key_gets_releases(hold):
    """Keys that are held down are released anyway."""
    bench = TypistBench(pace=Pace(key_press_s=hold))
    sent = []
    bench.keyboard.drop = lambda event: sent.append((event.keycode, event.pressed)) or True
    bench.keyboard.before_state = lambda number: setattr(bench.keyboard, "silent", number == 2)
    results = bench.start(bench.typist.insert("a"))
    bench.clock.pump([0.1] * 50)
    assert [typed.stopped_by for typed in results] == [StopReason.UNCONFIRMED]
    assert sent == [(38, True), (38, False)]
    assert is_idle(bench)


def test_roll_back_on_silent_server_ends():
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: number == 2 and bench.typist.stop(StopReason.FOREIGN_INPUT)
    bench.keyboard.transaction.rolled_back = Deferred
    results = bench.start(bench.typist.backspace(5))
    assert results == []
    bench.clock.pump([0.1] * 50)
    assert [typed.stopped_by for typed in results] == [StopReason.FOREIGN_INPUT]
    assert is_idle(bench)


@pytest.mark.parametrize(("late", "reason"), [("lend", StopReason.CANCELLED), ("settle", StopReason.TIMEOUT)])
def test_mapping_that_is_not_confirmed_ends(late, reason):
    """It can be stopped, and the changed keymap must be read in time."""
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
def test_server_silent_during_ping_is_reported(text):
    bench = TypistBench(reads=False)
    results = bench.start(bench.typist.insert(text))
    bench.keyboard.questions[0][1].errback(NoReplyError("silent"))
    assert [typed.stopped_by for typed in results] == [StopReason.TIMEOUT]
    assert is_idle(bench)
