"""``windictator doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from windictator.cli.context import Invocation, display_option, json_option, pass_invocation
from windictator.cli.output import print_json

if TYPE_CHECKING:
    from windictator.cli.doctor_checks import Check


@click.command("doctor", short_help="See whether everything is in place, and what to do where not.")
@json_option("Print one JSON object: ok, version, and the checks.")
@click.option("--typing", is_flag=True, help="Prove typing: type into a small window and compare what arrives.")
@click.option(
    "--alphabet",
    metavar="TEXT|FILE",
    help="With --typing: what to type, instead of your layout's characters and some of every script.",
)
@click.option("--repair", is_flag=True, help="Give back what dead programs have left borrowed, release stuck keys.")
@display_option
@pass_invocation
def doctor_command(
    invocation: Invocation, as_json: bool, typing: bool, alphabet: str | None, repair: bool, display: str | None
) -> int:
    """Look at all that dictation needs, and say what to do where something is missing.

    Without --repair nothing is changed; nothing is sent anywhere. "ok" is in place,
    "warn" may get in your way, "FAIL" stops some command from working; the exit
    status is then 1.

    With --typing a small window opens on your display, and every character that your
    keyboard layout has, and many that it lacks, is typed into it and read back by
    other means than typing uses. The exit status is 0 when all arrived as meant, 1
    when something was wrong, and 3 when typing stopped early, as when you press a
    key. Locks, layout and keymap are left as they were.
    """
    if alphabet is not None and not typing:
        raise click.UsageError("--alphabet is for --typing")
    if typing and repair:
        raise click.UsageError("--typing and --repair are two things: give one of them")
    if typing:
        from windictator.cli.doctor_typing import run_self_test

        return run_self_test(invocation.settings(), alphabet, display, as_json=as_json)

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
    """Wrapped for a person at a terminal; one line for a program that reads it."""
    if sys.stdout.isatty():
        import shutil

        width = shutil.get_terminal_size().columns
        click.echo(click.wrap_text(text, max(40, width), label, " " * len(label)))
    else:
        click.echo(label + text)
