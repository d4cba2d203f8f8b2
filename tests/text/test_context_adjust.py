"""The laws of ``context_adjust``; what it writes for phrases is in test_spoken_phrases.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.texts import any_text, contexts, formatted_words
from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, START_OF_TEXT, Case, Context, context_adjust
from windictator.text.formatting import FormattedWord, Formatting


@pytest.mark.slow
@given(formatted_words, formatted_words, contexts)
def test_adjusting_in_turn_is_adjusting_the_concatenation(first, second, context):
    """Where the speaker pauses makes no difference to what is written, nor to what follows."""
    one, between = context_adjust(first, context)
    other, after = context_adjust(second, between)
    assert (one + other, after) == context_adjust([*first, *second], context)


@given(contexts)
def test_nothing_said_changes_nothing(context):
    """The empty utterance is neutral."""
    assert context_adjust([], context) == ("", context)


@pytest.mark.slow
@given(formatted_words, contexts)
def test_the_context_remembers_the_end_of_what_was_written(words, context):
    """``before`` is exactly the bounded end of the text on the screen."""
    text, after = context_adjust(words, context)
    assert after.before == (context.before + text)[-MAX_CONTEXT_LENGTH:]


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), min_size=1), any_text)
def test_plain_words_are_kept_and_never_end_in_a_space(words, before):
    """Letters are never lost, spaces stand between words only."""
    text, _ = context_adjust([FormattedWord(word) for word in words], Context.after(before))
    assert text.split() == text.strip().split(" ")
    assert [word.lower() for word in text.split()] == words
    assert not text.endswith(" ")


@given(st.lists(st.sampled_from(["hello", "world", ".", ",", "\n", "(", ")"])))
def test_the_context_behind_the_text_is_the_context_of_its_words(pieces):
    """For text without anything pending, reading it from the screen tells as much as having written it."""
    spacing = {
        ".": Formatting.NO_SPACE_BEFORE,
        ",": Formatting.NO_SPACE_BEFORE,
        ")": Formatting.NO_SPACE_BEFORE,
        "(": Formatting.NO_SPACE_AFTER,
        "\n": Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER,
    }
    words = [FormattedWord(piece, spacing.get(piece, Formatting.NONE)) for piece in pieces]
    text, written = context_adjust(words, START_OF_TEXT)
    next_word = [FormattedWord("next")]
    assert context_adjust(next_word, Context.after(text))[0] == context_adjust(next_word, written)[0]


def test_modes_stay_over_text_of_unknown_making():
    """A confirmed part of an utterance ends what was asked for one word, not what was switched on."""
    context = Context("a", Case.CAPITAL, True, Case.UPPER, True)
    assert context.followed_by(" b") == Context("a b", Case.AUTO, False, Case.UPPER, True)
    assert context.followed_by("") == context


def test_a_long_text_is_remembered_in_part():
    """The context does not grow with the text."""
    assert Context.after("x" * 1000).before == "x" * MAX_CONTEXT_LENGTH


def test_pairs_are_counted_within_the_paragraph():
    """A quote that was never closed does not turn the next paragraph's quotes round."""
    quote = FormattedWord('""', Formatting.PAIR)
    assert context_adjust([quote, FormattedWord("yes")], Context.after('Say "no.\n\n'))[0] == '"Yes'
