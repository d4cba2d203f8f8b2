"""The user's words: what their file means, and that they are added to the vocabulary."""

import pytest

from tests.text.spoken import DEFAULT, heard, written
from windictator.settings.commands import parse_commands
from windictator.settings.conflicts import command_conflicts, conflicts
from windictator.settings.vocabulary import parse_words
from windictator.text.context_adjust import MIDDLE_OF_TEXT, START_OF_TEXT, Context, context_adjust, text_after_cursor
from windictator.text.formatting import FormattedWord, Formatting, case_formatting
from windictator.text.grammar import Command, Grammar, PlainText
from windictator.text.phrase_index import VocabularyError


def own(toml: str):
    return DEFAULT.with_user_words(parse_words("[words]\n" + toml, "words.toml"))


@pytest.mark.parametrize(
    ("toml", "said", "screen"),
    [
        ('windictator = "WinDictator"', "i use windictator period", "I use WinDictator."),
        ('"My Address" = "1 Main Street\\nSpringfield"', "my address", "1 Main Street\nSpringfield"),
        ('"my address" = "1 Main Street"', "send it to my address comma please", "Send it to 1 Main Street, please"),
        # A capital at the sentence's start is for ordinary words only; what is asked for is done.
        ('iphone = "iPhone"', "iphone period iphone", "iPhone. iPhone"),
        ('"my mail" = "jane@example.com"', "my mail", "jane@example.com"),
        ('"by the by" = "by the way"', "by the by", "By the way"),
        ('iphone = "iPhone"', "cap iphone", "IPhone"),
        ('iphone = "iPhone"', "all caps iphone", "IPHONE"),
        # Said of a word in a table.
        ('arrow = { text = "->", space = "none" }', "a arrow b", "A->b"),
        ('arrow = { text = "->", when = "not after article" }', "the arrow arrow", "The arrow ->"),
        ('dear = { text = "dear", formatting = ["capital"] }', "dear jane", "Dear Jane"),
        ('"joined up" = { text = "x", formatting = ["no space"] }', "joined up y", "Xy"),
        # The user's word replaces the vocabulary's.
        ('comma = "Komma"', "the next comma comma", "The next Komma Komma"),
        ('"i\'m" = "I am"', "i'm here", "I am here"),
    ],
)
def test_user_words_are_written(toml, said, screen):
    """Own spelling and capitals, replacements, formatting, and the vocabulary below."""
    assert written(said, vocabulary=own(toml)) == screen


def test_user_word_replaces_a_command():
    """The user's file overrides; the other phrases of the command stay, and so does the shipped vocabulary."""
    grammar = Grammar(own('"scratch that" = "scratch that"'))
    assert grammar.parse(heard("scratch that")) == PlainText(heard("scratch that"))
    assert grammar.parse(heard("delete that")) == Command("scratch")
    assert Grammar(DEFAULT).parse(heard("scratch that")) == Command("scratch")


def test_unstable_words_wait_for_user_phrases():
    """What may still become a replacement is not shown as words."""
    assert own('"my address" = "x"').unstable_word_count(["to", "my"]) == 1


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("x = 1", "words.x: 1 is wrong; it must be a text of at least one character"),
        ('x = ""', 'words.x: "" is wrong; it must be a text of at least one character'),
        ("x = []", "words.x: [] is wrong; it must be a text of at least one character"),
        ("x = {}", "words.x.text: is missing; it must be a text of at least one character"),
        ('" " = "x"', 'words." ": contains an empty phrase; a phrase has at least one word'),
        ('"a b" = "x"\n"A  B" = "y"', 'words."A  B": "a b" appears twice; a phrase has one meaning'),
        ('x = "a\\u0007"', "U+0007 at character 2 of the text cannot be typed: it is a control character"),
        ('x = "{cursor}y"', "words.x: {cursor} may appear once, after other text"),
        ('x = "a{cursor}b{cursor}"', "words.x: {cursor} may appear once, after other text"),
        ('x = { text = "a", spaces = "none" }', "words.x.spaces: unknown key; did you mean space?"),
        (
            'x = { text = "ab", space = "pair" }',
            'words.x.space: "pair" is wrong; it must be "both", "before", "after" or "none"',
        ),
        ('x = { text = "a", when = "sometimes" }', 'words.x.when: "sometimes" is wrong; it must be "anywhere", '),
        (
            'x = { text = "a", formatting = "capital" }',
            'words.x.formatting: "capital" is wrong; it must be a list of effects',
        ),
        ('x = { text = "a", formatting = ["caps"] }', 'words.x.formatting: "caps" is unknown; allowed: capital, '),
        ('x = { text = "a", sounds_like = 1 }', "words.x.sounds_like: 1 is wrong; it must be true or false"),
        ("[symbols]", "symbols: unknown key; allowed: words"),
        ("x", "not valid TOML: "),
    ],
)
def test_mistake_is_one_line(toml, problem):
    """File, key, what is wrong and what is allowed."""
    with pytest.raises(VocabularyError) as error:
        parse_words("[words]\n" + toml, "words.toml")
    assert problem in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).startswith("words.toml:")


def test_empty_file_has_no_words():
    """As good as none."""
    assert parse_words("", "words.toml") == parse_words("# mine\n[words]\n", "words.toml") == {}


@pytest.mark.parametrize(
    ("toml", "sounds_like"),
    [
        ('windictator = "WinDictator"', True),
        ('"saint exupery" = "Saint-Exupery"', True),
        ('windictator = { text = "WinDictator", sounds_like = false }', False),
        ('"my address" = "1 Main Street"', False),
        ('"my address" = { text = "1 Main Street", sounds_like = true }', True),
        ('regards = "Regards{cursor}"', False),
    ],
)
def test_names_match_words_that_sound_like_them(toml, sounds_like):
    """What is written as it is said is a name; a replacement is not looked for in what sounds like its phrase."""
    (phrase,) = parse_words("[words]\n" + toml, "words.toml").values()
    assert phrase.sounds_like is sounds_like


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("iPhone", True), ("eBay", True), ("WinDictator", True), ("jane@example.com", True), ("example.com", True),
        ("snake_case", True), ("usr/bin", True), ("by the way", False), ("dr. jane", False), ("1 Main Street", False),
        ("the iPhone", False), ("", False),
    ],
)  # fmt: skip
def test_text_with_its_own_case_keeps_it(text, kept):
    """Names and addresses keep it where a sentence begins."""
    assert case_formatting(text) is (Formatting.AS_WRITTEN if kept else Formatting.NONE)


# Snippets


def test_snippet_leaves_the_cursor_in_its_middle():
    """What is dictated behind it, in the same utterance or the next, goes where the caret is."""
    snippets = own('"kind regards" = "Kind regards, {cursor}\\nJane"\nremark = "({cursor})"')
    words = snippets.format(heard("hello comma kind regards bob"))
    text, after = context_adjust(words, START_OF_TEXT)
    assert (text, text_after_cursor(words)) == ("Hello, Kind regards, bob", "\nJane")
    assert context_adjust(snippets.format(heard("and alice")), after)[0] == " and Alice"
    words = snippets.format(heard("kind regards bob remark later"))
    assert context_adjust(words, START_OF_TEXT)[0] + text_after_cursor(words) == "Kind regards, bob (later)\nJane"


def test_word_without_cursor_has_no_tail():
    """The usual."""
    assert text_after_cursor(DEFAULT.format(heard("hello comma world"))) == text_after_cursor(()) == ""
    assert context_adjust([FormattedWord("a", after_cursor="b")], MIDDLE_OF_TEXT) == ("a", Context.after("a a"))


# Conflicts


@pytest.mark.parametrize(
    ("phrase", "problem"),
    [
        ("scratch that", "replaces the command 'scratch'"),
        ("comma", "replaces its text ','"),
        ("i'm", 'replaces its text "I\'m"'),
        ("all caps", "replaces an effect on the words after it"),
        ("scratch that line", "does not match where an utterance begins: that is the command 'scratch'"),
        ("literal comma", "never matches: 'literal' writes the words after it as text"),
        ("c++", "can never be recognised: contains 'c++', which is not a spoken word"),
        ("windows 11", "can never be recognised: contains '11', which is not a spoken word"),
    ],
)
def test_conflict_is_found(phrase, problem):
    """What "config check" warns of and "vocabulary add" refuses or warns of."""
    (conflict,) = conflicts(DEFAULT, [tuple(phrase.split())])
    assert str(conflict) == f"{phrase!r} {problem}"
    assert conflict.replaces_meaning is problem.startswith("replaces")


@pytest.mark.parametrize("phrase", ["windictator", "my address", "new", "o'gorman", "jean-luc", "repeat that a", "été"])
def test_no_conflict_is_found(phrase):
    """Words that can be said, the beginnings of marks among them."""
    assert list(conflicts(DEFAULT, [tuple(phrase.split())])) == []


def test_hidden_and_hiding_commands_are_found():
    """The shipped ones do neither; those of a user's own may."""
    assert list(command_conflicts(DEFAULT)) == []
    toml = """
[scratch]
spoken = ["comma", "kill"]
allow_text_after = true
[delete_words]
spoken = ["kill <number> words", "remove <number> words"]
"""
    own = DEFAULT.with_commands(parse_commands(toml, "own.toml"))
    assert [str(conflict) for conflict in command_conflicts(own)] == [
        "'comma' is the command 'scratch' as a whole utterance, not its text",
        "'kill <number> words' never matches: it begins with a phrase of 'scratch', which takes the rest as text",
    ]
