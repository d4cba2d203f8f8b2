"""Which microphones there are: asked of a process of its own, so that the answer is fresh, and nothing that the sound
system does (hang, crash, print) reaches the program."""

from __future__ import annotations

import json
import subprocess
import sys

from windictator.speech import capture_worker
from windictator.speech.device_choice import MicrophoneDevice
from windictator.speech.interfaces import AudioError

ANSWER_TIMEOUT = 10.0
"""Seconds in which the sound system must say what there is."""


def list_microphones() -> list[MicrophoneDevice]:
    """The microphones, the default first. Raises ``AudioError`` where the sound system cannot be asked."""
    return query_microphones(None)[0]


def query_microphones(device: str | None) -> tuple[list[MicrophoneDevice], str | None]:
    """The microphones, the default first; and why ``device`` (None: the default) cannot be used, in one line, None if
    it can. Takes about a third of a second. Raises ``AudioError`` where the sound system cannot be asked."""
    request = json.dumps({"list": True, "device": device})
    try:
        # By its path and with -P: a file named json.py in the current folder must not get in.
        child = subprocess.run(
            [sys.executable, "-P", capture_worker.__file__, request],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=ANSWER_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AudioError(
            f"the sound system has not answered for {ANSWER_TIMEOUT:g} seconds:"
            " restart the sound server, or unplug the device that hangs"
        ) from None
    except OSError as error:
        raise AudioError(f"the sound system cannot be asked: {error.strerror}") from None
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or ["it crashed"])[-1]
        raise AudioError(f"the sound system cannot be asked: {reason}")
    found = json.loads(child.stdout)
    return [MicrophoneDevice(**about) for about in found["microphones"]], found["problem"]
