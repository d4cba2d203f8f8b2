"""The vocabulary file: what is read, what is refused and how the refusal reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import count_calls
from tests.settings.places import without_line
from tests.text.spoken import DEFAULT, DEFAULT_FILE, heard, written
from windictator.errors import WinDictatorError
from windictator.settings.vocabulary import parse_vocabulary
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.phrase_index import VocabularyError
from windictator.text.utterance import RecognizedWord

KEYS = "style, pause, articles, literal_prefixes, words, symbols, effects, spelling"
EFFECTS = (
    "capital, capital on, upper case, upper case on, lower case, lower case on, case off, "
    "no space, no space on, no space off"
)
EMPTY = "holds an empty phrase, a phrase is one or more words"
TWICE = "is there twice, a phrase has one meaning"
WHENS = "anywhere, not after article, between letters, between digits, apart"


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("style = ", "end: not valid TOML: Invalid value"),
        ("[words", "end: not valid TOML: Expected ']' at the end of a table declaration"),
        ("x = 1", "x: unknown key; allowed: style, pause_ms, articles, literal_prefixes, words, symbols,"),
        ('style = "loud"', 'style: "loud" is wrong; it must be "plain", "typographic" or "french"'),
        ("style = 1", 'style: 1 is wrong; it must be "plain", "typographic" or "french"'),
        ('pause_ms = "long"', 'pause_ms: "long" is wrong; it must be a number from 0 to 10000'),
        ("pause_ms = -1", "pause_ms: -1 is wrong; it must be a number from 0 to 10000"),
        ("pause_ms = nan", "pause_ms: NaN is wrong; it must be a number from 0 to 10000"),
        ("pause_ms = true", "pause_ms: true is wrong; it must be a number from 0 to 10000"),
        ('articles = "the"', 'articles: "the" is wrong; it must be a list of words: ["...", "..."]'),
        ("literal_prefixes = [1]", 'literal_prefixes: [1] is wrong; it must be a list of words: ["...", "..."]'),
        ('literal_prefixes = ["say it"]', 'literal_prefixes: "say it" is not a single word'),
        ("words = 1", "words: 1 is wrong; it must be a table: [words]"),
        ("[words]\ni = 1", "words.i: 1 is wrong; it must be a text of at least one character"),
        ('[words]\n" " = "x"', 'words." ": contains an empty phrase; a phrase has at least one word'),
        ('[words]\nI = "I"\ni = "I"', 'words.i: "i" appears twice; a phrase has one meaning'),
        ("symbols = 1", "symbols: 1 is wrong; it must be tables, each written as [[symbols]]"),
        ("symbols = [1]", "symbols 1: 1 is wrong; it must be a table"),
        ("symbols = [{}]", "symbols 1.text: is missing; it must be a text of at least one character"),
        ('symbols = [{text = ""}]', 'symbols 1.text: "" is wrong; it must be a text of at least one character'),
        ('symbols = [{text = "."}]', 'symbols 1.spoken: is missing; it must be a list of texts: ["...", "..."]'),
        (
            'symbols = [{text = ".", spoken = "dot"}]',
            'symbols 1.spoken: "dot" is wrong; it must be a list of texts: ["...", "..."]',
        ),
        (
            'symbols = [{text = ".", spoken = [""]}]',
            "symbols 1.spoken: contains an empty phrase; a phrase has at least one word",
        ),
        (
            'symbols = [{text = ".", spoken = ["dot", "Dot"]}]',
            'symbols 1.spoken: "dot" appears twice; a phrase has one meaning',
        ),
        (
            'symbols = [{text = ".", spoken = [], space = "left"}]',
            'symbols 1.space: "left" is wrong; it must be "both", "before", "after", "none" or',
        ),
        (
            'symbols = [{text = "x", spoken = [], space = "pair"}]',
            'symbols 1.text: with space = "pair" it must be two symbols of equal length',
        ),
        (
            'symbols = [{text = ".", spoken = [], when = "sometimes"}]',
            'symbols 1.when: "sometimes" is wrong; it must be "anywhere", "not after article",',
        ),
        (
            'symbols = [{text = ".", spoken = [], sound = 1}]',
            "symbols 1.sound: unknown key; allowed: text, typographic, spoken, space, when, french",
        ),
        (
            'symbols = [{text = "\\u0007", spoken = []}]',
            "symbols 1.text: U+0007 at character 1 of the text cannot be typed: it is a control",
        ),
        ("effects = [{}]", 'effects 1.effect: is missing; it must be "capital", "capital on", "upper case",'),
        (
            'effects = [{effect = "bold", spoken = []}]',
            'effects 1.effect: "bold" is wrong; it must be "capital", "capital on", "upper case",',
        ),
        ('"a\\nb" = 1', '"a\\nb": unknown key; allowed: style, pause_ms, articles, literal_prefixes, words,'),
    ],
    ids=lambda value: value[:40],
)
def test_mistake_is_one_line(toml, reason):
    """The error names the file, the key, what is wrong and what is allowed, in one line."""
    with pytest.raises(VocabularyError) as caught:
        parse_vocabulary(toml, "own.toml")
    message = without_line(str(caught.value))
    assert message.startswith(f"own.toml:{reason}")
    assert "\n" not in message
    assert isinstance(caught.value, WinDictatorError)
    assert caught.value.exit_status == 2


toml_lines = st.lists(
    st.sampled_from(DEFAULT_FILE.read_text(encoding="utf-8").splitlines())
    | st.text("abcsw[]{}=,\"'.#\n 0123456789-", max_size=20)
    | st.text(max_size=10)
)


@given(toml_lines)
def test_any_text_gives_vocabulary_or_one_error(lines):
    """Nothing in a file raises anything but the vocabulary's own error, in one line."""
    try:
        parse_vocabulary("\n".join(lines), "own.toml")
    except VocabularyError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("toml", ["x = " + "[" * 10_000, "x = " + "9" * 5_000])
def test_files_beyond_the_parser_are_refused(toml):
    """Nesting and numbers beyond what the TOML reader bears are refused like any other mistake."""
    with pytest.raises(VocabularyError):
        parse_vocabulary(toml, "own.toml")


def test_empty_file_has_no_phrases():
    """Every key may be left out; words are then written as heard."""
    vocabulary = parse_vocabulary("", "own.toml")
    assert vocabulary.format(heard("hello comma i")) == tuple(map(FormattedWord, ("hello", "comma", "i")))
    assert written("hello comma i", vocabulary=vocabulary) == "Hello comma i"


def test_longest_phrase_wins():
    """The length of phrases that begin alike decides, whatever their order in the file."""
    toml = 'symbols = [{text = "1", spoken = ["a"]}, {text = "3", spoken = ["a b c"]}, {text = "2", spoken = ["a b"]}]'
    texts = [word.text for word in parse_vocabulary(toml, "own.toml").format(heard("a a b a b c"))]
    assert texts == ["1", "2", "3"]


def test_shorter_phrase_replaces_a_longer_non_symbol():
    """A phrase that is ordinary words at this place does not hide a shorter one."""
    toml = 'symbols = [{text = "!", spoken = ["a b"], when = "between pauses"}, {text = "A", spoken = ["a"]}]'
    vocabulary = parse_vocabulary(toml, "own.toml")
    assert [word.text for word in vocabulary.format(heard("x a b x"))] == ["x", "A", "b", "x"]
    assert [word.text for word in vocabulary.format(heard("a b"))] == ["!"]


def test_phrase_between_pauses_is_a_symbol():
    """A doubtful word is a mark only with silence on both sides, as long as the file says."""
    vocabulary = parse_vocabulary(
        'pause_ms = 400\nsymbols = [{text = "*", spoken = ["star"], when = "between pauses"}]', "own.toml"
    )

    def texts(before: float, after: float) -> list[str]:
        words = [RecognizedWord("x", 0, 1), RecognizedWord("star", 1 + before, 2), RecognizedWord("y", 2 + after, 3)]
        return [word.text for word in vocabulary.format(words)]

    assert texts(0.5, 0.5) == ["x", "*", "y"]
    assert texts(0.5, 0.1) == texts(0.1, 0.5) == ["x", "star", "y"]


def test_line_breaks_in_a_text_are_normalised():
    """A phrase may stand for several lines, written on any system."""
    toml = '[words]\naddress = "Main Street 1\\r\\nSpringfield"'
    assert written("my address", vocabulary=parse_vocabulary(toml, "own.toml")) == "My Main Street 1\nSpringfield"


def test_shipped_spacing_becomes_flags():
    """The spacing words of the file become flags."""
    assert DEFAULT.format(heard("comma open paren hyphen all caps no space")) == (
        FormattedWord(",", Formatting.NO_SPACE_BEFORE),
        FormattedWord("(", Formatting.NO_SPACE_AFTER),
        FormattedWord("-", Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER),
        FormattedWord("", Formatting.UPPER_NEXT),
        FormattedWord("", Formatting.NO_SPACE_AFTER),
    )


def test_many_phrases_are_as_fast_as_few():
    """The time to format an utterance does not grow with the vocabulary (generous: best of many runs)."""

    def calls(rules: int) -> float:
        words = "\n".join(f'"rule {number}" = "x{number}"' for number in range(rules))
        vocabulary = parse_vocabulary("[words]\n" + words, "own.toml")
        utterance = heard("rule 1 hello rule 2 world " * 5)
        return count_calls(lambda: vocabulary.format(utterance))

    assert calls(3000) < 1.1 * calls(10)
