"""Titles, proper names, and phrases that users of other tools say."""

import pytest

from tests.text.spoken import written

NAMES = [
    ("doctor smith called", "Dr. Smith called"),
    ("dear doctor miller", "Dear Dr. Miller"),
    ("we asked professor brown", "We asked Professor Brown"),
    ("mister mcdonald and missus o'brien", "Mr. McDonald and Mrs. O'Brien"),
    ("saint mary", "St. Mary"),
    ("from london to new york with lufthansa", "From London to New York with Lufthansa"),
    ("paris is the capital of france", "Paris is the capital of France"),
    ("anna's car", "Anna's car"),
    ("world war two ended", "World War II ended"),
    ("after nine eleven", "After 9/11"),
    ("we met in a seven eleven", "We met in a 7-Eleven"),
    ("because of covid nineteen", "Because of COVID-19"),
    ("push it to github", "Push it to GitHub"),
    ("my iphone rang", "My iPhone rang"),
    ("we flew to turkey", "We flew to Turkey"),
    ("he was in the united states", "He was in the United States"),
    ("i work for microsoft", "I work for Microsoft"),
    ("she lives in ohio", "She lives in Ohio"),
    ("michael and sarah", "Michael and Sarah"),
    ("on black friday", "On Black Friday"),
    ("a mercedes from stuttgart", "A Mercedes from Stuttgart"),
    ("made in japan", "Made in Japan"),
    ("roman numeral five", "V"),
    ("chapter roman numeral fourteen", "Chapter XIV"),
    ("louis roman numeral sixteen", "Louis XVI"),
]
WORDS = [
    "the doctor said no",
    "call a doctor now",
    "my doctor smith",
    "she is a professor of law",
    "he is no saint at all",
    "we ate turkey",
    "a frank talk",
    "the roses in the garden",
    "he will mark it",
    "the bill was high",
    "they may come",
    "we march on",
    "an august place",
    "he wants a doctor who listens",
    "the best doctor in town",
    "i saw the dawn",
    "it is a joy",
    "the sun rose",
    "with hope and grace",
    "a rich man",
    "he had faith in it",
    "the roman numeral stood there",
    "ask your doctor before that",
    "the polish on the table",
    "nine people came",
]
PHRASES = [
    ("he said begin quote hello end quote", 'He said "hello"'),
    ("double quote hello double quote", '"Hello"'),
    ("single quote hello single quote", "'Hello'"),
    ("open quotation mark yes close quotation mark", '"Yes"'),
    ("x not equal sign y", "X ≠ y"),
    ("five plus or minus sign one", "Five ± one"),
    ("first point next line second point", "First point\nSecond point"),
    ("one next paragraph two", "One\n\nTwo"),
    ("ten percent symbol", "10%"),
    ("capitalize hello", "Hello"),
    ("we said capitalize paris hotel", "We said Paris hotel"),
    ("uppercase letters", "LETTERS"),
    ("lowercase monday", "monday"),
    ("use uppercase letters", "Use uppercase letters"),
    ("we capitalize the names", "We capitalize the names"),
    ("back quote code back quote", "`Code`"),
    ("first line line break second", "First line\nSecond"),
]


@pytest.mark.parametrize(("said", "text"), NAMES)
def test_name_is_written_with_capitals(said, text):
    """Recognizers write small letters."""
    assert written(said) == text


@pytest.mark.parametrize("said", WORDS)
def test_ordinary_word_stays_small(said):
    """Words that are names too count as names only with evidence."""
    text = written(said)
    assert text[1:].replace(" I ", " i ") == said[1:]


@pytest.mark.parametrize(("said", "text"), PHRASES)
def test_phrase_of_other_tools_is_known(said, text):
    """Users bring them along."""
    assert written(said) == text
