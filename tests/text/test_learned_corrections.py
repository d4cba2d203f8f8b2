"""A correction made twice is offered as a rule, once, and only where it can be meant as one."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.text.learned_corrections import MOST_WORDS, LearnedCorrections, Suggestion, difference


def learner(*known: str, **options) -> LearnedCorrections:
    return LearnedCorrections(lambda phrase: " ".join(phrase) in known, **options)


def test_the_second_time_is_offered_and_no_other():
    """In whatever sentences the words stood."""
    corrections = learner()
    assert corrections.corrected("i use when dictator today", "i use WinDictator today") is None
    assert corrections.corrected("When dictator", "WinDictator") == Suggestion("when dictator", "WinDictator")
    assert corrections.corrected("when dictator", "WinDictator") is None


def test_the_offer_is_one_line_with_a_command():
    """That a shell takes as it is meant."""
    suggestion = Suggestion("jane's mail", "jane@example.com")
    assert shlex.split(suggestion.command) == ["windictator", "vocabulary", "add", "jane's mail", "jane@example.com"]
    assert suggestion.notice == (
        "\"jane's mail\" was corrected to 'jane@example.com' again; to have it so always: " + suggestion.command
    )
    assert shlex.split(Suggestion("minus v", "-v").command)[3:] == ["--", "minus v", "-v"]


def test_what_is_in_the_vocabulary_is_not_offered():
    """It has a meaning; that the user corrects it is no wish to lose it."""
    corrections = learner("full stop")
    assert [corrections.corrected("full stop", "stop") for _ in range(3)] == [None, None, None]


@pytest.mark.parametrize(("heard", "wanted"), [("their", "they're"), ("there", "their")])
def test_words_that_are_corrected_one_way_and_another_make_no_rule(heard, wanted):
    """"there" for "their" here, "they're" for "their" or "their" for "there" elsewhere."""
    corrections = learner()
    assert corrections.corrected("their", "there") is None
    assert corrections.corrected(heard, wanted) is None
    assert corrections.corrected("their", "there") is None


def test_only_the_last_are_remembered():
    """However long it runs."""
    corrections = learner(most=2)
    for heard in ("a", "b", "c", "a"):
        assert corrections.corrected(heard, "x") is None
    assert corrections.corrected("a", "x") == Suggestion("a", "x")


@pytest.mark.parametrize(
    ("heard", "wanted", "pair"),
    [
        ("we met jane", "we met Jane", ("jane", "Jane")),
        ("a b c", "a x c", ("b", "x")),
        ("a a", "a", None),
        ("a", "a a", None),
        ("same", "same", None),
        ("", "x", None),
        ("one two three four five", "1 2 3 4 5", None),
        ("one two three four", "1", ("one two three four", "1")),
    ],
)
def test_what_differs(heard, wanted, pair):
    """The words replaced; adding, taking away and writing anew are no corrections of what was heard."""
    assert difference(heard.split(), wanted.split()) == pair


_WORDS = st.lists(st.sampled_from(["a", "b", "c", "D"]), max_size=6)


@given(_WORDS, _WORDS)
def test_the_difference_explains_the_correction(heard, wanted):
    """Put in the place of the phrase, what should be there gives what the user made of it."""
    pair = difference(heard, wanted)
    if pair is not None:
        phrase, instead = pair[0].split(), pair[1].split()
        assert 0 < len(phrase) <= MOST_WORDS and 0 < len(instead) <= MOST_WORDS
        places = range(len(heard) - len(phrase) + 1)
        assert any(heard[:n] + instead + heard[n + len(phrase) :] == wanted for n in places)
