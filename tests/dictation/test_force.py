"""What is done by force: as if nothing else had happened in the window since what was typed there was sealed last."""

import pytest

from tests.dictation.test_queue import OTHER, USERS_CHARACTER, Bench
from tests.fake_keyboard import WINDOW
from windictator.dictation.caret import Outcome
from windictator.typist.result import Stop


class Forcing(Bench):
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
    assert refused.forcible and "another key" in refused.refusal
    assert bench.screen() == "One two`"
    assert bench.undo() == Outcome("", len(" two"), WINDOW)
    assert bench.screen() == "One "
    assert bench.undo() == Outcome("", len("One"), WINDOW), "again, as often as it is asked for"
    assert bench.screen() == "O"
    last = bench.undo()
    assert last.refusal and not last.forcible


def test_what_was_forced_is_no_longer_trusted_afterwards():
    """By voice nothing of it is reached, neither what is open before nor what has been undone."""
    bench = Forcing()
    bench.hear("one", "two", "three")
    bench.keyboard.user_clicks()
    assert not bench.say("scratch that").refusal
    assert bench.screen() == "One two"
    for spoken in ("scratch that", "undo that", "redo that", "delete last word", "replace one with two"):
        bench.hear(spoken)
    assert bench.screen() == "One two" and len(bench.told.refusals) == 5
    assert bench.undo(force=False).forcible and bench.redo(force=False).refusal
    assert not bench.undo().refusal
    assert bench.screen() == "One two three"


def test_the_rest_of_what_is_said_is_open():
    """It has been typed since; the context is that of what was trusted."""
    bench = Forcing()
    bench.hear("one", "two")
    bench.keyboard.user_clicks()
    assert not bench.say("scratch that three").refusal
    assert bench.screen() == bench.remembered() == "One three"
    bench.hear("scratch that")
    assert bench.screen() == "One"
    bench.hear("scratch that")
    assert bench.screen() == "One" and len(bench.told.refusals) == 1


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
    assert bench.screen() == "Hello big world" and len(bench.told.refusals) == 1
    assert bench.say(said, force=False).forcible
    assert not bench.say(said).refusal
    assert bench.screen() == bench.remembered() == screen
    back, forth = (bench.redo, bench.undo) if said == "undo that" else (bench.undo, bench.redo)
    assert not back().refusal and bench.screen() == bench.remembered() == "Hello big world"
    assert not forth().refusal and bench.screen() == bench.remembered() == screen
    assert bench.idle


def test_a_window_that_was_left_and_come_back_to():
    """Only what the window that has the focus holds is trusted."""
    bench = Forcing()
    bench.hear("hello")
    bench.keyboard.focus = OTHER
    bench.hear("there")
    bench.keyboard.focus = WINDOW
    assert bench.undo() == Outcome("", 5, WINDOW)
    assert (bench.screen(), bench.screen(OTHER)) == ("", "There")


def test_what_was_sealed_before_stays_out_of_reach():
    """What the user typed in between is known to be there."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    bench.hear("two")
    bench.user_types()
    assert bench.screen() == "One`Two`"
    bench.undo()
    assert bench.screen() == "One`T"
    last = bench.undo()
    assert last.refusal and not last.forcible and bench.screen() == "One`T"


def test_open_text_needs_no_force():
    """It is what is corrected; what is sealed before it does not count as long as it stands."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    bench.hear("two")
    assert "'one' does not stand" in bench.say("replace one with three").refusal
    assert not bench.undo().refusal
    assert bench.screen() == "One`"
    assert not bench.redo().refusal
    assert bench.screen() == "One`Two"


def test_what_was_stopped_half_way_is_never_trusted():
    """Nobody knows where the user's key stands in it."""
    bench = Forcing()
    bench.hear("one")
    bench.at_write(3, bench.user_types)
    bench.hear("two and three")
    stopped = bench.screen()
    assert USERS_CHARACTER in stopped
    for force in (False, True):
        refused = bench.undo(force)
        assert "stopped half way" in refused.refusal and not refused.forcible
    bench.user_types()
    assert bench.undo().refusal
    assert bench.screen() == stopped + USERS_CHARACTER


def test_a_correction_by_force_that_is_stopped_is_not_trusted_again():
    """What stands there is known no longer."""
    bench = Forcing()
    bench.hear("hello wonderful world")
    bench.keyboard.user_clicks()
    bench.at_write(4, bench.user_types)
    outcome = bench.say("scratch that")
    assert outcome.stopped is Stop.FOREIGN_INPUT
    screen = bench.screen()
    assert bench.undo().refusal and bench.say("scratch that").refusal
    assert bench.screen() == screen


def test_words_are_not_inserted_by_force():
    """The place that was said is trusted for that one command alone."""
    bench = Forcing()
    bench.hear("one three")
    bench.keyboard.user_clicks()
    assert not bench.say("insert before three").refusal
    bench.hear("two")
    assert len(bench.told.refusals) == 1
    assert bench.screen() == "One three two"


def test_text_is_said_by_force_as_without():
    """There is nothing to force about it."""
    bench = Forcing()
    bench.hear("one")
    bench.user_types()
    assert bench.say("two").text == "Two"
    assert bench.dictation.reach(WINDOW).undo and bench.screen() == "One`Two"


@pytest.mark.parametrize("stop", [Stop.GRABBED, Stop.HOTKEY])
def test_what_could_not_be_typed_at_all_seals_nothing(stop):
    """No key was sent: what stands there is what was typed, and is taken back without force."""
    bench = Forcing()
    bench.hear("hello")
    bench.keyboard.grabbed = stop
    bench.hear("world")
    assert bench.dictation.stopped.stopped_by is stop
    bench.keyboard.grabbed = None
    assert not bench.undo(force=False).refusal
    assert bench.screen() == bench.remembered() == ""
