"""Options of the Vosk recognizer."""

from __future__ import annotations

from dataclasses import dataclass

from windictator.speech import vosk_configuration


@dataclass(frozen=True, slots=True)
class VoskOptions:
    """Options of a ``VoskRecognizer``.

    ``answer_timeout``: time without an answer after which a process that owes one is replaced (seconds).
    ``ready_timeout``: maximum time for loading the model (seconds).
    ``replay_s``: processed audio of one utterance that is kept for a restart (seconds). Words can be lost only in a
    longer utterance, and a notice says how much. By default, Vosk itself ends an utterance after 20 s.
    ``max_crashes``: number of crashes over the same chunk before the audio up to it is dropped.
    ``frames_per_chunk``: 10 ms frames that Vosk decodes at a time, 0 for the model's value (usually 24). With fewer
    frames, words appear earlier and cost more computing.
    ``min_trailing_silence_s``: minimum silence before Vosk's own rules end an utterance (seconds). Longer times of the
    model stay.
    ``max_growth_bytes``: growth of the process beyond which ``restart_if_large`` replaces it, 0 for no limit.
    ``reload_timeout_s``: time during which a model that could be loaded before is tried again (seconds). Its disk may
    be missing for a while; the audio waits.
    """

    answer_timeout: float = 10.0
    ready_timeout: float = 120.0
    replay_s: float = 120.0
    max_crashes: int = 3
    frames_per_chunk: int = 0
    min_trailing_silence_s: float = 0.0
    max_growth_bytes: int = 0
    reload_timeout_s: float = 300.0

    def model_changes(self) -> list[str]:
        """Return the arguments of ``vosk_worker`` that change the model's configuration."""
        changes = [f"--frames-per-chunk={self.frames_per_chunk}"] if self.frames_per_chunk else []
        if self.min_trailing_silence_s:
            changes += [f"--{rule}={self.min_trailing_silence_s}" for rule in vosk_configuration.TRAILING_SILENCE]
        return changes
