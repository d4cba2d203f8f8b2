"""Chords on a keyboard that behaves as X does: pressed exactly, or not at all with a reason, and nothing held down."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, succeed

from tests.dictation.bench import DictationBench as Dictating
from tests.fake_keyboard import CAPS_LOCK_KEY, WINDOW, keymap
from tests.text.spoken import heard
from tests.typist.bench import TypistBench, is_idle
from windictator.cli.io.output import describe_stop
from windictator.dictation.editor import Editor
from windictator.dictation.profile import Profile
from windictator.keyboard.chord import COMBINATION_PLACEHOLDER, NoSuchKeyError, parse_combination
from windictator.keyboard.keymap import LOCK
from windictator.keyboard.keysyms import is_modifier_key
from windictator.text.edit import BackspaceUnit
from windictator.text.seal_reason import SealReason
from windictator.typist.result import StopReason, TypingResult
from windictator.typist.typing_job import Pace

CONTROL_KEY, SHIFT_KEY, T_KEY, C_KEY, RETURN_KEY, TAB_KEY, ALT_KEY = 37, 50, 28, 54, 36, 23, 64
OTHER = WINDOW + 0x100000


def chords(*texts):
    return [parse_combination(text) for text in texts]


def press(bench, *texts, window=None):
    (result,) = bench.start(bench.typist.press(chords(*texts), window))
    return result


def pressed(bench):
    return [event.keycode for event in bench.keyboard.log if event.pressed]


def test_every_event_of_a_chord_is_confirmed():
    """In one write, like a character's."""
    bench = TypistBench()
    assert press(bench, "ctrl+shift+t", "Return") == TypingResult(
        COMBINATION_PLACEHOLDER * 2, COMBINATION_PLACEHOLDER * 2, None, 8, WINDOW
    )
    assert pressed(bench) == [CONTROL_KEY, SHIFT_KEY, T_KEY, RETURN_KEY]
    assert len(bench.keyboard.writes) == 2
    assert is_idle(bench)


def test_a_modifier_alone_is_pressed_and_confirmed():
    """Its release comes while it is active."""
    bench = TypistBench()
    assert press(bench, "super", "ctrl").complete
    assert pressed(bench) == [133, CONTROL_KEY]
    assert is_idle(bench)


@pytest.mark.parametrize("hold", [None, 0.02])
def test_nothing_is_left_down_when_an_event_is_lost(hold):
    """Whichever of them it is."""
    for lost in range(4):
        bench = TypistBench(hold=hold)
        sent = iter(range(100))
        bench.keyboard.drop = lambda event, sent=sent, lost=lost: next(sent) == lost
        results = bench.start(bench.typist.press(chords("ctrl+t")))
        bench.clock.pump([0.02] * 200)
        assert (results[0].stopped_by, results[0].confirmed) == (StopReason.UNCONFIRMED, "")
        assert not bench.keyboard.down


def test_what_the_keymap_lacks_is_refused_before_the_first_key():
    """Also when it is the last of several."""
    bench = TypistBench()
    (failure,) = bench.start(bench.typist.press(chords("ctrl+t", "ж")))
    assert failure.check(NoSuchKeyError)
    assert bench.keyboard.writes == [] and is_idle(bench)


def test_locks_are_taken_off_and_put_back():
    """CapsLock would make another key of some; NumLock may stay, and on some layouts may not."""
    bench = TypistBench(locked=LOCK | 16)
    assert press(bench, "ctrl+t").complete
    states = [event.state & 0xFF for event in bench.keyboard.log]
    assert states[0] == 16 and bench.keyboard.locked == LOCK | 16
    assert CAPS_LOCK_KEY not in pressed(bench)


def test_letter_missing_in_active_group_is_found_in_another():
    """And the group is as it was afterwards."""
    bench = TypistBench(keymap("us-ru"), group=1)
    assert press(bench, "ctrl+c").complete
    assert pressed(bench) == [CONTROL_KEY, C_KEY]
    assert {event.state >> 13 & 3 for event in bench.keyboard.log} == {0}
    assert bench.keyboard.group == 1


@pytest.mark.parametrize(
    ("prepare", "stop"),
    [
        (lambda bench: setattr(bench.keyboard, "focus", OTHER), StopReason.FOCUS_CHANGED),
        (lambda bench: setattr(bench.keyboard, "focus", 0), StopReason.NO_FOCUS),
        (lambda bench: setattr(bench.keyboard, "grabbed", StopReason.GRABBED), StopReason.GRABBED),
        (lambda bench: setattr(bench.keyboard, "grabbed", StopReason.OWN_HOTKEY), StopReason.OWN_HOTKEY),
        (lambda bench: bench.keyboard.user_presses(24), StopReason.KEYS_HELD),
        (lambda bench: bench.typist.shut_down(), StopReason.DISABLED),
    ],
)
def test_it_is_refused_as_text_is(prepare, stop):
    """Before the first key."""
    bench = TypistBench()
    prepare(bench)
    results = bench.start(bench.typist.press(chords("ctrl+t"), WINDOW))
    bench.clock.advance(1.1)
    assert (results[0].stopped_by, results[0].confirmed) == (stop, "")
    assert bench.keyboard.writes == []


def test_another_programs_hotkey_is_pressed():
    """The window manager's "alt+Tab" is requested because it is one; text would be lost that way. It is held for a
    moment, so that the window manager has grabbed the keyboard before the modifier comes up.
    """
    bench = TypistBench(grabbed=StopReason.HOTKEY)
    results = bench.start(bench.typist.press(chords("alt+Tab")))
    bench.clock.advance(0.04)
    assert results == [] and bench.keyboard.down == {ALT_KEY}
    bench.clock.pump([0.06] * 2)
    assert results[0].complete and pressed(bench) == [ALT_KEY, TAB_KEY]
    assert is_idle(bench)


@pytest.mark.parametrize("by", ["focus", "grab"])
def test_keys_after_one_that_moves_the_focus_are_not_sent(by):
    """It has been confirmed, and done what it does."""

    def moves(number, bench):
        if by == "grab":
            bench.keyboard.grab()
        else:
            bench.keyboard.focus = OTHER

    bench = TypistBench()
    bench.keyboard.before_write = lambda number: moves(number, bench)
    assert press(bench, "alt+Tab", window=WINDOW).complete
    bench = TypistBench()
    bench.keyboard.before_write = lambda number: moves(number, bench)
    typed = press(bench, "alt+Tab", "Return", window=WINDOW)
    assert typed.confirmed == COMBINATION_PLACEHOLDER and typed.stopped_by in (
        StopReason.FOCUS_CHANGED,
        StopReason.GRABBED,
    )
    assert RETURN_KEY not in pressed(bench)


def test_text_and_chords_wait_for_each_other():
    """The second begins when the first has ended."""
    held = Deferred()
    bench = TypistBench(pace=lambda window: succeed(Pace()) if bench.keyboard.writes else held)
    text, keys = bench.start(bench.typist.insert("a")), bench.start(bench.typist.press(chords("Return")))
    assert not text and not keys
    held.callback(Pace())
    assert text[0].complete and keys[0].complete
    assert bench.keyboard.text == "a\n"


# In the ledger


def editor_on(bench):
    """An editor of its own on the bench's keyboard and ledger."""
    return Editor(bench.typist, bench.focused, bench.ledger, BackspaceUnit.GRAPHEME)


def test_what_was_typed_before_a_chord_is_sealed():
    """The effect of the keys is unknown; the result counts them."""
    bench = Dictating()
    bench.hear("hello")
    results = []
    editor_on(bench).press(WINDOW, chords("ctrl+s", "Return")).addCallback(results.append)
    (result,) = results
    assert result.done
    assert bench.ledger.last_editable(WINDOW) is None and bench.ledger.seal_reason(WINDOW) is SealReason.KEYS_BY_COMMAND
    assert [(event.text, event.erased, event.result.stopped_by) for event in result.events] == [("", 0, None)]
    assert (result.key_event_count, result.window, result.text) == (6, WINDOW, "")
    bench.hear("scratch that")
    assert "by command" in bench.listener.refusals[-1]


def test_what_was_not_pressed_seals_nothing():
    """A keymap without the key, a locked screen, no window at all."""
    bench = Dictating()
    bench.hear("hello")
    editor, results = editor_on(bench), []
    editor.press(WINDOW, chords("ctrl+ж")).addCallback(results.append)
    editor.press(0, chords("Return")).addCallback(results.append)
    bench.keyboard.grabbed = StopReason.GRABBED
    editor.press(WINDOW, chords("Return")).addCallback(results.append)
    assert [result.done for result in results] == [False] * 3
    refusals = [result.reason for result in results]
    assert "no key" in refusals[0] and refusals[1] and not refusals[2]
    assert results[2].stopped is StopReason.GRABBED
    assert bench.ledger.last_editable(WINDOW) is not None


# By voice


def bench_with(**profile):
    bench = Dictating()
    bench.profile_of = lambda window: succeed(Profile(**profile))
    return bench


def keys_of(bench, before=0):
    presses = bench.keyboard.presses.get(WINDOW, [])[before:]
    return [(press.keysym, press.control, press.shift) for press in presses if not is_modifier_key(press.keysym)]


@pytest.mark.parametrize(
    ("spoken", "keys"),
    [
        ("press control shift tango", [(ord("T"), True, True)]),
        ("press down two times", [(0xFF54, False, False)] * 2),
        ("go to end", [(0xFF57, True, False)]),
        ("go to the beginning of the line", [(0xFF50, False, False)]),
        ("move left three words", [(0xFF51, True, False)] * 3),
        ("move right", [(0xFF53, False, False)]),
        ("move up two lines", [(0xFF52, False, False)] * 2),
        ("page down", [(0xFF56, False, False)]),
        ("select all", [(ord("a"), True, False)]),
        ("copy that", [(ord("c"), True, False)]),
        ("paste that", [(ord("v"), True, False)]),
    ],
)
def test_keys_are_pressed_by_voice(spoken, keys):
    """And what stood there before is left alone."""
    bench = Dictating()
    bench.hear("hello")
    before = len(bench.keyboard.presses[WINDOW])
    bench.hear(spoken)
    assert keys_of(bench, before) == keys and not bench.listener.refusals
    bench.hear("scratch that")
    assert "by command" in bench.listener.refusals[0]


def test_the_rest_of_an_utterance_is_dictated_behind_the_keys():
    """After a pause: "press enter", and what goes into the new line."""
    bench = Dictating()
    bench.hear("hello")
    bench.hear_words(heard("press enter | good bye", pause=1.0))
    assert bench.window_text() == "Hello\nGood bye"
    assert bench.ledger_text() == "HelloGood bye", "what the key did is not known"


def test_where_the_caret_stays_it_is_not_moved():
    """In a terminal; named keys are pressed anyway, and its own keys for the clipboard."""
    bench = bench_with(name="terminal", cursor_keys="never", copy="ctrl+shift+c")
    bench.hear("move left two words", "go to end", "page up", "select all")
    assert len(bench.listener.refusals) == 4
    assert all('(profile "terminal")' in reason for reason in bench.listener.refusals)
    assert keys_of(bench) == []
    bench.hear("press left", "copy that")
    assert keys_of(bench) == [(0xFF51, False, False), (ord("C"), True, True)]


@pytest.mark.parametrize("key", ["copy", "cut", "paste", "select_all"])
def test_where_there_are_no_keys_for_it_the_profile_is_named(key):
    """And what of it is in the way."""
    bench = bench_with(name="mine", **{key: ""})
    bench.hear("select all" if key == "select_all" else f"{key} that")
    deed = key.replace("_", " ")
    refusal = (
        f'No keys are known to {deed} in this window (profile "mine"). Say "press" and the keys, or use the mouse.'
    )
    assert bench.listener.refusals == [refusal] and keys_of(bench) == []


def test_no_command_presses_keys_without_end():
    """A number that was misheard."""
    bench = Dictating()
    bench.hear("press enter nine hundred times", "press enter 101 times", "move left 1000 words")
    assert bench.window_text() == "" and len(bench.listener.refusals) == 3
    assert all("at most 100 keys" in reason for reason in bench.listener.refusals)


def test_keys_of_a_profile_that_cannot_be_read_are_told():
    """Not a traceback."""
    bench = bench_with(copy="ctrl+nonsense")
    bench.hear("copy that")
    assert "is not a key" in bench.listener.refusals[0]


@pytest.mark.parametrize(
    ("moved", "text"),
    [
        ("move left two words", "One and moretwo three"),
        ("move left a word", "One and two morethree"),
        ("move left five characters", "One and two morethree"),
        ("move left six", "One and two more three"),
        # The caret stands where it did.
        ("go to end", "One and two three more"),
        ("go to end of line", "One and two three more"),
        # Beyond what was dictated, by the application's own keys.
        ("move left nine words", "moreOne and two three"),
        ("move left 40 characters", "moreOne and two three"),
    ],
)
def test_what_is_dictated_where_the_caret_was_moved_to(moved, text):
    """With the space and the case of that place; the text there is left alone."""
    bench = Dictating()
    bench.hear("one and two three", moved, "more")
    assert bench.window_text() == text
    bench.hear("scratch that", "scratch that")
    assert bench.window_text().replace(" ", "") == "Oneandtwothree" and len(bench.listener.refusals) == 1


def test_what_is_dictated_behind_what_was_pasted():
    """As behind a word."""
    bench = Dictating()
    bench.hear("copied words", "select copied", "copy that", "delete last word", "paste that", "more")
    assert bench.window_text() == "CopiedCopied more"


def test_keys_that_were_not_pressed_are_told_as_keys():
    """Not as characters."""
    assert describe_stop(
        TypingResult(COMBINATION_PLACEHOLDER * 3, COMBINATION_PLACEHOLDER, StopReason.FOCUS_CHANGED)
    ).startswith("pressed 1 of 3 keys: ")
    assert describe_stop(TypingResult("abc", "a", StopReason.FOCUS_CHANGED)).startswith("typed 1 of 3 characters: ")
