"""Alternatives to an utterance, as words and as texts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.text.spoken import DEFAULT, heard
from windictator.settings.vocabulary import parse_words
from windictator.text.alternatives import MAX_NAMES, MAX_READINGS, Alternative, candidates, distinct, numbered_values

NAMES = DEFAULT.with_user_words(
    parse_words('[words]\nwindictator = "WinDictator"\nkubernetes = "Kubernetes"\n', "words.toml"), 0.8
)
SAID = st.lists(
    st.sampled_from(["scratch that", "choose two", "when", "dictator", "cooper", "netties", "comma", "with"]),
    max_size=7,
).map(" ".join)


def texts(found):
    return [" ".join(word.text for word in words) for words in found]


@pytest.mark.slow
@given(SAID, st.lists(SAID, max_size=8))
@example("scratch that cooper netties", [])
def test_candidates_begin_with_transcripts_without_commands(said, readings):
    """There are never more than MAX_READINGS, and no transcript raises an error."""
    found = candidates(heard(said), readings, NAMES)
    assert len(found) <= MAX_READINGS + MAX_NAMES
    assert said not in texts(found)
    assert not any(text.startswith("scratch that") or text == "choose two" for text in texts(found))


def test_candidates_end_with_names_most_similar_first():
    """Each alternative has one name; less similarity is needed than without a request for alternatives."""
    found = texts(candidates(heard("cube are netties when the dictator"), ["cue bar netties"], NAMES))
    assert found[0] == "cue bar netties"
    assert sorted(found[1:]) == ["cube are netties windictator", "kubernetes when the dictator"]
    assert candidates(heard("nothing of the kind"), [], NAMES) == []


@given(st.lists(st.sampled_from(["", " ", "a", " b", "b", "\n"])), st.sampled_from(["a", "b"]))
def test_distinct_lists_equal_texts_once(found, stands):
    """The current text and invisible texts are not listed at all."""
    kept = [text for text, _ in distinct([Alternative(text, ()) for text in found], stands)]
    assert len(kept) == len(set(kept))
    assert set(kept) == {text for text in found if text.strip()} - {stands}
    assert [item["number"] for item in numbered_values(kept)] == list(range(1, len(kept) + 1))
