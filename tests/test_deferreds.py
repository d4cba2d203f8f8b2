"""Deferreds: every way one can leave the pool, watchdogs, and calls for late results."""

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from windictator.deferreds import DeferredPool, Watchdog, call_if_late


def fired(deferred):
    results = []
    deferred.addBoth(results.append)
    return results


def test_empty_pool_fires_at_once_if_tested_immediately():
    pool = DeferredPool()
    assert fired(pool.defer_until_empty()) == [None]
    later = fired(pool.defer_until_empty(test_immediately=False))
    assert later == []
    pool.add(succeed(1))
    assert later == [None]


def test_results_and_failures_pass_through_pool():
    pool = DeferredPool()
    assert fired(pool.add(succeed("text"))) == ["text"]
    (failure,) = fired(pool.add(fail(ValueError("no"))))
    assert failure.check(ValueError)
    assert len(pool) == 0


def test_failing_deferred_leaves_the_pool():
    pool = DeferredPool()
    work = Deferred()
    failures = fired(pool.add(work))
    empty = fired(pool.defer_until_empty())
    work.errback(ValueError("no"))
    assert empty == [None]
    assert failures[0].check(ValueError)


def test_deferred_added_while_waiting_is_awaited():
    pool = DeferredPool()
    first, second = Deferred(), Deferred()
    pool.add(first)
    empty = fired(pool.defer_until_empty())
    pool.add(second)
    first.callback(None)
    assert empty == []
    second.callback(None)
    assert empty == [None]


def test_fired_deferred_does_not_stay_in_pool():
    pool = DeferredPool()
    pool.add(succeed(None))
    assert fired(pool.defer_until_empty()) == [None]


def test_waiters_have_predicates_of_their_own():
    pool = DeferredPool()
    works = [Deferred() for _ in range(3)]
    for work in works:
        pool.add(work)
    few = fired(pool.defer_until(lambda: len(pool) <= 1))
    empty = [fired(pool.defer_until_empty()) for _ in range(2)]
    works[0].callback(None)
    assert few == []
    works[1].callback(None)
    assert few == [None]
    assert empty == [[], []]
    works[2].callback(None)
    assert empty == [[None], [None]]


def test_raising_predicate_fails_only_its_waiter():
    pool = DeferredPool()
    work = Deferred()
    pool.add(work)
    broken = fired(pool.defer_until(lambda: 1 // (len(pool) - len(pool)) > 0))
    empty = fired(pool.defer_until_empty())
    work.callback(None)
    assert broken[0].check(ZeroDivisionError)
    assert empty == [None]


def watch():
    clock, expired = Clock(), []
    return clock, expired, Watchdog(clock, lambda: expired.append(clock.seconds()))


def test_watchdog_expires_once_if_not_fed():
    """It is stopped afterwards."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.pump([1.0] * 20)
    assert expired == [5.0]
    assert not dog.is_running


def test_fed_watchdog_starts_the_full_time_again():
    """Counted in whole ticks: at least the time, less one tick."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.pump([1.0] * 4)
    dog.feed()
    clock.pump([1.0] * 4)
    assert not expired
    clock.pump([1.0])
    assert expired == [9.0]


def test_stopped_watchdog_never_expires():
    """It leaves no delayed call."""
    clock, expired, dog = watch()
    dog.start(5)
    dog.stop()
    clock.pump([10.0] * 10)
    assert not expired
    assert not clock.getDelayedCalls()


def test_jump_of_the_clock_counts_as_one_tick():
    """The machine slept."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.advance(1000)
    assert not expired
    clock.pump([1.0] * 4)
    assert expired == [1004.0]


def test_late_deferred_calls_on_late_once():
    """Its result still passes through."""
    clock, late, work = Clock(), [], Deferred()
    result = fired(call_if_late(work, clock, 2, late.append, "late"))
    clock.pump([1.0] * 5)
    assert late == ["late"]
    work.callback("text")
    assert result == ["text"]


def test_deferred_in_time_leaves_no_delayed_call():
    """Neither one that fires later, nor one that has fired."""
    clock, late, work = Clock(), [], Deferred()
    result = fired(call_if_late(work, clock, 2, late.append, "late"))
    work.callback(1)
    assert fired(call_if_late(succeed(2), clock, 2, late.append, "late")) == [2]
    assert not clock.getDelayedCalls()
    assert (result, late) == ([1], [])
