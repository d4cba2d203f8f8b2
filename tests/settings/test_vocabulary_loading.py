"""One loader of the vocabulary: every command that reads it follows the same settings."""

from pathlib import Path

import pytest

from windictator.cli.context import Invocation
from windictator.cli.doctor_checks import run_checks
from windictator.cli.run import run
from windictator.settings import Settings, SymbolSettings
from windictator.settings.vocabulary import load_base_vocabulary, load_vocabulary

WRONG = "[symbols]\nnever = ['nonsense']\n"
REASON = "symbols.never: 'nonsense' is not a symbol or effect of the vocabulary; windictator commands lists them"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings file, which does not exist yet."""
    path = tmp_path / "windictator.toml"
    monkeypatch.setenv("WINDICTATOR_CONFIG", str(path))
    return path


@pytest.mark.parametrize("arguments", [["config", "check"], ["commands"], ["vocabulary", "add", "a", "b"]])
def test_wrong_symbols_are_refused_by_every_command(
    arguments: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that ignores a setting would say ok of what the daemon refuses."""
    file.write_text(WRONG)
    assert run(arguments) == 2
    assert REASON in capsys.readouterr().err
    assert not file.with_name("words.toml").exists()


def test_wrong_symbols_are_found_by_the_doctor(file: Path) -> None:
    """The check of the vocabulary is the loading of the vocabulary."""
    file.write_text(WRONG)
    (check,) = [check for check in run_checks(Invocation(), None) if check.name == "vocabulary"]
    assert (check.status, check.detail) == ("fail", REASON)


def test_conflicts_quote_the_text_of_the_chosen_style(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a word would replace is what the daemon writes."""
    file.write_text('[symbols]\nstyle = "typographic"\n')
    assert run(["vocabulary", "add", "close quote", "x"]) == 1
    assert "'close quote' replaces its text '”'" in capsys.readouterr().err


def test_base_vocabulary_has_the_settings_but_no_user_files(file: Path) -> None:
    """The checks of the user's files compare with everything else."""
    file.with_name("words.toml").write_text('[words]\ncomma = "Komma"\n')
    settings = Settings(symbols=SymbolSettings(pause_ms=400))
    base, whole = load_base_vocabulary(settings), load_vocabulary(settings)
    assert base._pause_s == whole._pause_s == 0.4
    assert base.phrases.get(("comma",)) != whole.phrases.get(("comma",))
    assert base.numbers is None and whole.numbers is not None
