"""``windictator demo``."""

from __future__ import annotations

import click

from windictator.cli.io.exits import raise_on_signal


@click.command("demo", short_help="See it work: a recording dictated into an xterm of its own.")
@click.option(
    "--screenshot",
    metavar="FILE.png",
    type=click.Path(dir_okay=False),
    help="Where to write the picture of the window.",
)
@click.option("--keep-open", is_flag=True, help="Leave the virtual display running until Ctrl-C.")
def demo_command(screenshot: str | None, keep_open: bool) -> int:
    """Show the whole program at work, without a microphone, a desktop or a network.

    A recording is heard by the real speech recognizer and typed into a real xterm on
    a virtual X server (Xvfb), every key confirmed. It prints what was said, what
    arrived in the window and how long it took, and takes a picture of the window.
    Your own desktop is not touched.

    \b
    Needs the Debian or Ubuntu packages xvfb, xterm and xkb-data.
    """
    from pathlib import Path

    from windictator.app.demo import run_demo

    with raise_on_signal():
        return run_demo(click.echo, Path(screenshot) if screenshot else None, keep_open)
