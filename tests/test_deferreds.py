"""The watchdog of the recognizer's process."""

from twisted.internet.task import Clock

from windictator.deferreds import Watchdog


def watch():
    clock, expired = Clock(), []
    return clock, expired, Watchdog(clock, lambda: expired.append(clock.seconds()))


def test_it_expires_once_after_the_time_without_food():
    """And then it guards nothing."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.pump([1.0] * 20)
    assert expired == [5.0]
    assert not dog.is_running


def test_food_gives_it_the_full_time_again():
    """Counted in whole ticks: at least the time, less one tick."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.pump([1.0] * 4)
    dog.feed()
    clock.pump([1.0] * 4)
    assert not expired
    clock.pump([1.0])
    assert expired == [9.0]


def test_released_it_never_expires():
    """And leaves no call behind."""
    clock, expired, dog = watch()
    dog.start(5)
    dog.stop()
    clock.pump([10.0] * 10)
    assert not expired
    assert not clock.getDelayedCalls()


def test_one_leap_of_the_clock_counts_as_one_tick():
    """The machine slept."""
    clock, expired, dog = watch()
    dog.start(5)
    clock.advance(1000)
    assert not expired
    clock.pump([1.0] * 4)
    assert expired == [1004.0]
