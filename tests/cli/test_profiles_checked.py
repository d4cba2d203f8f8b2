"""The user's profiles of applications, looked at by ``config check`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path

import pytest

from windictator.cli.context import Invocation
from windictator.cli.doctor_checks import Check, run_checks
from windictator.cli.run import run

RIGHT = '[[profile]]\nname = "mine"\nclasses = ["kitty"]\nline_breaks = "type"\n'
WRONG = RIGHT.replace('"type"', '"sometimes"')
REASON = 'profile 1.line_breaks: "sometimes" is wrong; it must be "type", "space" or "refuse"'


@pytest.fixture
def file(clean_environment: None, environ: dict[str, str]) -> Path:
    """The user's own profiles; not written yet."""
    path = Path(environ["HOME"], ".config/windictator/profiles.toml")
    path.parent.mkdir(parents=True)
    return path


def doctor_says() -> list[Check]:
    return [check for check in run_checks(Invocation(), None) if check.name == "profiles"]


def test_there_need_be_none(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped ones are enough for most."""
    assert run(["config", "check"]) == 0
    assert f"profiles      {file}: no such file, no profiles of your own\n" in capsys.readouterr().out
    assert doctor_says() == []


def test_they_are_right(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The path is named, so that a user knows what is read."""
    file.write_text(RIGHT)
    assert run(["config", "check"]) == 0
    assert f"profiles      {file}: right\n" in capsys.readouterr().out
    assert doctor_says() == [Check("profiles", "ok", f"1 of your own in {file}")]


def test_they_are_wrong(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, with what is allowed."""
    file.write_text(WRONG)
    assert run(["config", "check"]) == 2
    assert capsys.readouterr().err == f"windictator: {file}:{REASON}\n"
    assert doctor_says() == [Check("profiles", "fail", f"{file}:{REASON}")]


def test_a_file_that_the_settings_name_must_be_there(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever names it means it."""
    file.with_name("windictator.toml").write_text('[text]\nuser_profiles = "elsewhere.toml"\n')
    assert run(["config", "check"]) == 2
    missing = f"{file.with_name('elsewhere.toml')}: cannot be read: No such file or directory"
    assert capsys.readouterr().err == f"windictator: {missing}\n"
    assert doctor_says() == [Check("profiles", "fail", missing)]
