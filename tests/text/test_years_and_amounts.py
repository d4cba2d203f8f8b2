"""Years that look like times, and amounts that are said in several ways."""

import pytest

from tests.text.spoken import written

YEARS = [
    ("from nineteen forty seven to nineteen fifty one", "From 1947 to 1951"),
    ("made about nineteen twenty", "Made about 1920"),
    ("not until nineteen fourteen", "Not until 1914"),
    ("it lasted until eighteen thirty", "It lasted until 1830"),
    ("by fifteen thirty it was known", "By 1530 it was known"),
    ("he lived from eighteen oh three to eighteen sixty nine", "He lived from 1803 to 1869"),
    ("since sixteen ten", "Since 1610"),
    ("around seventeen fifteen", "Around 1715"),
    ("before nineteen ten", "Before 1910"),
]
TIMES = [
    ("at three thirty", "At 3:30"),
    ("until ten fifteen", "Until 10:15"),
    ("by five thirty p m", "By 5:30 PM"),
    ("at fifteen thirty", "At 15:30"),
    ("at nineteen thirty tomorrow", "At 19:30 tomorrow"),
    ("eleven fifty five", "11:55"),
    ("quarter of three", "2:45"),
    ("a quarter of three apples", "A quarter of three apples"),
    ("ten ten", "10 10"),
]
DATES = [
    ("wednesday may seventh works", "Wednesday May 7th works"),
    ("i come back may twenty first", "I come back May 21st"),
    ("we left march ninth", "We left March 9th"),
    ("you may first call me", "You may first call me"),
    ("they march second", "They march second"),
]
AMOUNTS = [
    ("one hundred two hundred three hundred", "100 200 300"),
    ("nineteen thousand three thousand", "19,000 3000"),
    ("one hundred and two hundred", "100 and 200"),
    ("fifteen sixteen seventeen", "15 16 17"),
    ("one million and a half people", "1.5 million people"),
    ("two million and one half", "2.5 million"),
    ("one hundred and three quarters", "100 3/4"),
    ("nine hundred nine billion eight hundred twelve million three hundred forty five thousand six hundred "
     "seventy eight",
     "909,812,345,678"),
    ("a dollar fifty", "$1.50"),
    ("a dollar and sixteen cents", "$1.16"),
    ("forty eight and a half dollars", "$48.50"),
    ("a dollar", "A dollar"),
    ("point zero two", "0.02"),
    ("it rose by point five points", "It rose by 0.5 points"),
    ("at this point two of them left", "At this point two of them left"),
    ("negative point nine", "-0.9"),
    ("a tenth of a second", "A tenth of a second"),
    ("the tenth of may", "The 10th of May"),
    ("two kilo watt hours", "2 kWh"),
    ("three milli liters", "3 ml"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "text"), YEARS + TIMES + DATES + AMOUNTS)
def test_number_is_written(said, text):
    """As a reader expects it."""
    assert written(said) == text
