"""``windictator devices``."""

from __future__ import annotations

import click

from windictator.cli.context import json_option
from windictator.cli.io.exits import print_stderr
from windictator.cli.io.output import print_json


@click.command("devices", short_help="Show the microphones.")
@json_option("Print one JSON array: name, id, channels, rate (per second), and whether it is the default.")
def devices_command(as_json: bool) -> int:
    """Show the microphones, the default first, which is marked.

    Choose one by the setting audio.device: its name, a part of it that no other has,
    or its id, which --json shows. Without that, WinDictator listens to the default,
    and follows it when it changes. The exit status is 1 if that cannot be used.
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
