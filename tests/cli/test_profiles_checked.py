"""Checks of user profiles by ``config check`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path

import pytest

from windictator.cli.context import Invocation
from windictator.cli.doctor_checks import Check, run_checks
from windictator.cli.run import run

RIGHT = '[[profile]]\nname = "mine"\nclasses = ["kitty"]\nline_breaks = "type"\n'
WRONG = RIGHT.replace('"type"', '"sometimes"')
REASON = '4: profile 1.line_breaks: "sometimes" is wrong; it must be "type", "space" or "refuse"'


@pytest.fixture
def file(clean_environment: None, environ: dict[str, str]) -> Path:
    """Path of the user profiles; the file is missing."""
    path = Path(environ["HOME"], ".config/windictator/profiles.toml")
    path.parent.mkdir(parents=True)
    return path


def doctor_says() -> list[Check]:
    return [check for check in run_checks(Invocation(), None) if check.name == "profiles"]


def test_missing_user_profiles_are_allowed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped profiles are enough for most users."""
    assert run(["config", "check"]) == 0
    assert f"user profiles  {file}: no such file, no user profiles\n" in capsys.readouterr().out
    assert doctor_says() == []


def test_valid_user_profiles_are_reported(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The path is printed, so that the user knows which file is read."""
    file.write_text(RIGHT)
    assert run(["config", "check"]) == 0
    assert f"user profiles  {file}: ok\n" in capsys.readouterr().out
    assert doctor_says() == [Check("profiles", "ok", f"1 in {file}")]


def test_invalid_user_profiles_are_one_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line has the allowed values."""
    file.write_text(WRONG)
    assert run(["config", "check"]) == 2
    assert capsys.readouterr().err == f"windictator: {file}:{REASON}\n"
    assert doctor_says() == [Check("profiles", "fail", f"{file}:{REASON}")]


def test_named_profiles_file_must_exist(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file with the usual name is allowed."""
    file.with_name("windictator.toml").write_text('[text]\nuser_profiles = "elsewhere.toml"\n')
    assert run(["config", "check"]) == 2
    missing = f"{file.with_name('elsewhere.toml')}: cannot be read: No such file or directory"
    assert capsys.readouterr().err == f"windictator: {missing}\n"
    assert doctor_says() == [Check("profiles", "fail", missing)]
