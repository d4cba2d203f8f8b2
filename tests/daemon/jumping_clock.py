"""``windictator`` with a wall clock that can be set: ``$CLOCK_OFFSET`` names a file with the seconds it is off by."""

import os
import runpy
import time
from pathlib import Path

_true_time = time.time
_offset = Path(os.environ["CLOCK_OFFSET"])

if __name__ == "__main__":
    time.time = lambda: _true_time() + float(_offset.read_text())
    runpy.run_module("windictator", run_name="__main__", alter_sys=True)
