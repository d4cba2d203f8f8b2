"""A transcription reads as the typed text would, and "scratch that" takes back what was said."""

from windictator.settings import shipped_config
from windictator.text.command_phrases import parse_commands
from windictator.text.utterance import Final, Partial, RecognizedWord
from windictator.text.vocabulary_file import parse_vocabulary
from windictator.transcription import Transcription

VOCABULARY = parse_vocabulary(
    shipped_config("vocabulary.toml").read_text(encoding="utf-8"), "vocabulary.toml"
).with_commands(parse_commands(shipped_config("commands.toml").read_text(encoding="utf-8"), "commands.toml"))


def transcribed(*utterances):
    pieces = []
    transcription = Transcription(VOCABULARY, lambda text, start, end, confidence: pieces.append(text))
    for number, utterance in enumerate(utterances):
        words = tuple(RecognizedWord(word) for word in utterance.split())
        transcription.hear(Partial(number, utterance))
        transcription.hear(Final(number, words))
    transcription.finish()
    return "".join(pieces)


def test_the_text_is_as_it_would_be_typed():
    assert transcribed("hello comma world period", "new paragraph", "next") == "Hello, world.\n\nNext"


def test_scratch_that_takes_back_one_utterance_after_the_other():
    assert transcribed("one", "two", "three", "scratch that", "scratch that four") == "One four"


def test_scratching_more_than_was_said():
    assert transcribed("scratch that", "one", "scratch that", "scratch that", "two") == "Two"


def test_long_transcriptions_are_handed_out_while_they_grow():
    pieces = []
    transcription = Transcription(VOCABULARY, lambda text, start, end, confidence: pieces.append((text, start, end)))
    for number in range(50):
        transcription.hear(Final(number, (RecognizedWord("word", number, number + 0.5, 0.9),)))
    assert pieces[:2] == [("Word", 0, 0.5), (" word", 1, 1.5)]
    assert len(pieces) == 30
    transcription.finish()
    assert len(pieces) == 50


def test_silence_says_nothing():
    assert transcribed("", "hello", "") == "Hello"
