"""The composition root: builds the rooms, starts them in order, stops them in exact reverse.

The only file that touches the reactor. Each function here runs the reactor once, from start to end, in the calling
process: a command of the foreground.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from windictator.ports import Typed
from windictator.settings import Settings


class Listener(Protocol):
    """What a foreground command is told while it runs; called in the reactor's thread, must not block long."""

    def ready(self, window: str) -> None:
        """Listening; ``window`` describes the focused window, "" where there is none."""

    def partial(self, text: str) -> None:
        """The recognizer's best guess so far."""

    def final(self, text: str, confidence: float) -> None:
        """An utterance as recognised, before commands and punctuation; mean word confidence 0..1."""

    def typed(self, text: str, erased: int, typed: Typed) -> None:
        """What was done for an utterance: ``erased`` characters removed, then ``typed``."""

    def refused(self, reason: str) -> None:
        """An utterance or command was not carried out, and why; one line."""

    def notice(self, message: str) -> None:
        """Something the user should know (recognizer restarted, audio lost); one line."""


@dataclass(frozen=True, slots=True)
class DictationReport:
    """What a dictation came to.

    ``utterances``: finals that were not empty. ``text``: the text that stands in the window by what was confirmed.
    ``keys``: key events confirmed. ``refused``: number of refusals. ``stopped``: the last typing that ended early,
    None if none did. ``overruns``: audio frames lost. ``interrupted``: ended by a signal.
    ``seconds``: wall time from ready to end.
    """

    utterances: int
    text: str
    keys: int
    refused: int
    stopped: Typed | None
    overruns: int
    interrupted: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class TypeReport:
    """What ``type`` came to; ``interrupted``: ended by SIGINT or SIGTERM. ``seconds``: typing alone."""

    typed: Typed
    interrupted: bool
    seconds: float


def type_text(text: str, settings: Settings, *, display: str | None = None) -> TypeReport:
    """Type ``text`` into the focused window, every key confirmed, and return when all keys are up.

    ``display``: X display name, ``$DISPLAY`` if None. Raises WinDictatorError (refused before the first key: no
    display, extension missing, no focused window, a character that the layout lacks, control characters).
    """
    raise NotImplementedError


def dictate(
    settings: Settings,
    listener: Listener,
    *,
    audio: str,
    recognizer: str,
    model: str | None,
    live: str,
    once: bool = False,
    display: str | None = None,
) -> DictationReport:
    """Dictate until the audio ends or a signal comes, and return when all is typed and every key is up.

    ``audio``: "mic", "-" or the path of a WAV file. ``recognizer``: "vosk" or "text". ``model``: name or folder,
    None for the usual lookup. ``live``: "off", "stable" or "eager". ``once``: end after the first utterance.
    Raises WinDictatorError where it cannot begin.
    """
    raise NotImplementedError


def transcribe(
    settings: Settings, *, audio: str, model: str | None, on_final: Callable[[str, float, float, float], None]
) -> bool:
    """Recognise a recording without typing. ``on_final(text, start, end, confidence)`` for each utterance, after
    ``context_adjust`` (punctuation, capitals); seconds and 0..1. Returns whether it was interrupted by a signal.
    Raises WinDictatorError."""
    raise NotImplementedError
