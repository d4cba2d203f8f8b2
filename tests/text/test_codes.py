"""Letters and digits that belong together."""

import pytest

from tests.text.spoken import DEFAULT, written

CODES = [
    ("flight b a two eighty six leaves from gate c twelve", "Flight BA286 leaves from gate C12"),
    ("room g thirty", "Room G30"),
    ("x eighty six", "x86"),
    ("a five g network", "A 5G network"),
    ("a four k film", "A 4K film"),
    ("h two o", "H2O"),
    ("the l four disc", "The L4 disc"),
    ("vitamin b twelve", "Vitamin B12"),
    ("the m twenty five", "The M25"),
    ("apartment five b", "Apartment 5B"),
    ("exit twenty four b", "Exit 24B"),
    ("an m p three player", "An MP3 player"),
    ("three d printing", "3D printing"),
    ("c o two", "CO2"),
    ("size a four", "Size A4"),
    ("seat twelve a", "Seat 12A"),
    ("seven fifty b c", "750 BC"),
    ("q four", "Q4"),
    ("b seven four seven", "B747"),
    ("j one eight two", "J182"),
    ("w two four r j", "W2 4RJ"),
]
APART = [
    ("five u s b sticks", "Five USB sticks"),
    ("take two a day", "Take two a day"),
    ("i five times", "I five times"),
    ("a four hour drive", "A four hour drive"),
    ("five | b", "Five b"),
    ("it has five a day", "It has five a day"),
    ("in two i saw it", "In two I saw it"),
    ("b | twelve", "B 12"),
    ("twelve monkeys", "12 monkeys"),
    ("we have a two day plan", "We have a two day plan"),
]


@pytest.mark.parametrize(("said", "text"), CODES)
def test_letters_and_digits_are_joined(said, text):
    """They are one name."""
    assert written(said) == text


@pytest.mark.parametrize(("said", "text"), APART)
def test_letters_and_numbers_stay_apart(said, text):
    """They are words of their own."""
    assert written(said) == text


def test_rule_can_be_turned_off():
    """Some prefer the words."""
    without = DEFAULT.with_rules([rule for rule in DEFAULT.rules if rule.name != "codes"])
    assert written("gate c twelve", vocabulary=without) == "Gate C 12"
