"""Chords on a keyboard that behaves as X does: pressed exactly, or not at all with a reason, and nothing held down."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.fake_keyboard import CAPS_LOCK_KEY, WINDOW, keymap
from tests.test_dictation import Bench as Dictating
from tests.test_typist import Bench, at_rest
from windictator.keyboard.chord import CHORD_MARK, NoSuchKey, parse_chord
from windictator.keyboard.keymap import LOCK
from windictator.ports import Stop, Typed

CONTROL_KEY, SHIFT_KEY, T_KEY, C_KEY, RETURN_KEY, TAB_KEY, ALT_KEY = 37, 50, 28, 54, 36, 23, 64
OTHER = WINDOW + 0x100000


def chords(*texts):
    return [parse_chord(text) for text in texts]


def press(bench, *texts, window=None):
    (result,) = bench.start(bench.typist.press(chords(*texts), window))
    return result


def pressed(bench):
    return [event.keycode for event in bench.keyboard.log if event.pressed]


def test_every_event_of_a_chord_is_confirmed():
    """In one write, like a character's."""
    bench = Bench()
    assert press(bench, "ctrl+shift+t", "Return") == Typed(CHORD_MARK * 2, CHORD_MARK * 2, None, 8, WINDOW)
    assert pressed(bench) == [CONTROL_KEY, SHIFT_KEY, T_KEY, RETURN_KEY]
    assert len(bench.keyboard.writes) == 2
    assert at_rest(bench)


def test_a_modifier_alone_is_pressed_and_confirmed():
    """Its release comes while it is in force."""
    bench = Bench()
    assert press(bench, "super", "ctrl").complete
    assert pressed(bench) == [133, CONTROL_KEY]
    assert at_rest(bench)


@pytest.mark.parametrize("hold", [None, 0.02])
def test_nothing_is_left_down_when_an_event_is_lost(hold):
    """Whichever of them it is."""
    for lost in range(4):
        bench = Bench(hold=hold)
        sent = iter(range(100))
        bench.keyboard.drop = lambda event, sent=sent, lost=lost: next(sent) == lost
        results = bench.start(bench.typist.press(chords("ctrl+t")))
        bench.clock.pump([0.02] * 200)
        assert (results[0].stopped_by, results[0].confirmed) == (Stop.UNCONFIRMED, "")
        assert not bench.keyboard.down


def test_what_the_keymap_lacks_is_refused_before_the_first_key():
    """Also when it is the last of several."""
    bench = Bench()
    (failure,) = bench.start(bench.typist.press(chords("ctrl+t", "ж")))
    assert failure.check(NoSuchKey)
    assert bench.keyboard.writes == [] and at_rest(bench)


def test_locks_are_taken_off_and_put_back():
    """CapsLock would make another key of some; NumLock may stay, and on some layouts may not."""
    bench = Bench(locked=LOCK | 16)
    assert press(bench, "ctrl+t").complete
    states = [event.state & 0xFF for event in bench.keyboard.log]
    assert states[0] == 16 and bench.keyboard.locked == LOCK | 16
    assert CAPS_LOCK_KEY not in pressed(bench)


def test_a_letter_that_the_group_in_force_lacks_is_found_in_another():
    """And the group is as it was afterwards."""
    bench = Bench(keymap("us-ru"), group=1)
    assert press(bench, "ctrl+c").complete
    assert pressed(bench) == [CONTROL_KEY, C_KEY]
    assert {event.state >> 13 & 3 for event in bench.keyboard.log} == {0}
    assert bench.keyboard.group == 1


@pytest.mark.parametrize(
    ("prepare", "stop"),
    [
        (lambda bench: setattr(bench.keyboard, "focus", OTHER), Stop.FOCUS_CHANGED),
        (lambda bench: setattr(bench.keyboard, "focus", 0), Stop.NO_FOCUS),
        (lambda bench: setattr(bench.keyboard, "grabbed", Stop.GRABBED), Stop.GRABBED),
        (lambda bench: setattr(bench.keyboard, "grabbed", Stop.OWN_HOTKEY), Stop.OWN_HOTKEY),
        (lambda bench: setattr(bench.keyboard, "latched", 1), Stop.KEYS_HELD),
        (lambda bench: bench.typist.disable(), Stop.DISABLED),
    ],
)
def test_it_is_refused_as_text_is(prepare, stop):
    """Before the first key."""
    bench = Bench()
    prepare(bench)
    results = bench.start(bench.typist.press(chords("ctrl+t"), WINDOW))
    bench.clock.advance(1.1)
    assert (results[0].stopped_by, results[0].confirmed) == (stop, "")
    assert bench.keyboard.writes == []


def test_another_programs_hotkey_is_pressed():
    """The window manager's "alt+Tab" is asked for because it is one; text would be lost that way."""
    bench = Bench(grabbed=Stop.HOTKEY)
    assert press(bench, "alt+Tab").complete
    assert pressed(bench) == [ALT_KEY, TAB_KEY]


@pytest.mark.parametrize("by", ["focus", "grab"])
def test_a_chord_may_move_the_focus_but_those_behind_it_do_not_go_elsewhere(by):
    """It has been confirmed, and done what it does."""

    def moves(number, bench):
        if by == "grab":
            bench.keyboard.grab()
        else:
            bench.keyboard.focus = OTHER

    bench = Bench()
    bench.keyboard.before_write = lambda number: moves(number, bench)
    assert press(bench, "alt+Tab", window=WINDOW).complete
    bench = Bench()
    bench.keyboard.before_write = lambda number: moves(number, bench)
    typed = press(bench, "alt+Tab", "Return", window=WINDOW)
    assert typed.confirmed == CHORD_MARK and typed.stopped_by in (Stop.FOCUS_CHANGED, Stop.GRABBED)
    assert RETURN_KEY not in pressed(bench)


def test_text_and_chords_wait_for_each_other():
    """The second begins when the first has ended."""
    held = Deferred()
    bench = Bench()
    bench.typist._hold = lambda window: held if not bench.keyboard.writes else succeed(0.0)
    text, keys = bench.start(bench.typist.insert("a")), bench.start(bench.typist.press(chords("Return")))
    assert not text and not keys
    held.callback(0.0)
    assert text[0].complete and keys[0].complete
    assert bench.keyboard.text == "a\n"


# In the ledger


def test_what_was_typed_before_a_chord_is_sealed():
    """Nobody knows what the keys have done; the outcome counts them."""
    bench = Dictating()
    bench.hear("hello")
    bench.dictation._writer.take_outcome()
    results = []
    bench.dictation._writer.press(WINDOW, chords("ctrl+s", "Return")).addCallback(results.append)
    assert results == [True]
    assert bench.ledger.last_open(WINDOW) is None and "by command" in bench.ledger.sealed_by(WINDOW)
    assert bench.told.typings[-1] == ("", 0, None)
    outcome = bench.dictation._writer.take_outcome()
    assert (outcome.keys, outcome.window, outcome.text) == (6, WINDOW, "")
    bench.hear("scratch that")
    assert "by command" in bench.told.refusals[-1]


def test_what_was_not_pressed_seals_nothing():
    """A keymap without the key, a locked screen, no window at all."""
    bench = Dictating()
    bench.hear("hello")
    writer, results = bench.dictation._writer, []
    writer.press(WINDOW, chords("ctrl+ж")).addCallback(results.append)
    writer.press(0, chords("Return")).addCallback(results.append)
    bench.keyboard.grabbed = Stop.GRABBED
    writer.press(WINDOW, chords("Return")).addCallback(results.append)
    assert results == [False] * 3
    assert "no key" in bench.told.refusals[0] and len(bench.told.refusals) == 2
    assert bench.dictation.stopped.stopped_by is Stop.GRABBED
    assert bench.ledger.last_open(WINDOW) is not None
