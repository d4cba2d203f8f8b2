"""The command line: thin commands that parse, call the daemon's functions and print.

``main`` is the entry point. It imports next to nothing itself, so that an interrupt has somewhere to go from the
first moment on; everything heavy is imported inside the command that needs it.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from windictator.cli.interrupts import INTERRUPTED, end_at_once


def main() -> NoReturn:
    """Run the program with ``sys.argv`` and end the process with its exit status."""
    try:
        end_at_once()
        from windictator.cli.standard_streams import prepare_standard_streams

        prepare_standard_streams()
        from windictator.cli.run import complete, run

        if instruction := os.environ.get("_WINDICTATOR_COMPLETE"):
            status = complete(instruction)
        else:
            status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)
