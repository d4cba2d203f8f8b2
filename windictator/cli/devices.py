"""Command ``windictator devices``."""

from __future__ import annotations

import click

from windictator.cli.context import json_option
from windictator.cli.io.exits import print_stderr
from windictator.cli.io.output import print_json


@click.command("devices", short_help="List microphones.")
@json_option("Print one JSON array of objects: name, id, channels, rate (in Hz), default (true or false).")
def devices_command(as_json: bool) -> int:
    """List the microphones. The default comes first and is marked with a star.

    The setting audio.device selects one by its name, by a unique part of its name, or
    by its id, which --json prints. Without it, WinDictator uses the default, also after
    a change of the default. The exit status is 1 if the default cannot be used.
    """
    from windictator.speech.microphones import query_microphones

    microphones, problem = query_microphones(None)
    if as_json:
        print_json(
            [
                {
                    "name": microphone.name,
                    "id": microphone.id,
                    "channels": microphone.channels,
                    "rate": microphone.rate,
                    "default": microphone.default,
                }
                for microphone in microphones
            ]
        )
    else:
        for microphone in microphones:
            click.echo(f"{'*' if microphone.default else ' '} {microphone.name}")
    if problem:
        print_stderr(problem)
    return 1 if problem else 0
