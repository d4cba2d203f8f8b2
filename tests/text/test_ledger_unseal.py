"""Sealed state of a window that can be restored, and state that never is."""

import pytest

from tests.text.test_ledger import OTHER, WINDOW, dictate
from windictator.text.context_adjust import START_OF_TEXT
from windictator.text.ledger import Entry, Ledger, Step, UndoHistory, text_of
from windictator.text.seal_reason import SealReason


def said(*phrases):
    ledger = Ledger()
    for phrase in phrases:
        dictate(ledger, phrase)
    return ledger


def open_text(ledger):
    return text_of(ledger.last_entries(WINDOW, 10_000))


def test_unseal_opens_what_was_sealed_last():
    """It restores the context and the steps that could be undone and redone."""
    ledger = said("hello", "cap", "world")
    ledger.undo(WINDOW)
    before = ledger.context(WINDOW), ledger.undo_history(WINDOW)
    ledger.seal(reason=SealReason.USER_INPUT)
    ledger.seal(reason=SealReason.RETURN_PRESSED)
    assert ledger.undo_history(WINDOW) == UndoHistory((), ())
    assert ledger.unseal(WINDOW)
    assert open_text(ledger) == "Hello"
    assert (ledger.context(WINDOW), ledger.undo_history(WINDOW)) == before
    ledger.redo(WINDOW)
    assert open_text(ledger) == "Hello World"


def test_unseal_keeps_earlier_seals():
    """Repeated calls change nothing."""
    ledger = said("old")
    ledger.seal(reason=SealReason.USER_INPUT)
    dictate(ledger, "new")
    ledger.seal(reason=SealReason.RETURN_PRESSED)
    assert ledger.unseal(WINDOW) and open_text(ledger) == "New"
    ledger.undo(WINDOW)
    assert not open_text(ledger) and ledger.next_undo(WINDOW) is None
    assert not ledger.unseal(WINDOW)
    ledger.seal(reason=SealReason.USER_INPUT)
    assert ledger.unseal(WINDOW) and not open_text(ledger) and ledger.next_undo(WINDOW) is None
    assert ledger.next_redo(WINDOW)


def test_unseal_is_refused_after_new_open_text():
    """User input is between them. Once the new text is erased, nothing is."""
    ledger = said("old")
    ledger.seal()
    dictate(ledger, "new")
    assert ledger.sealed_state(WINDOW) is None and not ledger.unseal(WINDOW)
    assert open_text(ledger) == "New"
    ledger.undo(WINDOW)
    assert ledger.unseal(WINDOW) and open_text(ledger) == "Old"


def test_permanent_seal_stays_closed():
    """A later or earlier seal does not open its entries either."""
    ledger = said("hello")
    ledger.seal(reason=SealReason.USER_INPUT)
    ledger.seal(reason=SealReason.TYPING_STOPPED, permanent=True)
    ledger.seal(reason=SealReason.USER_INPUT)
    assert not ledger.unseal(WINDOW) and ledger.seal_reason(WINDOW) == SealReason.USER_INPUT
    dictate(ledger, "world")
    ledger.seal(WINDOW, reason=SealReason.TYPING_STOPPED, permanent=True)
    assert not ledger.unseal(WINDOW) and ledger.seal_reason(WINDOW) == SealReason.TYPING_STOPPED
    dictate(ledger, "again")
    ledger.seal()
    assert ledger.unseal(WINDOW) and open_text(ledger) == "Again"


def test_backspaces_beyond_open_text_seal_permanently():
    """They removed text of the user's."""
    ledger = said("hello")
    ledger.backspace(WINDOW, 9)
    assert not ledger.unseal(WINDOW)


def test_unseal_concerns_one_window():
    """Unknown windows have nothing to open."""
    ledger = said("hello")
    dictate(ledger, "hi", OTHER)
    ledger.seal()
    assert ledger.unseal(WINDOW)
    assert ledger.last_editable(OTHER) is None
    assert not ledger.unseal(0x999)
    ledger.forget()
    assert not ledger.unseal(OTHER)


@pytest.mark.parametrize("later", range(5))
def test_unseal_opens_only_remembered_entries(later):
    """As many of the sealed entries are opened as the limit allows."""
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


def test_undo_history_lists_all_steps():
    """The last step comes first; undone steps can be redone."""
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


def test_undo_history_ends_at_forgotten_entries():
    """The correction has more entries than the ledger remembers."""
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
