"""Locks, latches, groups and accessibility filters: overridden while typing, then restored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_keyboard import CAPS_LOCK_KEY
from tests.typist.bench import F9_KEY, NEO, US_RU, TypistBench, is_idle
from windictator.keyboard.keymap import LOCK
from windictator.typist.result import StopReason


@settings(deadline=None)  # on a busy machine it would measure the machine
@given(
    st.text(st.sampled_from("aZ9 ,!\n\tя"), max_size=30),
    st.integers(0, 1),
    st.sampled_from([0, 2, 16, 18]),
    st.booleans(),
)
def test_any_locks_and_group_give_text_and_are_restored(text, group, locked, answers_later):
    bench = TypistBench(US_RU, group=group, locked=locked, answers_later=answers_later)
    assert bench.type(text).complete
    assert bench.keyboard.text == text
    assert (bench.keyboard.group, bench.keyboard.locked) == (group, locked)
    assert is_idle(bench)


def test_numlock_is_off_where_it_hides_characters():
    bench = TypistBench(NEO, locked=16)
    assert bench.type("abc123").complete
    assert bench.keyboard.text == "abc123"
    assert bench.keyboard.locked == 16


def test_locks_are_recorded_before_they_change():
    """A process that is killed in mid-text leaves CapsLock and the group as the user had them."""
    bench = TypistBench(US_RU, locked=2)
    wills = []
    bench.keyboard.before_write = lambda number: wills.append(bench.keyboard.recorded_locks)
    bench.type("aя")
    assert wills == [(2, 2, 0)] * 2
    assert bench.keyboard.recorded_locks == (0, 0, None)


@pytest.mark.parametrize("group", [0, 1])
@pytest.mark.parametrize("locked", [0, LOCK])
def test_lock_switched_by_user_stays_switched(locked, group):
    """CapsLock that was on is off afterwards, although it was off during the text, too; and the reverse."""
    bench = TypistBench(US_RU, locked=locked, group=group)

    def press(number):
        if number == 3:
            bench.keyboard.user_presses(CAPS_LOCK_KEY)
            bench.keyboard.user_presses(CAPS_LOCK_KEY, False)

    bench.keyboard.before_write = press
    assert bench.type("abcdefgh").stopped_by in (StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED)
    assert (bench.keyboard.locked, bench.keyboard.group) == (locked ^ LOCK, group)


def test_group_switched_by_user_stays_switched():
    """This is so although another group was locked for the text."""
    bench = TypistBench(US_RU, group=1)

    def switch(number):
        if number == 3:
            bench.keyboard.group = 1

    bench.keyboard.before_write = switch
    assert bench.type("abcdefgh").stopped_by is StopReason.UNCONFIRMED
    assert bench.keyboard.group == 1


def test_latched_modifier_is_kept_for_user():
    """A latch is for the user's next key: it is off during the text and latched again after it."""
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


def test_latch_is_not_restored_after_user_key():
    """The latch was for that key."""
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


def test_filters_are_bypassed_only_while_typing():
    bench = TypistBench(filters=4)
    seen = []
    bench.keyboard.before_write = lambda number: seen.append(bench.keyboard.filters_bypassed)
    (typed,) = bench.start(bench.typist.insert("ab"))
    assert typed.complete
    assert seen == [True, True]
    assert not bench.keyboard.filters_bypassed


def test_filters_are_restored_after_stop():
    bench = TypistBench(filters=4)
    bench.keyboard.after_write = lambda number: bench.typist.stop()
    (typed,) = bench.start(bench.typist.insert("ab"))
    assert typed.stopped_by is StopReason.CANCELLED
    assert not bench.keyboard.filters_bypassed


def test_filter_turned_on_stops_text():
    """The next keys might be dropped, or turn StickyKeys off."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: number == 2 and bench.keyboard.turn_filter_on()
    (typed,) = bench.start(bench.typist.insert("abcd"))
    assert (typed.stopped_by, typed.confirmed) == (StopReason.FILTERED, "ab")
    bench.keyboard.turn_filter_on()
    assert bench.start(bench.typist.insert("e"))[0].complete


def test_locks_are_restored_after_stop():
    bench = TypistBench(US_RU, locked=2, group=0)
    bench.keyboard.before_write = lambda number: bench.typist.stop() if number == 2 else None
    typed = bench.type("яяяя")
    assert typed.confirmed == "яя"
    assert (bench.keyboard.locked, bench.keyboard.group) == (2, 0)


@pytest.mark.parametrize(
    ("group", "expected"),
    [(0, [(0, "ours", 0, 2)]), (1, [(0, "ours", 1, 2), (2, "the user's", 1, 2)])],
)
def test_group_is_announced_when_keyboard_changes(group, expected):
    """After the text only if it matters: applications that forget the group assume the first."""
    bench = TypistBench(US_RU, group=group)
    assert bench.type("яa").complete
    assert bench.keyboard.keyboards == expected
    assert bench.keyboard.group == group


def test_single_layout_is_not_announced():
    bench = TypistBench()
    assert bench.type("ab").complete
    assert bench.keyboard.keyboards == []


def test_group_is_reasserted_while_allowed_key_is_pressed():
    """The release of the key makes the user's keyboard active; the first group needs no announcement."""
    bench = TypistBench(US_RU, group=1)
    bench.typist.allow_keys(frozenset({F9_KEY}))
    bench.keyboard.before_write = lambda number: bench.typist.allow_keys(frozenset()) if number == 4 else None
    assert bench.type("aяяaяяя").complete
    ours = [number for number, whose, _, _ in bench.keyboard.keyboards[1:] if whose == "ours"]
    assert ours == [1, 2, 4]  # number of writes before
    assert (bench.keyboard.text, bench.keyboard.group) == ("aяяaяяя", 1)
