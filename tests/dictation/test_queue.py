"""Dictation with a real typist on a keyboard that behaves as X does: the window, the ledger and the user agree."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail

from tests.dictation.bench import (
    F1_KEY,
    OTHER_WINDOW,
    SHIFT_KEY,
    USER_CHARACTER,
    USER_KEY,
    DictationBench,
    RecordingListener,
)
from tests.dictation.laws.bench import perform_step
from tests.fake_keyboard import WINDOW
from tests.text.spoken import DEFAULT, heard
from windictator.dictation import events
from windictator.dictation.interfaces import no_profiles
from windictator.dictation.queue import MAX_FAILURES_IN_A_ROW
from windictator.errors import InternalError
from windictator.settings.vocabulary import parse_words
from windictator.text.edit import BackspaceUnit
from windictator.text.utterance import Final
from windictator.typist.interfaces import ConnectionLostError, NoReplyError, UserInput
from windictator.typist.result import StopReason, TypingResult

# Finals


def test_utterances_are_typed_with_spaces_capitals_and_marks():
    """From words to text in the window; the ledger holds the same text."""
    bench = DictationBench()
    bench.hear("hello comma world period", "how are you question mark new line fine")
    assert bench.window_text() == bench.ledger_text() == bench.dictation.text == "Hello, world. How are you?\nFine"
    assert [entry.transcript for entry in bench.ledger.entries(WINDOW)] == [final for final, _ in bench.listener.finals]
    assert (bench.dictation.utterance_count, bench.dictation.refusal_count, bench.dictation.stopped) == (2, 0, None)
    assert bench.dictation.key_event_count == 2 * len(bench.window_text()) + 2 * 4  # H, H, F and ? with Shift
    assert bench.is_idle


def test_confidence_is_the_mean_of_the_words():
    """What the listener shows."""
    bench = DictationBench()
    first, second = heard("two words")
    words = (first.__class__("two", confidence=1.0), second.__class__("words", confidence=0.5))
    bench.dictation.accept_hypothesis(Final(0, words))
    assert bench.listener.finals == [("two words", 0.75)]


def test_silence_is_no_utterance():
    """A recognizer that heard noise gives a final without words."""
    bench = DictationBench()
    bench.hear("")
    assert (bench.window_text(), bench.listener.finals, bench.dictation.utterance_count) == ("", [], 0)
    assert bench.is_idle


def test_a_phrase_that_types_nothing_still_counts():
    """ "cap" alone changes the next word, and can be scratched."""
    bench = DictationBench()
    bench.hear("we met", "cap", "anna")
    assert bench.window_text() == "We met Anna"
    bench.hear("scratch that", "bob")
    assert bench.window_text() == "We met Bob"
    bench.hear("scratch that", "scratch that")
    assert bench.window_text() == bench.ledger_text() == ""


def test_after_each_utterance_somebody_may_be_told():
    """How dictation of a single utterance ends."""
    bench = DictationBench()
    ended = []
    bench.dictation.on_utterance = lambda: ended.append(bench.window_text())
    bench.hear("", "one", "two")
    assert ended == ["One", "One two"]


# Partials


def test_with_live_off_nothing_is_typed_before_the_final():
    """Partials are only shown to the listener."""
    bench = DictationBench(live="off")
    bench.hear("~hello", "~hello world")
    assert (bench.window_text(), bench.listener.partials) == ("", ["hello", "hello world"])
    bench.hear("hello world")
    assert bench.window_text() == "Hello world"


def test_stable_words_are_typed_as_soon_as_partials_agree():
    """Two partials must agree; the final adds the rest."""
    bench = DictationBench(live="stable")
    seen = []
    for text in ("~the", "~the quick", "~the quick brown", "~the quick browser", "the quick brown fox"):
        bench.hear(text)
        seen.append(bench.window_text())
    assert seen == ["", "The", "The quick", "The quick", "The quick brown fox"]
    assert all(erased == 0 for _, erased, _ in bench.listener.typed_parts)
    assert bench.ledger_text() == bench.window_text()


def test_agreement_is_a_setting():
    """One agreeing partial is enough if the user says so."""
    bench = DictationBench(live="stable", agreement=1)
    bench.hear("~the quick brown")
    assert bench.window_text() == "The quick brown"


def test_eager_partials_are_corrected_by_backspaces():
    """Only what differs is erased."""
    bench = DictationBench(live="eager")
    seen = []
    for text in ("~my", "~my scream", "~mice cream", "mice cream is good"):
        bench.hear(text)
        seen.append(bench.window_text())
    assert seen == ["My", "My scream", "Mice cream", "Mice cream is good"]
    assert bench.listener.typed_parts[2] == ("ice cream", 8, None)
    assert bench.ledger_text() == bench.window_text()


def test_a_final_corrects_what_was_shown():
    """The final result alone may take stable words back."""
    bench = DictationBench(live="stable")
    bench.hear("~recognise speech", "~recognise speech please", "wreck a nice beach")
    assert bench.window_text() == bench.ledger_text() == "Wreck a nice beach"
    assert bench.listener.typed_parts[-1][:2] == ("Wreck a nice beach", len("Recognise speech"))


def test_an_empty_final_takes_back_what_was_shown():
    """The recognizer changed its mind: it was noise."""
    bench = DictationBench(live="eager")
    bench.hear("before", "~uh", "")
    assert bench.window_text() == bench.ledger_text() == "Before"
    bench.hear("after")
    assert bench.window_text() == "Before after"


def test_incomplete_symbols_and_commands_are_not_typed():
    """ "new" may become a new line, "scratch" a command: no letter of it appears."""
    bench = DictationBench(live="eager")
    bench.hear("dear anna", "~new")
    assert bench.window_text() == "Dear Anna"
    bench.hear("~new line")
    assert bench.window_text() == "Dear Anna\n"
    bench.hear("new line hello", "~scratch", "~scratch that", "~scratch that good")
    assert bench.window_text() == "Dear Anna\nHello"
    bench.hear("scratch that good")
    assert bench.window_text() == bench.ledger_text() == "Dear Anna good"


def test_a_command_takes_back_what_its_partials_showed():
    """ "scratch fat" was heard first; the final says "scratch that"."""
    bench = DictationBench(live="eager")
    bench.hear("keep", "lose", "~scratch fat", "scratch that")
    assert bench.window_text() == bench.ledger_text() == "Keep"


def test_an_unhandled_partial_gives_way_to_a_newer_one():
    """Typing that lags behind does not replay every guess."""
    waiting = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            waiting.append((erase, insert, Deferred()))
            return waiting[-1][2]

    bench = DictationBench(live="eager", typist=Slow())
    bench.hear("~so", "~so we", "~so we go", "so we go on")
    erase, insert, typing = waiting.pop()
    assert (erase, insert, waiting) == (0, "So", [])
    typing.callback(TypingResult("So", "So", None, 4, WINDOW))
    erase, insert, typing = waiting.pop()
    assert (erase, insert) == (0, " we go")
    typing.callback(TypingResult(" we go", " we go", None, 12, WINDOW))
    erase, insert, typing = waiting.pop()
    assert (erase, insert) == (0, " on")
    assert not bench.is_idle
    typing.callback(TypingResult(" on", " on", None, 6, WINDOW))
    assert bench.is_idle
    assert bench.dictation.text == "So we go on"


# Scratch that


def test_scratching_again_and_again_leads_back_to_the_beginning():
    """One phrase each time; what comes next is written as if the scratched had never been."""
    bench = DictationBench()
    bench.hear("one period", "two", "three")
    seen = []
    for _ in range(3):
        bench.hear("scratch that")
        seen.append(bench.window_text())
        assert bench.ledger_text() == bench.window_text()
    assert seen == ["One. Two", "One.", ""]
    bench.hear("again")
    assert bench.window_text() == "Again"
    assert not bench.listener.refusals


def test_scratch_with_the_new_words_in_the_same_breath():
    """ "scratch that" opens the utterance, the rest replaces the phrase; it may be said twice."""
    bench = DictationBench()
    bench.hear("one", "two", "scratch that three", "four", "scratch that scratch that five")
    assert bench.window_text() == bench.ledger_text() == "One five"


def test_in_the_middle_of_a_sentence_it_is_text():
    """Only a whole utterance or its head is a command."""
    bench = DictationBench()
    bench.hear("you should scratch that")
    assert bench.window_text() == "You should scratch that"


def test_nothing_to_scratch_is_refused_and_the_rest_is_not_typed():
    """A destructive command that cannot be executed has no partial effect."""
    bench = DictationBench()
    bench.hear("scratch that", "scratch that hello")
    assert bench.window_text() == ""
    assert len(bench.listener.refusals) == bench.dictation.refusal_count == 2
    assert "Can't take that back" in bench.listener.refusals[0]


def test_after_the_users_own_key_nothing_is_erased():
    """Refused, and said; the user's character stands."""
    bench = DictationBench()
    bench.hear("hello")
    bench.user_types()
    bench.hear("scratch that")
    assert bench.window_text() == "Hello" + USER_CHARACTER
    assert bench.dictation.refusal_count == 1
    bench.hear("more", "scratch that")
    assert bench.window_text() == "Hello" + USER_CHARACTER, "what was typed since may be erased"


def test_after_a_click_nothing_is_erased():
    """The caret may be anywhere."""
    bench = DictationBench()
    bench.hear("hello")
    bench.keyboard.user_clicks()
    bench.hear("scratch that")
    assert (bench.window_text(), bench.dictation.refusal_count) == ("Hello", 1)


def test_scrolling_and_releases_do_not_seal():
    """A wheel moves neither the caret nor the focus."""
    bench = DictationBench()
    bench.hear("hello")
    bench.dictation.user_input(UserInput("button", 4, True, 0))
    bench.dictation.user_input(UserInput("key", USER_KEY, False, 0))
    bench.hear("scratch that")
    assert (bench.window_text(), bench.dictation.refusal_count) == ("", 0)


def test_scratching_into_another_window_erases_nothing():
    """Each window has its own text, which can be erased when the user comes back."""
    bench = DictationBench()
    bench.hear("hello")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("scratch that")
    assert (bench.window_text(), bench.dictation.refusal_count) == ("Hello", 1)
    bench.hear("there")
    bench.keyboard.focus = WINDOW
    bench.hear("scratch that")
    assert (bench.window_text(), bench.window_text(OTHER_WINDOW), bench.dictation.refusal_count) == ("", "There", 1)
    bench.hear("again")
    assert bench.window_text() == "Again"


def test_stopped_scratch_is_recorded_as_far_as_it_came():
    """What was delivered is gone, the rest is known exactly and goes when it is said again."""
    bench = DictationBench()
    bench.hear("one", "two three")
    bench.keyboard.transaction.should_end = True
    bench.before_keystroke(3, bench.typist.stop)
    bench.hear("scratch that")
    assert bench.window_text() == bench.ledger_text() == "One two thr"
    assert bench.dictation.stopped.stopped_by is StopReason.CANCELLED
    bench.keyboard.before_write = lambda number: None
    bench.hear("scratch that")
    assert bench.window_text() == bench.ledger_text() == "One"
    assert bench.dictation.refusal_count == 0


@pytest.mark.parametrize("write", [1, 3, 10])
def test_users_key_during_a_scratch_erases_nothing(write):
    """The BackSpaces reach the application together, with nothing between them, or not at all."""
    bench = DictationBench()
    bench.hear("one", "two three")
    bench.before_keystroke(write, lambda: bench.keyboard.user_presses(F1_KEY))
    bench.hear("scratch that")
    bench.keyboard.user_presses(F1_KEY, False)
    assert bench.window_text() == bench.ledger_text() == "One two three"
    bench.hear("scratch that")
    assert bench.window_text() == "One two three"
    assert bench.dictation.refusal_count == 1


@pytest.mark.parametrize(("write", "left"), [(3, "One two thr"), (10, "One ")])
def test_users_key_during_a_slow_scratch_stops_the_rest(write, left):
    """What was delivered before it is erased, and the rest stays."""
    bench = DictationBench()
    bench.hear("one", "two three")
    bench.keyboard.transaction.should_end = True
    bench.before_keystroke(write, lambda: bench.keyboard.user_presses(F1_KEY))
    bench.hear("scratch that")
    bench.keyboard.user_presses(F1_KEY, False)
    assert bench.window_text() == bench.ledger_text() == left
    bench.hear("scratch that")
    assert bench.window_text() == left
    assert bench.dictation.refusal_count == 1


def test_one_backspace_is_counted_as_the_application_removes():
    """A character with a combining accent goes with one BackSpace, or with two where applications work so."""
    for removal, count in ((BackspaceUnit.GRAPHEME, 4), (BackspaceUnit.CODE_POINT, 5)):
        bench = DictationBench(removal=removal)
        bench.hear("cafe\u0301", "scratch that")
        assert bench.window_text() == ""
        assert bench.listener.typed_parts[-1][1] == count


# Refusals and stops


def test_a_character_that_no_key_can_type_refuses_the_utterance():
    """Nothing of it is typed; the next one is."""
    bench = DictationBench()
    bench.keyboard.most = 0
    bench.hear("costs five € now", "fine")
    assert bench.window_text() == bench.ledger_text() == "Fine"
    assert "€" in bench.listener.refusals[0]
    assert bench.dictation.stopped is None


def test_a_control_character_is_refused():
    """Whatever a recognizer or a vocabulary brings: never typed as a key."""
    bench = DictationBench()
    bench.hear("es\x1bcape", "fine")
    assert bench.window_text() == "Fine"
    assert "U+001B" in bench.listener.refusals[0]


def test_no_window_has_the_focus():
    """Refused, not kept for later."""
    bench = DictationBench(live="eager")
    bench.keyboard.focus = 0
    bench.hear("~hello", "hello")
    assert bench.listener.refusals == [StopReason.NO_FOCUS.sentence]
    bench.keyboard.focus = WINDOW
    bench.hear("again")
    assert bench.window_text() == "Again"


def test_an_utterance_belongs_to_the_window_where_it_began():
    """The focus moved while it was spoken: the rest goes nowhere."""
    bench = DictationBench(live="eager")
    bench.hear("~hello")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("~hello world", "hello world again")
    assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("Hello", "")
    assert bench.dictation.stopped.stopped_by is StopReason.FOCUS_CHANGED
    assert bench.ledger_text() == "Hello"
    bench.hear("there")
    assert (bench.window_text(), bench.window_text(OTHER_WINDOW)) == ("Hello", "There")


def test_a_stop_in_the_middle_of_a_correction():
    """Erased as far as delivered; the ledger agrees; the next utterance goes on after it."""
    bench = DictationBench(live="eager")
    bench.keyboard.transaction.should_end = True
    bench.hear("~wreck a nice")
    bench.before_keystroke(4, bench.typist.stop)
    bench.hear("~recognise", "recognise speech")
    assert bench.window_text() == bench.ledger_text() == "Wreck a n"
    assert bench.listener.typed_parts[-1][1] == 3
    bench.hear("scratch that")
    assert (bench.window_text(), bench.dictation.refusal_count) == ("", 0)


def test_a_stop_in_the_middle_of_an_insertion():
    """Only what was confirmed is remembered."""
    bench = DictationBench()
    bench.before_keystroke(4, bench.typist.stop)
    bench.hear("hello world")
    assert bench.window_text() == bench.ledger_text() == "Hell"
    assert bench.listener.typed_parts == [("Hell", 0, StopReason.CANCELLED)]


def test_stopped_partial_of_a_noise_is_recorded():
    """What was typed of it is known exactly, so it can be taken back by the next command."""
    for final in ("", "scratch that"):
        bench = DictationBench(live="eager")
        bench.hear("keep")
        bench.before_keystroke(3, bench.typist.stop)
        bench.hear("~mumble", final)
        assert bench.window_text() == bench.ledger_text() == "Keep mu"
        bench.hear("scratch that")
        assert bench.window_text() == bench.ledger_text() == "Keep"
        assert bench.dictation.refusal_count == 0


def test_held_keys_stop_the_utterance():
    """Typing waits for the release of the user's Shift, then gives the phrase up."""
    bench = DictationBench()
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("hello")
    assert not bench.is_idle
    bench.clock.advance(1.0)
    assert bench.window_text() == ""
    assert bench.dictation.stopped.stopped_by is StopReason.KEYS_HELD
    assert bench.is_idle


# The user types too


def test_what_the_user_typed_into_a_phrase_is_never_erased():
    """A correction that would reach over it is refused; the words shown stand, and are remembered."""
    bench = DictationBench(live="eager")
    bench.hear("~i scream")
    bench.user_types()
    bench.hear("~ice cream", "ice cream")
    assert bench.window_text() == "I scream" + USER_CHARACTER
    assert bench.ledger_text() == "I scream"
    assert bench.dictation.refusal_count == 1
    bench.hear("scratch that")
    assert bench.window_text() == "I scream" + USER_CHARACTER


def test_a_phrase_goes_on_behind_what_the_user_typed():
    """Where nothing has to be erased no word is lost, and the case and space are those of the phrase."""
    bench = DictationBench(live="eager")
    bench.hear("well", "~hello")
    bench.user_types()
    bench.hear("~hello to", "hello to you")
    assert bench.window_text() == f"Well hello{USER_CHARACTER} to you"
    assert bench.dictation.refusal_count == 0
    bench.hear("scratch that")
    assert bench.window_text() == f"Well hello{USER_CHARACTER} to you"
    assert bench.dictation.refusal_count == 1
    bench.hear("again")
    assert bench.window_text() == f"Well hello{USER_CHARACTER} to you again"


def test_user_key_before_the_last_keystroke_seals_the_phrase():
    """It came too late to stop anything, but not too late to be erased."""
    bench = DictationBench()
    bench.before_keystroke(5, bench.user_types)
    bench.hear("hello")
    assert bench.window_text() == f"Hell{USER_CHARACTER}o"
    assert bench.dictation.stopped is None
    bench.hear("scratch that")
    assert bench.window_text() == f"Hell{USER_CHARACTER}o"
    assert bench.dictation.refusal_count == 1


def test_the_users_key_in_mid_phrase_stops_it():
    """And what follows is written as at the start of a text."""
    bench = DictationBench()
    bench.before_keystroke(3, bench.user_types)
    bench.hear("hello world")
    assert bench.window_text().startswith("He")
    assert bench.window_text().replace(USER_CHARACTER, "") == bench.ledger_text()
    assert bench.dictation.stopped.stopped_by is StopReason.FOREIGN_INPUT


# Coming in and ending


def test_whoever_brings_more_than_can_be_typed_has_to_wait():
    """A hundred utterances may wait, then the source is held back until all is typed."""
    typings = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            typings.append((insert, Deferred()))
            return typings[-1][1]

    bench = DictationBench(typist=Slow())
    bench.hear(*["word"] * 100)
    room = bench.dictation.when_not_full()
    assert room.called
    bench.hear("word")
    room = bench.dictation.when_not_full()
    assert not room.called
    while typings:
        insert, typing = typings.pop()
        typing.callback(TypingResult(insert, insert, None, 2, WINDOW))
    assert room.called
    assert bench.is_idle
    assert bench.dictation.utterance_count == 101


def test_after_the_end_nothing_more_is_carried_out():
    """What is being typed is finished, what waits is not begun, what comes later is not heard."""
    typings = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            typings.append((insert, Deferred()))
            return typings[-1][1]

    bench = DictationBench(typist=Slow())
    bench.hear("one", "two")
    bench.dictation.close()
    bench.hear("three")
    ((insert, typing),) = typings
    typing.callback(TypingResult(insert, insert, None, 2, WINDOW))
    assert bench.is_idle
    assert bench.listener.finals == [("one", 1.0)]
    assert len(typings) == 1


def test_a_listener_that_raises_ends_the_work_with_its_reason():
    """Nothing is typed after that, and the waiting caller gets the reason once."""

    class BrokenListener(RecordingListener):
        def on_event(self, event):
            if isinstance(event, events.Final):
                raise OSError("nobody listens")

    bench = DictationBench(listener=BrokenListener())
    bench.hear("hello", "world")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda failure: reasons.append(str(failure.value)))
    assert reasons == ["nobody listens"]
    assert bench.window_text() == ""
    assert bench.dictation.when_not_full().called
    bench.hear("again")
    assert bench.window_text() == ""


def test_what_is_asked_for_after_the_end_of_the_work_is_answered():
    """With the reason."""

    class BrokenListener(RecordingListener):
        def on_event(self, event):
            if isinstance(event, events.Final):
                raise OSError("standard output is broken")

    bench = DictationBench(listener=BrokenListener())
    bench.hear("hello")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda _failure: None)
    bench.dictation.type("more").addErrback(lambda failure: reasons.append(str(failure.value)))
    assert reasons == ["standard output is broken"]


@pytest.mark.parametrize("silent", ["focused", "profile"])
def test_unknown_window_is_reported_and_gets_no_text(silent):
    """Once for each utterance, and the next is typed as usual."""
    answers = {"focused": [], "profile": []}
    bench = DictationBench(
        live="eager", profile_of=lambda window: next(iter(answers["profile"]), None) or no_profiles(window)
    )
    bench.before_focused = lambda: next(iter(answers["focused"]), None)
    answers[silent].append(fail(NoReplyError("the X server has not replied")))
    bench.hear("~hello", "~hello there")
    answers[silent].clear()
    bench.hear("hello there")
    assert bench.listener.refusals == ["Nothing was typed: the X server has not replied. Say it again."]
    assert (bench.window_text(), bench.is_idle) == ("", True)
    assert (bench.listener.partials, bench.listener.finals) == ([], []), (
        "it may have been said to a manager of passwords"
    )
    bench.hear("one")
    assert bench.window_text() == "One"


def test_a_server_that_goes_away_ends_the_work():
    """The reason reaches the caller that waits for the end."""
    bench = DictationBench()
    bench.hear("hello")
    bench.keyboard.lost = True
    bench.hear("world")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda failure: reasons.append(failure.value))
    assert isinstance(reasons[0], ConnectionLostError)


def test_a_server_that_goes_away_in_mid_phrase():
    """What was confirmed is reported."""
    bench = DictationBench()
    bench.before_keystroke(4, lambda: setattr(bench.keyboard, "lost", True))
    bench.hear("hello")
    assert bench.dictation.stopped.stopped_by is StopReason.CONNECTION_LOST
    assert bench.ledger_text() == bench.dictation.stopped.confirmed


# The law

WORDS = st.sampled_from(["hello", "new", "line", "period", "cap", "cafe\u0301", "I", "you'll", "scratch", "that", "🙂"])
PHRASES = st.lists(WORDS, max_size=4).map(" ".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.tuples(st.sampled_from(["", "", "~", "~", "~"]), PHRASES).map("".join)),
        st.tuples(st.just("hear"), st.just("scratch that")),
        st.tuples(st.just("user types"), st.none()),
        st.tuples(st.just("user clicks"), st.none()),
        st.tuples(st.just("focus"), st.sampled_from([WINDOW, OTHER_WINDOW])),
        st.tuples(st.just("stop"), st.integers(1, 8)),
    ),
    max_size=14,
)


@given(STEPS, st.sampled_from(["off", "stable", "eager"]), st.sampled_from(BackspaceUnit))
def test_windows_and_ledger_agree_and_the_users_characters_stay(steps, live, removal):
    """Whatever is said, corrected, scratched and stopped, wherever the focus goes and whatever the user does in
    between: each window holds what the ledger says, in order, and every character of the user's.
    """
    bench = DictationBench(live=live, removal=removal)
    users = {WINDOW: 0, OTHER_WINDOW: 0}
    for step, argument in [*steps, ("hear", "done")]:
        perform_step(bench, step, argument, users)
    assert bench.is_idle
    for window in (WINDOW, OTHER_WINDOW):
        screen = bench.window_text(window)
        assert screen.count(USER_CHARACTER) == users[window]
        assert screen.replace(USER_CHARACTER, "") == bench.ledger_text(window)
    assert not bench.keyboard.down
    assert not bench.clock.getDelayedCalls()


# Snippets


def snippet_bench(live="off", toml='regards = "Kind regards, {cursor}\\nJane 👩‍🚀"'):
    bench = DictationBench(live)
    vocabulary = DEFAULT.with_user_words(parse_words("[words]\n" + toml, "words.toml"))
    bench.configure(vocabulary=vocabulary)
    return bench


def with_caret(keys):
    """The text that the keys leave, and where the caret stands in it; Left passes what is one character to a reader."""
    before, behind = [], []
    for unit in regex.findall(r"\X", keys):
        if unit == "\x02":
            behind.append(before.pop())
        elif unit == "\b":
            before.pop()
        else:
            before.append(unit)
    return "".join(before) + "|" + "".join(reversed(behind))


@pytest.mark.parametrize("live", ["off", "stable", "eager"])
def test_a_snippet_leaves_the_caret_where_its_text_says(live):
    """By the key Left, once for each visible character; what is said next goes there."""
    bench = snippet_bench(live)
    bench.hear("~hello", "~hello comma regards", "~hello comma regards bob", "hello comma regards bob", "and alice")
    assert with_caret(bench.keyboard.received[WINDOW]) == "Hello, Kind regards, bob and Alice|\nJane 👩‍🚀"
    assert bench.dictation.refusal_count == 0


def test_what_stands_around_the_caret_is_not_erased():
    """A BackSpace would reach only half of the snippet; what is dictated into it can be taken back."""
    bench = snippet_bench()
    bench.hear("regards", "scratch that")
    assert len(bench.listener.refusals) == 1
    bench.hear("bob", "scratch that", "jane", "scratch that", "scratch that")
    assert with_caret(bench.keyboard.received[WINDOW]) == "Kind regards, |\nJane 👩‍🚀"
    assert len(bench.listener.refusals) == 2
    assert all("\x02" not in text for text, _, _ in bench.listener.typed_parts)


def test_the_caret_stays_when_the_user_has_pressed_a_key():
    """Its position is unknown then."""
    bench = snippet_bench()
    bench.before_keystroke(
        len("Kind regards, \nJane "), lambda: bench.dictation.user_input(UserInput("key", 38, True, 0))
    )
    bench.hear("regards")
    assert "\x02" not in bench.keyboard.received[WINDOW]
    assert len(bench.listener.refusals) == 1 and "caret" in bench.listener.refusals[0]
    assert bench.ledger.last_editable(WINDOW) is None


def test_a_caret_that_has_got_half_way_is_told_and_forgotten():
    """The text before it is unknown then: nothing is erased, and the next words are written as in an unknown window."""
    bench = snippet_bench()
    bench.keyboard.transaction.should_end = True
    bench.before_keystroke(len("Kind regards, \nJane X") + 4, lambda: bench.typist.stop(StopReason.CANCELLED))
    bench.hear("regards")
    assert 0 < bench.keyboard.received[WINDOW].count("\x02") < len("\nJane X")
    assert bench.ledger.last_editable(WINDOW) is None
    assert bench.ledger.context(WINDOW).before == ""


# Defects


class FailingListener(RecordingListener):
    """A listener that fails, as long as it is ``broken``, for finals and for partials with "world" in them."""

    broken = True

    def on_event(self, event):
        if self.broken and (
            isinstance(event, events.Final) or (isinstance(event, events.Partial) and "world" in event.text)
        ):
            raise KeyError("the words")
        super().on_event(event)


def test_defect_in_a_final_fails_that_utterance_alone():
    """The reason names kind and place, never the message of the error."""
    bench, defects = DictationBench(listener=FailingListener()), []
    bench.dictation.on_defect = defects.append
    bench.hear("hello")
    bench.listener.broken = False
    bench.hear("world")
    assert bench.window_text() == "World"
    assert [str(defect).startswith("internal error: KeyError at ") for defect in defects] == [True]
    (refusal,) = bench.listener.refusals
    assert str(defects[0]) in refusal and "the words" not in refusal
    assert bench.dictation.refusal_count == 1


def test_defect_in_a_partial_drops_the_rest_of_its_utterance():
    """What is in the window stays and can no longer be erased; the next utterance is taken as usual."""
    bench = DictationBench(live="eager", listener=FailingListener())
    bench.hear("~hello", "~hello world", "hello world")
    bench.listener.broken = False
    bench.hear("again", "scratch that", "scratch that")
    assert bench.window_text() == "Hello"
    assert "were interrupted" in bench.listener.refusals[-1]


def test_request_that_hits_a_defect_is_answered():
    """With the reason as its refusal."""
    bench, outcomes = DictationBench(listener=FailingListener()), []
    bench.dictation.say("hello").addCallback(outcomes.append)
    assert "internal error: KeyError" in outcomes[0].reason
    assert bench.is_idle


def test_too_many_defects_in_a_row_stop_the_work():
    """An utterance that works in between starts the count again."""
    bench, reasons = DictationBench(listener=FailingListener()), []
    bench.dictation.on_work_failed = reasons.append
    bench.hear(*["no"] * MAX_FAILURES_IN_A_ROW)
    bench.listener.broken = False
    bench.hear("yes")
    bench.listener.broken = True
    bench.hear(*["no"] * MAX_FAILURES_IN_A_ROW)
    assert not reasons
    bench.hear("no")
    assert len(reasons) == 1 and isinstance(reasons[0], InternalError)


def test_window_that_ends_during_a_correction_is_forgotten():
    """What was done there is still followed; then nothing of it is left."""
    bench = DictationBench()
    bench.hear("one", "two three")
    bench.before_keystroke(3, lambda: bench.dictation.forget_window(WINDOW))
    bench.hear("scratch that")
    assert bench.dictation.failure is None
    assert bench.ledger.entries(WINDOW) == ()
    bench.hear("scratch that")
    assert (bench.window_text(), bench.dictation.refusal_count) == ("One", 1)


def test_window_that_has_ended_is_forgotten_at_once():
    bench = DictationBench()
    bench.hear("one")
    bench.dictation.forget_window(WINDOW)
    assert bench.ledger.entries(WINDOW) == ()
    assert bench.dictation.text == ""


def test_held_words_begin_nowhere_when_the_display_has_gone():
    """Another window may have the number of the one that they began in."""
    bench = DictationBench(keep_undelivered=True)
    bench.before_keystroke(4, lambda: bench.typist.stop(StopReason.TIMEOUT))
    bench.hear("hello world")
    (held,) = bench.dictation.interpreter.undelivered.texts
    assert (held.is_partly_typed, held.window) == (True, WINDOW)
    bench.dictation.forget_windows()
    (held,) = bench.dictation.interpreter.undelivered.texts
    assert (held.is_partly_typed, held.window) == (False, 0)
    bench.dictation.type_undelivered()
    assert bench.window_text().endswith("Hello world")
