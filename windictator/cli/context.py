"""What all commands share: the settings file named before the command, and the common options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from windictator.settings import Settings
    from windictator.settings.toml import OnNotice


class OrderedGroup(click.Group):
    """Lists its commands in the order that a newcomer meets them, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


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
        from windictator.cli.output import print_stderr

        if line not in self.notices:
            self.notices.add(line)
            print_stderr(line)

    def settings_path(self) -> Path:
        """The settings file that is read, whether it exists or not."""
        from pathlib import Path

        from windictator.settings import settings_path

        return settings_path() if self.config is None else Path(self.config)


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)


def display_option(command: _F) -> _F:
    """Adds ``--display NAME``."""
    help_text = "X display to use instead of $DISPLAY, such as :1."
    return click.option("--display", metavar="NAME", help=help_text)(command)


def json_option(help_text: str) -> Callable[[_F], _F]:
    """Adds ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)
