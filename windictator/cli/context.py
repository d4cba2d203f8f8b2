"""Parts that all commands share: the settings file, groups of commands, and common options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from windictator.settings import Settings
    from windictator.settings.toml import OnNotice


class OrderedGroup(click.Group):
    """Group that lists its commands in the order in which they were added, under headings if it has some."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sections: Mapping[str, Sequence[click.Command]] = {}
        """Commands by heading; the help lists all commands under one heading if it is empty."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in their order."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands into the help."""
        if not self.sections:
            super().format_commands(ctx, formatter)
        width = max((len(name) for name in self.commands), default=0)
        for heading, commands in self.sections.items():
            with formatter.section(heading):
                rows = [(str(command.name).ljust(width), command.get_short_help_str(60)) for command in commands]
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` name; an unknown name raises UsageError with a similar one."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from difflib import get_close_matches  # only an error needs it

            near = get_close_matches(args[0], self.commands, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"No such command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the program.

    config: the file given by --config, None for the usual one.
    notices: the notices that were printed so far.
    """

    config: str | None = None
    notices: set[str] = field(default_factory=set, compare=False)

    def settings(self, on_notice: OnNotice | None = None) -> Settings:
        """Return the settings; ``on_notice``: called with one line for each old name, None prints it once.

        Raises SettingsError.
        """
        from pathlib import Path

        from windictator.settings import load_settings

        path = None if self.config is None else Path(self.config)
        return load_settings(path, on_notice=on_notice or self.notice)

    def notice(self, line: str) -> None:
        """Print one line on standard error, unless it was printed before."""
        from windictator.cli.io.exits import print_stderr

        if line not in self.notices:
            self.notices.add(line)
            print_stderr(line)

    def settings_path(self) -> Path:
        """Return the path of the settings file, which may be missing."""
        from pathlib import Path

        from windictator.settings import settings_path

        return settings_path() if self.config is None else Path(self.config)


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)


def display_option(command: _F) -> _F:
    """Add ``--display NAME`` to a command."""
    help_text = "X display to use instead of $DISPLAY, such as :1."
    return click.option("--display", metavar="NAME", help=help_text)(command)


def json_option(help_text: str) -> Callable[[_F], _F]:
    """Add ``--json`` to a command."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)
