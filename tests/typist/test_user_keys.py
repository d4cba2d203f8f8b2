"""The user's own keys: they stop typing, delay it, or are allowed."""

import pytest

from tests.fake_keyboard import CAPS_LOCK_KEY, SHIFT_KEY, keymap
from tests.typist.bench import F9_KEY, LETTER_KEY, TypistBench, is_idle
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason


@pytest.mark.parametrize("act", ["key", "click", "caps"])
def test_user_input_stops_within_one_keystroke(act):
    bench = TypistBench()

    def user(number):
        if number == 3:
            if act == "click":
                bench.keyboard.user_clicks()
            else:
                bench.keyboard.user_presses(CAPS_LOCK_KEY if act == "caps" else 52)

    bench.keyboard.before_write = user
    typed = bench.type("abcdefgh")
    assert typed.stopped_by is StopReason.FOREIGN_INPUT
    assert typed.confirmed in ("ab", "abc")
    bench.keyboard.user_presses(CAPS_LOCK_KEY if act == "caps" else 52, False)
    assert is_idle(bench)


def test_user_modifier_is_noticed_and_not_released():
    bench = TypistBench()
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(37) if number == 2 else None
    typed = bench.type("abc")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.FOREIGN_INPUT)
    assert bench.keyboard.down == {37}, "Control is still the user's"


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 108, 133, LETTER_KEY])
def test_pressed_key_delays_typing(keycode):
    bench = TypistBench(down={keycode})
    results = bench.start(bench.typist.insert("ab"))
    assert results == []
    assert bench.keyboard.log == []
    bench.clock.advance(0.5)
    bench.keyboard.user_presses(keycode, False)
    (typed,) = results
    assert typed.complete
    assert bench.keyboard.text == "ab"
    assert is_idle(bench)


def test_key_pressed_too_long_refuses_typing():
    bench = TypistBench(down={SHIFT_KEY})
    results = bench.start(bench.typist.insert("ab"))
    bench.clock.advance(1.0)
    (typed,) = results
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.KEYS_HELD)
    assert bench.keyboard.down == {SHIFT_KEY}
    assert not bench.clock.getDelayedCalls()


def test_repeating_key_counts_as_pressed_key():
    """Its repeats come at any moment, even while the state is being read."""
    bench = TypistBench(down={LETTER_KEY})
    bench.keyboard.begin_keymap_change()  # the typist waits for the keymap, not for a key
    results = bench.start(bench.typist.insert("ab"))
    bench.keyboard.report_user_input(UserInput("key", LETTER_KEY, True, 0))
    bench.keyboard.finish_keymap_change()
    bench.clock.pump([0.5] * 3)
    assert results[0].stopped_by is StopReason.KEYS_HELD


def test_stop_while_waiting_for_release_ends_typing():
    bench = TypistBench(down={SHIFT_KEY})
    results = bench.start(bench.typist.insert("ab"))
    bench.typist.stop()
    (typed,) = results
    assert typed.stopped_by is StopReason.CANCELLED
    assert not bench.clock.getDelayedCalls()


def test_unseen_pressed_key_is_released():
    """SlowKeys reports a key as up at first and presses it later."""
    bench = TypistBench(hold=0.01)
    sent = []
    bench.keyboard.drop = lambda event: sent.append(event) or True
    (typed,) = bench.start(bench.typist.insert("a"))
    assert typed.stopped_by is StopReason.UNCONFIRMED
    assert [(event.keycode, event.pressed) for event in sent] == [(38, True), (38, False)]


def test_press_seen_only_on_user_keyboard_stops_typing():
    """The user pressed the key that was expected at that moment."""
    bench = TypistBench()
    bench.keyboard.after_write = lambda number: bench.keyboard.raw_user_press(LETTER_KEY) if number == 2 else None
    typed = bench.type("aaaa")
    assert (typed.stopped_by, typed.confirmed) == (StopReason.FOREIGN_INPUT, "aa")


@pytest.mark.parametrize("down", [True, False])
def test_allowed_key_does_not_stop_typing(down):
    bench = TypistBench(down={F9_KEY} if down else set())
    seen = []
    bench.typist.on_user_input = seen.append
    bench.typist.allow_keys(frozenset({F9_KEY}))

    def talk(number):
        if number in (2, 5):
            bench.keyboard.user_presses(F9_KEY, (number == 2) != down)
        bench.keyboard.raw_user_press(F9_KEY)
        bench.keyboard.report_user_input(UserInput("key", F9_KEY, True, 0))  # repeats do not change what is down

    bench.keyboard.before_write = talk
    assert bench.type("abcdefgh").complete
    assert bench.keyboard.text == "abcdefgh"
    assert seen == []
    assert bench.keyboard.down == ({F9_KEY} if down else set()), "it is the user's"


def test_key_is_allowed_until_revoked():
    bench = TypistBench(down={F9_KEY})
    bench.typist.allow_keys(frozenset({F9_KEY}))
    assert bench.type("a").complete
    bench.typist.allow_keys(frozenset())
    results = bench.start(bench.typist.insert("b"))
    bench.clock.advance(1.0)
    assert results[0].stopped_by is StopReason.KEYS_HELD


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 108, 133])
def test_allowed_modifier_still_stops_typing(keycode):
    """It is for WinDictator itself, so it is not reported as user input."""
    bench = TypistBench(keymap("de"), down={keycode})
    seen = []
    bench.typist.on_user_input = seen.append
    bench.typist.allow_keys(frozenset({keycode}))
    results = bench.start(bench.typist.insert("ab"))
    assert results == []
    bench.keyboard.user_presses(keycode, False)
    assert results[0].complete
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(keycode) if number == 4 else None
    typed = bench.type("abcd")
    assert (typed.confirmed, typed.stopped_by) == ("a", StopReason.FOREIGN_INPUT)
    assert seen == []


def test_allowed_key_that_text_needs_stops_typing():
    bench = TypistBench(down={LETTER_KEY})
    bench.typist.allow_keys(frozenset({LETTER_KEY}))
    typed = bench.type("bar")
    assert (typed.confirmed, typed.stopped_by) == ("", StopReason.KEYS_HELD)
    assert bench.type("bcd").complete
    bench.keyboard.user_presses(LETTER_KEY, False)
    bench.keyboard.before_write = lambda number: bench.keyboard.user_presses(LETTER_KEY) if number == 5 else None
    typed = bench.type("bcar")
    assert (typed.confirmed, typed.stopped_by) == ("bc", StopReason.FOREIGN_INPUT)
    assert bench.keyboard.down == {LETTER_KEY}


def test_pending_dead_key_refuses_typing():
    """us(intl): the apostrophe key is dead until a letter follows; Shift in between does not end this."""
    bench = TypistBench(keymap("us-intl"))
    for keycode in (48, SHIFT_KEY):
        bench.keyboard.user_presses(keycode)
        bench.keyboard.user_presses(keycode, False)
    assert bench.type("e").stopped_by is StopReason.DEAD_KEY
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(LETTER_KEY, False)
    assert bench.type("e").complete


def test_user_input_is_reported_between_texts():
    bench = TypistBench()
    seen = []
    bench.typist.on_user_input = seen.append
    bench.keyboard.user_presses(LETTER_KEY)
    assert [(f.kind, f.code, f.pressed) for f in seen] == [("key", LETTER_KEY, True)]


@pytest.mark.parametrize("keycode", [SHIFT_KEY, 37, 64, 133, 66])
def test_modifier_alone_is_not_reported(keycode):
    """A hotkey with modifiers can still erase what was typed."""
    bench = TypistBench()
    seen = []
    bench.typist.on_user_input = seen.append
    bench.keyboard.user_presses(keycode)
    bench.keyboard.user_presses(LETTER_KEY)
    bench.keyboard.user_presses(keycode, False)
    assert [(f.code, f.pressed) for f in seen] == [(LETTER_KEY, True)]
