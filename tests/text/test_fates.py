"""What became of texts, as the turns of a ledger tell it."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from windictator.dictation.text_status import Fate, Fates, Turn
from windictator.text.context_adjust import START_OF_TEXT
from windictator.text.ledger import Entry, Ledger, Step

WINDOW = 1


def entry(text):
    return Entry(text, text, START_OF_TEXT, START_OF_TEXT)


def written(*entries):
    return Step((), entries, correction=False)


def test_a_text_is_corrected_erased_and_undone():
    """The last that happened to it counts; undoing brings back what it was before."""
    fates = Fates()
    teh, the = entry("teh"), entry("the")
    typed, corrected, erased = written(teh), Step((teh,), (the,)), Step((the,), ())
    seen = []
    for name, turn in (
        ("typing", Turn(typed)),
        ("correction", Turn(corrected)),
        ("erasing", Turn(erased)),
        ("", Turn(erased, back=True)),
        ("", Turn(corrected, back=True)),
        ("", Turn(typed, back=True)),
        ("", Turn(typed)),
        ("", Turn(corrected)),
    ):
        fates.follow(name, turn)
        seen.append((fates.of("typing").value, fates.of("correction").value))
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
    fates = Fates()
    one, two, three, other_two, other_three = map(entry, ("one", "two", "three", "two", "three"))
    for name, each in (("1", one), ("2", two), ("3", three)):
        fates.follow(name, Turn(written(each)))
    un = entry("un")
    change = Step((one, two, three), (un, other_two, other_three))
    fates.follow("change", Turn(change))
    assert [fates.of(name) for name in "123"] == [Fate.CORRECTED, Fate.STANDS, Fate.STANDS]
    fates.follow("erase", Turn(Step((other_three,), ())))
    assert [fates.of(name) for name in "123"] == [Fate.CORRECTED, Fate.STANDS, Fate.ERASED]
    fates.follow("", Turn(Step((other_three,), ()), back=True))
    fates.follow("", Turn(change, back=True))
    assert [fates.of(name) for name in "123"] == [Fate.STANDS] * 3


def test_alike_texts_are_told_apart():
    """The second "no" is erased, not the first."""
    fates = Fates()
    first, second = entry("no"), entry("no")
    fates.follow("first", Turn(written(first)))
    fates.follow("second", Turn(written(second)))
    fates.follow("erasing", Turn(Step((second,), ())))
    assert (fates.of("first"), fates.of("second")) == (Fate.STANDS, Fate.ERASED)


def test_nothing_is_kept_of_what_is_forgotten():
    """However much was said and corrected."""
    fates = Fates()
    before = entry("0")
    for number in range(200):
        after = entry(str(number))
        fates.follow(number, Turn(Step((before,), (after,))))
        before = after
    for number in range(200):
        fates.forget(number)
    gc.collect()
    assert not (fates._texts or fates._entries or fates._fates)
    fates.forget("never heard of")


@given(st.lists(st.sampled_from(["write", "change", "erase", "undo", "redo", "seal", "forget"]), max_size=40))
def test_what_stands_in_the_ledger_stands(deeds):
    """A text whose own entry is there is said to stand, and one whose entry is not there is said not to."""
    ledger, fates = Ledger(), Fates()
    own = {}
    for number, deed in enumerate(deeds):
        turn = None
        last = ledger.last_open(WINDOW)
        if deed == "write":
            own[number] = entry(str(number))
            turn = Turn(ledger.record(WINDOW, own[number]))
        elif deed in ("change", "erase") and last:
            own[number] = entry(str(number))
            step = Step((last,), (own[number],) if deed == "change" else ())
            if deed == "erase":
                del own[number]
            ledger.carry_out(WINDOW, step)
            turn = Turn(step)
        elif deed == "undo" and (step := ledger.last_step(WINDOW)):
            ledger.undo(WINDOW)
            turn = Turn(step, back=True)
        elif deed == "redo" and (step := ledger.undone_step(WINDOW)):
            ledger.redo(WINDOW)
            turn = Turn(step)
        elif deed == "seal":
            ledger.seal(WINDOW)
        elif deed == "forget" and own:
            oldest = min(own)
            del own[oldest]
            fates.forget(oldest)
        if turn:
            fates.follow(number, turn)
        there = {id(each) for each in ledger.entries(WINDOW)}
        for name, each in own.items():
            assert (fates.of(name) is Fate.STANDS) == (id(each) in there)
