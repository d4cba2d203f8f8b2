"""Speech that is played to a virtual microphone, for a daemon that listens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.speech.sound_server import LOUDSPEAKER, SoundServer
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording

MICROPHONE_OPTIONS = ("--model", str(demonstration_model()))
"""Options of a daemon that listens to the microphone with the model for synthetic voices."""

EXPECTED_TEXT = (
    "Hello world, this is a short dictation. Every word was spoken, and every key was checked.\n\n"
    "Can you meet me on Tuesday?"
)
"""The text in the window after the recording."""

EXPECTED_UTTERANCES = UTTERANCES


def sound_environment(user: Mapping[str, str], server: SoundServer) -> dict[str, str]:
    """A user's environment with the sound of ``server``."""
    return {**user, "PULSE_SERVER": server.environ["PULSE_SERVER"]}


class SpeechPlayback:
    """A recording being played; ``wait`` returns at its end."""

    def __init__(self, server: SoundServer, recording: Path | None = None) -> None:
        # Sound that comes late is sound with gaps, and is heard otherwise; only root may ask to be served first.
        first = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
        command = [*first, "paplay", f"--device={LOUDSPEAKER}", str(recording or demonstration_recording())]
        self._process: subprocess.Popen[Any] = subprocess.Popen(command, env=server.environ)

    def wait(self) -> None:
        """Everything has been played."""
        assert self._process.wait(60) == 0

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
