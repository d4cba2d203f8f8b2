"""Audio of a recognizer session: the chunks of the current utterance, and the sound of the last ones."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.replay_buffer import AudioChunk, ReplayBuffer
from windictator.speech.utterance_cache import UtteranceAudioCache
from windictator.text.utterance import RecognizedWord

CHUNK_BYTES = 3200
"""Maximum length of a chunk: 100 ms. Vosk looks for the end of an utterance once per chunk."""

OVERLAP_SAMPLES = SAMPLE_RATE // 2
"""Audio kept beyond a final, in samples. Vosk decodes later than it receives audio, by the right context of the network
and one chunk (0.2 to 0.45 s with the known models). When it reports the end of an utterance, it already holds audio of
the next one. The overlap never reaches back further than the end of the last word."""

MAX_CACHED_UTTERANCES = 5
"""Maximum number of utterances for which alternatives can be requested."""
MAX_CACHED_AUDIO_S = 60
"""Maximum length of these utterances together, in seconds."""

_LEAD_S = 0.3
"""Sound before its first word that belongs to an utterance, in seconds."""


class SessionAudio:
    """Chunks of audio, numbered by samples since the session began.

    ``replay_s``: how much processed audio of one utterance is kept for a restart (seconds).
    """

    def __init__(self, replay_s: float) -> None:
        self.chunks = ReplayBuffer(int(replay_s * SAMPLE_RATE))
        self.utterances = UtteranceAudioCache(MAX_CACHED_UTTERANCES, MAX_CACHED_AUDIO_S * SAMPLE_RATE)
        self._fed_samples = 0
        self._odd_byte = b""
        self._last_word_end_sample = 0

    def split(self, data: bytes) -> list[bytes]:
        """Return ``data`` in pieces of at most ``CHUNK_BYTES``; a sample cut in two is completed by the next call."""
        data = self._odd_byte + data
        whole = len(data) & ~1
        self._odd_byte = data[whole:]
        return [data[begin : min(begin + CHUNK_BYTES, whole)] for begin in range(0, whole, CHUNK_BYTES)]

    def append(self, data: bytes, done: Deferred[None], silent_sample_count: int = 0) -> AudioChunk:
        """Add a chunk of audio, or the end of an utterance (no ``data``), and return it.

        ``done`` fires when the chunk has been processed.
        """
        chunk = AudioChunk(data, self._fed_samples, done, silent_sample_count=silent_sample_count)
        self._fed_samples = chunk.end_sample
        self.chunks.append(chunk)
        return chunk

    @property
    def first_sample(self) -> int:
        """Number of the first sample that a new process receives."""
        return self.chunks[0].start_sample if len(self.chunks) else self._fed_samples

    @property
    def lost_s(self) -> float:
        """Length of the beginning of the current utterance that is no longer kept, in seconds."""
        return self.chunks.forgotten_sample_count / SAMPLE_RATE

    def end_utterance(self, utterance: int, words: tuple[RecognizedWord, ...], chunk: AudioChunk) -> None:
        """Cache the sound of ``words``, and keep only what may belong to the next utterance.

        ``chunk`` is the one whose answer ended the utterance.
        """
        boundary = chunk.end_sample
        if chunk.data:
            last_word = round(words[-1].end * SAMPLE_RATE) if words else 0
            boundary = min(boundary, max(boundary - OVERLAP_SAMPLES, last_word))
        if words:
            begin = max(self._last_word_end_sample, round((words[0].start - _LEAD_S) * SAMPLE_RATE))
            self._last_word_end_sample = round(words[-1].end * SAMPLE_RATE)
            self.utterances.add(utterance, self.chunks.get_answered_audio(begin, chunk.end_sample))
        self.chunks.drop_until(boundary)
