"""Options and callbacks of the microphone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from windictator.speech.sound_level import Level


@dataclass(frozen=True, slots=True)
class MicrophoneOptions:
    """Options of a ``ResilientMicrophone``.

    ``device``: name of a microphone or part of it; None for the current default. While the named microphone is missing,
    the default is used.
    ``latency_ms``: length of a block.
    ``buffer_s``: sound that is kept while the sink is busy (seconds). What exceeds it is dropped and counted.
    ``fail_if_missing``: whether a microphone that is missing at the start is an error, by which ``start`` fails.
    """

    device: str | None = None
    latency_ms: int = 30
    buffer_s: float = 60.0
    fail_if_missing: bool = False


@dataclass(frozen=True, slots=True)
class MicrophoneEvents:
    """Callbacks of a ``ResilientMicrophone``.

    ``on_notice``: called with each line that the user should know.
    ``on_failure``: called instead of ``on_notice`` with a line about missing sound or silence; None for ``on_notice``.
    ``on_state``: called with True when the microphone begins to recover, and with False when there is sound again.
    ``on_level``: called with the level of the sound ten times per second, while ``report_levels`` is set.
    ``on_problem``: called when ``ResilientMicrophone.problem`` has changed.
    """

    on_notice: Callable[[str], None] = lambda notice: None
    on_failure: Callable[[str], None] | None = None
    on_state: Callable[[bool], None] = lambda recovering: None
    on_level: Callable[[Level], None] = lambda level: None
    on_problem: Callable[[], None] = lambda: None
