"""Letters that are said one by one."""

import pytest

from tests.text.spoken import DEFAULT, compact, live_texts, written

ACRONYMS = [
    ("the b b c and the n f l signed", "The BBC and the NFL signed"),
    ("he has a p h d in history", "He has a PhD in history"),
    ("a u s b stick", "A USB stick"),
    ("the i a u met in may", "The IAU met in May"),
    ("c i a", "CIA"),
    ("the p c i e slot", "The PCIe slot"),
    ("it is an i t problem", "It is an IT problem"),
    ("my i p address", "My IP address"),
    ("c p us are fast", "CPUs are fast"),
    ("the n g o's report", "The NGO's report"),
    ("the x y z's report", "The XYZ's report"),
    ("learn your a b c", "Learn your ABC"),
    ("plan b", "Plan B"),
    ("vitamin c a day", "Vitamin C a day"),
    ("vitamin a", "Vitamin A"),
    ("from option b to option c", "From option B to option C"),
    ("use tools i e hammers", "Use tools i.e. hammers"),
    ("the t v is on", "The TV is on"),
    ("an m r i scan", "An MRI scan"),
    ("the w h o says so", "The WHO says so"),
    ("ask the r s p c a about it", "Ask the RSPCA about it"),
    ("it was g m t period", "It was GMT."),
    ("the f b i | and c i a", "The FBI and CIA"),
    ("h t t p", "HTTP"),
    ("write an a p i for it", "Write an API for it"),
    ("a b c show", "ABC show"),
]
WORDS = [
    "i have a b here",
    "a cat",
    "i see",
    "i am a man",
    "a day i liked",
    "what a day",
    "a plan a child would understand",
    "a type i like",
    "in a class i know",
    "the letter b stood there",
    "literal b b c",
    "a b | c",
    "an option i missed",
    "so i a fool went",
    "give it a i said",
    "he said a | i said b",
    "spell it with a k",
    "call x when you know",
    "a team i know",
    "take a seat i said",
    "we e mailed",
    "solve for x",
    "if n is even",
    "a room i rented",
    "it has an s at the end",
]


@pytest.mark.parametrize(("said", "text"), ACRONYMS)
def test_letters_become_an_acronym(said, text):
    """Recognizers write the letters apart."""
    assert written(said) == text


@pytest.mark.parametrize("said", WORDS)
def test_letters_stay_words(said):
    """A letter alone is mostly a word or a variable, and "a" and "i" are words."""
    expected = said.replace("literal ", "").replace("| ", "").replace(" i ", " I ")
    expected = expected[0].upper() + expected[1:]
    assert written(said) == expected


@pytest.mark.parametrize("said", [said for said, _ in ACRONYMS] + WORDS)
def test_live_text_need_not_be_erased(said):
    """What is shown before the end is the beginning of the final text, except after "a" and "i"."""
    final = compact(written(said))
    for settled, shown in live_texts(said):
        if not settled or settled[-1] not in ("a", "i"):
            assert final.startswith(shown), settled


def test_rule_can_be_turned_off():
    """Some prefer the letters."""
    without = DEFAULT.with_rules([rule for rule in DEFAULT.rules if rule.name != "acronyms"])
    assert written("the b b c", vocabulary=without) == "The b b c"


def test_letters_after_a_case_or_without_spaces_stay_letters():
    """Their form has been asked for."""
    assert written("camel case a b c") == "aBC"
    assert written("no space on a b c no space off d") == "Abc d"


def test_known_acronym_wins_over_the_row():
    """Two acronyms in a row are two."""
    assert written("the u s a p i") == "The USAPI"
