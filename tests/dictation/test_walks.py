"""Walks stay short: the files that one utterance runs through, from its words to the typing port."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.dictation.walks import WALKS, walk


@pytest.mark.parametrize(("name", "limit"), [("one final", 12), ("one final with a comma", 15), ("scratch that", 14)])
def test_walk_enters_no_more_files_than_before(name, limit):
    """Every file on the way is one that a reader has to open. The limits may only be lowered."""
    assert len(walk(name).files) <= limit


def test_walk_of_every_kind_has_a_limit():
    """A new walk needs a limit above."""
    assert set(WALKS) == {"one final", "one final with a comma", "scratch that"}


@pytest.mark.slow
def test_script_prints_the_walks() -> None:
    """It finds the environment of the project."""
    script = Path(__file__).parents[2] / "scripts" / "walks"
    done = subprocess.run([script, "-v"], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "HOME": "/"})
    assert done.returncode == 0, done.stderr
    assert "one final: " in done.stdout and "    dictation/queue.py" in done.stdout
