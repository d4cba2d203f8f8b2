"""List of the microphones, from a process of its own.

So the list is up to date, and nothing that the sound system does (hang, crash, print) reaches the program.
"""

from __future__ import annotations

import json
import subprocess
import sys

from windictator.speech import capture_worker
from windictator.speech.device_choice import MicrophoneDevice
from windictator.speech.interfaces import AudioError

ANSWER_TIMEOUT = 10.0
"""Maximum time for the answer of the sound system, in seconds."""


def query_microphones(device: str | None) -> tuple[list[MicrophoneDevice], str | None]:
    """Return the microphones, the default first, and why ``device`` cannot be used, or None if it can.

    ``device`` is a name or part of it, or None for the default. Takes about a third of a second. Raises AudioError if
    the sound system does not answer.
    """
    request = json.dumps({"list": True, "device": device})
    try:
        # By its path and with -P, because a file named json.py in the current folder must not be imported.
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
            f"the sound system did not answer within {ANSWER_TIMEOUT:g} s;"
            " restart the sound server, or unplug the device that hangs"
        ) from None
    except OSError as error:
        raise AudioError(f"cannot query the sound system: {error.strerror}") from None
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or ["it crashed"])[-1]
        raise AudioError(f"cannot query the sound system: {reason}")
    found = json.loads(child.stdout)
    return [MicrophoneDevice(**about) for about in found["microphones"]], found["problem"]
