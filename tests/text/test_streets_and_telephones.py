"""House numbers with their streets, and long numbers that are said in parts."""

import pytest

from tests.text.spoken import DEFAULT, written
from windictator.text.numbers.english import ENGLISH
from windictator.text.rules.standard import standard_rules

STREETS = [
    ("he lived at one twenty three circle drive", "He lived at 123 Circle Drive"),
    ("i live at twelve thirty four main street", "I live at 1234 Main Street"),
    ("the shop is at five oh one fifth avenue", "The shop is at 501 Fifth Avenue"),
    ("a house at three seventeen south third street", "A house at 317 South Third Street"),
    ("ten downing street", "10 Downing Street"),
    ("send it to twenty two park lane", "Send it to 22 Park Lane"),
    ("twelve dash fourteen maple street", "12-14 Maple Street"),
    ("at nine hundred sunset boulevard", "At 900 Sunset Boulevard"),
    ("six forty two west forty second street", "642 West 42nd Street"),
]
NO_STREETS = [
    ("a four hour drive", "A four hour drive"),
    ("at one thirty the street was empty", "At 1:30 the street was empty"),
    ("twenty first avenue", "21st avenue"),
    ("two people crossed the road", "Two people crossed the road"),
    ("three | oxford street", "Three Oxford street"),
    ("we met two of them in the street", "We met two of them in the street"),
    ("five miles down the road", "Five miles down the road"),
]
LONG = [
    ("call me on five five five one two three four five six seven", "Call me on 555-123-4567"),
    ("my phone number is one eight hundred four five six eight nine ten", "My phone number is 1-800-456-8910"),
    ("six one seven seven ninety six oh two four four", "617-796-0244"),
    ("call five five five one two one two", "Call 555-1212"),
    ("the card number is four one one one one one one one one one one one one one one one",
     "The card number is 4111 1111 1111 1111"),
    ("use port eighty eighty", "Use port 8080"),
    ("my order number is seven eighteen fourteen fifteen nine eight zero", "My order number is 7181415980"),
    ("the code is double seven four nine", "The code is 7749"),
    ("my pin is twelve thirty four", "My pin is 1234"),
    ("extension forty two seventeen", "Extension 4217"),
]  # fmt: skip
NOT_LONG = [
    ("twenty five people", "25 people"),
    ("call me at five", "Call me at five"),
    ("the code is good", "The code is good"),
    ("we sold two hundred and fifty of them", "We sold 250 of them"),
    ("in order two of them left", "In order two of them left"),
    ("from nineteen ninety nine to two thousand and five", "From 1999 to 2005"),
    ("i call the two of them", "I call the two of them"),
]


@pytest.mark.parametrize(("said", "text"), STREETS + NO_STREETS)
def test_house_number_and_street(said, text):
    """The number is not a time, and the street is a name."""
    assert written(said) == text


@pytest.mark.parametrize(("said", "text"), LONG + NOT_LONG)
def test_long_number(said, text):
    """Its parts belong together."""
    assert written(said) == text


def test_telephone_numbers_may_stay_plain():
    """Other countries group them in other ways."""
    plain = DEFAULT.with_rules(standard_rules(DEFAULT.rule_words, ENGLISH, telephones="plain"))
    assert written("call five five five one two one two", vocabulary=plain) == "Call 5551212"
