"""Command-line parsing with click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from click.exceptions import Abort, Exit

from windictator.cli.aliases import replace_old_names
from windictator.cli.io.exits import EXIT_INTERRUPTED, PROGRAM, print_stderr, report_error, run_guarded
from windictator.cli.root import root
from windictator.errors import UsageError


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments`` name, without the program's name, and return its exit status.

    The statuses are those of ``io.exits.run_guarded``.
    """
    return run_guarded(lambda: _translate_click_errors(lambda: _invoke(arguments)))


def complete(instruction: str) -> int:
    """Answer the shell's completion script and return the exit status.

    instruction: content of ``$_WINDICTATOR_COMPLETE``, which the script sets.
    """
    from click.shell_completion import shell_complete

    return run_guarded(
        lambda: _translate_click_errors(lambda: shell_complete(root, {}, PROGRAM, "_WINDICTATOR_COMPLETE", instruction))
    )


def _invoke(arguments: Sequence[str]) -> int:
    # Not Command.main(): that prints failures over several lines and ends a broken pipe silently.
    arguments, hints = replace_old_names(arguments)
    for hint in hints:
        print_stderr(hint)
    with root.make_context(PROGRAM, arguments) as context:
        return root.invoke(context) or 0


def _translate_click_errors(work: Callable[[], int]) -> int:
    try:
        return work()
    except Exit as end:
        return end.exit_code
    except Abort as abort:
        # click raises Abort for Ctrl-C and for the end of the input at a question; only the context tells them apart.
        if isinstance(abort.__context__, KeyboardInterrupt):
            return EXIT_INTERRUPTED
        report_error("not confirmed; nothing was changed")
        return 1
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # only newer releases of click have it
            click.echo(error.format_message(), err=True)
            return UsageError.exit_status
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else PROGRAM
        report_error(f"{error.format_message()} (try '{command} --help')")
        return UsageError.exit_status
