""" "Scratch that" takes back the last thing said: typed, inserted, half typed, or not typed at all."""

import pytest
from twisted.internet.defer import succeed

from tests.dictation.bench import OTHER_WINDOW, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.events import Undelivered
from windictator.dictation.profile import Profile
from windictator.typist.result import StopReason

#: What stops typing before the fourth key, and leaves the user's keyboard alone.
STOPS = {
    "cancelled": lambda bench: bench.dictation.cancel(),
    "disabled": lambda bench: bench.typist.stop(StopReason.DISABLED),
    "grabbed": lambda bench: bench.keyboard.grab(),
}


class Keeping(DictationBench):
    """A bench whose dictation keeps what it cannot type."""

    def __init__(self, **options):
        super().__init__(keep_undelivered=True, **options)

    @property
    def kept(self):
        """What is kept: the missing texts."""
        return [text.missing for text in self.dictation.interpreter.undelivered.texts]

    def lose_focus(self, *said, after=3):
        """Say something, and move the focus after some keys, as the window reports it in time."""

        def leave():
            self.keyboard.focus = OTHER_WINDOW

        self.before_keystroke(after, leave)
        self.hear(*said)
        self.keyboard.before_write = lambda number: None

    def stop_for_a_moment(self, words, after=3):
        """Say something, and let another program take the keyboard after some keys, for a moment."""
        self.before_keystroke(after, self.keyboard.grab)
        self.hear(words)
        self.keyboard.before_write = lambda number: None
        self.keyboard.ungrab()
        self.keyboard.grabbed = None

    def check(self, text):
        assert self.window_text() == self.ledger_text() == text
        assert not self.listener.refusals


@pytest.mark.parametrize("cursor_keys", ["auto", "always", "never"])
def test_an_insertion_into_an_earlier_sentence_is_taken_back(cursor_keys):
    """The end of the text was erased instead."""
    bench = DictationBench(profile_of=lambda window: succeed(Profile(cursor_keys=cursor_keys)))
    bench.hear("the cat sat", "on the mat", "insert before sat", "never")
    assert bench.window_text() == "The cat never sat on the mat"
    for said, text in (
        ("scratch that", "The cat sat on the mat"),
        ("undo that", "The cat never sat on the mat"),
        ("redo that", "The cat sat on the mat"),
        ("scratch that", "The cat sat"),
        ("scratch that", ""),
        ("undo that", "The cat sat"),
    ):
        bench.hear(said)
        assert bench.window_text() == bench.ledger_text() == text
    assert not bench.listener.refusals


@pytest.mark.parametrize("stop", STOPS)
def test_what_a_stop_has_left_is_taken_back_exactly(stop):
    """Each key of it was confirmed."""
    bench = Keeping()
    bench.hear("good day")
    bench.before_keystroke(4, lambda: STOPS[stop](bench))
    bench.hear("hello world")
    bench.keyboard.before_write = lambda number: None
    bench.keyboard.ungrab()
    bench.keyboard.grabbed = None
    assert bench.window_text().startswith("Good day hel") or bench.window_text().startswith("Good day he")
    bench.hear("scratch that")
    bench.check("Good day")
    assert bench.kept == []


def test_users_key_after_a_stop_leaves_what_was_typed_alone():
    """It may have typed something there. What was not typed is dropped anyway."""
    bench = Keeping()
    bench.stop_for_a_moment("hello world")
    left = bench.window_text()
    bench.user_types()
    typed = bench.window_text()
    bench.hear("scratch that")
    assert bench.window_text() == typed != left
    assert bench.kept == [] and bench.listener.refusal_causes[-1] == "user-input"


def test_key_that_was_not_confirmed_leaves_what_was_typed_alone():
    """It may have reached the window."""
    bench = Keeping()
    bench.before_keystroke(3, lambda: setattr(bench.keyboard, "focus", OTHER_WINDOW))
    bench.hear("hello world")
    bench.keyboard.before_write = lambda number: None
    bench.keyboard.focus = WINDOW
    left = bench.window_text()
    bench.hear("scratch that")
    assert bench.window_text() == left and bench.listener.refusal_causes[-1] == "typing-stopped"


def test_the_rest_is_typed_as_one_text_with_its_beginning():
    """With its space and its capital; then it is taken back as a whole."""
    bench = Keeping()
    bench.hear("good day question mark")
    for after in range(1, 12):
        bench.stop_for_a_moment("hello world question mark", after=after)
        if bench.window_text() != "Good day? Hello world?":
            bench.hear("type it here")
        bench.check("Good day? Hello world?")
        bench.hear("next")
        bench.check("Good day? Hello world? Next")
        bench.hear("scratch that", "scratch that")
        bench.check("Good day?")


def test_the_rest_follows_a_correction_that_was_stopped():
    """What is too much is erased first."""
    bench = Keeping(live="eager")
    bench.keyboard.transaction.should_end = True
    bench.hear("~hello word")
    bench.stop_for_a_moment("hello brave new world", after=2)
    assert bench.window_text() != "Hello brave new world"
    bench.hear("type it here")
    bench.check("Hello brave new world")


def test_the_rest_is_a_text_of_its_own_after_something_else():
    """Half a word after other words is of no use."""
    bench = Keeping()
    bench.stop_for_a_moment("hello world")
    left = bench.window_text()
    bench.hear("again", "type it here")
    bench.check(left + " again hello world")


def test_held_words_are_taken_back_before_anything_typed():
    """In the order in which they were said."""
    bench = Keeping()
    bench.hear("one")
    bench.keyboard.grabbed = StopReason.GRABBED
    bench.hear("two")
    bench.keyboard.grabbed = None
    bench.hear("three")
    bench.keyboard.grabbed = StopReason.GRABBED
    bench.hear("four")
    bench.keyboard.grabbed = None
    assert bench.kept == [" two", " four"]
    bench.hear("scratch that")
    assert bench.kept == [" two"] and bench.listener.notices[-1] == "dropped, not typed: 'four'"
    bench.check("One three")
    bench.hear("scratch that")
    assert bench.kept == [" two"]
    bench.check("One")
    bench.hear("scratch that")
    assert bench.kept == []
    bench.check("One")
    bench.hear("scratch that")
    bench.check("")


def test_dropped_words_come_back_by_undo():
    """As after every "scratch that"; with their beginning in the window."""
    bench = Keeping()
    bench.stop_for_a_moment("hello world")
    left, kept = bench.window_text(), bench.kept
    bench.hear("scratch that", "undo that")
    bench.check(left)
    assert bench.kept == kept and len(bench.listener.of_kind(Undelivered)) == 2
    bench.hear("type it here")
    bench.check("Hello world")


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("cap that", "Hello there wurld"),
        ("uppercase that", "HELLO THERE WURLD"),
        ("replace wurld with world", "Hello there world"),
        ("delete last word", "Hello there"),
        ("title case that", "Hello There Wurld"),
        ("lowercase that", "hello there wurld"),
    ],
)
def test_held_words_are_changed_before_they_are_typed(said, typed):
    """They are the last thing said; the text in the window stays as it is."""
    bench = Keeping()
    bench.hear("wurld")
    bench.keyboard.grabbed = StopReason.GRABBED
    bench.hear("hello there wurld")
    bench.keyboard.grabbed = None
    bench.hear(said)
    bench.check("Wurld")
    assert bench.listener.notices[-1].startswith("not typed yet: ")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("type it here")
    assert bench.window_text(OTHER_WINDOW) == bench.ledger_text(OTHER_WINDOW) == typed
    assert bench.kept == []


def test_replacement_of_words_in_the_window_leaves_held_words_alone():
    """They are named."""
    bench = Keeping()
    bench.hear("hello wurld")
    bench.keyboard.grabbed = StopReason.GRABBED
    bench.hear("good day")
    bench.keyboard.grabbed = None
    bench.hear("replace wurld with world")
    bench.check("Hello world")
    assert bench.kept == [" good day"]
