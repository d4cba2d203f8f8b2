"""Requests to a dictation (say, type, undo, repeat, cancel), its modes, and words that could not be typed."""

import pytest

from tests.dictation.bench import OTHER_WINDOW, SHIFT_KEY, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.events import Undelivered
from windictator.dictation.result import CommandResult
from windictator.dictation.undelivered import UndeliveredText
from windictator.text.commands.actions import Mode
from windictator.text.utterance import Final, Partial, RecognizedWord
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason


class Holding(DictationBench):
    """A bench whose dictation keeps what it cannot type."""

    def __init__(self, **options):
        super().__init__(keep_undelivered=True, **options)
        self.outcomes = []
        self.dictation.on_result = lambda heard, outcome: self.outcomes.append((heard, outcome))

    def result(self, deferred):
        results = []
        deferred.addCallback(results.append)
        assert len(results) == 1, "not done yet"
        return results[0]


def test_said_text_is_an_utterance_with_its_commands():
    """``say`` goes the way of speech, and returns its result."""
    bench = Holding()
    outcome = bench.result(bench.dictation.say("hello comma world"))
    assert outcome == CommandResult("Hello, world", 0, WINDOW)
    assert bench.result(bench.dictation.say("scratch that good day")) == CommandResult("Good day", 12, WINDOW)
    assert bench.window_text() == bench.ledger_text() == "Good day"
    assert [heard for heard, _ in bench.outcomes] == ["hello comma world", "scratch that good day"]


def test_typed_text_is_typed_as_it_is_and_can_be_undone():
    """``type`` neither formats nor guesses; what it typed belongs to the ledger."""
    bench = Holding()
    bench.hear("hello")
    assert bench.result(bench.dictation.type(" (raw  TEXT)")).text == " (raw  TEXT)"
    assert bench.window_text() == "Hello (raw  TEXT)"
    assert bench.result(bench.dictation.undo()) == CommandResult("", 12, WINDOW)
    assert bench.window_text() == bench.ledger_text() == "Hello"


def test_text_without_a_focused_window_is_refused_and_stopped():
    """The stop reason says that nothing at all was typed."""
    bench = Holding()
    bench.keyboard.focus = 0
    result = bench.result(bench.dictation.type("hello"))
    assert (result.reason, result.stopped) == (StopReason.NO_FOCUS.sentence, StopReason.NO_FOCUS)


def test_undo_of_nothing_is_refused():
    """What WinDictator did not type it does not erase."""
    bench = Holding()
    assert "Can't take that back" in bench.result(bench.dictation.undo()).reason
    assert bench.keyboard.received == {}


def test_request_that_changed_nothing_is_not_in_the_history():
    """Who asked knows why; the history would have rows without words. What they did belongs there."""
    bench = Holding()
    for ask in (bench.dictation.undo, bench.dictation.redo, bench.dictation.alternatives, bench.dictation.repeat):
        assert bench.result(ask()).refusal
    assert bench.result(bench.dictation.choose(1)).refusal
    assert bench.outcomes == []
    bench.hear("hello")
    bench.result(bench.dictation.undo())
    assert [heard for heard, _ in bench.outcomes] == ["hello", ""]


def test_undo_after_the_users_key_is_refused():
    """The user's key seals the text for requests as for speech."""
    bench = Holding()
    bench.hear("hello")
    bench.user_types()
    assert bench.result(bench.dictation.undo()).refusal
    assert "\b" not in bench.keyboard.received[WINDOW]


def test_repeat_writes_the_last_words_again():
    """By request and by voice, in the context of now."""
    bench = Holding()
    assert "Nothing to repeat" in bench.result(bench.dictation.repeat()).reason
    bench.hear("well done period")
    bench.result(bench.dictation.repeat())
    bench.hear("repeat that")
    assert bench.window_text() == bench.ledger_text() == "Well done. Well done. Well done."


def test_a_request_waits_for_the_end_of_a_shown_utterance():
    """Text asked for does not land in the middle of words that are still being corrected."""
    bench = Holding(live="eager")
    bench.hear("~hello wor")
    asked = bench.dictation.type("!")
    assert bench.window_text() == "Hello wor"
    bench.hear("hello world")
    assert bench.result(asked).text == "!"
    assert bench.window_text() == "Hello world!"


def test_cancel_ends_typing_within_a_key_and_drops_the_utterance():
    """What was typed stays and is remembered; what is still heard of the utterance is not typed."""
    bench = Holding(live="eager")
    bench.before_keystroke(3, bench.dictation.cancel)
    bench.hear("~hello world")
    shown = bench.window_text()
    assert shown and len(shown) <= 4 and "Hello world".startswith(shown)
    bench.hear("hello world again")
    assert bench.window_text() == bench.ledger_text() == shown
    assert not bench.dictation.interpreter.undelivered.texts
    bench.hear("next")
    assert bench.window_text().endswith("ext")


def test_cancel_answers_requests_that_wait():
    """No caller waits for ever."""
    bench = Holding(live="eager")
    bench.hear("~hello")
    asked = bench.dictation.say("later")
    bench.dictation.cancel()
    assert bench.result(asked) == CommandResult(stopped=StopReason.CANCELLED)


def test_end_answers_requests_that_wait_or_come_later():
    """As for cancel, at the end of the program."""
    bench = Holding(live="eager")
    bench.hear("~hello")
    asked = bench.dictation.say("later")
    bench.dictation.close()
    assert bench.result(asked).stopped is bench.result(bench.dictation.undo()).stopped is StopReason.DISABLED


# Words that could not be typed


def test_utterance_that_lost_its_window_is_typed_on_request():
    """Nothing lands in the other window automatically; on request all of it does, as that window wants it."""
    bench = Holding()
    bench.before_keystroke(3, lambda: setattr(bench.keyboard, "focus", OTHER_WINDOW))
    bench.hear("hello world")
    assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("He", "l"), (
        "the key under way is the one that strays"
    )
    assert [held.reason for held in bench.dictation.interpreter.undelivered.texts] == [StopReason.FOCUS_CHANGED]
    kept = bench.dictation.interpreter.undelivered.texts
    undelivered = [Undelivered(each.missing, each.window, each.reason) for each in kept]
    assert bench.listener.of_kind(Undelivered) == undelivered
    bench.result(bench.dictation.type_undelivered())
    assert bench.window_text() == "He"
    assert bench.window_text(OTHER_WINDOW) == "lHello world", (
        "the whole phrase: the end of a word alone is of no use there"
    )
    assert not bench.dictation.interpreter.undelivered.texts


def test_an_utterance_cut_short_goes_on_in_its_own_window():
    """The user comes back to where the beginning stands."""
    bench = Holding()
    bench.before_keystroke(3, lambda: setattr(bench.keyboard, "focus", OTHER_WINDOW))
    bench.hear("hello world")
    bench.keyboard.focus = WINDOW
    bench.result(bench.dictation.type_undelivered())
    assert bench.window_text() == "Hello world"


def test_words_of_which_nothing_was_typed_are_held_whole():
    """A key held down by the user: the words come later, with their capital and their marks."""
    bench = Holding()
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("hello comma world")
    bench.clock.advance(1.5)
    assert bench.is_idle and bench.window_text() == ""
    assert [held.missing for held in bench.dictation.interpreter.undelivered.texts] == ["Hello, world"]
    bench.keyboard.user_presses(SHIFT_KEY, False)
    bench.result(bench.dictation.type_undelivered(StopReason.FOCUS_CHANGED))
    assert len(bench.dictation.interpreter.undelivered.texts) == 1, "held for another reason"
    bench.result(bench.dictation.type_undelivered(StopReason.KEYS_HELD))
    assert bench.window_text() == "Hello, world"
    assert not bench.dictation.interpreter.undelivered.texts


def test_what_is_held_stays_held_when_it_cannot_be_typed_again():
    """In its order, nothing of it lost or doubled."""
    bench = Holding()
    bench.keyboard.focus = 0
    bench.hear("first", "second", "third")
    assert [held.transcript for held in bench.dictation.interpreter.undelivered.texts] == ["first", "second", "third"]
    assert bench.result(bench.dictation.type_undelivered()).refusal
    assert [held.transcript for held in bench.dictation.interpreter.undelivered.texts] == ["first", "second", "third"]
    bench.keyboard.focus = WINDOW
    bench.result(bench.dictation.type_undelivered())
    assert bench.window_text() == "First second third"


def test_held_words_whose_typing_is_cancelled_stay_held():
    """All that is not on the screen, before what was held after them."""
    bench = Holding()
    bench.keyboard.focus = 0
    bench.hear("first words", "second")
    bench.keyboard.focus = WINDOW
    bench.before_keystroke(4, bench.dictation.cancel)
    bench.result(bench.dictation.type_undelivered())
    stands = bench.window_text()
    assert stands and "First words".startswith(stands) and len(stands) < 8
    assert [held.transcript for held in bench.dictation.interpreter.undelivered.texts] == ["first words", "second"]
    bench.result(bench.dictation.type_undelivered())
    assert bench.window_text() == "First words second"
    assert bench.dictation.interpreter.undelivered.texts == ()


def test_held_words_are_typed_by_voice_or_dropped():
    """The phrases of the vocabulary."""
    bench = Holding()
    bench.keyboard.focus = 0
    bench.hear("hello")
    bench.keyboard.focus = WINDOW
    bench.hear("type it here")
    assert bench.window_text() == "Hello"
    bench.keyboard.focus = 0
    bench.hear("never mind")
    bench.keyboard.focus = WINDOW
    bench.hear("drop held text", "type it here")
    assert bench.window_text() == "Hello"
    assert "No words are kept" in bench.listener.refusals[-1]


def test_no_more_than_a_hundred_texts_are_held():
    """A user who speaks into nowhere all day does not fill the memory."""
    bench = Holding()
    bench.keyboard.focus = 0
    for number in range(105):
        bench.dictation.accept_hypothesis(Final(number, heard_number(number)))
    assert len(bench.dictation.interpreter.undelivered.texts) == 100
    assert (
        isinstance(bench.dictation.interpreter.undelivered.texts[0], UndeliveredText)
        and bench.dictation.interpreter.undelivered.texts[0].transcript == "5"
    )


def heard_number(number):
    return (RecognizedWord(str(number)),)


def test_without_holding_such_words_are_dropped():
    """As the setting says; the refusal is reported anyway."""
    bench = DictationBench()
    bench.keyboard.focus = 0
    bench.hear("hello")
    assert bench.dictation.interpreter.undelivered.texts == () and bench.listener.refusals


def test_a_lost_display_ends_what_was_shown_on_it():
    """Its window ids may come back for other windows: nothing is erased there."""
    bench = Holding(live="eager")
    bench.hear("~hello wor")
    bench.dictation.forget_windows()
    bench.hear("hello there")
    assert "\b" not in bench.keyboard.received[WINDOW]
    assert [held.missing for held in bench.dictation.interpreter.undelivered.texts] == ["there"]
    assert bench.ledger.last_editable(WINDOW) is None


# Modes


def test_asleep_only_the_wake_phrase_is_heard():
    """Neither typed nor reported: talking to another person is private."""
    bench = Holding(live="eager")
    bench.hear("hello", "go to sleep", "~this is", "this is private", "wake up please", "wake up", "good morning")
    assert bench.window_text() == "Hello good morning"
    assert bench.modes == [Mode.ASLEEP, Mode.DICTATION]
    assert "this is private" not in [text for text, _ in bench.listener.finals]
    assert not any("private" in partial for partial in bench.listener.partials)


def test_awake_the_wake_phrase_is_text():
    """The user may want to write it."""
    bench = Holding()
    bench.hear("wake up")
    assert bench.window_text() == "Wake up"


def test_said_text_does_not_wake_unless_it_says_so():
    """The control side sleeps too."""
    bench = Holding()
    bench.hear("go to sleep")
    assert bench.result(bench.dictation.say("hello")).reason == 'Asleep: nothing was typed. Say "wake up" first.'
    bench.result(bench.dictation.say("wake up"))
    assert bench.dictation.interpreter.mode is Mode.DICTATION


def test_command_mode_obeys_commands_and_refuses_words():
    """No stray word is typed."""
    bench = Holding()
    bench.hear("one hello", "command mode", "more words", "scratch that", "dictation mode", "bye")
    assert bench.window_text() == "Bye"
    assert any("command mode" in refusal for refusal in bench.listener.refusals)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("alpha bravo charlie", "abc"),
        ("cap alpha bravo", "Ab"),
        ("all caps x ray nine", "X9"),
        ("whiskey india november dash two", "win-2"),
        ("a b c space d", "abc d"),
        ("double u double you", "ww"),
    ],
)
def test_spelling_mode_writes_letters(said, written):
    """Letters without spaces, in lower case unless asked, marks as in dictation."""
    bench = Holding()
    bench.hear("spelling mode", said, "dictation mode")
    assert bench.window_text() == written
    assert bench.dictation.interpreter.mode is Mode.DICTATION


def test_partials_show_nothing_in_spelling_and_command_mode():
    """Half a word of the spelling alphabet does not name a letter."""
    bench = Holding(live="eager")
    bench.hear("spelling mode")
    bench.dictation.accept_hypothesis(Partial(1, "alpha bra"))
    assert bench.window_text() == ""


# Undo and redo by request


def test_undo_takes_back_a_correction_as_it_does_a_phrase():
    """Whatever was done last; redo does it again, until something new is said."""
    bench = Holding()
    bench.hear("hello wurld", "replace wurld with world")
    assert bench.result(bench.dictation.undo()) == CommandResult("urld", 4, WINDOW)
    assert bench.result(bench.dictation.redo()) == CommandResult("orld", 4, WINDOW)
    bench.result(bench.dictation.undo())
    bench.result(bench.dictation.undo())
    assert bench.window_text() == bench.ledger_text() == ""
    bench.hear("good day")
    assert "Can't redo that" in bench.result(bench.dictation.redo()).reason
    assert bench.window_text() == bench.ledger_text() == "Good day"


def test_stopped_correction_is_recorded_as_far_as_it_came():
    """The text is known exactly, so "scratch that" takes back what was done of it."""
    for write, left in ((2, "The cat sa"), (7, "The c"), (8, "The d"), (11, "The dog ")):
        bench = Holding()
        bench.hear("the cat sat")
        bench.keyboard.transaction.should_end = True
        bench.before_keystroke(write, bench.typist.stop)
        bench.hear("replace cat with dog")
        assert bench.window_text() == bench.ledger_text()
        bench.keyboard.before_write = lambda number: None
        assert bench.window_text() == left
        bench.hear("scratch that")
        assert bench.window_text() == bench.ledger_text() == "The cat sat"
        bench.hear("undo that")
        assert bench.window_text() == bench.ledger_text() == left


def test_partials_for_an_earlier_position_are_not_typed():
    """Live text goes where the caret is, these do not."""
    bench = Holding(live="eager")
    bench.hear("one three", "insert after one", "~two", "~two and a half")
    assert bench.window_text() == "One three"
    bench.hear("two")
    assert bench.window_text() == bench.ledger_text() == "One two three"
    bench.hear("insert before one")
    bench.dictation.cancel()
    bench.hear("four")
    assert bench.window_text() == "One two three four"


def test_sentence_continues_when_the_user_returns_to_a_window():
    """Alt and Tab, or Super and any key, are the window manager's: no caret was moved, and all can be corrected."""
    alt, super_key, tab = 8, 64, 23
    for code, state in ((tab, alt), (38, super_key)):
        bench = Holding()
        bench.hear("dear anna comma")
        bench.dictation.user_input(UserInput("key", code, True, state))
        bench.keyboard.focus = OTHER_WINDOW
        bench.hear("what was her name period")
        bench.dictation.user_input(UserInput("key", code, True, state))
        bench.keyboard.focus = WINDOW
        bench.hear("thank you")
        assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("Dear Anna, thank you", "What was her name.")
        bench.hear("scratch that", "scratch that", "dear anna comma thank you")
        assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("Dear Anna, thank you", "What was her name.")
    bench.dictation.user_input(UserInput("key", tab, True, 0))
    bench.hear("thank you")
    assert bench.window_text() == "Dear Anna, thank youThank you", "Tab alone goes to another field"


def test_a_character_that_is_one_with_the_users_is_not_erased():
    """An accent that was typed onto a sealed letter: a BackSpace would take both."""
    bench = Holding()
    bench.hear("caf")
    bench.result(bench.dictation.type("e"))
    bench.keyboard.user_clicks()
    bench.result(bench.dictation.type("\u0301"))
    bench.hear("scratch that")
    assert bench.window_text() == "Cafe\u0301"
    assert "is joined with" in bench.listener.refusals[-1]


def test_a_key_that_is_held_down_costs_only_the_correction():
    """Nothing was sent, so the same words are executed when it is up."""
    bench = Holding()
    bench.hear("hello wurld")
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("replace wurld with world")
    bench.clock.advance(1.5)
    assert bench.dictation.stopped.stopped_by is StopReason.KEYS_HELD
    bench.keyboard.user_presses(SHIFT_KEY, False)
    assert bench.window_text() == bench.ledger_text() == "Hello wurld"
    bench.hear("replace wurld with world")
    assert bench.window_text() == bench.ledger_text() == "Hello world"


def test_new_words_of_a_correction_are_cleaned_as_any_text():
    """A line break of any kind is the one key, a control character is refused."""
    bench = Holding()
    bench.hear("one two")
    for number, new in ((1, "th\u2028ree"), (2, "fo\x1bur")):
        old = ("two", "one")[number - 1]
        bench.dictation.accept_hypothesis(Final(number, tuple(map(RecognizedWord, ("replace", old, "with", new)))))
    assert bench.window_text() == bench.ledger_text() == "One th\nree"
    assert "U+001B" in bench.listener.refusals[-1]
