"""Corrections of text, without any window: the change, and the step of the ledger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from tests.text.texts import formatted_words, hard_text
from windictator.text import corrections
from windictator.text.context_adjust import START_OF_TEXT, context_adjust, text_after_cursor
from windictator.text.corrections import Change, CorrectionError, EditableText, build_step
from windictator.text.ledger import Entry, text_of


def entries_of(*utterances):
    """Entries as dictation makes them, of formatted words."""
    entries, context = [], START_OF_TEXT
    for words in utterances:
        text, after = context_adjust(words, context)
        entries.append(Entry("", text, context, after))
        context = after
    return tuple(entries)


def open_text(*spoken):
    return EditableText(entries_of(*(DEFAULT.format(heard(each)) for each in spoken)))


def corrected(text, correction):
    step = build_step(text, correction(text))
    kept = text.entries[: len(text.entries) - len(step.before)]
    return text_of(kept) + text_of(step.after)


@pytest.mark.slow
@given(st.lists(formatted_words, min_size=1, max_size=6), st.data())
def test_step_entries_hold_the_text_on_the_screen(utterances, data):
    """The entries of the step hold the changed text, and each follows the one before it."""
    text = EditableText(entries_of(*utterances))
    start = data.draw(st.integers(0, len(text.text)))
    end = data.draw(st.integers(start, len(text.text)))
    change = Change(start, end, data.draw(hard_text))
    step = build_step(text, change)
    kept = text.entries[: len(text.entries) - len(step.before)]
    assert text.entries == kept + step.before
    after = kept + step.after
    assert text_of(after) == text.text[:start] + change.text + text.text[end:]
    stands = ""
    for entry in after:
        assert entry.before.before == stands[-200:]
        stands += entry.typed
        assert entry.after.before == stands[-200:]


@pytest.mark.slow
@given(st.lists(formatted_words, min_size=1, max_size=6), st.integers(1, 9))
def test_any_correction_is_a_valid_change_or_refused(utterances, count):
    """It raises no other error, stays within the text, and changes nothing before its position."""
    text = EditableText(entries_of(*utterances))
    for correction in (
        corrections.erase_last_utterance,
        corrections.delete_characters(count),
        corrections.delete_words(count),
        corrections.delete_sentence,
        corrections.delete_line,
        corrections.upper_case,
        corrections.lower_case,
        corrections.capitalise,
        corrections.title_case(DEFAULT.minor_words),
        corrections.remove_spaces,
        corrections.erase_after(("hello",)),
        corrections.replace_words([(("hello",), lambda context: " x")]),
    ):
        try:
            change = correction(text)
        except CorrectionError as error:
            assert "\n" not in str(error)
        else:
            assert 0 <= change.start <= change.end <= len(text.text)
            assert corrected(text, correction) == text.text[: change.start] + change.text + text.text[change.end :]


@pytest.mark.parametrize(
    ("spoken", "correction", "expected"),
    [
        (["hello", "cap"], corrections.erase_last_utterance, ""),
        (["one", "two"], corrections.delete_words(2), ""),
        (["wait dash what"], corrections.delete_words(1), "Wait -"),
        (["wait dash"], corrections.delete_words(1), ""),
        (["one new line two"], corrections.delete_words(1), "One\n"),
        (["we met at three p m on monday"], corrections.delete_sentence, ""),
        (["quote go period quote", "he went period"], corrections.delete_sentence, '"Go."'),
        (["one new paragraph two new line"], corrections.delete_line, "One\n\n"),
        (["new line"], corrections.delete_line, ""),
        (["straße"], corrections.upper_case, "STRASSE"),
        (["the end of the world"], corrections.title_case(DEFAULT.minor_words), "The End of the World"),
        (["open paren hello close paren"], corrections.lower_case, "(hello)"),
        (["one two new line three four"], corrections.remove_spaces, "Onetwo\nThreefour"),
    ],
)
def test_correction_results_in_expected_text(spoken, correction, expected):
    """Each case is a typical use of the command."""
    assert corrected(open_text(*spoken), correction) == expected


def test_title_case_uses_the_given_minor_words():
    """Each language has its own; English ones are ordinary words elsewhere."""
    assert corrected(open_text("der herr der of"), corrections.title_case({"der"})) == "Der Herr der Of"
    assert corrected(open_text("to of der and"), corrections.title_case({"der"})) == "To Of der And"


def writing(spoken):
    words = DEFAULT.format(heard(spoken))
    return lambda context: context_adjust(words, context)[0] + text_after_cursor(words)


@pytest.mark.parametrize(
    ("spoken", "old", "new", "expected"),
    [
        ("so be so be", ("so",), "now", "So be now be"),
        ("first thing", ("first",), "second", "Second thing"),
        ("see e hyphen mail", ("mail",), "post", "See e-post"),
        ("open paren one close paren", ("one",), "two", "(Two)"),
        ("open paren one close paren", ("(",), "comma", ", One)"),
        ("red slash blue", ("/",), "or", "Red or blue"),
        ("yes comma sir", (",",), "new line", "Yes\nsir"),
        ("yes new line sir", ("\n",), "space bar", "Yes Sir"),
        ("costs $ 5 now", ("nothing", "$ 5"), "little", "Costs little now"),
        ("it is its bit", ("it",), "that", "That is its bit"),
        ("naïve café", ("CAFÉ",), "bar", "Naïve bar"),
    ],
)
def test_replace_words_changes_the_last_occurrence(spoken, old, new, expected):
    """Only whole words match; spaces and capitals fit the new place."""
    assert corrected(open_text(spoken), corrections.replace_words([(old, writing(new))])) == expected


def test_correction_keeps_a_pending_capital():
    """A pending capital after a changed word stays; that of a shortened utterance is dropped."""
    text = open_text("hello wurld", "cap")
    step = build_step(text, corrections.replace_words([(("wurld",), writing("world"))])(text), "world")
    assert [entry.transcript for entry in step.after] == ["world"]
    assert step.after[-1].after.case is text.entries[-1].after.case
    text = open_text("one hyphen")
    assert build_step(text, corrections.upper_case(text)).after[0].after.no_space_next


def test_change_with_too_much_text_after_it_is_refused():
    """The message gives the number of characters."""
    text = open_text("first", "word " * 60)
    with pytest.raises(CorrectionError, match="300 characters back"):
        corrected(text, corrections.replace_words([(("first",), writing("last"))]))
    with pytest.raises(CorrectionError, match="characters back"):
        corrections.find_position(text, ("first",), after=True)
    assert corrected(text, corrections.erase_after(("first",))) == "First"
