"""Runs of the real recognizer, in programs of their own."""

import json
import subprocess
import sys
from pathlib import Path

from windictator.speech import vosk_worker
from windictator.speech.demonstration import UTTERANCES, demonstration_model, demonstration_recording

HEAR = Path(__file__).with_name("hear_recording.py")
ENOUGH = 60.0
"""Seconds for what takes two on a quiet machine."""


def hear(**arguments):
    """Run ``hear_recording.py``; its JSON. Nothing may come out on standard error, Vosk's log least of all."""
    arguments = {"audio": str(demonstration_recording()), "model": str(demonstration_model())} | arguments
    done = subprocess.run(
        [sys.executable, "-W", "error", HEAR, json.dumps(arguments)], capture_output=True, timeout=ENOUGH, check=False
    )
    assert done.stderr == b""
    return json.loads(done.stdout)


def finals(heard):
    return [hypothesis[2] for hypothesis in heard["hypotheses"] if hypothesis[0] == "final"]


def assert_everything_arrived_once(heard):
    assert heard["failure"] is None
    assert finals(heard) == list(UTTERANCES)
    numbers = [hypothesis[1] for hypothesis in heard["hypotheses"]]
    assert numbers == sorted(numbers)
    assert [hypothesis[1] for hypothesis in heard["hypotheses"] if hypothesis[0] == "final"] == list(range(6))


def spoken_words(heard):
    return [word for kind, *rest in heard["hypotheses"] if kind == "final" for word in rest[2]]


def start_child(model=None, *changes, under_limits="true"):
    """Start ``vosk_worker`` with pipes, after the shell commands in ``under_limits``."""
    child = [sys.executable, "-P", vosk_worker.__file__, model or demonstration_model(), *changes]
    return subprocess.Popen(
        ["sh", "-c", f'{under_limits} && exec "$@"', "sh", *child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
