"""The model and the recording that the demonstration and the tests use: the real recognizer, without a download.

``vosk-model-tiny-tts-en`` was trained on speech synthesisers alone and knows some 2,500 words: it understands them
well and people not at all. Nobody should dictate with it. ``demonstration.wav`` is spoken by espeak-ng and was made by
``scripts/demonstration-speech``.
"""

from pathlib import Path

UTTERANCES = (
    "hello world comma this is a short dictation period",
    "every word was spoken comma and every key was checked period",
    "new paragraph",
    "can you meet me on monday",
    "scratch that",
    "can you meet me on tuesday question mark",
)
"""What is said in the recording, with pauses between; exactly what Vosk hears in it."""


def demonstration_model() -> Path:
    """The folder of the model that understands only synthetic voices."""
    return Path(__file__).with_name("vosk-model-tiny-tts-en")


def demonstration_recording() -> Path:
    """A dictation in a synthetic voice: 16 kHz, mono, 16 bits."""
    return Path(__file__).with_name("demonstration.wav")
