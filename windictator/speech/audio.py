"""Every source of audio."""

from windictator.speech.microphone import (
    Microphone,
    MicrophoneDevice,
    default_microphone_problem,
    list_microphones,
)
from windictator.speech.raw_stdin import ByteStream, RawAudio
from windictator.speech.wav_file import FileAudio

__all__ = [
    "ByteStream",
    "FileAudio",
    "Microphone",
    "MicrophoneDevice",
    "RawAudio",
    "default_microphone_problem",
    "list_microphones",
]
