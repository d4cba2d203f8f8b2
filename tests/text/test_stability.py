"""Words of a partial that are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.stability import LocalAgreement, NoStabilisation

partials = st.lists(st.lists(st.sampled_from("abc")).map(" ".join), max_size=12)


def test_word_is_shown_when_partials_agree():
    """With an agreement of two, each word waits for its second partial; the last word is hidden."""
    stability = LocalAgreement(2, hide_last_word=True)
    shown = [stability.update(p) for p in ["he", "hello", "hello word", "hello world how", "hello world how are"]]
    assert shown == ["", "", "", "hello", "hello world"]


def test_last_word_is_shown_on_request():
    """Agreement alone decides then."""
    stability = LocalAgreement(2)
    assert [stability.update(p) for p in ["he", "hello", "hello word", "hello world"]] == ["", "", "hello", "hello"]
    assert stability.update("hello world") == "hello world"


def test_contradicting_partial_adds_nothing():
    """Shown words stay, and nothing is added to wrong ones."""
    stability = LocalAgreement(1, hide_last_word=False)
    shown = [stability.update(p) for p in ["a word", "a world", "a world of", "a word of mine"]]
    assert shown == ["a word", "a word", "a word", "a word of mine"]


@pytest.mark.slow
@given(partials, st.integers(1, 4), st.booleans())
def test_shown_words_are_never_retracted(texts, agreement, held):
    """Each result begins with the one before, and was in as many partials as must agree."""
    stability = LocalAgreement(agreement, held)
    before: list[str] = []
    for count, text in enumerate(texts, start=1):
        shown = stability.update(text).split()
        assert shown[: len(before)] == before
        if shown != before:
            recent = texts[count - agreement : count]
            assert len(recent) == agreement
            assert all(partial.split()[: len(shown)] == shown for partial in recent)
            assert not held or all(len(partial.split()) > len(shown) for partial in recent)
        before = shown


def test_no_stabilisation_shows_every_partial():
    """All changes are shown."""
    eager = NoStabilisation()
    assert [eager.update(p) for p in ["he", " hello  word", ""]] == ["he", "hello word", ""]


def test_agreement_of_zero_is_refused():
    """At least one partial must have the word."""
    with pytest.raises(ValueError, match="at least 1"):
        LocalAgreement(0)
