"""From arguments to an exit status, by click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from click.exceptions import Abort, Exit

from windictator.cli.errors import PROGRAM, report_error, run_guarded
from windictator.cli.interrupts import EXIT_INTERRUPTED
from windictator.cli.root import root
from windictator.errors import UsageError


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` (without the program's name) ask for and return its exit status: see
    ``guarded``."""
    return run_guarded(lambda: _translate_click_errors(lambda: _invoke(arguments)))


def complete(instruction: str) -> int:
    """Answer the shell's completion script; ``instruction`` is what it put into ``$_WINDICTATOR_COMPLETE``."""
    from click.shell_completion import shell_complete

    return run_guarded(
        lambda: _translate_click_errors(lambda: shell_complete(root, {}, PROGRAM, "_WINDICTATOR_COMPLETE", instruction))
    )


def _invoke(arguments: Sequence[str]) -> int:
    # Not Command.main(): that prints failures over several lines and ends a broken pipe silently.
    with root.make_context(PROGRAM, list(arguments)) as context:
        return root.invoke(context) or 0


def _translate_click_errors(work: Callable[[], int]) -> int:
    try:
        return work()
    except Exit as end:
        return end.exit_code
    except Abort as abort:
        # click turns Ctrl-C and the end of the input at a question into Abort, and keeps only the context.
        if isinstance(abort.__context__, KeyboardInterrupt):
            return EXIT_INTERRUPTED
        report_error("not confirmed, nothing done")
        return 1
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # only newer releases of click have it
            click.echo(error.format_message(), err=True)
            return UsageError.exit_status
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else PROGRAM
        report_error(f"{error.format_message()} (try '{command} --help')")
        return UsageError.exit_status
