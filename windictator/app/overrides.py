"""Choices of the command line that override the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from windictator.settings import Settings


@dataclass(frozen=True, slots=True)
class Overrides:
    """Values that the command line gives instead of the settings; None: as the settings say."""

    audio: str | None = None
    recognizer: Literal["vosk", "text"] | None = None
    model: str | None = None
    live: Literal["off", "stable", "eager"] | None = None
    display: str | None = None
    paused: bool | None = None
    """Whether the microphone is closed at the start."""
    lock_timeout_s: float = 0.0
    """Seconds to wait for another daemon to end."""

    def apply_to(self, settings: Settings) -> Settings:
        """Return ``settings`` with these values. ``model`` and ``display`` are not among the settings."""
        audio, recognizer, dictation, daemon = settings.audio, settings.recognizer, settings.dictation, settings.daemon
        return replace(
            settings,
            audio=replace(audio, source=self.audio or audio.source),
            recognizer=replace(recognizer, engine=self.recognizer or recognizer.engine),
            dictation=replace(dictation, live=self.live or dictation.live),
            daemon=replace(daemon, start_paused=daemon.start_paused if self.paused is None else self.paused),
        )
