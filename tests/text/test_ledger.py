"""The ledger: text that may be erased, and the contexts around it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.text.spoken import DEFAULT, heard
from tests.text.texts import contexts, formatted_words, hard_text
from windictator.text.context_adjust import MIDDLE_OF_TEXT, START_OF_TEXT, Case, Context, context_adjust
from windictator.text.edit import BackspaceUnit, apply_edit, backspace_units, edit_between
from windictator.text.formatting import FormattedWord
from windictator.text.ledger import Entry, Ledger, Step, text_of
from windictator.text.seal_reason import SealReason

WINDOW, OTHER = 0x400001, 0x600001


def dictate(ledger: Ledger, spoken: str, window: int = WINDOW) -> str:
    """Write an utterance and record it, as dictation does; return the text typed."""
    before = ledger.context(window)
    text, after = context_adjust(DEFAULT.format(heard(spoken)), before)
    ledger.record(window, Entry(spoken, text, before, after))
    return text


def test_new_window_starts_a_text():
    """Nothing is known, so that nothing can be erased."""
    ledger = Ledger()
    assert ledger.context(WINDOW) == START_OF_TEXT
    assert ledger.last_editable(WINDOW) is None
    assert ledger.entries(WINDOW) == ()
    with pytest.raises(LookupError):
        ledger.remove_last(WINDOW)


def test_windows_are_independent():
    """Each window has its own text, context and last entry."""
    ledger = Ledger()
    assert dictate(ledger, "hello") + dictate(ledger, "world", OTHER) + dictate(ledger, "again") == "HelloWorld again"
    assert [entry.typed for entry in ledger.entries(WINDOW)] == ["Hello", " again"]
    assert [entry.typed for entry in ledger.entries(OTHER)] == ["World"]


@pytest.mark.slow
@given(st.lists(formatted_words), contexts, st.sampled_from(BackspaceUnit))
def test_insert_then_scratch_restores_text_and_context(utterances, context, unit):
    """Removing every utterance restores the initial state, whatever was said."""
    ledger = Ledger()
    ledger.record(WINDOW, Entry("", "", context, context))
    screens = [""]
    for utterance in utterances:
        before = ledger.context(WINDOW)
        text, after = context_adjust(utterance, before)
        ledger.record(WINDOW, Entry("", text, before, after))
        screens.append(screens[-1] + text)
    screen = screens[-1]
    for wanted in reversed(screens[:-1]):
        screen = apply_edit(edit_between(screen, wanted, unit), screen, unit)
        removed = ledger.remove_last(WINDOW)
        assert screen == wanted
        assert ledger.context(WINDOW) == removed.before
    assert ledger.context(WINDOW) == context


def test_pending_capital_can_be_removed():
    """An utterance without any text is an entry too."""
    ledger = Ledger()
    dictate(ledger, "hello")
    dictate(ledger, "cap")
    assert ledger.context(WINDOW).case is Case.CAPITAL
    ledger.remove_last(WINDOW)
    assert ledger.context(WINDOW).case is Case.AUTO


def test_sealed_entries_can_be_read_not_erased():
    """After user input the window starts again: a capital, no space, nothing to erase."""
    ledger = Ledger()
    dictate(ledger, "hello")
    dictate(ledger, "hi", OTHER)
    ledger.seal(WINDOW)
    assert ledger.last_editable(WINDOW) is None
    assert [entry.typed for entry in ledger.entries(WINDOW)] == ["Hello"]
    with pytest.raises(LookupError):
        ledger.remove_last(WINDOW)
    assert dictate(ledger, "world") == "World"
    assert ledger.remove_last(WINDOW).typed == "World"
    assert ledger.last_editable(WINDOW) is None
    last = ledger.last_editable(OTHER)
    assert last is not None
    assert last.typed == "Hi"


def test_lost_focus_keeps_the_context():
    """After the user's return the sentence continues, but nothing of it can be erased."""
    ledger = Ledger()
    dictate(ledger, "hello")
    ledger.seal(WINDOW, caret_moved=False)
    assert ledger.last_editable(WINDOW) is None
    assert dictate(ledger, "world") == " world"


def test_seal_without_window_seals_all():
    """A call without a window concerns all of them."""
    ledger = Ledger()
    dictate(ledger, "hello")
    dictate(ledger, "hi", OTHER)
    ledger.seal(None)
    assert ledger.last_editable(WINDOW) is ledger.last_editable(OTHER) is None
    ledger.seal(0x999)  # a window that nothing was typed into


def test_step_replaces_the_last_entry():
    """A correction puts other text in place of the last entry."""
    ledger = Ledger()
    dictate(ledger, "hello")
    dictate(ledger, "word")
    last = ledger.last_editable(WINDOW)
    assert last is not None
    text, after = context_adjust(DEFAULT.format(heard("world period")), last.before)
    ledger.apply(WINDOW, Step((last,), (Entry("world period", text, last.before, after),)))
    assert [entry.typed for entry in ledger.entries(WINDOW)] == ["Hello", " world."]
    assert dictate(ledger, "yes") == " Yes"


def test_steps_can_be_undone_and_redone():
    """This includes steps that only added text; the context changes with them."""
    ledger = Ledger()
    dictate(ledger, "hello period")
    dictate(ledger, "world")
    (hello, world) = ledger.entries(WINDOW)
    ledger.apply(WINDOW, Step((world,), ()))
    assert ledger.context(WINDOW) == world.before
    assert ledger.next_redo(WINDOW) is None
    for _ in range(3):
        ledger.undo(WINDOW)
    assert ledger.entries(WINDOW) == () and ledger.next_undo(WINDOW) is None
    assert ledger.context(WINDOW) == START_OF_TEXT
    for _ in range(2):
        ledger.redo(WINDOW)
    assert ledger.entries(WINDOW) == (hello, world)
    assert ledger.context(WINDOW) == world.after
    dictate(ledger, "again")
    with pytest.raises(LookupError):
        ledger.redo(WINDOW)
    with pytest.raises(LookupError):
        ledger.apply(WINDOW, Step((world,), ()))


def test_seal_prevents_undo_and_redo():
    """They would change text that the user may have moved or changed."""
    for moved in (True, False):
        ledger = Ledger()
        dictate(ledger, "hello")
        dictate(ledger, "world")
        ledger.undo(WINDOW)
        ledger.seal(WINDOW, caret_moved=moved, reason=SealReason.RETURN_PRESSED)
        assert ledger.next_undo(WINDOW) is ledger.next_redo(WINDOW) is None
        assert ledger.seal_reason(WINDOW) is SealReason.RETURN_PRESSED
        with pytest.raises(LookupError):
            ledger.undo(WINDOW)
        dictate(ledger, "again")
        assert ledger.seal_reason(WINDOW) is None


def test_last_entries_are_whole_and_open():
    """Corrections read no more than they need."""
    ledger = Ledger()
    dictate(ledger, "sealed")
    ledger.seal(WINDOW, caret_moved=False)
    for spoken in ("one", "two", "three"):
        dictate(ledger, spoken)
    assert [entry.typed for entry in ledger.last_entries(WINDOW, 1)] == [" three"]
    assert [entry.typed for entry in ledger.last_entries(WINDOW, 7)] == [" two", " three"]
    assert [entry.typed for entry in ledger.last_entries(WINDOW, 100)] == [" one", " two", " three"]
    assert ledger.last_entries(OTHER, 5) == ()


def test_interrupted_entry_is_shortened():
    """Its context follows the text on the screen."""
    entry = Entry("hello period world", "Hello. World", START_OF_TEXT, Context.after("Hello. World"))
    assert entry.shortened("Hello.").after == Context.after("Hello.")
    assert entry.shortened("").after == START_OF_TEXT
    assert entry.shortened(entry.typed) is entry
    with pytest.raises(ValueError, match="beginning"):
        entry.shortened("World")


@pytest.mark.parametrize(
    ("n", "removed", "left"),
    [
        (0, "", ["One", " two", "", " three"]),
        (2, "ee", ["One", " two", "", " thr"]),
        (6, " three", ["One", " two", ""]),
        (7, "o three", ["One", " tw"]),
        (10, " two three", ["One"]),
        (13, "One two three", []),
    ],
)
def test_backspaces_remove_text_across_entries(n, removed, left):
    """The ledger records plain BackSpaces too."""
    ledger = Ledger()
    for spoken in ("one", "two", "", "three"):
        dictate(ledger, spoken)
    assert ledger.backspace(WINDOW, n) == removed
    assert [entry.typed for entry in ledger.entries(WINDOW)] == left
    screen = "One two three"[: 13 - n]
    assert ledger.context(WINDOW) == Context.after(screen)


@pytest.mark.slow
@given(st.lists(formatted_words), formatted_words, contexts, st.sampled_from(BackspaceUnit))
def test_erased_entry_equals_removed_entry(utterances, last, context, unit):
    """The BackSpaces of "scratch that" leave the ledger as if the utterance had never been said.

    This includes a pending "cap".
    """
    by_backspaces, by_removal = Ledger(), Ledger()
    for ledger in (by_backspaces, by_removal):
        before = context
        for utterance in [*utterances, last, [FormattedWord("x")]]:
            text, after = context_adjust(utterance, before)
            ledger.record(WINDOW, Entry("", text, before, after))
            before = after
    screen = "".join(entry.typed for entry in by_removal.entries(WINDOW))
    erased = by_removal.remove_last(WINDOW).typed
    # Except where the phrase before ends in a character that swallows the next, as U+0600 does.
    assume(backspace_units(screen, unit)[: len(backspace_units(erased, unit))] == backspace_units(erased, unit))
    assert by_backspaces.backspace(WINDOW, len(backspace_units(erased, unit)), unit) == erased
    assert by_backspaces.entries(WINDOW) == by_removal.entries(WINDOW)
    assert by_backspaces.context(WINDOW) == by_removal.context(WINDOW)


def test_backspace_drops_a_pending_capital():
    """A "cap" after an utterance is dropped with the end of that utterance."""
    ledger = Ledger()
    for spoken in ("one", "two", "cap"):
        dictate(ledger, spoken)
    assert ledger.backspace(WINDOW, 2) == "wo"
    assert [entry.typed for entry in ledger.entries(WINDOW)] == ["One", " t"]
    assert ledger.context(WINDOW) == Context.after("One t")


def test_backspaces_beyond_open_text_seal_the_window():
    """They erased text of unknown origin, so that the current text is unknown."""
    ledger = Ledger()
    dictate(ledger, "sealed")
    ledger.seal(WINDOW, caret_moved=False)
    dictate(ledger, "open")
    assert ledger.backspace(WINDOW, 6) == " open"
    assert [entry.typed for entry in ledger.entries(WINDOW)] == ["Sealed"]
    assert ledger.context(WINDOW) == START_OF_TEXT
    assert ledger.backspace(OTHER, 3) == ""


@given(st.lists(hard_text), st.integers(0, 12), st.sampled_from(BackspaceUnit))
def test_backspaces_count_units_across_entries(texts, n, unit):
    """Characters that span entries are counted as the application counts them."""
    ledger = Ledger()
    for text in texts:
        before = ledger.context(WINDOW)
        ledger.record(WINDOW, Entry("", text, before, before.followed_by(text)))
    screen = "".join(texts)
    removed = ledger.backspace(WINDOW, n, unit)
    assert removed == "".join(reversed(backspace_units(screen, unit)[:n]))
    assert screen == "".join(entry.typed for entry in ledger.entries(WINDOW)) + removed


def test_ledger_size_is_bounded():
    """Old entries and unused windows are forgotten."""
    ledger = Ledger(max_entries=3, max_windows=2)
    for number in range(5):
        dictate(ledger, f"word{number}")
    assert [entry.transcript for entry in ledger.entries(WINDOW)] == ["word2", "word3", "word4"]
    dictate(ledger, "hi", OTHER)
    dictate(ledger, "again")
    dictate(ledger, "hey", 0x800001)
    assert ledger.entries(OTHER) == ()
    assert len(ledger.entries(WINDOW)) == 3


class ScreenAgainstLedger(RuleBasedStateMachine):
    """Dictation, scratching, BackSpaces and foreign typing in one window, against the text on its screen."""

    spoken = Bundle("spoken")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.foreign = ""
        self.ours = ""
        """The text behind the last foreign character."""

    @rule(spoken=st.sampled_from(["hello", "period", "cap", "new paragraph", "quote", "no space", "open paren i"]))
    def say(self, spoken: str) -> None:
        self.ours += dictate(self.ledger, spoken)

    @rule()
    def scratch(self) -> None:
        if last := self.ledger.last_editable(WINDOW):
            edit = edit_between(self.ours, self.ours[: len(self.ours) - len(last.typed)])
            self.ours = apply_edit(edit, self.ours)
            self.ledger.remove_last(WINDOW)

    @rule(n=st.integers(1, 9))
    def backspace(self, n: int) -> None:
        n = min(n, len(backspace_units(self.ours)))
        self.ledger.backspace(WINDOW, n)
        self.ours = self.ours[: len(self.ours) - n]

    @rule()
    def somebody_types(self) -> None:
        self.foreign += self.ours + "?"
        self.ours = ""
        self.ledger.seal(WINDOW)

    @invariant()
    def open_entries_are_the_end_of_the_screen(self) -> None:
        assert text_of(self.ledger.last_entries(WINDOW, len(self.ours) + 1)) == self.ours
        if self.ours:
            assert self.ledger.context(WINDOW).before == self.ours


TestScreenAgainstLedger = pytest.mark.slow(ScreenAgainstLedger.TestCase)


def test_default_context_may_be_the_middle_of_a_text():
    """Users of terminals and forms want no capital at the beginning."""
    ledger = Ledger(default_context=MIDDLE_OF_TEXT, unknown_context=MIDDLE_OF_TEXT)
    assert context_adjust([FormattedWord("ls")], ledger.context(1))[0] == "ls"
    ledger.record(1, Entry("ls", "ls", MIDDLE_OF_TEXT, MIDDLE_OF_TEXT.followed_by("ls")))
    assert context_adjust([FormattedWord("home")], ledger.context(1))[0] == " home"
    ledger.seal(1)
    assert ledger.context(1) == MIDDLE_OF_TEXT


def test_forgotten_window_is_unknown_and_others_stay():
    """The window was closed."""
    ledger = Ledger()
    for window in (1, 2):
        ledger.record(window, Entry("hello", "Hello", START_OF_TEXT, START_OF_TEXT.followed_by("Hello")))
    ledger.forget(1)
    assert (ledger.entries(1), ledger.next_undo(1), ledger.undo_history(1)) == ((), None, ((), ()))
    assert ledger.entries(2)
    ledger.forget(3)
