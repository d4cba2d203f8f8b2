"""Events of a session in the foreground."""

from __future__ import annotations

from windictator.dictation.events import Event, Notice, OnEvent


class ForegroundEvents:
    """Passes on the events of dictation; what does not work is a notice, and there is no state to follow."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event

    def on_event(self, event: Event) -> None:
        """Pass on an event of dictation."""
        self._on_event(event)

    def failed(self, message: str, topic: str = "") -> None:
        """Pass on what does not work."""
        self._on_event(Notice(message))

    def changed(self) -> None:
        """Ignore a changed state."""

    def level(self, rms: float, peak: float) -> None:
        """Ignore the level of the sound."""
