"""The command line: thin commands that parse, call the daemon's functions and print.

``main`` is the entry point. This file imports next to nothing, so that an interrupt has somewhere to go from the first
moment on; what is heavy is imported inside the command that needs it.
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
    # What is imported stays: looking through it for garbage is a tenth of the start. The reactor's run collects again.
    gc.disable()
    status = 130  # see interrupts.INTERRUPTED
    try:
        from windictator.cli.interrupts import exit_on_signal

        exit_on_signal()
        from windictator.cli.standard_streams import install_safe_streams

        install_safe_streams()
        status = _run(sys.argv[1:])
    except KeyboardInterrupt:
        pass
    # Everything is written and closed by now; taking the interpreter apart, module by module, would take longer than
    # typing a page.
    os._exit(status)


def _run(arguments: list[str]) -> int:
    asked = os.environ.get("_WINDICTATOR_COMPLETE", "")  # by the shell's completion script
    if not asked:
        # What a hotkey calls does not wait for click.
        from windictator.cli.verbs import fast_path

        work = fast_path(arguments)
        if work is not None:
            from windictator.cli.errors import run_guarded

            return run_guarded(work)

    from windictator.cli.run import complete, run

    return complete(asked) if asked else run(arguments)
