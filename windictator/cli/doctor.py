"""Command ``windictator doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, display_option, json_option, pass_invocation
from windictator.cli.io.output import print_json

if TYPE_CHECKING:
    from windictator.cli.doctor_checks import Check


@click.command("doctor", short_help="Check the requirements of dictation.")
@json_option("Print one JSON object: ok, version, and the checks.")
@click.option("--test-typing", is_flag=True, help="Type into a small window and compare what arrives.")
@click.option(
    "--characters",
    metavar="TEXT|FILE",
    help="With --test-typing: characters to type instead of the usual ones.",
)
@click.option(
    "--repair", is_flag=True, help="Restore keyboard state left behind by crashed programs, and release stuck keys."
)
@display_option
@pass_invocation
def doctor_command(
    invocation: Invocation, as_json: bool, test_typing: bool, characters: str | None, repair: bool, display: str | None
) -> int:
    """Check everything that dictation needs, and print a remedy for what is missing.

    "ok" works. "warn" may cause trouble. "FAIL" stops some command from working; the
    exit status is then 1. Nothing is changed without --repair, and nothing is sent
    over the network.

    --test-typing opens a small window on your display. It types every character of
    your keyboard layout, and many others, and compares what arrives. The exit status
    is 0 if all characters arrived, 1 if one was wrong, and 3 if typing stopped early,
    for example because you pressed a key. Locks, layout and keymap do not change.
    """
    if characters is not None and not test_typing:
        raise click.UsageError("--characters needs --test-typing")
    if test_typing and repair:
        raise click.UsageError("--test-typing and --repair cannot be combined; give one of them")
    if test_typing:
        from windictator.cli.doctor_typing import run_self_test

        return run_self_test(invocation.settings(), characters, display, as_json=as_json)

    import windictator
    from windictator.cli.doctor_checks import run_checks

    checks = []
    for check in run_checks(invocation, display, repair=repair):
        checks.append(check)
        if not as_json:
            _show(check)
    failed = sum(check.status == "fail" for check in checks)
    if as_json:
        print_json(
            {
                "ok": not failed,
                "version": windictator.__version__,
                "checks": [check._asdict() for check in checks],
            }
        )
    return 1 if failed else 0


def _show(check: Check) -> None:
    status = "FAIL" if check.status == "fail" else check.status
    _show_wrapped(f"{status:<5} {check.name:<13} ", check.detail)
    if check.remedy:
        _show_wrapped(f"{'':<16} -> ", check.remedy)


def _show_wrapped(label: str, text: str) -> None:
    """Print ``text`` after ``label``, wrapped on a terminal, otherwise in one line."""
    if sys.stdout.isatty():
        import shutil

        width = shutil.get_terminal_size().columns
        click.echo(click.wrap_text(text, max(40, width), label, " " * len(label)))
    else:
        click.echo(label + text)
