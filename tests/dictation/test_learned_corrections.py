"""A correction made twice is offered as a rule, once, and only where it can be meant as one."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.dictation.learned_corrections import MAX_RULE_WORDS, CorrectionRule, LearnedCorrections, differences


def learner(*known: str, **options) -> LearnedCorrections:
    return LearnedCorrections(lambda phrase: " ".join(phrase) in known, **options)


def test_the_second_time_is_offered_and_no_other():
    """In whatever sentences the words stood."""
    corrections = learner()
    assert corrections.record("i use when dictator today", "i use WinDictator today") == []
    assert corrections.record("When dictator", "WinDictator") == [CorrectionRule("when dictator", "WinDictator")]
    assert corrections.record("when dictator", "WinDictator") == []


def test_the_offer_is_one_line_with_a_command():
    """That a shell takes as it is meant."""
    suggestion = CorrectionRule("jane's mail", "jane@example.com")
    assert shlex.split(suggestion.command) == ["windictator", "vocabulary", "add", "jane's mail", "jane@example.com"]
    assert suggestion.suggestion == (
        "\"jane's mail\" was corrected to 'jane@example.com' again; "
        'say "make it a rule" or "no", or run: ' + suggestion.command
    )
    assert shlex.split(CorrectionRule("minus v", "-v").command)[3:] == ["--", "minus v", "-v"]


def test_what_is_in_the_vocabulary_is_not_offered():
    """It has a meaning; a correction does not mean that the user wants to lose it."""
    corrections = learner("full stop")
    assert [corrections.record("full stop", "stop") for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize(("heard", "wanted"), [("their", "they're"), ("there", "their")])
def test_words_corrected_in_two_ways_make_no_rule(heard, wanted):
    """ "there" for "their" here, "they're" for "their" or "their" for "there" elsewhere."""
    corrections = learner()
    assert corrections.record("their", "there") == []
    assert corrections.record(heard, wanted) == []
    assert corrections.record("their", "there") == []


def test_only_the_last_are_remembered():
    """However long it runs."""
    corrections = learner(max_corrections=2)
    for heard in ("a", "b", "c", "a"):
        assert corrections.record(heard, "ah") == []
    assert corrections.record("a", "ah") == [CorrectionRule("a", "ah")]


@pytest.mark.parametrize(("heard", "wanted"), [("dog", "cat"), ("yes", "no"), ("monday", "tuesday"), ("he", "she")])
def test_words_that_do_not_sound_alike_make_no_rule(heard, wanted):
    """The user has changed the plan, not the spelling."""
    corrections = learner()
    assert [corrections.record(heard, wanted) for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [("wurld", "world"), ("cooper nettys", "Kubernetes"), ("sea plus plus", "C++"), ("one", "1"), ("cash", "cache")],
)
def test_words_that_sound_alike_or_have_no_sound_make_a_rule(heard, wanted):
    """Symbols and figures may be spoken in any way."""
    corrections = learner()
    assert corrections.record(heard, wanted) == []
    assert corrections.record(heard, wanted) == [CorrectionRule(heard, wanted)]


def test_several_words_in_one_correction_are_so_many():
    """Each may come again in another sentence, and is written as the vocabulary has it."""
    corrections = learner()
    assert corrections.record("when dictator hears a meet loaf", "windictator hears a meat loaf") == []
    assert corrections.record("the meet and when dictator", "the meat and windictator", str.upper) == [
        CorrectionRule("meet", "MEAT"),
        CorrectionRule("when dictator", "WINDICTATOR"),
    ]


@pytest.mark.parametrize(
    ("heard", "wanted", "pairs"),
    [
        ("we met jane", "we met Jane", [("jane", "Jane")]),
        ("a b c", "a x c", [("b", "x")]),
        ("a b c d", "x b c y", [("a", "x"), ("d", "y")]),
        ("a a", "a", []),
        ("a", "a a", []),
        ("same", "same", []),
        ("", "x", []),
        ("one two three four five", "1 2 3 4 5", []),
        ("one two three four", "1", [("one two three four", "1")]),
    ],
)
def test_what_differs(heard, wanted, pairs):
    """The words replaced; adding, removing and rewriting do not count as corrections of what was heard."""
    assert differences(heard.split(), wanted.split()) == pairs


_WORDS = st.lists(st.sampled_from(["a", "b", "c", "D"]), max_size=6)


@given(_WORDS, _WORDS)
def test_the_differences_are_there(heard, wanted):
    """Each phrase was heard, in this order, and what should be there is wanted, in this order."""
    place = wanted_place = 0
    for phrase, instead in differences(heard, wanted):
        lengths = len(phrase.split()), len(instead.split())
        assert 0 < min(lengths) <= max(lengths) <= MAX_RULE_WORDS
        folded = [word.casefold() for word in heard]
        place = _behind(phrase.split(), folded, place)
        wanted_place = _behind(instead.split(), wanted, wanted_place)


def _behind(part, whole, begin):
    """Where the first occurrence of ``part`` from ``begin`` on ends."""
    return next(n + len(part) for n in range(begin, len(whole)) if whole[n : n + len(part)] == part)
