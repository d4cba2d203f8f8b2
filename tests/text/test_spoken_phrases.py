"""The shipped vocabulary: phrases on an empty page, and their text."""

import pytest

from tests.text.spoken import DEFAULT, DEFAULT_FILE, written
from windictator.settings.vocabulary import parse_vocabulary
from windictator.text.context_adjust import Context

PUNCTUATION = [
    ("hello comma world", "Hello, world"),
    ("hello world period", "Hello world."),
    ("hello full stop how are you question mark", "Hello. How are you?"),
    ("stop exclamation mark go exclamation point", "Stop! Go!"),
    ("one semicolon two semi colon three", "One; two; three"),
    ("note colon buy milk", "Note: buy milk"),
    ("wait ellipsis what", "Wait... What"),
    ("wait dot dot dot", "Wait..."),
    ("well hyphen known", "Well-known"),
    ("yes dash no en dash maybe", "Yes - no - maybe"),
    ("yes em dash no", "Yes -- no"),
    ("the dogs apostrophe bowls", "The dogs' bowls"),
    ("anna apostrophe s book", "Anna's book"),
    ("he said comma open quote come in period close quote", 'He said, "come in."'),
    ("he said open quote yes unquote comma then left", 'He said "yes", then left'),
    ("he said quote yes quote and quote no quote", 'He said "yes" and "no"'),
    ("quote yes end quote", '"Yes"'),
    ("open paren yes close paren", "(Yes)"),
    ("a open parenthesis b close parenthesis c", "A (b) c"),
    ("a left paren b right paren period next", "A (b). Next"),
    ("open bracket x close bracket open square bracket y close square bracket", "[X] [y]"),
    ("open brace x close brace", "{X}"),
    ("x less than sign y greater than sign z", "X < y > z"),
    ("and slash or forward slash nor", "And/or/nor"),
    ("c colon backslash temp", "C:\\temp"),  # a mark without spaces also takes the colon's
    ("sort pipe head vertical bar tail", "Sort | head | tail"),
    ("snake underscore case", "Snake_case"),
    ("jane at sign example dot com", "Jane@example.com"),
    ("hash todo number sign 5 pound sign 6", "#todo #5 #6"),
    ("dollar sign 5 comma 20 percent sign", "$5, 20%"),
    ("salt ampersand pepper and sign more", "Salt & pepper & more"),
    ("2 asterisk 3 plus sign 4 equals sign 10", "2 * 3 + 4 = 10"),
    ("x caret 2 and tilde 20", "X^2 and ~20"),
    ("run backtick ls backtick now", "Run `ls` now"),
    ("euro sign 5 and pound sterling sign 6", "€5 and £6"),
    ("20 degree sign outside", "20° outside"),
    ("copyright sign 2024", "© 2024"),
    ("well done smiley face", "Well done 🙂"),
    ("oh no frowny face winky face", "Oh no 🙁 😉"),
    ("3 point 14", "3.14"),
    ("thumbs up", "👍"),
    ("i | heart | you", "I ❤ you"),
    ("milk | star | eggs", "Milk * eggs"),
]

ORDINARY_WORDS = [
    ("the period of the war", "The period of the war"),
    ("a colon is a mark", "A colon is a mark"),
    ("add a dash of salt", "Add a dash of salt"),
    ("he is a rock star", "He is a rock star"),
    ("my heart is in it", "My heart is in it"),
    ("open a tab", "Open a tab"),
    ("open every new tab", "Open every new tab"),
    ("more or less than ten", "More or less than 10"),
    ("the point is clear", "The point is clear"),
    ("point taken", "Point taken"),
    ("the capital of france", "The capital of France"),
    ("connect every dot now", "Connect every dot now"),
    ("start a new line here", "Start a new line here"),
    ("give it a thumbs up sometime", "Give it a thumbs up sometime"),
    ("the question mark is missing period", "The question mark is missing."),
    ("xyzzy plugh", "Xyzzy plugh"),
    ("new", "New"),
    ("new house", "New house"),
    ("question", "Question"),
    ("exclamation of joy", "Exclamation of joy"),
    ("scratch that", "Scratch that"),  # a command is the grammar's business; written, it is words
]

LAYOUT = [
    ("one new line two", "One\nTwo"),
    ("one newline two", "One\nTwo"),
    ("one period new paragraph two", "One.\n\nTwo"),
    ("new paragraph", "\n\n"),
    ("name tab key value", "Name\tvalue"),
    ("name | tab | value", "Name\tvalue"),
    ("one space bar two", "One two"),
    ("one comma new line two", "One,\nTwo"),
    ("open paren new line one", "(\nOne"),
]

CASE_AND_SPACING = [
    ("hello cap world again", "Hello World again"),
    ("hello capital world", "Hello World"),
    ("all caps nato and others", "NATO and others"),
    ("no caps hello there", "hello there"),
    ("see all caps on this is loud all caps off now", "See THIS IS LOUD now"),
    ("caps on the great escape caps off is on", "The Great Escape is on"),
    ("no caps on hello period world no caps off period yes", "hello. world. Yes"),
    ("black no space bird song", "Blackbird song"),
    ("no space on a b c no space off d", "Abc d"),
    ("cap open quote hello close quote", '"Hello"'),
    ("see cap open paren hello world close paren", "See (Hello world)"),
    ("see cap new line hello", "See\nHello"),
    ("all caps cap hello", "Hello"),  # what was asked last holds
    ("cap all caps hello world", "HELLO world"),
    ("hello cap", "Hello"),
    ("i think i'm sure i'll go and i've been and i'd stay", "I think I'm sure I'll go and I've been and I'd stay"),
    ("no caps i am", "i am"),
    ("3d printers period 3d rules", "3d printers. 3d rules"),
    ("caps on open paren yes close paren caps off no", "(Yes) no"),
    ("hello period no space com", "Hello.com"),
]

ESCAPES = [
    ("literal comma", "Comma"),
    ("say literal comma period", "Say comma."),
    ("literal question mark question mark", "Question mark?"),
    ("the literal truth", "The literal truth"),
    ("take it literal", "Take it literal"),
    ("say literal literal", "Say literal"),
    ("say literal new paragraph now", "Say new paragraph now"),
    ("literal scratch that", "Scratch that"),
    ("literal i", "I"),
    ("so literal i", "So i"),
    ("literal open paren yes", "Open paren yes"),
]

SENTENCES = [
    (("hello", "world"), "Hello world"),
    (("hello period", "world"), "Hello. World"),
    (("hello", "period", "world"), "Hello. World"),
    (("hello", "comma", "world"), "Hello, world"),
    (("he said quote", "come in", "quote", "and left"), 'He said "come in" and left'),
    (("cap", "hello"), "Hello"),
    (("say cap", "world"), "Say World"),
    (("black no space", "bird"), "Blackbird"),
    (("one new line", "two"), "One\nTwo"),
    (("", "hello", ""), "Hello"),
    (("he said period close quote", "next"), 'He said." Next'),
    (("open paren yes period close paren", "next"), "(Yes.) Next"),
    (("why question mark", "open quote because close quote"), 'Why? "Because"'),
    (("all caps on go", "now", "all caps off please"), "GO NOW please"),
]


@pytest.mark.parametrize(
    ("spoken", "expected"), [*PUNCTUATION, *ORDINARY_WORDS, *LAYOUT, *CASE_AND_SPACING, *ESCAPES], ids=repr
)
def test_utterance_on_an_empty_page(spoken, expected):
    """It is written as the user intends it."""
    assert written(spoken) == expected


@pytest.mark.parametrize(("utterances", "expected"), SENTENCES, ids=repr)
def test_utterances_in_turn(utterances, expected):
    """Spacing, case and pending effects continue over the pauses between utterances."""
    assert written(*utterances) == expected


@pytest.mark.parametrize(
    ("before", "spoken", "expected"),
    [
        ("Dear Anna,", "thank you", " thank you"),
        ("Dear Anna,\n", "thank you", "Thank you"),
        ("Done. ", "next", "Next"),
        ("Done.", "next", " Next"),
        ('He said "', "come in", "come in"),
        ('He said "come in"', "and", " and"),
        ("He said. “", "come in", "Come in"),
        ("He said '", "yes", "yes"),
        ("don'", "t", " t"),
        ("see (", "above", "above"),
        ("(see above.)", "next", " Next"),
        ("Really?”", "yes", " Yes"),
        ("And so…", "on", " On"),
        ("price", "comma", ","),
        ("Done. \n  ", "item", "Item"),
        ("say `", "ls backtick", "ls`"),
    ],
)
def test_words_after_existing_text(before, spoken, expected):
    """Any existing text decides about the space and the case of the first word."""
    assert written(spoken, context=Context.after(before)) == expected


def test_typographic_style_replaces_symbols():
    """One word in the file changes quotes, dashes and dots."""
    toml = DEFAULT_FILE.read_text(encoding="utf-8").replace('style = "plain"', 'style = "typographic"')
    vocabulary = parse_vocabulary(toml, "typographic.toml")
    spoken = "quote yes quote dash anna apostrophe s em dash open quote no close quote ellipsis"
    assert written(spoken, vocabulary=vocabulary) == "“Yes” – Anna’s — “no”…"


def test_plain_style_needs_only_a_us_keyboard():
    """Punctuation of the default style must be typable everywhere."""
    spoken = "quote yes quote dash anna apostrophe s em dash open quote no close quote ellipsis"
    assert written(spoken).isascii()


def test_phrases_are_found_in_any_case():
    """Some recognizers write capitals."""
    assert written("Hello Comma World Full Stop") == "Hello, World."


def test_literal_prefix_makes_every_command_words():
    """The prefix works for commands as for symbols."""
    for phrase in (("scratch", "that"), ("delete", "that"), ("strike", "that")):
        assert phrase in DEFAULT.commands.without_slots
        assert written("literal " + " ".join(phrase)) == " ".join(phrase).capitalize()
