"""From arguments to an exit status: every failure becomes one line on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import click
from click.exceptions import Abort, Exit

from windictator.cli.interrupts import INTERRUPTED
from windictator.cli.output import tell
from windictator.cli.root import root
from windictator.errors import UsageError, WinDictatorError

PROGRAM = "windictator"


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` (without the program's name) ask for and return its exit status.

    0 done, 1 refused or failed, 2 usage, 3 typing stopped early, 130 interrupted. A failure has been reported as one
    line on standard error; ``$WINDICTATOR_DEBUG`` adds the traceback of an unexpected one.
    """
    return _flushed(_guarded(lambda: _invoke(arguments)))


def complete(instruction: str) -> int:
    """Answer the shell's completion script; ``instruction`` is what it put into ``$_WINDICTATOR_COMPLETE``."""
    from click.shell_completion import shell_complete

    return _flushed(
        _guarded(lambda: shell_complete(root, {}, PROGRAM, "_WINDICTATOR_COMPLETE", instruction))
    )


def _invoke(arguments: Sequence[str]) -> int:
    # Not Command.main(): that prints failures over several lines and ends a broken pipe silently.
    with root.make_context(PROGRAM, list(arguments)) as context:
        return root.invoke(context) or 0


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except WinDictatorError as error:
        _report(str(error))
        return status or error.exit_status
    return status


def _guarded(work: Callable[[], int]) -> int:
    try:
        return work()
    except Exit as end:
        return end.exit_code
    except Abort as abort:
        # click turns Ctrl-C and the end of the input at a question into Abort, and keeps only the context.
        if isinstance(abort.__context__, KeyboardInterrupt):
            return INTERRUPTED
        _report("not confirmed, nothing done")
        return 1
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # only newer releases of click have it
            click.echo(error.format_message(), err=True)
            return UsageError.exit_status
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else PROGRAM
        _report(f"{error.format_message()} (try '{command} --help')")
        return UsageError.exit_status
    except WinDictatorError as error:
        _report(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        advice = "run with WINDICTATOR_DEBUG=1 for the traceback"
        if os.environ.get("WINDICTATOR_DEBUG"):
            import traceback

            traceback.print_exc()
            advice = "traceback above"
        _report(f"internal error: {type(error).__name__}: {error} ({advice})")
        return 1


def _report(message: str) -> None:
    """One line on standard error; control characters (a file's name may hold some) are shown, not sent."""
    line = "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in message)
    tell(f"{PROGRAM}: {' '.join(line.split())}")
