"""Results of commands, and their sums."""

from windictator.dictation.events import Notice, Refused, Typed
from windictator.dictation.result import NOTHING_DONE, CommandResult, refused, reported
from windictator.refusals import Refusal, RefusalCode
from windictator.text.edit import BackspaceUnit
from windictator.typist.result import StopReason, TypingResult

NO = Refusal(RefusalCode.NOTHING_TO_UNDO, "No.")


def typing(text, stopped=None):
    """The result of typing a text."""
    typed = TypingResult(text, text, stopped, 2 * len(text), window=1)
    return CommandResult(
        text,
        window=1,
        stopped=stopped,
        key_event_count=2 * len(text),
        done=typed.complete,
        typed=typed,
        events=(Typed(text, 0, typed),),
    )


def test_sum_of_results_has_all_text_keys_and_events():
    """In their order."""
    total = typing("one") + reported(Notice("note")) + typing(" two")
    assert (total.text, total.key_event_count, total.done) == ("one two", 14, True)
    assert [event.name for event in total.events] == ["typed", "notice", "typed"]
    assert NOTHING_DONE + total is total and total + NOTHING_DONE is total


def test_sum_with_a_refusal_is_not_done():
    """The rest of the utterance is not executed; what was typed before is still reported."""
    total = typing("one") + refused(NO, can_force=True)
    assert (total.text, total.refusal, total.can_force, total.may_continue) == ("one", NO, True, False)


def test_stop_is_kept_when_the_caret_is_brought_back():
    """Keys after a stop only put things in order: they do not make it undone."""
    total = typing("on", StopReason.CANCELLED) + typing("").as_preparation()
    assert (total.stopped, total.done) == (StopReason.CANCELLED, False)
    assert total.early_stop == total.typed


def test_preparation_that_stopped_is_still_reported():
    """The user has to know of a stop, but not of moves of the caret."""
    moves = (typing("\x02") + typing("", StopReason.CANCELLED)).without_moves()
    assert [event.result.stopped_by for event in moves.events] == [StopReason.CANCELLED]


def test_remedy_follows_each_reason():
    """In the result and in the event."""
    result = refused(NO).with_remedy("Try again.")
    assert result.reason == "No. Try again." and result.events == (Refused(NO.with_remedy("Try again.")),)
    assert typing("one").with_remedy("; try again") == typing("one")


def test_partials_count_as_typed_by_their_utterance():
    """But for what the final has erased of them."""
    result = CommandResult(" there", erased=2).after_partials(1, "Hello", BackspaceUnit.GRAPHEME)
    assert (result.text, result.erased, result.window) == ("Hel there", 0, 1)
