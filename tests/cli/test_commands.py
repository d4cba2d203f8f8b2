"""``windictator commands``, and the check of user commands by ``config check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import windictator
from tests.program import run_windictator
from windictator.cli.console import JsonListener, TerminalListener
from windictator.cli.context import Invocation
from windictator.cli.doctor_checks import run_checks
from windictator.cli.io.line_queue import LineQueue
from windictator.cli.run import run
from windictator.dictation.events import CommandList
from windictator.settings import load_settings, shipped_config
from windictator.settings.vocabulary import load_vocabulary
from windictator.text.catalogue import command_catalogue

OWN = """
[[command]]
help = "Search the web"
spoken = ["search for <words>"]
do = [{ keys = "ctrl+l" }, { text = "<words>" }, { keys = "Return" }]
[[command]]
spoken = ["scratch that"]
do = [{ keys = "F5" }]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File of user commands."""
    for name in ("XDG_CONFIG_HOME", "WINDICTATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    file = tmp_path / ".config" / "windictator" / "user-commands.toml"
    file.parent.mkdir(parents=True)
    file.write_text(OWN)
    return file


def test_commands_lists_user_commands_first(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list has a form for the user and one for programs, and can be filtered."""
    assert run(["commands"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Your commands", "  search for <words>: Search the web", "  scratch that"]
    assert "  undo that, undo last: Undo the last change" in lines and "  comma: ," in lines
    assert run(["commands", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said[0] == {"group": "Your commands", "help": "Search the web", "spoken": ["search for <words>"]}
    assert run(["commands", "the", "WEB"]) == 0
    assert capsys.readouterr().out == "Your commands\n  search for <words>: Search the web\n"
    assert run(["commands", "xylophone"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err == "no phrase contains 'xylophone'; windictator commands lists all\n"


def test_template_is_a_valid_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be used as the file of user commands without a change."""
    assert run(["commands", "--example"]) == 0
    file.write_text(capsys.readouterr().out)
    assert file.read_text() == shipped_config("user-commands.toml").read_text()
    assert run(["config", "check"]) == 0
    assert f"user commands  {file}: ok" in capsys.readouterr().out


def test_command_list_fits_the_terminal(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words are not split; without a terminal each entry is one line, for grep."""
    assert run(["commands"]) == 0
    unbroken = capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["commands"]) == 0
    TerminalListener().on_event(CommandList(command_catalogue(load_vocabulary(load_settings()))))
    lists = capsys.readouterr()
    lines = [*lists.out.splitlines(), *lists.err.splitlines()[:-1]]
    assert max(map(len, unbroken.out.splitlines())) > 100 and max(map(len, lines)) < 60
    assert lists.out.split() == unbroken.out.split()


def test_config_check_reports_missing_programs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Modules beside the file are checked, too."""
    (file.parent / "python").mkdir()
    (file.parent / "python" / "own_there.py").touch()
    deeds = '{ run = ["no-such-program", "sh"] }, { run = ["sh"] }, { python = "no_such_module.inner:f" }'
    deeds += ', { python = "own_there:f" }, { python = "os:f" }'
    file.write_text(f'[[command]]\nspoken = ["go"]\ndo = [{deeds}]')
    assert run(["config", "check"]) == 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert warnings == [
        "  warning: 'go': program 'no-such-program' was not found",
        f"  warning: 'go': module 'no_such_module' was not found in {file.parent / 'python'}",
    ]


def test_doctor_checks_user_commands(file: Path) -> None:
    """It prints their number, what they lack, or the error in their file."""

    def found() -> tuple[str, str]:
        checked = {check.name: check for check in run_checks(Invocation(), None)}["user commands"]
        return checked.status, checked.detail

    assert found() == ("ok", f"2 in {file}")
    file.write_text('[[command]]\nspoken = ["go"]\ndo = [{ run = ["no-such-program"] }]')
    assert found() == ("warn", "'go': program 'no-such-program' was not found")
    file.write_text("[[command]]")
    assert found() == (
        "fail",
        f'{file}:1: command 1.spoken: is missing; it must be a list of texts, at least one: ["...", "..."]',
    )


def test_config_check_reports_unknown_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The model in use can never recognise a word that it does not contain."""
    model = Path(windictator.__file__).parent / "speech/demonstration/vosk-model-tiny-tts-en"
    (file.parent / "windictator.toml").write_text(f"[recognizer]\nmodel = {json.dumps(str(model))}\n")
    spoken = '["quick hands <words>", "quick xylophone <words>"]'
    file.write_text(f'[[command]]\nspoken = {spoken}\ndo = [{{ text = "<words>" }}]')
    assert run(["config", "check"]) == 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert warnings == [
        "  warning: 'quick xylophone <words>' can never be recognised: the speech model does not know 'xylophone'"
    ]


def test_dictation_lists_commands_on_request(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user sees the list; programs get an event."""
    said = command_catalogue(load_vocabulary(load_settings()))
    TerminalListener().on_event(CommandList(said))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["  Your commands", "    search for <words>: Search the web"]
    assert lines[-1].startswith("  note: you can say 'search for <words>', ")
    lines = []
    with LineQueue(lambda line: lines.append(line) or len(line)) as queue:
        JsonListener(queue).on_event(CommandList(said))
    told = json.loads(b"".join(lines))
    assert told["event"] == "command_list" and told["commands"][0]["help"] == "Search the web"


def test_config_check_reads_user_commands(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A replaced phrase is a warning; an error ends the check."""
    assert run(["config", "check"]) == 0
    warning = "  warning: 'scratch that' replaces the command 'scratch'\n"
    assert f"user commands  {file}: ok\n{warning}" in capsys.readouterr().out
    file.write_text('[[command]]\nspoken = ["x"]\ndo = [{ keys = "hyper+x" }]')
    for command in (["config", "check"], ["commands"]):
        assert run(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"windictator: {file}:3: command 1.do 1.keys: 'hyper+x': 'hyper' is not a key")
        assert told.count("\n") == 1
    file.unlink()
    assert run(["config", "check"]) == 0
    assert f"user commands  {file}: no such file, no user commands\n" in capsys.readouterr().out


def test_commands_of_one_kind_of_application_are_listed() -> None:
    """Without the option everything is listed."""
    listed = {
        option: run_windictator("commands", *option, "--json").stdout for option in ((), ("--application", "terminal"))
    }
    everything, terminal = listed.values()
    assert '"bold that"' in everything and '"bold that"' not in terminal and '"scroll up"' in terminal
