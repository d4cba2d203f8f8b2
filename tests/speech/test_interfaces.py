"""Defaults that audio sources and recognizers inherit, so that the program need not know their classes."""

import pytest
from twisted.internet.task import Clock

from windictator.speech.demonstration import demonstration_model, demonstration_recording
from windictator.speech.resilient_microphone import ResilientMicrophone
from windictator.speech.stdin_source import StdinAudio, StdinBytes
from windictator.speech.text_recognizer import TextRecognizer
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.speech.wav_file import FileAudio

SOURCES = {
    "recording": lambda: FileAudio(demonstration_recording()),
    "standard input": lambda: StdinAudio(None),
    "lines": lambda: StdinBytes(None),
    "microphone": lambda: ResilientMicrophone(Clock()),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_source_that_waits_for_nothing_answers_at_once(kind):
    """So does a microphone that was not started."""
    source = SOURCES[kind]()
    assert source.when_capturing().called
    assert not source.is_recovering
    assert source.overruns == 0
    source.report_levels = True


@pytest.mark.parametrize("recognizer", [TextRecognizer(), VoskRecognizer(Clock(), demonstration_model())])
def test_recognizer_has_refused_nothing_at_first(recognizer):
    """Audio is never refused, lines may be."""
    assert recognizer.refusal_count == 0
