"""``windictator commands`` and what ``config check`` says of a user's own commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import windictator
from windictator.cli.console import JsonListener, TerminalListener
from windictator.cli.context import Invocation
from windictator.cli.doctor_checks import run_checks
from windictator.cli.line_queue import LineQueue
from windictator.cli.run import run
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
    """The user's own commands."""
    for name in ("XDG_CONFIG_HOME", "WINDICTATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    file = tmp_path / ".config" / "windictator" / "user-commands.toml"
    file.parent.mkdir(parents=True)
    file.write_text(OWN)
    return file


def test_what_can_be_said_is_listed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user's own first; for people, for programs, and only what is looked for."""
    assert run(["commands"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Your own", "  search for <words>: Search the web", "  scratch that"]
    assert "  undo that, undo last: Undo the last change" in lines and "  comma: ," in lines
    assert run(["commands", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said[0] == {"group": "Your own", "help": "Search the web", "spoken": ["search for <words>"]}
    assert run(["commands", "the", "WEB"]) == 0
    assert capsys.readouterr().out == "Your own\n  search for <words>: Search the web\n"
    assert run(["commands", "xylophone"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err == "nothing that can be said has 'xylophone' in it\n"


def test_an_example_to_begin_with(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be put in the place of the user's file as it is."""
    assert run(["commands", "--example"]) == 0
    file.write_text(capsys.readouterr().out)
    assert file.read_text() == shipped_config("user-commands.toml").read_text()
    assert run(["config", "check"]) == 0
    assert f"own commands  {file}: right" in capsys.readouterr().out


def test_the_list_fits_the_terminal(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Phrases stay whole words; where nobody looks each thing is one line, for grep."""
    assert run(["commands"]) == 0
    unbroken = capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["commands"]) == 0
    TerminalListener().help(command_catalogue(load_vocabulary(load_settings())))
    lists = capsys.readouterr()
    lines = [*lists.out.splitlines(), *lists.err.splitlines()[:-1]]
    assert max(map(len, unbroken.out.splitlines())) > 100 and max(map(len, lines)) < 60
    assert lists.out.split() == unbroken.out.split()


def test_check_says_what_is_missing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs, and modules beside the file."""
    (file.parent / "python").mkdir()
    (file.parent / "python" / "own_there.py").touch()
    deeds = '{ run = ["no-such-program", "sh"] }, { run = ["sh"] }, { python = "no_such_module.inner:f" }'
    deeds += ', { python = "own_there:f" }, { python = "os:f" }'
    file.write_text(f'[[command]]\nspoken = ["go"]\ndo = [{deeds}]')
    assert run(["config", "check"]) == 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert warnings == [
        "  warning: 'go': there is no program 'no-such-program'",
        f"  warning: 'go': there is no module 'no_such_module' in {file.parent / 'python'}",
    ]


def test_doctor_looks_at_them(file: Path) -> None:
    """How many there are, what they lack, or what is wrong with the file."""

    def found() -> tuple[str, str]:
        checked = {check.name: check for check in run_checks(Invocation(), None)}["own commands"]
        return checked.status, checked.detail

    assert found() == ("ok", f"2 in {file}")
    file.write_text('[[command]]\nspoken = ["go"]\ndo = [{ run = ["no-such-program"] }]')
    assert found() == ("warn", "'go': there is no program 'no-such-program'")
    file.write_text("[[command]]")
    assert found() == (
        "fail",
        f'{file}:command 1.spoken: is missing; it must be a list of texts, at least one: ["...", "..."]',
    )


def test_check_knows_what_the_model_hears(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is not among those of the model in use can never come."""
    model = Path(windictator.__file__).parent / "speech/demonstration/vosk-model-tiny-tts-en"
    (file.parent / "windictator.toml").write_text(f"[recognizer]\nmodel = {json.dumps(str(model))}\n")
    spoken = '["quick hands <words>", "quick xylophone <words>"]'
    file.write_text(f'[[command]]\nspoken = {spoken}\ndo = [{{ text = "<words>" }}]')
    assert run(["config", "check"]) == 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "warning" in line]
    assert warnings == [
        "  warning: 'quick xylophone <words>' is never heard: the speech model does not know 'xylophone'"
    ]


def test_a_dictation_tells_what_can_be_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people as the list is, for programs as an event."""
    said = command_catalogue(load_vocabulary(load_settings()))
    TerminalListener().help(said)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["  Your own", "    search for <words>: Search the web"]
    assert lines[-1].startswith("  note: you can say 'search for <words>', ")
    lines = []
    with LineQueue(lambda line: lines.append(line) or len(line)) as queue:
        JsonListener(queue).help(said)
    told = json.loads(b"".join(lines))
    assert told["event"] == "help" and told["commands"][0]["help"] == "Search the web"


def test_check_reads_them(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What takes the place of something is a warning, a mistake is the end."""
    assert run(["config", "check"]) == 0
    warning = "  warning: 'scratch that' replaces the command 'scratch'\n"
    assert f"own commands  {file}: right\n{warning}" in capsys.readouterr().out
    file.write_text('[[command]]\nspoken = ["x"]\ndo = [{ keys = "hyper+x" }]')
    for command in (["config", "check"], ["commands"]):
        assert run(command) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"windictator: {file}:command 1.do 1.keys: 'hyper+x': 'hyper' is no key")
        assert told.count("\n") == 1
    file.unlink()
    assert run(["config", "check"]) == 0
    assert f"own commands  {file}: no such file, no commands of your own\n" in capsys.readouterr().out
