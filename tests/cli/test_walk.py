"""Number of files that a command passes through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.control.toy_daemon import serving

pytestmark = pytest.mark.slow

WALK = """
import os, sys
files = set()
def note(frame, event, argument):
    code = frame.f_code
    if event == "call" and "/windictator/" in code.co_filename and code.co_flags & 1:  # functions, not class bodies
        files.add(code.co_filename.rpartition("/windictator/")[2])
end = os._exit
def tell_and_end(status):
    sys.setprofile(None)
    print(*sorted(files), sep="\\n", file=sys.stderr, flush=True)
    end(status)
os._exit = tell_and_end
sys.argv = ["windictator", "toggle"]
from windictator.cli import main
sys.setprofile(note)
main()
"""


def test_toggle_walks_through_few_files(environ: dict[str, str], tmp_path: Path) -> None:
    """A newcomer who follows the call has to open at most eight files."""
    with serving(tmp_path / "windictator" / ":77.sock"):
        environ = environ | {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":77"}
        done = subprocess.run([sys.executable, "-c", WALK], env=environ, capture_output=True, text=True)
    message, *files = done.stderr.splitlines()
    assert message == "WinDictator is paused."
    assert 0 < len(files) <= 8, files
