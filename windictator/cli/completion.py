"""Command ``windictator completion``."""

from __future__ import annotations

import click


@click.command("completion", short_help="Print a completion script for your shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
@click.pass_context
def completion_command(context: click.Context, shell: str) -> int:
    r"""Print the script with which Tab completes WinDictator's commands and options.

    \b
    To enable it, once:
      bash   echo 'eval "$(windictator completion bash)"' >> ~/.bashrc
      zsh    echo 'eval "$(windictator completion zsh)"' >> ~/.zshrc
      fish   windictator completion fish > ~/.config/fish/completions/windictator.fish

    Then open a new terminal.
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    script = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    root = context.find_root()
    click.echo(script(root.command, {}, root.info_name or "windictator", "_WINDICTATOR_COMPLETE").source())
    return 0
