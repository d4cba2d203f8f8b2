"""Vocabulary, commands and words as spoken, for tests."""

from collections.abc import Iterator
from pathlib import Path

from windictator.settings.commands import parse_commands
from windictator.settings.vocabulary import parse_vocabulary
from windictator.text.context_adjust import START_OF_TEXT, Context, context_adjust
from windictator.text.grammar import Grammar
from windictator.text.numbers.english import ENGLISH
from windictator.text.numbers.normaliser import NumberNormaliser
from windictator.text.rules.standard import standard_rules
from windictator.text.utterance import RecognizedWord
from windictator.text.vocabulary import Vocabulary

DEFAULT_FILE = Path(__file__).parents[2] / "config" / "vocabulary.toml"
COMMANDS_FILE = DEFAULT_FILE.with_name("commands.toml")
COMMANDS = parse_commands(COMMANDS_FILE.read_text(encoding="utf-8"), COMMANDS_FILE.name)
_PLAIN = parse_vocabulary(DEFAULT_FILE.read_text(encoding="utf-8"), DEFAULT_FILE.name)
DEFAULT = (
    _PLAIN.with_numbers(NumberNormaliser(ENGLISH))
    .with_commands(COMMANDS)
    .with_rules(standard_rules(_PLAIN.rule_words, ENGLISH))
)


def heard(text: str, pause: float = 0.0, length: float = 0.3) -> tuple[RecognizedWord, ...]:
    """Return the words of ``text``, spoken evenly; each "|" is a pause of ``pause`` seconds."""
    words = []
    now = 0.0
    for word in text.split():
        if word == "|":
            now += pause
            continue
        words.append(RecognizedWord(word, now, now + length))
        now += length
    return tuple(words)


def written(*utterances: str, vocabulary: Vocabulary = DEFAULT, context: Context = START_OF_TEXT) -> str:
    """Return the text on the screen after the utterances, dictated one after the other after ``context``."""
    screen = ""
    for utterance in utterances:
        text, context = context_adjust(vocabulary.format(heard(utterance, pause=0.5)), context)
        screen += text
    return screen


def live_texts(said: str) -> Iterator[tuple[list[str], str]]:
    """Yield what live text shows after each word of ``said``: the words that are settled then, and their text.

    Spaces and case are left out.
    """
    words = [word.text for word in heard(said)]
    grammar = Grammar(DEFAULT)
    for length in range(len(words)):
        settled = words[: length - grammar.unstable_word_count(words[:length])]
        shown = "".join(word.text for word in DEFAULT.format([RecognizedWord(word) for word in settled]))
        yield settled, compact(shown)


def compact(text: str) -> str:
    """Return ``text`` without spaces and in lower case."""
    return text.replace(" ", "").casefold()
