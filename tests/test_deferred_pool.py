"""Shutdown waits for all work in flight: every way a Deferred can leave the pool."""

from twisted.internet.defer import Deferred, fail, succeed

from windictator.deferreds import DeferredPool


def fired(deferred):
    results = []
    deferred.addBoth(results.append)
    return results


def test_an_empty_pool_is_empty_at_once_unless_told_not_to_look():
    pool = DeferredPool()
    assert fired(pool.defer_until_empty()) == [None]
    later = fired(pool.defer_until_empty(test_immediately=False))
    assert later == []
    pool.add(succeed(1))
    assert later == [None]


def test_results_and_failures_pass_through():
    pool = DeferredPool()
    assert fired(pool.add(succeed("text"))) == ["text"]
    (failure,) = fired(pool.add(fail(ValueError("no"))))
    assert failure.check(ValueError)
    assert len(pool) == 0


def test_a_failing_deferred_empties_the_pool_too():
    pool = DeferredPool()
    work = Deferred()
    failures = fired(pool.add(work))
    empty = fired(pool.defer_until_empty())
    work.errback(ValueError("no"))
    assert empty == [None]
    assert failures[0].check(ValueError)


def test_what_is_added_while_waiting_is_waited_for():
    pool = DeferredPool()
    first, second = Deferred(), Deferred()
    pool.add(first)
    empty = fired(pool.defer_until_empty())
    pool.add(second)
    first.callback(None)
    assert empty == []
    second.callback(None)
    assert empty == [None]


def test_an_already_fired_deferred_never_holds_anyone_up():
    pool = DeferredPool()
    pool.add(succeed(None))
    assert fired(pool.defer_until_empty()) == [None]


def test_several_wait_for_several_things():
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


def test_a_predicate_that_raises_fails_only_its_own_waiter():
    pool = DeferredPool()
    work = Deferred()
    pool.add(work)
    broken = fired(pool.defer_until(lambda: 1 // (len(pool) - len(pool)) > 0))
    empty = fired(pool.defer_until_empty())
    work.callback(None)
    assert broken[0].check(ZeroDivisionError)
    assert empty == [None]
