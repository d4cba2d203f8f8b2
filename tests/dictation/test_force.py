"""What is done by force: as if nothing else had happened in the window since what was typed there was sealed last."""

import pytest

from tests.dictation.bench import OTHER_WINDOW, USER_CHARACTER, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.result import CommandResult
from windictator.typist.result import StopReason


class Forcing(DictationBench):
    """A bench that asks as the command line does."""

    def asked(self, deferred):
        results = []
        deferred.addCallback(results.append)
        (outcome,) = results
        return outcome

    def undo(self, force=True):
        return self.asked(self.dictation.undo(force))

    def redo(self, force=True):
        return self.asked(self.dictation.redo(force))

    def say(self, text, force=True):
        return self.asked(self.dictation.say(text, force))


def test_a_key_of_the_users_is_no_hindrance():
    """As many BackSpaces as the phrase has characters, wherever the caret is: that is what it risks."""
    bench = Forcing()
    bench.hear("one", "two")
    bench.user_types()
    refused = bench.undo(force=False)
    assert refused.can_force and "you typed or clicked" in refused.reason
    assert bench.window_text() == "One two`"
    assert bench.undo() == CommandResult("", len(" two"), WINDOW)
    assert bench.window_text() == "One "
    assert bench.undo() == CommandResult("", len("One"), WINDOW), "again, as often as it is asked for"
    assert bench.window_text() == "O"
    last = bench.undo()
    assert last.refusal and not last.can_force


def test_what_was_forced_is_no_longer_trusted_afterwards():
    """By voice nothing of it is reached, neither what is open before nor what has been undone."""
    bench = Forcing()
    bench.hear("one", "two", "three")
    bench.keyboard.user_clicks()
    assert not bench.say("scratch that").refusal
    assert bench.window_text() == "One two"
    for spoken in ("scratch that", "undo that", "redo that", "delete last word", "replace one with two"):
        bench.hear(spoken)
    assert bench.window_text() == "One two" and len(bench.listener.refusals) == 5
    assert bench.undo(force=False).can_force and bench.redo(force=False).refusal
    assert not bench.undo().refusal
    assert bench.window_text() == "One two three"


def test_the_rest_of_what_is_said_is_open():
    """It has been typed since; the context is that of what was trusted."""
    bench = Forcing()
    bench.hear("one", "two")
    bench.keyboard.user_clicks()
    assert not bench.say("scratch that three").refusal
    assert bench.window_text() == bench.ledger_text() == "One three"
    bench.hear("scratch that")
    assert bench.window_text() == "One"
    bench.hear("scratch that")
    assert bench.window_text() == "One" and len(bench.listener.refusals) == 1


@pytest.mark.parametrize(
    ("said", "screen"),
    [
        ("scratch that", "Hello"),
        ("delete last word", "Hello big"),
        ("replace big with small", "Hello small world"),
        ("uppercase that", "Hello BIG WORLD"),
        ("undo that", "Hello"),
        ("resume with hello", "Hello"),
        ("backspace two", "Hello big wor"),
    ],
)
def test_every_correction_can_be_forced(said, screen):
    """And undone and redone by force."""
    bench = Forcing()
    bench.hear("hello", "big world")
    bench.keyboard.user_clicks()
    bench.hear(said)
    assert bench.window_text() == "Hello big world" and len(bench.listener.refusals) == 1
    assert bench.say(said, force=False).can_force
    assert not bench.say(said).refusal
    assert bench.window_text() == bench.ledger_text() == screen
    back, forth = (bench.redo, bench.undo) if said == "undo that" else (bench.undo, bench.redo)
    assert not back().refusal and bench.window_text() == bench.ledger_text() == "Hello big world"
    assert not forth().refusal and bench.window_text() == bench.ledger_text() == screen
    assert bench.is_idle


def test_a_window_that_was_left_and_come_back_to():
    """Only what the window that has the focus holds is trusted."""
    bench = Forcing()
    bench.hear("hello")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("there")
    bench.keyboard.focus = WINDOW
    assert bench.undo() == CommandResult("", 5, WINDOW)
    assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("", "There")


def test_what_was_sealed_before_stays_out_of_reach():
    """What the user typed in between is known to be there."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    bench.hear("two")
    bench.user_types()
    assert bench.window_text() == "One`two`"
    bench.undo()
    assert bench.window_text() == "One`t"
    last = bench.undo()
    assert last.refusal and not last.can_force and bench.window_text() == "One`t"


def test_open_text_needs_no_force():
    """It is what is corrected; what is sealed before it does not count as long as it stands."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    bench.hear("two")
    assert 'I have not typed "one" here' in bench.say("replace one with three").reason
    assert not bench.undo().refusal
    assert bench.window_text() == "One`"
    assert not bench.redo().refusal
    assert bench.window_text() == "One`two"


def test_what_was_stopped_half_way_is_never_trusted():
    """The position of the user's key in it is unknown."""
    bench = Forcing()
    bench.hear("one")
    bench.before_keystroke(3, bench.user_types)
    bench.hear("two and three")
    stopped = bench.window_text()
    assert USER_CHARACTER in stopped
    for force in (False, True):
        refused = bench.undo(force)
        assert "the last words were interrupted" in refused.reason and not refused.can_force
    bench.user_types()
    assert bench.undo().refusal
    assert bench.window_text() == stopped + USER_CHARACTER


def test_stopped_forced_correction_is_not_trusted_again():
    """The current text is no longer known."""
    bench = Forcing()
    bench.hear("hello wonderful world")
    bench.keyboard.user_clicks()
    bench.before_keystroke(4, bench.user_types)
    outcome = bench.say("scratch that")
    assert outcome.stopped is StopReason.FOREIGN_INPUT
    screen = bench.window_text()
    assert bench.undo().refusal and bench.say("scratch that").refusal
    assert bench.window_text() == screen


def test_words_are_not_inserted_by_force():
    """The place that was said is trusted for that one command alone."""
    bench = Forcing()
    bench.hear("one three")
    bench.keyboard.user_clicks()
    assert not bench.say("insert before three").refusal
    bench.hear("two")
    assert len(bench.listener.refusals) == 1
    assert bench.window_text() == "One three two"


def test_text_is_said_by_force_as_without():
    """There is nothing to force about it."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    assert bench.say("two").text == "two"
    assert bench.dictation.undo_history(WINDOW).undo and bench.window_text() == "One`two"


@pytest.mark.parametrize("stop", [StopReason.GRABBED, StopReason.HOTKEY])
def test_what_could_not_be_typed_at_all_seals_nothing(stop):
    """No key was sent: the window holds what was typed, and it can be undone without force."""
    bench = Forcing()
    bench.hear("hello")
    bench.keyboard.grabbed = stop
    bench.hear("world")
    assert bench.dictation.stopped.stopped_by is stop
    bench.keyboard.grabbed = None
    assert not bench.undo(force=False).refusal
    assert bench.window_text() == bench.ledger_text() == ""
