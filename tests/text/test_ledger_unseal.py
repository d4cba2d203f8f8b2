"""What of a window can be trusted again although it was sealed, and what never."""

import pytest

from tests.text.test_ledger import OTHER, WINDOW, dictate
from windictator.text.context_adjust import START_OF_TEXT
from windictator.text.ledger import Entry, Ledger, Step, UndoHistory, text_of


def said(*phrases):
    ledger = Ledger()
    for phrase in phrases:
        dictate(ledger, phrase)
    return ledger


def open_text(ledger):
    return text_of(ledger.last_entries(WINDOW, 10_000))


def test_what_was_sealed_last_is_open_again():
    """With the context behind it and with what could be undone and redone."""
    ledger = said("hello", "cap", "world")
    ledger.undo(WINDOW)
    before = ledger.context(WINDOW), ledger.undo_history(WINDOW)
    ledger.seal(reason="a key was pressed")
    ledger.seal(reason="another")
    assert ledger.undo_history(WINDOW) == UndoHistory((), ())
    assert ledger.unseal(WINDOW)
    assert open_text(ledger) == "Hello"
    assert (ledger.context(WINDOW), ledger.undo_history(WINDOW)) == before
    ledger.redo(WINDOW)
    assert open_text(ledger) == "Hello World"


def test_what_was_sealed_before_that_stays_sealed():
    """However often one asks."""
    ledger = said("old")
    ledger.seal(reason="first")
    dictate(ledger, "new")
    ledger.seal(reason="second")
    assert ledger.unseal(WINDOW) and open_text(ledger) == "New"
    ledger.undo(WINDOW)
    assert not open_text(ledger) and ledger.next_undo(WINDOW) is None
    assert not ledger.unseal(WINDOW)
    ledger.seal(reason="third")
    assert ledger.unseal(WINDOW) and not open_text(ledger) and ledger.next_undo(WINDOW) is None
    assert ledger.next_redo(WINDOW)


def test_open_text_is_not_joined_to_what_was_sealed():
    """What somebody else has typed stands between them. Once it has been taken back, nothing does."""
    ledger = said("old")
    ledger.seal()
    dictate(ledger, "new")
    assert ledger.sealed_state(WINDOW) is None and not ledger.unseal(WINDOW)
    assert open_text(ledger) == "New"
    ledger.undo(WINDOW)
    assert ledger.unseal(WINDOW) and open_text(ledger) == "Old"


def test_a_lasting_seal_is_never_opened():
    """Nor is what was sealed by it opened by a seal that comes later, or by one that came before."""
    ledger = said("hello")
    ledger.seal(reason="a key was pressed")
    ledger.seal(reason="typing was stopped", permanent=True)
    ledger.seal(reason="a key was pressed")
    assert not ledger.unseal(WINDOW) and ledger.seal_reason(WINDOW) == "a key was pressed"
    dictate(ledger, "world")
    ledger.seal(WINDOW, reason="typing was stopped", permanent=True)
    assert not ledger.unseal(WINDOW) and ledger.seal_reason(WINDOW) == "typing was stopped"
    dictate(ledger, "again")
    ledger.seal()
    assert ledger.unseal(WINDOW) and open_text(ledger) == "Again"


def test_backspaces_into_the_unknown_are_not_trusted_again():
    """They removed what somebody else had typed."""
    ledger = said("hello")
    ledger.backspace(WINDOW, 9)
    assert not ledger.unseal(WINDOW)


def test_windows_are_opened_one_by_one():
    """And only those of which something is known."""
    ledger = said("hello")
    dictate(ledger, "hi", OTHER)
    ledger.seal()
    assert ledger.unseal(WINDOW)
    assert ledger.last_editable(OTHER) is None
    assert not ledger.unseal(0x999)
    ledger.forget()
    assert not ledger.unseal(OTHER)


@pytest.mark.parametrize("later", range(5))
def test_forgotten_entries_are_not_opened(later):
    """Of those sealed last as many are left as the length allows."""
    ledger = Ledger(max_entries=3)
    for phrase in ("sealed", "one", "two"):
        dictate(ledger, phrase)
        if phrase == "sealed":
            ledger.seal(WINDOW, caret_moved=False)
    ledger.seal(WINDOW, caret_moved=False)
    for number in range(later):
        dictate(ledger, f"later{number}")
    while ledger.next_undo(WINDOW):
        ledger.undo(WINDOW)
    opened = ledger.unseal(WINDOW)
    assert opened == (later <= 3), "more than are remembered cannot be taken back"
    assert open_text(ledger) == {0: " one two", 1: " one two", 2: " two"}.get(later, "")


def test_what_repeated_undoing_reaches():
    """Corrections and what they corrected, last first; what has been taken back can be done again."""
    ledger = said("hello", "world")
    hello, world = ledger.entries(WINDOW)
    shout = Step((world,), (Entry("shout", " WORLD", world.before, world.after),))
    ledger.apply(WINDOW, shout)
    undo, redo = ledger.undo_history(WINDOW)
    assert undo[0] is shout
    assert [step.after for step in undo[1:]] == [(world,), (hello,)]
    assert redo == ()
    ledger.undo(WINDOW)
    ledger.undo(WINDOW)
    assert ledger.undo_history(WINDOW) == UndoHistory(undo[2:], (undo[1], shout))
    assert ledger.undo_history(OTHER) == UndoHistory((), ())


def test_undoing_does_not_reach_what_has_been_forgotten():
    """A correction of more entries than are remembered now."""
    ledger = Ledger(max_entries=3)
    for phrase in ("one", "two", "three"):
        dictate(ledger, phrase)
    entries = ledger.entries(WINDOW)
    changed = tuple(Entry("", entry.typed.upper(), entry.before, entry.after) for entry in entries)
    ledger.apply(WINDOW, Step(entries, changed))
    dictate(ledger, "four")
    assert len(ledger.undo_history(WINDOW).undo) == 1
    ledger.undo(WINDOW)
    assert ledger.next_undo(WINDOW) is None and ledger.undo_history(WINDOW).undo == ()
    assert ledger.context(WINDOW) != START_OF_TEXT
