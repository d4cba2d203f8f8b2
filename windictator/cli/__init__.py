"""Command line: thin commands that parse arguments, call the other packages and print.

``main`` is the entry point. This file imports almost nothing, so that signals are handled from the first moment on.
Heavy modules are imported inside the commands that need them.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # typing itself takes milliseconds
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the program with ``sys.argv`` and end the process with its exit status."""
    # Searching imported modules for garbage takes a tenth of the start; they stay. The reactor's run collects again.
    gc.disable()
    status = 130  # io.exits.EXIT_INTERRUPTED, which is not imported yet
    try:
        from windictator.cli.io.exits import exit_on_signal

        exit_on_signal()
        from windictator.cli.io.streams import install_safe_streams

        install_safe_streams()
        status = _run(sys.argv[1:])
    except KeyboardInterrupt:
        pass
    # Everything is written and closed by now. Taking the interpreter down, module by module, would take longer than
    # typing a page.
    os._exit(status)


def _run(arguments: list[str]) -> int:
    instruction = os.environ.get("_WINDICTATOR_COMPLETE", "")  # set by the shell's completion script
    if not instruction:
        from windictator.cli.daemon_requests import fast_path

        work = fast_path(arguments)
        if work is not None:
            from windictator.cli.io.exits import run_guarded

            return run_guarded(work)

    from windictator.cli.run import complete, run

    return complete(instruction) if instruction else run(arguments)
