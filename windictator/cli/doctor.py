"""``windictator doctor``."""

from __future__ import annotations

import click

from windictator.cli.invocation import Invocation, display_option, json_option, pass_invocation
from windictator.cli.output import print_json


@click.command("doctor", short_help="See whether everything is in place, and what to do where not.")
@json_option("Print one JSON object: ok, version, and the checks.")
@display_option
@pass_invocation
def doctor_command(invocation: Invocation, as_json: bool, display: str | None) -> int:
    """Look at all that dictation needs, and say what to do where something is missing.

    Nothing is changed, nothing is sent anywhere. "ok" is in place, "warn" may get in
    your way, "FAIL" stops some command from working; the exit status is then 1.
    """
    import windictator
    from windictator.cli.checks import run_checks

    checks = []
    for check in run_checks(invocation, display):
        checks.append(check)
        if not as_json:
            status = "FAIL" if check.status == "fail" else check.status
            click.echo(f"{status:<5} {check.name:<13} {check.detail}")
            if check.remedy:
                click.echo(f"{'':<19} -> {check.remedy}")
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
