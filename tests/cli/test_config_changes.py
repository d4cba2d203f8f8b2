"""``config init``, ``edit``, ``get``, ``set`` and ``unset``; no command empties the settings file."""

from __future__ import annotations

import os
import shlex
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.x11.type_runs import assert_one_line
from windictator.cli.run import run
from windictator.settings import Settings, load_settings, read_text_file, shipped_config
from windictator.settings.editing import USER_FILE_HEADER, user_settings_template

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def file(environ: dict[str, str]) -> Path:
    """The user's settings file; its folder is there, it is not."""
    path = Path(environ["HOME"], ".config/windictator/windictator.toml")
    path.parent.mkdir(parents=True)
    return path


def rest(file: Path) -> list[str]:
    """What is in its folder beside it."""
    return sorted(other.name for other in file.parent.iterdir() if other != file)


def test_init_writes_every_setting_commented_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder may be missing. The new file passes the check and changes nothing."""
    file.parent.rmdir()
    assert run(["config", "init"]) == 0
    assert str(file) in capsys.readouterr().err
    assert file.read_text() == user_settings_template(read_text_file(shipped_config("windictator.toml")))
    assert file.read_text().startswith(USER_FILE_HEADER)
    assert load_settings(file) == Settings()
    assert run(["config", "check"]) == 0


def test_init_keeps_an_existing_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty file, as a redirection creates one, is replaced."""
    file.write_text("# mine\n")
    assert run(["config", "init"]) == 1
    assert_one_line(capsys.readouterr().err, str(file), "nothing was changed", "--force")
    assert (file.read_text(), rest(file)) == ("# mine\n", [])
    file.write_text("")
    assert run(["config", "init"]) == 0
    assert file.read_text().startswith(USER_FILE_HEADER)


def test_init_force_keeps_every_old_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No copy is ever replaced."""
    for content in (b"# one\n", b"\xff not UTF-8", b"[broken"):
        file.write_bytes(content)
        file.chmod(0o640)
        assert run(["config", "init", "--force"]) == 0
        assert file.read_text().startswith(USER_FILE_HEADER)
    assert "windictator.toml.bak3" in capsys.readouterr().err
    copies = [file.with_name(f"windictator.toml.bak{number}") for number in ("", 2, 3)]
    assert [copy.read_bytes() for copy in copies] == [b"# one\n", b"\xff not UTF-8", b"[broken"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in (file, *copies)} == {0o640}


def test_set_creates_a_missing_file_with_comments(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only one line differs from the file of "config init"."""
    assert run(["config", "set", "typing.key_press_ms", "20"]) == 0
    assert capsys.readouterr().err == f"{file}: typing.key_press_ms = 20\n"
    begun = user_settings_template(read_text_file(shipped_config("windictator.toml")))
    assert file.read_text() == begun.replace("\n#key_press_ms = 0\n", "\nkey_press_ms = 20\n")
    assert run(["config", "unset", "typing.key_press_ms"]) == 0
    assert file.read_text() == begun


def test_set_and_get_handle_every_type(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The value comes back as text for a shell, and as JSON."""
    for name, words, plain, as_json in [
        ("typing.key_press_ms", ["20"], "20", "20"),
        ("typing.grab_server", ["true"], "true", "true"),
        ("recognizer.language", ["de"], "de", '"de"'),
        ("symbols.never", ["hash", "no space"], "hash\nno space", '["hash", "no space"]'),
        ("hotkeys.toggle", ["<ctrl>+<f9>"], "ctrl+F9", '"ctrl+F9"'),
    ]:
        assert run(["config", "set", name, *words]) == 0
        capsys.readouterr()
        assert run(["config", "get", name]) == 0
        assert run(["config", "get", "--json", name]) == 0
        assert capsys.readouterr().out == f"{plain}\n{as_json}\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["typing.key_press_ms", "-5"], "-5 is wrong; it must be a whole number from 0 to 1000"),
        (["typing.key_press_ms", "fast"], '"fast" is wrong'),
        (["typing.hold", "5"], "did you mean typing.key_press_ms?"),
        (["hotkeys.undo", "<f9>"], "hotkeys.toggle has these keys already"),
        (["hotkeys.undo", "<nonsense>"], "it must be one key"),
    ],
)
def test_set_refuses_invalid_values(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    """The exit status is 2, and the file does not change."""
    file.write_text('[hotkeys] # mine\ntoggle = "<f9>"\n')
    before = file.stat()
    assert run(["config", "set", *arguments]) == 2
    assert_one_line(capsys.readouterr().err, reason)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_set_reports_another_error_in_the_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user can correct two errors one after the other."""
    file.write_text('[typing]\nkey_press_ms = "x"\ngrab_server = "y"\n')
    assert run(["config", "set", "typing.key_press_ms", "5"]) == 2
    assert_one_line(capsys.readouterr().err, "changed, but", "typing.grab_server")
    assert run(["config", "set", "typing.grab_server", "true"]) == 0
    assert file.read_text() == "[typing]\nkey_press_ms = 5\ngrab_server = true\n"


def test_set_refuses_invalid_toml(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message has the line and a remedy; the file does not change."""
    file.write_text("[typing\n")
    assert run(["config", "set", "typing.key_press_ms", "5"]) == 2
    assert_one_line(capsys.readouterr().err, "not valid TOML", "windictator config edit")
    assert file.read_text() == "[typing\n"


def test_set_keeps_links_and_permissions(file: Path, tmp_path: Path) -> None:
    """Dotfile managers keep settings behind links."""
    target = tmp_path / "dotfiles" / "settings.toml"
    target.parent.mkdir()
    target.write_text("# mine\n")
    target.chmod(0o644)
    file.symlink_to(os.path.relpath(target, file.parent))
    assert run(["config", "set", "typing.key_press_ms", "5"]) == 0
    assert file.is_symlink() and target.read_text() == "# mine\n\n[typing]\nkey_press_ms = 5\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert rest(file) == [] and rest(target) == []


def test_set_refuses_a_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Replacing the file would remove the device."""
    device = tmp_path / "pipe"
    device.symlink_to("/dev/null")
    assert run(["--config", str(device), "config", "set", "typing.key_press_ms", "5"]) == 1
    assert_one_line(capsys.readouterr().err, "is not a regular file; nothing was changed")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.slow
def test_simultaneous_sets_are_all_kept(file: Path, environ: dict[str, str]) -> None:
    """Each command changes the result of the one before."""
    names = ["typing.key_press_ms", "recognizer.max_growth_mb", "dictation.stable_after", "history.max_utterances"]
    results: list[int] = []
    threads = [
        threading.Thread(
            target=lambda name=name: results.append(run_windictator("config", "set", name, "7", env=environ).returncode)
        )
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0] * len(names)
    settings = load_settings(file)
    assert [getattr(getattr(settings, table), key) for table, key in (name.split(".") for name in names)] == [7] * 4


# What a redirection does before the program begins.


@pytest.mark.parametrize("sign", [">", ">>", "1<>"])
def test_show_refuses_output_to_the_settings_file(file: Path, environ: dict[str, str], sign: str) -> None:
    """After ">" the shell has emptied the file, and the message says so."""
    file.write_text("[typing]\nkey_press_ms = 5\n")
    command = f"{shlex.quote(sys.executable)} -m windictator config show {sign} {shlex.quote(str(file))}"
    done = subprocess.run(["bash", "-c", command], env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert_one_line(done.stderr, str(file), "config init" if sign == ">" else "another file")
    assert file.read_text() == ("" if sign == ">" else "[typing]\nkey_press_ms = 5\n")


def test_readme_does_not_redirect_into_the_settings() -> None:
    """A redirection empties the file before it is read."""
    readme = Path(__file__).parents[2].joinpath("README.md").read_text()
    assert "config show >" not in readme
    assert "commands --example >" not in readme and "commands --template >" not in readme
    assert "config set" in readme and "config init" in readme


# The editor


@pytest.fixture
def editor(environ: dict[str, str], tmp_path: Path) -> Path:
    """An editor that is a shell script, to be written by the test; the file is its first argument."""
    program = tmp_path / "my editor"
    program.write_text("#!/bin/sh\nexit 9\n")
    program.chmod(0o755)
    environ |= {"EDITOR": shlex.quote(str(program)), "VISUAL": ""}
    return program


def edit(environ: dict[str, str], editor: Path, script: str) -> subprocess.CompletedProcess[str]:
    editor.write_text(f"#!/bin/sh\n{script}\n")
    return run_windictator("config", "edit", env=environ)


@pytest.mark.slow
def test_edit_opens_and_checks_the_file(file: Path, environ: dict[str, str], editor: Path) -> None:
    """A missing file is created; an error can be corrected by the same command."""
    done = edit(environ, editor, 'sed -i "s/^#key_press_ms = 0/key_press_ms = 9/" "$1"')
    assert (done.returncode, done.stderr) == (0, f"{file}: ok\n")
    assert load_settings(file).typing.key_press_ms == 9
    done = edit(environ, editor, "true")
    assert (done.returncode, done.stderr) == (0, f"{file}: ok, not changed\n")
    done = edit(environ, editor, 'sed -i "s/^key_press_ms = 9/key_press_ms = \\"9\\"/" "$1"')
    assert done.returncode == 2
    assert_one_line(done.stderr, str(file), "typing.key_press_ms", "a whole number", "config edit")
    done = edit(environ, editor, 'echo "[broken" > "$1"')
    assert done.returncode == 2
    assert_one_line(done.stderr, "not valid TOML")
    done = edit(environ, editor, 'echo > "$1"')
    assert done.returncode == 0


@pytest.mark.slow
def test_edit_reports_a_failed_editor(file: Path, environ: dict[str, str], editor: Path) -> None:
    """The editor is missing, fails, or its command is invalid. VISUAL comes before EDITOR."""
    for variables, words in [
        ({"EDITOR": "nonexistent-editor"}, "cannot start the editor 'nonexistent-editor'"),
        ({}, "failed (exit status 9)"),
        ({"VISUAL": "'open"}, "cannot read $VISUAL"),
        ({"VISUAL": "", "EDITOR": "", "PATH": "/nonexistent"}, "no editor was found"),
    ]:
        done = run_windictator("config", "edit", env=environ | variables)
        assert done.returncode == 1
        assert_one_line(done.stderr, words)


@pytest.mark.slow
def test_ctrl_c_is_left_to_the_editor(file: Path, environ: dict[str, str], editor: Path, tmp_path: Path) -> None:
    """The terminal sends it to both; only the editor reacts."""
    begun, caught = tmp_path / "begun", tmp_path / "caught"
    os.mkfifo(begun)
    editor.write_text(f'#!/bin/bash\ntrap "touch {caught}; exit 0" INT\necho > {begun}\nwhile :; do sleep 0.05; done\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "windictator", "config", "edit"], env=environ, start_new_session=True
    )
    try:
        begun.read_text()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
        assert caught.exists()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
