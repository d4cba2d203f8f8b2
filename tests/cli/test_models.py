"""``models`` with a data folder of a valid and a broken model; the download is a fake."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import windictator.speech.model_download
from tests.program import run_windictator
from windictator.cli.run import run
from windictator.speech.errors import ModelError

TINY = "vosk-model-tiny-tts-en"
SHIPPED = Path(windictator.speech.model_download.__file__).parent / "demonstration" / TINY

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The user's models: the shipped one under another name, and one whose acoustic model is cut short."""
    folder = tmp_path / ".local/share/windictator/models"
    shutil.copytree(SHIPPED, folder / "whole")
    shutil.copytree(SHIPPED, folder / "broken")
    acoustic = folder / "broken/am/final.mdl"
    acoustic.write_bytes(acoustic.read_bytes()[:1000])
    return folder


def test_list_marks_the_model_in_use(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list has a form for the user and JSON."""
    (tmp_path / "w.toml").write_text('[recognizer]\nmodel = "whole"\n')
    config = ["--config", str(tmp_path / "w.toml")]
    assert run([*config, "models", "list"]) == 0
    output, errors = capsys.readouterr()
    broken, whole = output.splitlines()
    assert broken.startswith(f"  broken  {models / 'broken'}  broken: am/final.mdl")
    assert whole == f"* whole  {models / 'whole'}"
    assert errors == ""
    assert run([*config, "models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(model["name"], model["in_use"]) for model in listed] == [("broken", False), ("whole", True)]
    assert listed[0]["problems"]
    assert listed[1] == {"name": "whole", "path": str(models / "whole"), "problems": [], "in_use": True}


def test_empty_list_names_the_install_command(capsys: pytest.CaptureFixture[str]) -> None:
    """It is not a failure; standard output stays empty for programs."""
    assert run(["models", "list"]) == 0
    assert capsys.readouterr() == ("", "no speech model is installed; run: windictator models install\n")
    assert run(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_verify_checks_names_and_folders(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 1 if one of several models is broken."""
    assert run(["models", "verify", "whole", str(models / "whole")]) == 0
    assert capsys.readouterr().out == f"{models / 'whole'}: ok\n" * 2
    assert run(["models", "verify", "whole", "broken"]) == 1
    output = capsys.readouterr().out
    assert f"{models / 'whole'}: ok\n" in output
    assert f"{models / 'broken'}: am/final.mdl" in output
    assert run(["models", "verify", str(models / "none")]) == 1
    assert "no such folder" in capsys.readouterr().out


def test_verify_defaults_to_the_model_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a model, one line says how to install one."""
    assert run(["models", "verify"]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("windictator: ")
    assert errors.endswith("windictator models install en-us\n")
    (tmp_path / "w.toml").write_text(f'[recognizer]\nmodel = "{SHIPPED}"\n')
    assert run(["--config", str(tmp_path / "w.toml"), "models", "verify"]) == 0
    assert capsys.readouterr().out == f"{SHIPPED}: ok\n"


def test_remove_asks_first(models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No answer and "no" remove nothing; the question is on standard error."""
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run(["models", "remove", "whole"]) == 1
        assert (models / "whole").is_dir()
        output, errors = capsys.readouterr()
        assert str(models / "whole") in output + errors
        assert errors.endswith("windictator: not confirmed; nothing was changed\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run(["models", "remove", "whole"]) == 0
    assert not (models / "whole").exists()
    assert run(["models", "remove", "--yes", "broken"]) == 0
    assert not (models / "broken").exists()


def test_remove_of_unknown_model_is_one_line(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command does not ask. A path out of the folder is not a name."""
    for name in ("none", "../models/whole", ".."):
        assert run(["models", "remove", "--yes", name]) == 1
        errors = capsys.readouterr().err
        assert errors.count("\n") == 1
        assert repr(name) in errors
    assert (models / "whole").is_dir()


@pytest.fixture
def install_model(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """A stand-in that "downloads" 40 MB in two steps; returns what it is asked for."""
    asked: list[tuple[str, Path]] = []

    def stand_in(name: str, data_dir: Path, progress: Callable[[int, int | None], None]) -> Path:
        asked.append((name, data_dir))
        if name == "xx":
            raise ModelError("no speech model is known for 'xx'")
        for done in (20_000_000, 40_000_000):
            progress(done, None if name == "unsized" else 40_000_000)
        return data_dir / "models" / name

    monkeypatch.setattr(windictator.speech.model_download, "install_model", stand_in)
    return asked


def test_install_prints_the_folder(
    install_model: list[tuple[str, Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The language is an argument or comes from the settings."""
    data = tmp_path / ".local/share/windictator"
    assert run(["models", "install", "de"]) == 0
    assert capsys.readouterr() == (f"{data}/models/de\n", "downloading speech model de, 40 MB\n")
    assert run(["models", "install"]) == 0
    assert run(["models", "install", "unsized"]) == 0
    assert install_model == [("de", data), ("en-us", data), ("unsized", data)]


def test_install_of_unknown_model_fails(
    install_model: list[tuple[str, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status is 1, with the reason."""
    assert run(["models", "install", "xx"]) == 1
    assert capsys.readouterr() == ("", "windictator: no speech model is known for 'xx'\n")


@pytest.mark.parametrize("name", ["de", "unsized"])
def test_install_shows_progress_on_a_terminal(
    install_model: list[tuple[str, Path]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """A bar if the size is known, otherwise the amount; the line is ended."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["models", "install", name]) == 0
    errors = capsys.readouterr().err
    assert f"speech model {name}" in errors
    assert ("100%" if name == "de" else "40.0 MB") in errors
    assert errors.endswith("\n")


def test_shipped_model_is_valid(environ: dict[str, str]) -> None:
    """The demonstration needs it."""
    done = run_windictator("models", "verify", str(SHIPPED), env=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{SHIPPED}: ok\n", "")


def test_available_models_are_listed_with_a_recommendation(capsys: pytest.CaptureFixture[str]) -> None:
    """The table tells size, memory and errors; JSON has the same."""
    assert run(["models", "list", "--available"]) == 0
    header, first, *rest = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "language", "size", "memory", "errors"]
    assert first.startswith("* vosk-model-") and "English" in first and len(rest) > 30
    assert run(["models", "list", "--available", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert [model["name"] for model in models if model["recommended"]] == [first.split()[1]]


def test_model_is_installed_from_an_archive_of_this_machine(
    tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Machines without a network get their models by hand."""
    archive = shutil.make_archive(str(tmp_path / "vosk-model-mine-0.1"), "zip", SHIPPED.parent, SHIPPED.name)
    assert run(["models", "install", archive]) == 0
    assert capsys.readouterr().out.strip() == str(models / "vosk-model-mine-0.1")
    assert (models / "vosk-model-mine-0.1" / "am" / "final.mdl").is_file()


def test_model_is_installed_from_a_folder(tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is copied; the folder stays."""
    source = shutil.copytree(SHIPPED, tmp_path / "vosk-model-other-0.1")
    assert run(["models", "install", str(source)]) == 0
    assert (models / "vosk-model-other-0.1" / "am" / "final.mdl").is_file() and source.is_dir()
    capsys.readouterr()


@pytest.mark.parametrize("kind", ["no archive", "no model", "missing", "empty folder"])
def test_what_is_no_model_is_not_installed(
    kind: str, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says why, and nothing is left."""
    source = tmp_path / "thing.zip"
    if kind == "no archive":
        source.write_bytes(b"PK nonsense")
    elif kind == "no model":
        (tmp_path / "text").mkdir()
        (tmp_path / "text" / "a.txt").write_text("a")
        shutil.make_archive(str(tmp_path / "thing"), "zip", tmp_path / "text")
    elif kind == "empty folder":
        source = tmp_path / "thing"
        source.mkdir()
    before = sorted(path.name for path in models.iterdir())
    assert run(["models", "install", str(source)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(path.name for path in models.iterdir() if not path.name.startswith(".")) == before
    assert not (models / "thing").exists()
