"""What became of texts, as the turns of a ledger tell it."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from windictator.dictation.text_status import StepChange, TextStatus, TextStatusTracker
from windictator.text.context_adjust import START_OF_TEXT
from windictator.text.ledger import Entry, Ledger, Step

WINDOW = 1


def entry(text):
    return Entry(text, text, START_OF_TEXT, START_OF_TEXT)


def written(*entries):
    return Step((), entries, is_correction=False)


def test_a_text_is_corrected_erased_and_undone():
    """The last that happened to it counts; undoing brings back what it was before."""
    fates = TextStatusTracker()
    teh, the = entry("teh"), entry("the")
    typed, corrected, erased = written(teh), Step((teh,), (the,)), Step((the,), ())
    seen = []
    for name, turn in (
        ("typing", StepChange(typed)),
        ("correction", StepChange(corrected)),
        ("erasing", StepChange(erased)),
        ("", StepChange(erased, undone=True)),
        ("", StepChange(corrected, undone=True)),
        ("", StepChange(typed, undone=True)),
        ("", StepChange(typed)),
        ("", StepChange(corrected)),
    ):
        fates.record(name, turn)
        seen.append((fates.status_of("typing").value, fates.status_of("correction").value))
    assert seen == [
        ("", ""),
        ("corrected", ""),
        ("erased", "erased"),
        ("corrected", ""),
        ("", "undone"),
        ("undone", "undone"),
        ("", "undone"),
        ("corrected", ""),
    ]


def test_what_stands_behind_a_correction_is_not_corrected():
    """Its entries are others then, its text is the same; what happens to them later is known."""
    fates = TextStatusTracker()
    one, two, three, other_two, other_three = map(entry, ("one", "two", "three", "two", "three"))
    for name, each in (("1", one), ("2", two), ("3", three)):
        fates.record(name, StepChange(written(each)))
    un = entry("un")
    change = Step((one, two, three), (un, other_two, other_three))
    fates.record("change", StepChange(change))
    assert [fates.status_of(name) for name in "123"] == [TextStatus.CORRECTED, TextStatus.INTACT, TextStatus.INTACT]
    fates.record("erase", StepChange(Step((other_three,), ())))
    assert [fates.status_of(name) for name in "123"] == [TextStatus.CORRECTED, TextStatus.INTACT, TextStatus.ERASED]
    fates.record("", StepChange(Step((other_three,), ()), undone=True))
    fates.record("", StepChange(change, undone=True))
    assert [fates.status_of(name) for name in "123"] == [TextStatus.INTACT] * 3


def test_alike_texts_are_told_apart():
    """The second "no" is erased, not the first."""
    fates = TextStatusTracker()
    first, second = entry("no"), entry("no")
    fates.record("first", StepChange(written(first)))
    fates.record("second", StepChange(written(second)))
    fates.record("erasing", StepChange(Step((second,), ())))
    assert (fates.status_of("first"), fates.status_of("second")) == (TextStatus.INTACT, TextStatus.ERASED)


def test_nothing_is_kept_of_what_is_forgotten():
    """However much was said and corrected."""
    fates = TextStatusTracker()
    before = entry("0")
    for number in range(200):
        after = entry(str(number))
        fates.record(number, StepChange(Step((before,), (after,))))
        before = after
    for number in range(200):
        fates.forget(number)
    gc.collect()
    assert fates.is_empty
    fates.forget("never heard of")


@given(st.lists(st.sampled_from(["write", "change", "erase", "undo", "redo", "seal", "forget"]), max_size=40))
def test_what_stands_in_the_ledger_stands(deeds):
    """A text whose own entry is there is said to stand, and one whose entry is not there is said not to."""
    ledger, fates = Ledger(), TextStatusTracker()
    own = {}
    for number, deed in enumerate(deeds):
        turn = None
        last = ledger.last_editable(WINDOW)
        if deed == "write":
            own[number] = entry(str(number))
            turn = StepChange(ledger.record(WINDOW, own[number]))
        elif deed in ("change", "erase") and last:
            own[number] = entry(str(number))
            step = Step((last,), (own[number],) if deed == "change" else ())
            if deed == "erase":
                del own[number]
            ledger.apply(WINDOW, step)
            turn = StepChange(step)
        elif deed == "undo" and (step := ledger.next_undo(WINDOW)):
            ledger.undo(WINDOW)
            turn = StepChange(step, undone=True)
        elif deed == "redo" and (step := ledger.next_redo(WINDOW)):
            ledger.redo(WINDOW)
            turn = StepChange(step)
        elif deed == "seal":
            ledger.seal(WINDOW)
        elif deed == "forget" and own:
            oldest = min(own)
            del own[oldest]
            fates.forget(oldest)
        if turn:
            fates.record(number, turn)
        there = {id(each) for each in ledger.entries(WINDOW)}
        for name, each in own.items():
            assert (fates.status_of(name) is TextStatus.INTACT) == (id(each) in there)
