"""Names of symbols that are nouns and verbs too: which of them a sentence means."""

import pytest

from tests.text.spoken import DEFAULT, compact, live_texts, written

SYMBOLS = [
    ("we moved there last year period", "We moved there last year."),
    ("see you next week period", "See you next week."),
    ("it was the best day period", "It was the best day."),
    ("i had no time period", "I had no time."),
    ("they opened at that time period", "They opened at that time."),
    ("the patient is at rest period", "The patient is at rest."),
    ("she came second period he came third period", "She came second. He came third."),
    ("the car is old period it needs paint period", "The car is old. It needs paint."),
    ("i would do the same period", "I would do the same."),
    ("taken as a whole period", "Taken as a whole."),
    ("we waited an hour period", "We waited an hour."),
    ("they married that year period they had two sons", "They married that year. They had two sons"),
    ("come home period of course you may stay", "Come home. Of course you may stay"),
    ("he works there period of that i am sure", "He works there. Of that I am sure"),
    ("it was late period was it worth it", "It was late. Was it worth it"),
    ("i like this period", "I like this."),
    ("the dog period it was big", "The dog. It was big"),
    ("we met in the house period on monday we left", "We met in the house. On Monday we left"),
    ("it was long period", "It was long."),
    ("dear cap miller", "Dear Miller"),
    ("the answer colon forty", "The answer: 40"),
    ("he said quote hello there", 'He said "hello there'),
    ("yes dash no", "Yes - no"),
    ("red slash blue", "Red/blue"),
    ("the river | capital thames", "The river Thames"),
    ("his wife died the following year period", "His wife died the following year."),
    ("say cap hello", "Say Hello"),
    ("i saw them period they ran", "I saw them. They ran"),
]
WORDS = [
    "the colonial period was long",
    "it was built in the medieval period",
    "flowering period extends into summer",
    "during the ming period they made porcelain",
    "a very long period on the road",
    "for a brief period in winter",
    "over a ten week period they grew",
    "within a three year period",
    "it rained for the entire period",
    "in that period nobody came",
    "the same period last summer",
    "his period there was short",
    "york was its capital and its port",
    "the average capital invested was low",
    "the national capital region",
    "the capital of france",
    "they raise more capital than before",
    "he wore a woollen cap",
    "carbon taxes over cap and trade",
    "a lasting cap of snow",
    "the man smoking his pipe",
    "i quote this from a letter",
    "we quote prices in euros",
    "you quote him too often",
    "his colon was examined",
    "our dash for the train",
    "there is half cap left",
    "a quote from the bible",
    "the treaty period began badly",
    "the exam period ended on friday",
]


@pytest.mark.parametrize(("said", "text"), SYMBOLS)
def test_symbol_is_written(said, text):
    """The sentence would be incomplete without it."""
    assert written(said) == text


@pytest.mark.parametrize("said", WORDS)
def test_noun_stays_a_word(said):
    """No word vanishes, and no symbol appears."""
    assert written(said, vocabulary=DEFAULT.with_numbers(None)).casefold() == said


@pytest.mark.parametrize("said", [said for said, _ in SYMBOLS if "|" not in said] + WORDS)
def test_live_text_waits_for_the_evidence(said):
    """What is shown before the end is the beginning of the final text."""
    final = compact(written(said)).replace('"', "")
    for settled, shown in live_texts(said):
        assert final.startswith(shown.replace('"', "")), settled
