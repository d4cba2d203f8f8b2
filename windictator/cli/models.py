"""Command ``windictator models``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windictator.cli.context import Invocation, OrderedGroup, json_option, pass_invocation
from windictator.cli.io.exits import print_stderr, raise_on_signal
from windictator.cli.io.output import print_json

if TYPE_CHECKING:
    from windictator.settings import Settings


def model_in_use(settings: Settings) -> Path:
    """Return the folder of the speech model that dictation would use. Raises ModelError."""
    from windictator.speech.model_lookup import find_model

    recognizer = settings.recognizer
    return find_model(None, configured=recognizer.model or None, language=recognizer.language)


@click.group("models", cls=OrderedGroup, short_help="Download, list, check, remove speech models.")
def models_group() -> None:
    """Download, list, check and remove speech models.

    A model contains the sounds and words of one language. Models come from the makers
    of Vosk, https://alphacephei.com/vosk/models, and are stored in your data folder
    (~/.local/share/windictator/models). WinDictator never downloads anything else.
    """


@models_group.command("install", short_help="Download the model of a language.")
@click.argument("language_or_name", metavar="[LANGUAGE|NAME|FILE.zip|FOLDER]", required=False)
@pass_invocation
def install_command(invocation: Invocation, language_or_name: str | None) -> int:
    r"""Download a speech model, and print its folder.

    LANGUAGE selects its small model of about 40 megabytes; NAME selects any model of
    Vosk's list. The default is the language of the settings. Run the command again to
    continue an interrupted download. FILE.zip or FOLDER is a model that you have
    downloaded yourself; it is checked and copied.

    \b
    Examples:
      windictator models install
      windictator models install de
      windictator models install vosk-model-en-us-0.22
    """
    wanted = language_or_name or invocation.settings().recognizer.language

    from windictator.speech.model_download import install_local_model, install_model
    from windictator.speech.model_lookup import user_data_dir

    source = Path(wanted)
    is_local = source.suffix == ".zip" or os.sep in wanted or source.is_dir()
    with raise_on_signal(), contextlib.ExitStack() as stack:
        if is_local:
            path = install_local_model(source, user_data_dir())
        else:
            path = install_model(wanted, user_data_dir(), _Progress(wanted, stack))
    click.echo(path)
    return 0


@models_group.command("list", short_help="List speech models.")
@click.option("--available", is_flag=True, help="List the models that can be installed, by language.")
@json_option("Print one JSON array: name, path, problems, and whether it is in use.")
@pass_invocation
def list_command(invocation: Invocation, available: bool, as_json: bool) -> int:
    """List the installed speech models.

    A star marks the model that is used unless --model names another.

    --available lists models that can be installed: their size, the memory that they
    need, and their errors, as their makers have measured them. A star marks the one
    that suits your language and this machine.
    """
    settings = invocation.settings()
    if available:
        return _list_available(settings, as_json)

    from windictator.errors import WinDictatorError
    from windictator.speech.model_lookup import list_models

    used: Path | None = None
    with contextlib.suppress(WinDictatorError):
        used = model_in_use(settings)
    models = list_models()
    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "path": str(model.path),
                    "problems": list(model.problems),
                    "in_use": used is not None and model.path.samefile(used),
                }
                for model in models
            ]
        )
        return 0
    for model in models:
        state = f"  broken: {model.problems[0]}" if model.problems else ""
        click.echo(f"{'*' if model.path == used else ' '} {model.name}  {model.path}{state}")
    if not models:
        print_stderr("no speech model is installed; run: windictator models install")
    return 0


def _list_available(settings: Settings, as_json: bool) -> int:
    from dataclasses import asdict

    from windictator.settings.files import shipped_config
    from windictator.speech.model_catalogue import read_catalogue, recommended_model
    from windictator.speech.model_lookup import LANGUAGE_NAMES

    models = read_catalogue(shipped_config("models.toml"))
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    best = recommended_model(models, settings.recognizer.language, memory_mb)
    if as_json:
        print_json([asdict(model) | {"recommended": model is best} for model in models])
        return 0
    width = max(len(model.name) for model in models)
    click.echo(f"  {'name':{width}}  {'language':14} {'size':>8} {'memory':>9} {'errors':>7}")
    for model in sorted(models, key=lambda each: (each is not best, LANGUAGE_NAMES[each.language], each.size_mb)):
        memory = f"{model.memory_mb:,} MB" if model.memory_mb else "?"
        errors = f"{model.error_percent:g} %" if model.error_percent else "?"
        star = "*" if model is best else " "
        language = LANGUAGE_NAMES[model.language]
        click.echo(f"{star} {model.name:{width}}  {language:14} {model.size_mb:>5} MB {memory:>9} {errors:>7}")
    return 0


@models_group.command("verify", short_help="Check the files of speech models.")
@click.argument("names", metavar="[NAME|DIR]...", nargs=-1)
@pass_invocation
def verify_command(invocation: Invocation, names: tuple[str, ...]) -> int:
    """Check the files of speech models. The default is the model in use.

    The exit status is 1 if a file is missing or damaged.
    """
    settings = invocation.settings()

    from windictator.speech.model_folder import verify_model

    paths = [_find_folder(name) for name in names] or [model_in_use(settings)]
    broken = False
    for path in paths:
        problems = verify_model(path)
        broken = broken or bool(problems)
        for problem in problems:
            click.echo(f"{path}: {problem}")
        if not problems:
            click.echo(f"{path}: ok")
    return 1 if broken else 0


@models_group.command("remove", short_help="Remove a speech model.")
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def remove_command(name: str, yes: bool) -> int:
    """Remove a speech model from your data folder.

    Models that other programs installed elsewhere stay.
    """
    from windictator.speech.model_lookup import remove_model, user_data_dir

    folder = user_data_dir()
    if not yes and (folder / "models" / name).is_dir():
        click.confirm(f"Remove {folder / 'models' / name}?", abort=True, err=True)
    print_stderr(f"removed {remove_model(name, folder)}")
    return 0


def _find_folder(name: str) -> Path:
    """Return the folder of the installed model ``name``, or ``name`` itself as a folder."""
    from pathlib import Path

    from windictator.speech.model_lookup import list_models

    return next((model.path for model in list_models() if model.name == name), Path(name))


class _Progress:
    """Progress of a download: a bar on a terminal, otherwise one line at the start.

    stack: closes the bar.
    """

    def __init__(self, wanted: str, stack: contextlib.ExitStack) -> None:
        self._label = f"speech model {wanted}"
        self._stack = stack
        self._begun = False
        self._bar: Any = None

    def __call__(self, done: int, total: int | None) -> None:
        if not self._begun:
            self._begin(total)
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)
        elif sys.stderr.isatty():
            print_stderr(f"\r{self._label}: {done / 1e6:.1f} MB", newline=False)

    def _begin(self, total: int | None) -> None:
        self._begun = True
        if not sys.stderr.isatty():
            size = f", {total / 1e6:.0f} MB" if total else ""
            print_stderr(f"downloading {self._label}{size}")
        elif total:
            bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar = self._stack.enter_context(bar)
        else:
            self._stack.callback(print_stderr, "")
