"""Every source of audio."""

from windictator.speech.resilient_microphone import LastingMicrophone
from windictator.speech.stdin_source import ByteStream, RawAudio
from windictator.speech.wav_file import FileAudio

__all__ = ["ByteStream", "FileAudio", "LastingMicrophone", "RawAudio"]
