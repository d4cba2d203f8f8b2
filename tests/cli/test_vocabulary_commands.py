"""``windictator vocabulary``: its file and exit statuses; no word is ever lost."""

from __future__ import annotations

import io
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import start_windictator
from tests.text.spoken import written
from windictator.cli.run import run
from windictator.settings import Settings, TextSettings
from windictator.settings.vocabulary import load_vocabulary
from windictator.text.phrase_index import VocabularyError

Environ = dict[str, str]


def words_file(environ: Environ) -> Path:
    return Path(environ["HOME"], ".config/windictator/words.toml")


class Program:
    """The program in this process, which is quicker than one of its own for each command."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def run(self, *arguments: str, status: int = 0, input: str = "") -> tuple[str, str]:
        """What it prints on standard output and standard error."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(input.encode())))
        assert run(list(arguments)) == status
        output, errors = self._capsys.readouterr()
        if status:
            assert errors.startswith("windictator: ") and errors.count("\n") == 1
        return output, errors

    def vocabulary(self, *arguments: str, status: int = 0, input: str = "") -> tuple[str, str]:
        """``windictator vocabulary *arguments``."""
        return self.run("vocabulary", *arguments, status=status, input=input)


@pytest.fixture
def program(clean_environment: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(capsys, monkeypatch)


def test_word_is_added_listed_used_and_removed(program: Program, environ: Environ) -> None:
    """A new file is created, readable by the user alone."""
    assert program.vocabulary("list")[0] == ""
    program.vocabulary("add", "Win  Dictator", "WinDictator")
    program.vocabulary("add", "my address", "1 Main Street\nSpringfield")
    file = words_file(environ)
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert program.vocabulary("list")[0] == "win dictator\tWinDictator\nmy address\t1 Main Street\\nSpringfield\n"
    assert json.loads(program.vocabulary("list", "--json")[0]) == [
        {"phrase": "win dictator", "text": "WinDictator", "sounds_like": True},
        {"phrase": "my address", "text": "1 Main Street\nSpringfield", "sounds_like": False},
    ]
    checked, errors = program.run("config", "check")
    assert f"user words     {file}: ok\n" in checked and "warning" not in checked and errors == ""
    file.write_text(f"# mine\n{file.read_text()}")
    program.vocabulary("remove", "win dictator")
    assert file.read_text() == '# mine\n[words]\n"my address" = """\n1 Main Street\nSpringfield"""\n'
    assert "not a user word" in program.vocabulary("remove", "win dictator", status=1)[1]


def test_conflicts_of_a_word_are_reported(program: Program, environ: Environ) -> None:
    """ "add" refuses to replace a command; "config check" warns."""
    assert "replaces the command 'scratch'" in program.vocabulary("add", "Scratch that", "x", status=1)[1]
    assert not words_file(environ).exists()
    program.vocabulary("add", "--replace", "scratch that", "x")
    assert "warning: 'c++' can never be recognised" in program.vocabulary("add", "c++", "C++")[1]
    checked, _ = program.run("config", "check")
    assert "  warning: 'scratch that' replaces the command 'scratch'\n" in checked
    assert "  warning: 'c++' can never be recognised" in checked


def test_invalid_word_changes_nothing(program: Program, environ: Environ) -> None:
    """The error is on the command line or in the file."""
    program.vocabulary("add", "a", "b")
    before = words_file(environ).read_text()
    program.vocabulary("add", " ", "b", status=2)
    program.vocabulary("add", "a", "", status=2)
    program.vocabulary("add", "a", "x\x07", status=2)
    program.vocabulary("add", "a", "{cursor}x", status=2)
    program.vocabulary("import", "/nonexistent", status=2)
    assert words_file(environ).read_text() == before
    words_file(environ).write_text("[words\n")
    assert f"{words_file(environ)}:1: not valid TOML" in program.vocabulary("add", "a", "b", status=2)[1]
    assert words_file(environ).read_text() == "[words\n"
    assert str(words_file(environ)) in program.run("config", "check", status=2)[1]


def test_import_reads_lists(program: Program, environ: Environ, tmp_path: Path) -> None:
    """Conflicts are skipped without --replace."""
    (tmp_path / "names.txt").write_text("WinDictator\nŁódź\nComma\n")
    told = program.vocabulary("import", str(tmp_path / "names.txt"))[1]
    assert "skipped: 'comma' replaces" in told and "2 words added, 0 replaced" in told
    assert "1 word added, 1 replaced" in program.vocabulary("import", "-", input="łódź\tLodz\nbtw\tby the way\n")[1]
    assert program.vocabulary("list")[0] == "windictator\tWinDictator\nłódź\tLodz\nbtw\tby the way\n"
    assert "2: must have two columns" in program.vocabulary("import", "-", input="a\tb\nc\n", status=2)[1]


@pytest.mark.slow
def test_full_disk_keeps_the_old_file(program: Program, environ: Environ) -> None:
    """The new file does not fit; no temporary file is left."""
    program.vocabulary("add", "a", "b")
    before = words_file(environ).read_bytes()

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-B", "-m", "windictator", "vocabulary", "add", "my address", "1 Main Street"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, preexec_fn=little_room)
    assert done.returncode == 1
    expected = "cannot be written: File too large; nothing was changed"
    assert done.stderr == f"windictator: {words_file(environ)}: {expected}\n"
    assert words_file(environ).read_bytes() == before
    assert [file.name for file in words_file(environ).parent.iterdir()] == ["words.toml"]


def test_words_file_may_be_a_link_or_be_named(program: Program, environ: Environ, tmp_path: Path) -> None:
    """Users may keep the file in another place."""
    (tmp_path / "kept.toml").write_text("# kept\n")
    (tmp_path / "link.toml").symlink_to(tmp_path / "kept.toml")
    folder = words_file(environ).parent
    folder.mkdir(parents=True)
    (folder / "windictator.toml").write_text(f'[text]\nuser_words = "{tmp_path}/link.toml"\n')
    program.vocabulary("add", "a", "b")
    assert (tmp_path / "link.toml").is_symlink()
    assert (tmp_path / "kept.toml").read_text() == '# kept\n\n[words]\na = "b"\n'


@pytest.mark.slow
def test_simultaneous_adds_are_all_kept(program: Program, environ: Environ) -> None:
    """Each command waits for the other."""
    names = [f"name {letter}" for letter in "abc"]
    adding = [start_windictator("vocabulary", "add", name, name.title(), env=environ) for name in names]
    assert [process.communicate() and process.returncode for process in adding] == [0] * len(names)
    assert {line.partition("\t")[0] for line in program.vocabulary("list")[0].splitlines()} == set(names)


def test_dictation_uses_user_words(program: Program, environ: Environ) -> None:
    """An invalid file is refused in one line that names it."""
    program.vocabulary("add", "my address", "1 Main Street")
    assert written("my address comma", vocabulary=load_vocabulary(Settings())) == "1 Main Street,"
    program.vocabulary("add", "windictator", "WinDictator")
    assert written("when dictator", vocabulary=load_vocabulary(Settings())) == "WinDictator"
    exactly = Settings(text=TextSettings(name_match_percent=100))
    assert written("when dictator", vocabulary=load_vocabulary(exactly)) == "When dictator"
    words_file(environ).write_text("[words]\nx = 1\n")
    with pytest.raises(VocabularyError, match=rf"^{words_file(environ)}:2: words\.x: 1 is wrong; it must be a text"):
        load_vocabulary(Settings())
