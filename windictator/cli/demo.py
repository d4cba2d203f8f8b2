"""Command ``windictator demo``."""

from __future__ import annotations

import click

from windictator.cli.io.exits import raise_on_signal


@click.command("demo", short_help="Dictate a recording into a test window.")
@click.option(
    "--screenshot",
    metavar="FILE.png",
    type=click.Path(dir_okay=False),
    help="File for a screenshot of the window.",
)
@click.option("--keep-open", is_flag=True, help="Keep the virtual display running until Ctrl-C.")
def demo_command(screenshot: str | None, keep_open: bool) -> int:
    r"""Run the whole program without a microphone, a desktop or a network.

    The speech recognizer reads a recording, and the text is typed into an xterm on a
    virtual X server (Xvfb), every key confirmed. The command prints the recognised
    words, the text in the window and the time, and takes a screenshot of the window.
    Your own desktop does not change.

    \b
    Needs the Debian or Ubuntu packages xvfb, xterm and xkb-data.
    """
    from pathlib import Path

    from windictator.app.demo import run_demo

    with raise_on_signal():
        return run_demo(click.echo, Path(screenshot) if screenshot else None, keep_open)
