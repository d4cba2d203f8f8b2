"""Every source of audio."""

from windictator.speech.lasting_microphone import LastingMicrophone
from windictator.speech.raw_stdin import ByteStream, RawAudio
from windictator.speech.wav_file import FileAudio

__all__ = ["ByteStream", "FileAudio", "LastingMicrophone", "RawAudio"]
