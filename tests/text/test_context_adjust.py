"""Laws of ``context_adjust``; test_spoken_phrases.py tests its results for phrases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.texts import any_text, contexts, formatted_words
from windictator.text.context_adjust import MAX_CONTEXT_LENGTH, START_OF_TEXT, Case, Context, context_adjust
from windictator.text.formatting import FormattedWord, Formatting


@pytest.mark.slow
@given(formatted_words, formatted_words, contexts)
def test_adjusting_parts_equals_adjusting_the_whole(first, second, context):
    """The pauses of the speaker change neither the text nor the context after it."""
    one, between = context_adjust(first, context)
    other, after = context_adjust(second, between)
    assert (one + other, after) == context_adjust([*first, *second], context)


@given(contexts)
def test_empty_utterance_keeps_the_context(context):
    """An empty utterance is neutral."""
    assert context_adjust([], context) == ("", context)


@pytest.mark.slow
@given(formatted_words, contexts)
def test_context_holds_the_end_of_the_written_text(words, context):
    """``before`` is exactly the end of the text on the screen, up to its limit."""
    text, after = context_adjust(words, context)
    assert after.before == (context.before + text)[-MAX_CONTEXT_LENGTH:]


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), min_size=1), any_text)
def test_plain_words_are_kept_without_final_space(words, before):
    """Letters are never lost, and spaces are only between words."""
    text, _ = context_adjust([FormattedWord(word) for word in words], Context.after(before))
    assert text.split() == text.strip().split(" ")
    assert [word.lower() for word in text.split()] == words
    assert not text.endswith(" ")


@given(st.lists(st.sampled_from(["hello", "world", ".", ",", "\n", "(", ")"])))
def test_context_of_text_equals_context_of_its_words(pieces):
    """Without pending effects, text read from the screen gives the same context as its words."""
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


def test_modes_continue_after_unknown_text():
    """A confirmed part of an utterance ends requests for one word, but not modes."""
    context = Context("a", Case.CAPITAL, True, Case.UPPER, True)
    assert context.followed_by(" b") == Context("a b", Case.AUTO, False, Case.UPPER, True)
    assert context.followed_by("") == context


def test_context_of_long_text_is_cut():
    """The context does not grow with the text."""
    assert Context.after("x" * 1000).before == "x" * MAX_CONTEXT_LENGTH


def test_pairs_end_with_the_paragraph():
    """A quote that was never closed does not reverse the quotes of the next paragraph."""
    quote = FormattedWord('""', Formatting.PAIR)
    assert context_adjust([quote, FormattedWord("yes")], Context.after('Say "no.\n\n'))[0] == '"Yes'
