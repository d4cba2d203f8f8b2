"""Model and recording of the demonstration and the tests, which use the real recognizer without a download.

``vosk-model-tiny-tts-en`` was trained only on speech synthesisers and knows some 2,500 words. It understands
synthesisers well and people not at all, so it is not for dictation. ``scripts/demonstration-speech`` made
``demonstration.wav`` with espeak-ng.
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
"""Utterances of the recording, with pauses between them, exactly as Vosk recognises them."""


def demonstration_model() -> Path:
    """Return the folder of the model that understands only synthetic voices."""
    return Path(__file__).with_name("vosk-model-tiny-tts-en")


def demonstration_recording() -> Path:
    """Return the path of a dictation in a synthetic voice: 16 kHz, mono, 16 bits."""
    return Path(__file__).with_name("demonstration.wav")
