"""Every source of audio."""

from windictator.speech.resilient_microphone import ResilientMicrophone
from windictator.speech.stdin_source import StdinAudio, StdinBytes
from windictator.speech.wav_file import FileAudio

__all__ = ["FileAudio", "ResilientMicrophone", "StdinAudio", "StdinBytes"]
