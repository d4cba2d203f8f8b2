"""Dictation with a real typist on a keyboard that behaves as X does: the window, the ledger and the user agree."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from tests.fake_editor import FakeEditor, Leaving
from tests.fake_keyboard import WINDOW, FakeKeyboard, keymap
from tests.text.spoken import DEFAULT, heard
from windictator.deferred_pool import DeferredPool
from windictator.dictation import MAX_FAILURES_IN_A_ROW, Dictation
from windictator.errors import InternalError
from windictator.ports import ConnectionLost, ForeignInput, NoReply, Stop, Typed
from windictator.text.edit import Removal
from windictator.text.history import Ledger
from windictator.text.utterance import Final, Partial
from windictator.text.vocabulary_file import parse_words
from windictator.typist import Typist
from windictator.writing import no_profiles

US = keymap("us")
OTHER = WINDOW + 0x100000
USERS_KEY, USERS_CHARACTER = 49, "`"
"""What the user types here; nothing dictated contains it."""
SHIFT_KEY, F1_KEY = 50, 67


class Told:
    """A listener that remembers."""

    def __init__(self):
        self.partials = []
        self.finals = []
        self.typings = []
        self.refusals = []
        self.notices = []
        self.offers = []
        self.helped = []
        self.lists = []

    def notice(self, message):
        self.notices.append(message)

    def help(self, repertoire):
        self.helped.append(repertoire)

    def offer(self, message):
        self.offers.append(message)

    def alternatives(self, text, items):
        self.lists.append((text, tuple(items)))

    def partial(self, text):
        self.partials.append(text)

    def final(self, text, confidence, doubtful):
        self.finals.append((text, confidence))

    def typed(self, text, erased, typed):
        self.typings.append((text, erased, typed.stopped_by))

    def refused(self, reason):
        self.refusals.append(reason)


class FakeSelectedText:
    """What the windows of a bench tell of their selections, as X applications do by PRIMARY. ``users``: what the user
    has selected elsewhere, None where that cannot be kept."""

    def __init__(self, bench):
        self._bench = bench
        self.users = "the user's"
        self.primary = self.users
        self.is_told = True

    def prepare(self, _window):
        if self.users is None:
            return succeed(False)
        self.primary = self.users
        return succeed(True)

    def read(self, window, _is_expected, _is_settled=False):
        editor = self._bench.editor(window)
        start, end = editor.selection
        if not self.is_told or start == end:
            return succeed(None)
        self.primary = editor.text[start:end]
        return succeed(self.primary)

    def restore(self, _window):
        self.primary = self.users
        return succeed(None)


class Bench:
    """A dictation into fake windows; utterances are numbered as a recognizer does."""

    def __init__(
        self,
        live="off",
        agreement=2,
        removal=Removal.GRAPHEME,
        typist=None,
        listener=None,
        vocabulary=DEFAULT,
        hold=False,
        profile_of=no_profiles,
        checked=False,
    ):
        self.keyboard = FakeKeyboard(US)
        self.clock = Clock()
        self.typist = typist or Typist(*[self.keyboard] * 6, self.clock, confirm_timeout=2.0, held_keys_wait=1.0)
        self.ledger = Ledger()
        self.told = listener or Told()
        self.removal = removal
        self.leaving, self.before, self.behind = Leaving.EDGE, "", ""
        self.makes = lambda before, typed: typed
        self.selected = FakeSelectedText(self) if checked else None
        self.dictation = Dictation(
            self.typist,
            self.focused,
            vocabulary,
            self.ledger,
            self.told,
            DeferredPool(),
            live=live,
            agreement=agreement,
            removal=removal,
            hold=hold,
            profile_of=profile_of,
            selected=self.selected,
        )
        self.typist.on_foreign = self.dictation.foreign
        self.number = 0
        self.before_focused = lambda: None  # gives what is answered instead

    def focused(self):
        if (instead := self.before_focused()) is not None:
            return instead
        return fail(ConnectionLost()) if self.keyboard.lost else succeed(self.keyboard.focus)

    def hear(self, *texts):
        """Utterances; "~" marks a partial, as for the text recognizer."""
        for text in texts:
            if text.startswith("~"):
                self.dictation.hear(Partial(self.number, text[1:]))
            else:
                self.hear_words(heard(text))

    def hear_words(self, words):
        """An utterance, word by word as it was recognised."""
        self.dictation.hear(Final(self.number, words))
        self.number += 1

    def user_types(self):
        self.keyboard.user_presses(USERS_KEY)
        self.keyboard.user_presses(USERS_KEY, False)

    def at_write(self, number, act):
        """Do something just before the ``number``-th keystroke from now is processed."""
        due = len(self.keyboard.writes) + number
        self.keyboard.before_write = lambda written: act() if written == due else None

    def screen(self, window=WINDOW):
        """What stands in the window, where BackSpaces remove what ``removal`` says, and Left passes by."""
        return self.editor(window).text

    def editor(self, window=WINDOW, leaving=None, before=None, behind=None, keeps=False):
        """The application: its text, its caret, what is selected. ``before``, ``behind``: what stood around the caret
        in the beginning."""
        before = self.before if before is None else before
        behind = self.behind if behind is None else behind
        editor = FakeEditor(self.removal, leaving or self.leaving, keeps, self.makes)
        editor.text = before + behind
        editor.caret = editor.anchor = len(before)
        for press in self.keyboard.presses.get(window, ()):
            editor.press(press)
        return editor

    def remembered(self, window=WINDOW):
        return "".join(entry.typed for entry in self.ledger.entries(window))

    @property
    def idle(self):
        """Whether everything heard has been carried out."""
        results = []
        self.dictation.when_idle().addBoth(results.append)
        return results == [None]


# Finals


def test_utterances_are_typed_with_spaces_capitals_and_marks():
    """From words to text in the window; the ledger holds what stands there."""
    bench = Bench()
    bench.hear("hello comma world period", "how are you question mark new line fine")
    assert bench.screen() == bench.remembered() == bench.dictation.text == "Hello, world. How are you?\nFine"
    assert [entry.heard for entry in bench.ledger.entries(WINDOW)] == [final for final, _ in bench.told.finals]
    assert (bench.dictation.utterances, bench.dictation.refusals, bench.dictation.stopped) == (2, 0, None)
    assert bench.dictation.keys == 2 * len(bench.screen()) + 2 * 4  # H, H, F and ? with Shift
    assert bench.idle


def test_confidence_is_the_mean_of_the_words():
    """What the listener shows."""
    bench = Bench()
    first, second = heard("two words")
    words = (first.__class__("two", confidence=1.0), second.__class__("words", confidence=0.5))
    bench.dictation.hear(Final(0, words))
    assert bench.told.finals == [("two words", 0.75)]


def test_silence_is_no_utterance():
    """A recognizer that heard noise gives a final without words."""
    bench = Bench()
    bench.hear("")
    assert (bench.screen(), bench.told.finals, bench.dictation.utterances) == ("", [], 0)
    assert bench.idle


def test_a_phrase_that_types_nothing_still_counts():
    """ "cap" alone changes the next word, and can be scratched."""
    bench = Bench()
    bench.hear("we met", "cap", "anna")
    assert bench.screen() == "We met Anna"
    bench.hear("scratch that", "bob")
    assert bench.screen() == "We met Bob"
    bench.hear("scratch that", "scratch that")
    assert bench.screen() == bench.remembered() == ""


def test_after_each_utterance_somebody_may_be_told():
    """How dictation of a single utterance ends."""
    bench = Bench()
    ended = []
    bench.dictation.on_utterance = lambda: ended.append(bench.screen())
    bench.hear("", "one", "two")
    assert ended == ["One", "One two"]


# Partials


def test_with_live_off_nothing_is_typed_before_the_final():
    """Partials are only shown to the listener."""
    bench = Bench(live="off")
    bench.hear("~hello", "~hello world")
    assert (bench.screen(), bench.told.partials) == ("", ["hello", "hello world"])
    bench.hear("hello world")
    assert bench.screen() == "Hello world"


def test_stable_words_are_typed_as_soon_as_partials_agree():
    """Two partials must agree; the final adds the rest."""
    bench = Bench(live="stable")
    seen = []
    for text in ("~the", "~the quick", "~the quick brown", "~the quick browser", "the quick brown fox"):
        bench.hear(text)
        seen.append(bench.screen())
    assert seen == ["", "The", "The quick", "The quick", "The quick brown fox"]
    assert all(erased == 0 for _, erased, _ in bench.told.typings)
    assert bench.remembered() == bench.screen()


def test_agreement_is_a_setting():
    """One agreeing partial is enough if the user says so."""
    bench = Bench(live="stable", agreement=1)
    bench.hear("~the quick brown")
    assert bench.screen() == "The quick brown"


def test_eager_types_every_word_and_corrects_itself_by_backspaces():
    """Only what differs is erased."""
    bench = Bench(live="eager")
    seen = []
    for text in ("~my", "~my scream", "~mice cream", "mice cream is good"):
        bench.hear(text)
        seen.append(bench.screen())
    assert seen == ["My", "My scream", "Mice cream", "Mice cream is good"]
    assert bench.told.typings[2] == ("ice cream", 8, None)
    assert bench.remembered() == bench.screen()


def test_a_final_corrects_what_was_shown():
    """The final result alone may take stable words back."""
    bench = Bench(live="stable")
    bench.hear("~recognise speech", "~recognise speech please", "wreck a nice beach")
    assert bench.screen() == bench.remembered() == "Wreck a nice beach"
    assert bench.told.typings[-1][:2] == ("Wreck a nice beach", len("Recognise speech"))


def test_an_empty_final_takes_back_what_was_shown():
    """The recognizer changed its mind: it was noise."""
    bench = Bench(live="eager")
    bench.hear("before", "~uh", "")
    assert bench.screen() == bench.remembered() == "Before"
    bench.hear("after")
    assert bench.screen() == "Before after"


def test_marks_and_commands_are_not_shown_before_they_are_complete():
    """ "new" may become a new line, "scratch" a command: no letter of it appears."""
    bench = Bench(live="eager")
    bench.hear("dear anna", "~new")
    assert bench.screen() == "Dear anna"
    bench.hear("~new line")
    assert bench.screen() == "Dear anna\n"
    bench.hear("new line hello", "~scratch", "~scratch that", "~scratch that good")
    assert bench.screen() == "Dear anna\nHello"
    bench.hear("scratch that good")
    assert bench.screen() == bench.remembered() == "Dear anna good"


def test_a_command_takes_back_what_its_partials_showed():
    """ "scratch fat" was heard first; the final says "scratch that"."""
    bench = Bench(live="eager")
    bench.hear("keep", "lose", "~scratch fat", "scratch that")
    assert bench.screen() == bench.remembered() == "Keep"


def test_an_unhandled_partial_gives_way_to_a_newer_one():
    """Typing that lags behind does not replay every guess."""
    waiting = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            waiting.append((erase, insert, Deferred()))
            return waiting[-1][2]

    bench = Bench(live="eager", typist=Slow())
    bench.hear("~a", "~a b", "~a b c", "a b c d")
    erase, insert, typing = waiting.pop()
    assert (erase, insert, waiting) == (0, "A", [])
    typing.callback(Typed("A", "A", None, 2, WINDOW))
    erase, insert, typing = waiting.pop()
    assert (erase, insert) == (0, " b c")
    typing.callback(Typed(" b c", " b c", None, 8, WINDOW))
    erase, insert, typing = waiting.pop()
    assert (erase, insert) == (0, " d")
    assert not bench.idle
    typing.callback(Typed(" d", " d", None, 4, WINDOW))
    assert bench.idle
    assert bench.dictation.text == "A b c d"


# Scratch that


def test_scratching_again_and_again_leads_back_to_the_beginning():
    """One phrase each time; what comes next is written as if the scratched had never been."""
    bench = Bench()
    bench.hear("one period", "two", "three")
    seen = []
    for _ in range(3):
        bench.hear("scratch that")
        seen.append(bench.screen())
        assert bench.remembered() == bench.screen()
    assert seen == ["One. Two", "One.", ""]
    bench.hear("again")
    assert bench.screen() == "Again"
    assert not bench.told.refusals


def test_scratch_with_the_new_words_in_the_same_breath():
    """ "scratch that" opens the utterance, the rest replaces the phrase; it may be said twice."""
    bench = Bench()
    bench.hear("one", "two", "scratch that three", "four", "scratch that scratch that five")
    assert bench.screen() == bench.remembered() == "One five"


def test_in_the_middle_of_a_sentence_it_is_text():
    """Only a whole utterance or its head is a command."""
    bench = Bench()
    bench.hear("you should scratch that")
    assert bench.screen() == "You should scratch that"


def test_nothing_to_scratch_is_refused_and_the_rest_is_not_typed():
    """A destructive command that cannot be obeyed has no half of an effect."""
    bench = Bench()
    bench.hear("scratch that", "scratch that hello")
    assert bench.screen() == ""
    assert len(bench.told.refusals) == bench.dictation.refusals == 2
    assert "nothing to scratch" in bench.told.refusals[0]


def test_after_the_users_own_key_nothing_is_erased():
    """Refused, and said; the user's character stands."""
    bench = Bench()
    bench.hear("hello")
    bench.user_types()
    bench.hear("scratch that")
    assert bench.screen() == "Hello" + USERS_CHARACTER
    assert bench.dictation.refusals == 1
    bench.hear("more", "scratch that")
    assert bench.screen() == "Hello" + USERS_CHARACTER, "what was typed since may be erased"


def test_after_a_click_nothing_is_erased():
    """The caret may be anywhere."""
    bench = Bench()
    bench.hear("hello")
    bench.keyboard.user_clicks()
    bench.hear("scratch that")
    assert (bench.screen(), bench.dictation.refusals) == ("Hello", 1)


def test_scrolling_and_releases_do_not_seal():
    """A wheel moves neither the caret nor the focus."""
    bench = Bench()
    bench.hear("hello")
    bench.dictation.foreign(ForeignInput("button", 4, True, 0))
    bench.dictation.foreign(ForeignInput("key", USERS_KEY, False, 0))
    bench.hear("scratch that")
    assert (bench.screen(), bench.dictation.refusals) == ("", 0)


def test_scratching_into_another_window_erases_nothing():
    """Each window has its own text, and what was left cannot be erased on return."""
    bench = Bench()
    bench.hear("hello")
    bench.keyboard.focus = OTHER
    bench.hear("scratch that")
    assert (bench.screen(), bench.dictation.refusals) == ("Hello", 1)
    bench.hear("there")
    bench.keyboard.focus = WINDOW
    bench.hear("scratch that")
    assert (bench.screen(), bench.screen(OTHER), bench.dictation.refusals) == ("Hello", "There", 2)
    bench.hear("again")
    assert bench.screen() == "Hello again", "the text is still known"


def test_a_scratch_that_is_stopped_leaves_the_truth_in_the_ledger():
    """What was delivered is gone, the rest stands and may not be erased any more."""
    bench = Bench()
    bench.hear("one", "two three")
    bench.keyboard.transaction.due = True
    bench.at_write(3, bench.typist.stop)
    bench.hear("scratch that")
    assert bench.screen() == bench.remembered() == "One two thr"
    assert bench.dictation.stopped.stopped_by is Stop.CANCELLED
    bench.hear("scratch that")
    assert bench.screen() == "One two thr"
    assert bench.dictation.refusals == 1


@pytest.mark.parametrize("write", [1, 3, 10])
def test_users_key_during_a_scratch_erases_nothing(write):
    """The BackSpaces reach the application together, with nothing between them, or not at all."""
    bench = Bench()
    bench.hear("one", "two three")
    bench.at_write(write, lambda: bench.keyboard.user_presses(F1_KEY))
    bench.hear("scratch that")
    bench.keyboard.user_presses(F1_KEY, False)
    assert bench.screen() == bench.remembered() == "One two three"
    bench.hear("scratch that")
    assert bench.screen() == "One two three"
    assert bench.dictation.refusals == 1


@pytest.mark.parametrize(("write", "left"), [(3, "One two thr"), (10, "One ")])
def test_users_key_during_a_slow_scratch_stops_the_rest(write, left):
    """What was delivered before it is gone, and what stands stays."""
    bench = Bench()
    bench.hear("one", "two three")
    bench.keyboard.transaction.due = True
    bench.at_write(write, lambda: bench.keyboard.user_presses(F1_KEY))
    bench.hear("scratch that")
    bench.keyboard.user_presses(F1_KEY, False)
    assert bench.screen() == bench.remembered() == left
    bench.hear("scratch that")
    assert bench.screen() == left
    assert bench.dictation.refusals == 1


def test_one_backspace_is_counted_as_the_application_removes():
    """A character with a combining accent goes with one BackSpace, or with two where applications work so."""
    for removal, count in ((Removal.GRAPHEME, 4), (Removal.CODE_POINT, 5)):
        bench = Bench(removal=removal)
        bench.hear("cafe\u0301", "scratch that")
        assert bench.screen() == ""
        assert bench.told.typings[-1][1] == count


# Refusals and stops


def test_a_character_that_no_key_can_type_refuses_the_utterance():
    """Nothing of it is typed; the next one is."""
    bench = Bench()
    bench.keyboard.most = 0
    bench.hear("costs five € now", "fine")
    assert bench.screen() == bench.remembered() == "Fine"
    assert "€" in bench.told.refusals[0]
    assert bench.dictation.stopped is None


def test_a_control_character_is_refused():
    """Whatever a recognizer or a vocabulary brings: never typed as a key."""
    bench = Bench()
    bench.hear("es\x1bcape", "fine")
    assert bench.screen() == "Fine"
    assert "U+001B" in bench.told.refusals[0]


def test_no_window_has_the_focus():
    """Refused, not kept for later."""
    bench = Bench(live="eager")
    bench.keyboard.focus = 0
    bench.hear("~hello", "hello")
    assert bench.told.refusals == [Stop.NO_FOCUS.value]
    bench.keyboard.focus = WINDOW
    bench.hear("again")
    assert bench.screen() == "Again"


def test_an_utterance_belongs_to_the_window_where_it_began():
    """The focus moved while it was spoken: the rest goes nowhere."""
    bench = Bench(live="eager")
    bench.hear("~hello")
    bench.keyboard.focus = OTHER
    bench.hear("~hello world", "hello world again")
    assert (bench.screen(), bench.screen(OTHER)) == ("Hello", "")
    assert bench.dictation.stopped.stopped_by is Stop.FOCUS_CHANGED
    assert bench.remembered() == "Hello"
    bench.hear("there")
    assert (bench.screen(), bench.screen(OTHER)) == ("Hello", "There")


def test_a_stop_in_the_middle_of_a_correction():
    """Erased as far as delivered; the ledger says what stands; the next utterance goes on behind it."""
    bench = Bench(live="eager")
    bench.keyboard.transaction.due = True
    bench.hear("~wreck a nice")
    bench.at_write(4, bench.typist.stop)
    bench.hear("~recognise", "recognise speech")
    assert bench.screen() == bench.remembered() == "Wreck a n"
    assert bench.told.typings[-1][1] == 3
    bench.hear("scratch that")
    assert (bench.screen(), bench.dictation.refusals) == ("Wreck a n", 1)


def test_a_stop_in_the_middle_of_an_insertion():
    """Only what was confirmed is remembered."""
    bench = Bench()
    bench.at_write(4, bench.typist.stop)
    bench.hear("hello world")
    assert bench.screen() == bench.remembered() == "Hell"
    assert bench.told.typings == [("Hell", 0, Stop.CANCELLED)]


def test_a_stopped_utterance_that_turns_out_to_be_noise_is_remembered():
    """It cannot be taken back any more, so it stands, and nothing erases it by mistake."""
    for final in ("", "scratch that"):
        bench = Bench(live="eager")
        bench.hear("keep")
        bench.at_write(3, bench.typist.stop)
        bench.hear("~mumble", final)
        assert bench.screen() == bench.remembered() == "Keep mu"
        bench.hear("scratch that")
        assert bench.screen() == "Keep mu"
        assert bench.dictation.refusals == 1


def test_held_keys_stop_the_utterance():
    """The user's Shift is waited for, then the phrase is given up."""
    bench = Bench()
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("hello")
    assert not bench.idle
    bench.clock.advance(1.0)
    assert bench.screen() == ""
    assert bench.dictation.stopped.stopped_by is Stop.KEYS_HELD
    assert bench.idle


# The user types too


def test_what_the_user_typed_into_a_phrase_is_never_erased():
    """A correction that would reach over it is refused; the words shown stand, and are remembered."""
    bench = Bench(live="eager")
    bench.hear("~i scream")
    bench.user_types()
    bench.hear("~ice cream", "ice cream")
    assert bench.screen() == "I scream" + USERS_CHARACTER
    assert bench.remembered() == "I scream"
    assert bench.dictation.refusals == 1
    bench.hear("scratch that")
    assert bench.screen() == "I scream" + USERS_CHARACTER


def test_a_phrase_goes_on_behind_what_the_user_typed():
    """Where nothing has to be erased no word is lost, and the case and space are those of the phrase."""
    bench = Bench(live="eager")
    bench.hear("well", "~hello")
    bench.user_types()
    bench.hear("~hello to", "hello to you")
    assert bench.screen() == f"Well hello{USERS_CHARACTER} to you"
    assert bench.dictation.refusals == 0
    bench.hear("scratch that")
    assert bench.screen() == f"Well hello{USERS_CHARACTER} to you"
    assert bench.dictation.refusals == 1
    bench.hear("again")
    assert bench.screen() == f"Well hello{USERS_CHARACTER} to you again"


def test_the_users_key_before_the_last_keystroke_seals_the_phrase():
    """It came too late to stop anything, but not too late to be erased."""
    bench = Bench()
    bench.at_write(5, bench.user_types)
    bench.hear("hello")
    assert bench.screen() == f"Hell{USERS_CHARACTER}o"
    assert bench.dictation.stopped is None
    bench.hear("scratch that")
    assert bench.screen() == f"Hell{USERS_CHARACTER}o"
    assert bench.dictation.refusals == 1


def test_the_users_key_in_mid_phrase_stops_it():
    """And what follows is written as at the start of a text."""
    bench = Bench()
    bench.at_write(3, bench.user_types)
    bench.hear("hello world")
    assert bench.screen().startswith("He")
    assert bench.screen().replace(USERS_CHARACTER, "") == bench.remembered()
    assert bench.dictation.stopped.stopped_by is Stop.FOREIGN_INPUT


# Coming in and ending


def test_whoever_brings_more_than_can_be_typed_has_to_wait():
    """A hundred utterances may wait, then the source is held back until all is typed."""
    typings = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            typings.append((insert, Deferred()))
            return typings[-1][1]

    bench = Bench(typist=Slow())
    bench.hear(*["word"] * 100)
    room = bench.dictation.when_room()
    assert room.called
    bench.hear("word")
    room = bench.dictation.when_room()
    assert not room.called
    while typings:
        insert, typing = typings.pop()
        typing.callback(Typed(insert, insert, None, 2, WINDOW))
    assert room.called
    assert bench.idle
    assert bench.dictation.utterances == 101


def test_after_the_end_nothing_more_is_carried_out():
    """What is being typed is finished, what waits is not begun, what comes later is not heard."""
    typings = []

    class Slow:
        def edit(self, erase, insert, window=None, keys=None):
            typings.append((insert, Deferred()))
            return typings[-1][1]

    bench = Bench(typist=Slow())
    bench.hear("one", "two")
    bench.dictation.end()
    bench.hear("three")
    ((insert, typing),) = typings
    typing.callback(Typed(insert, insert, None, 2, WINDOW))
    assert bench.idle
    assert bench.told.finals == [("one", 1.0)]
    assert len(typings) == 1


def test_a_listener_that_raises_ends_the_work_with_its_reason():
    """Nothing is typed after that, and whoever waits is told once."""

    class Deaf(Told):
        def final(self, text, confidence, doubtful):
            raise OSError("nobody listens")

    bench = Bench(listener=Deaf())
    bench.hear("hello", "world")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda failure: reasons.append(str(failure.value)))
    assert reasons == ["nobody listens"]
    assert bench.screen() == ""
    assert bench.dictation.when_room().called
    bench.hear("again")
    assert bench.screen() == ""


def test_what_is_asked_for_after_the_end_of_the_work_is_answered():
    class Deaf(Told):
        def final(self, text, confidence, doubtful):
            raise OSError("standard output is broken")

    bench = Bench(listener=Deaf())
    bench.hear("hello")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda _failure: None)
    bench.dictation.type("more").addErrback(lambda failure: reasons.append(str(failure.value)))
    assert reasons == ["standard output is broken"]


@pytest.mark.parametrize("silent", ["focused", "profile"])
def test_a_server_that_does_not_tell_the_window_is_told_of_and_nothing_is_typed(silent):
    """Once for each utterance, and the next is typed as usual."""
    answers = {"focused": [], "profile": []}
    bench = Bench(live="eager", profile_of=lambda window: next(iter(answers["profile"]), None) or no_profiles(window))
    bench.before_focused = lambda: next(iter(answers["focused"]), None)
    answers[silent].append(fail(NoReply("the X server has not replied")))
    bench.hear("~hello", "~hello there")
    answers[silent].clear()
    bench.hear("hello there")
    assert bench.told.refusals == ["nothing was typed: the X server has not replied"]
    assert (bench.screen(), bench.idle) == ("", True)
    assert (bench.told.partials, bench.told.finals) == ([], []), "it may have been said to a manager of passwords"
    bench.hear("one")
    assert bench.screen() == "One"


def test_a_server_that_goes_away_ends_the_work():
    """The reason reaches whoever waits for the end."""
    bench = Bench()
    bench.hear("hello")
    bench.keyboard.lost = True
    bench.hear("world")
    reasons = []
    bench.dictation.when_idle().addErrback(lambda failure: reasons.append(failure.value))
    assert isinstance(reasons[0], ConnectionLost)


def test_a_server_that_goes_away_in_mid_phrase():
    """What was confirmed is reported."""
    bench = Bench()
    bench.at_write(4, lambda: setattr(bench.keyboard, "lost", True))
    bench.hear("hello")
    assert bench.dictation.stopped.stopped_by is Stop.CONNECTION_LOST
    assert bench.remembered() == bench.dictation.stopped.confirmed


# The law

WORDS = st.sampled_from(["hello", "new", "line", "period", "cap", "cafe\u0301", "I", "you'll", "scratch", "that", "🙂"])
PHRASES = st.lists(WORDS, max_size=4).map(" ".join)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.tuples(st.sampled_from(["", "", "~", "~", "~"]), PHRASES).map("".join)),
        st.tuples(st.just("hear"), st.just("scratch that")),
        st.tuples(st.just("user types"), st.none()),
        st.tuples(st.just("user clicks"), st.none()),
        st.tuples(st.just("focus"), st.sampled_from([WINDOW, OTHER])),
        st.tuples(st.just("stop"), st.integers(1, 8)),
    ),
    max_size=14,
)


def play(bench, step, argument, users):
    """One step of a law; counts in ``users`` what the user types into each window."""
    if step == "hear":
        bench.hear(argument)
        bench.keyboard.before_write = lambda number: None
    elif step == "user types":
        bench.user_types()
        users[bench.keyboard.focus] += 1
    elif step == "user clicks":
        bench.keyboard.user_clicks()
    elif step == "focus":
        bench.keyboard.focus = argument
    else:
        bench.at_write(argument, bench.typist.stop)


@given(STEPS, st.sampled_from(["off", "stable", "eager"]), st.sampled_from(Removal))
def test_windows_and_ledger_agree_and_the_users_characters_stay(steps, live, removal):
    """Whatever is said, corrected, scratched and stopped, wherever the focus goes and whatever the user does in
    between: each window holds what the ledger says, in order, and every character of the user's."""
    bench = Bench(live=live, removal=removal)
    users = {WINDOW: 0, OTHER: 0}
    for step, argument in [*steps, ("hear", "done")]:
        play(bench, step, argument, users)
    assert bench.idle
    for window in (WINDOW, OTHER):
        screen = bench.screen(window)
        assert screen.count(USERS_CHARACTER) == users[window]
        assert screen.replace(USERS_CHARACTER, "") == bench.remembered(window)
    assert not bench.keyboard.down
    assert not bench.clock.getDelayedCalls()


# Snippets


def snippet_bench(live="off", toml='regards = "Kind regards, {caret}\\nJane 👩‍🚀"'):
    bench = Bench(live)
    vocabulary = DEFAULT.with_words(parse_words("[words]\n" + toml, "words.toml"))
    bench.dictation.configure(vocabulary, live=live, agreement=2, removal=Removal.GRAPHEME, hold=False)
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
    assert with_caret(bench.keyboard.received[WINDOW]) == "Hello, Kind regards, bob and alice|\nJane 👩‍🚀"
    assert bench.dictation.refusals == 0


def test_what_stands_around_the_caret_is_not_erased():
    """A BackSpace would reach only half of the snippet; what is dictated into it can be taken back."""
    bench = snippet_bench()
    bench.hear("regards", "scratch that")
    assert len(bench.told.refusals) == 1
    bench.hear("bob", "scratch that", "jane", "scratch that", "scratch that")
    assert with_caret(bench.keyboard.received[WINDOW]) == "Kind regards, |\nJane 👩‍🚀"
    assert len(bench.told.refusals) == 2
    assert all("\x02" not in text for text, _, _ in bench.told.typings)


def test_the_caret_stays_when_the_user_has_pressed_a_key():
    """Nobody knows then where it stands."""
    bench = snippet_bench()
    bench.at_write(len("Kind regards, \nJane "), lambda: bench.dictation.foreign(ForeignInput("key", 38, True, 0)))
    bench.hear("regards")
    assert "\x02" not in bench.keyboard.received[WINDOW]
    assert len(bench.told.refusals) == 1 and "caret" in bench.told.refusals[0]
    assert bench.ledger.last_open(WINDOW) is None


def test_a_caret_that_has_got_half_way_is_told_and_forgotten():
    """What stands before it is unknown then: nothing is erased, and the next words stand as in an unknown window."""
    bench = snippet_bench()
    bench.keyboard.transaction.due = True
    bench.at_write(len("Kind regards, \nJane X") + 4, lambda: bench.typist.stop(Stop.CANCELLED))
    bench.hear("regards")
    assert 0 < bench.keyboard.received[WINDOW].count("\x02") < len("\nJane X")
    assert bench.ledger.last_open(WINDOW) is None
    assert bench.ledger.context(WINDOW).before == ""


# Defects


class Defective(Told):
    """A listener whose ``final`` and ``partial`` fail as long as ``broken``."""

    broken = True

    def final(self, text, confidence, doubtful):
        if self.broken:
            raise KeyError("the words")
        super().final(text, confidence, doubtful)

    def partial(self, text):
        if self.broken and "world" in text:
            raise KeyError("the words")


def test_defect_in_a_final_fails_that_utterance_alone():
    """The reason names kind and place, never the error's own words."""
    bench, defects = Bench(listener=Defective()), []
    bench.dictation.on_defect = defects.append
    bench.hear("hello")
    bench.told.broken = False
    bench.hear("world")
    assert bench.screen() == "World"
    assert [str(defect).startswith("internal error: KeyError at ") for defect in defects] == [True]
    (refusal,) = bench.told.refusals
    assert str(defects[0]) in refusal and "the words" not in refusal
    assert bench.dictation.refusals == 1


def test_defect_in_a_partial_drops_the_rest_of_its_utterance():
    """What is in the window stays and can no longer be erased; the next utterance is taken as usual."""
    bench = Bench(live="eager", listener=Defective())
    bench.hear("~hello", "~hello world", "hello world")
    bench.told.broken = False
    bench.hear("again", "scratch that", "scratch that")
    assert bench.screen() == "Hello"
    assert "stopped half way" in bench.told.refusals[-1]


def test_request_that_hits_a_defect_is_answered():
    """With the reason as its refusal."""
    bench, outcomes = Bench(listener=Defective()), []
    bench.dictation.say("hello").addCallback(outcomes.append)
    assert "internal error: KeyError" in outcomes[0].refusal
    assert bench.idle


def test_too_many_defects_in_a_row_stop_the_work():
    """An utterance that works in between starts the count again."""
    bench, reasons = Bench(listener=Defective()), []
    bench.dictation.on_broken = reasons.append
    bench.hear(*["no"] * MAX_FAILURES_IN_A_ROW)
    bench.told.broken = False
    bench.hear("yes")
    bench.told.broken = True
    bench.hear(*["no"] * MAX_FAILURES_IN_A_ROW)
    assert not reasons
    bench.hear("no")
    assert len(reasons) == 1 and isinstance(reasons[0], InternalError)


def test_window_that_ends_while_it_is_corrected_is_forgotten_after_that():
    """What was done there is still followed; then nothing of it is left."""
    bench = Bench()
    bench.hear("one", "two three")
    bench.at_write(3, lambda: bench.dictation.forget_window(WINDOW))
    bench.hear("scratch that")
    assert bench.dictation.failure is None
    assert bench.ledger.entries(WINDOW) == ()
    bench.hear("scratch that")
    assert (bench.screen(), bench.dictation.refusals) == ("One", 1)


def test_window_that_has_ended_is_forgotten_at_once():
    bench = Bench()
    bench.hear("one")
    bench.dictation.forget_window(WINDOW)
    assert bench.ledger.entries(WINDOW) == ()
    assert bench.dictation.text == ""


def test_held_words_begin_nowhere_when_the_display_has_gone():
    """Another window may have the number of the one that they began in."""
    bench = Bench(hold=True)
    bench.at_write(4, lambda: bench.typist.stop(Stop.TIMEOUT))
    bench.hear("hello world")
    (held,) = bench.dictation.interpreter.held
    assert (held.begun, held.window) == (True, WINDOW)
    bench.dictation.forget_windows()
    (held,) = bench.dictation.interpreter.held
    assert (held.begun, held.window) == (False, 0)
    bench.dictation.type_held()
    assert bench.screen().endswith("Hello world")
