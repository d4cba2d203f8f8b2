"""What the scripts do on a machine that lacks something, with a stand-in for apt-get that writes down its calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from windictator.x11.virtual_display import VirtualDisplay

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of commands: the shell's own, and what a test adds with ``command``. ``calls`` records."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("bash", "cat", "dirname", "env", "flock", "mktemp", "rm", "sha256sum", "tail", "tee"):
        found = next(Path(folder, name) for folder in ("/usr/bin", "/bin") if Path(folder, name).exists())
        (commands / name).symlink_to(found)
    (tmp_path / "calls").touch()
    return tmp_path


def command(machine: Path, name: str, body: str) -> None:
    file = machine / "bin" / name
    file.write_text(f'#!/bin/bash\necho "{name} $*" >> {machine}/calls\n{body}\n')
    file.chmod(0o755)


def shell(machine: Path, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a bash program with the functions of the scripts on this machine."""
    return subprocess.run(
        [str(machine / "bin" / "bash"), "-c", f'set -euo pipefail; source "{SCRIPTS}/lib-install.sh"; {program}'],
        env={"PATH": str(machine / "bin"), "TMPDIR": str(machine), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def calls(machine: Path) -> list[str]:
    return (machine / "calls").read_text().splitlines()


AS_ROOT = 'as_root() { "$@"; }; '  # the tests run as root or not, the outcome is to be the same


def test_complete_system_installs_and_says_nothing(machine: Path) -> None:
    """The usual run goes straight to work."""
    command(machine, "apt-get", "exit 0")
    done = shell(machine, "want bash 'the shell' command -v bash; install_missing_packages")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls(machine) == []


def test_missing_packages_are_explained_and_installed_at_once(machine: Path) -> None:
    """The user learns what comes onto the machine and why; apt runs once and asks nothing."""
    command(machine, "apt-get", "exit 0")
    program = "want one 'the first thing' false; want two 'the second' false; install_missing_packages"
    done = shell(machine, AS_ROOT + program)
    assert done.returncode == 0
    assert "Missing: one (the first thing)." in done.stderr
    assert "Missing: two (the second)." in done.stderr
    assert len(calls(machine)) == 1
    assert calls(machine)[0].startswith("apt-get install --yes --no-install-recommends")
    assert calls(machine)[0].endswith(" one two")


def test_package_lists_are_fetched_only_when_they_are_needed(machine: Path) -> None:
    """A fresh container has no lists, an ordinary machine has no need to wait for them."""
    command(machine, "apt-get", f"[[ $1 == update ]] && : > {machine}/updated; [[ -e {machine}/updated ]]")
    done = shell(machine, AS_ROOT + "want one 'a reason' false; install_missing_packages")
    assert done.returncode == 0
    assert [call.split()[1] for call in calls(machine)] == ["install", "update", "install"]


def test_a_failure_of_apt_is_shown_with_its_own_last_words(machine: Path) -> None:
    """So "could not resolve" and the like reach the user, and the script can go on or stop."""
    command(machine, "apt-get", "echo 'E: no such package'; exit 100")
    done = shell(machine, AS_ROOT + "want one 'a reason' false; install_missing_packages || echo went on")
    assert done.stdout == "went on\n"
    assert "E: no such package" in done.stderr
    assert "apt-get install one failed." in done.stderr


def test_without_root_and_sudo_it_says_what_to_have_installed(machine: Path) -> None:
    """It prints the command for a user who may run it."""
    command(machine, "apt-get", "exit 0")
    done = shell(machine, "as_root() { false; }; want one 'a reason' false; install_missing_packages")
    assert done.returncode == 1
    assert "apt-get install one" in done.stderr
    assert calls(machine) == []


def test_without_a_terminal_sudo_asks_no_password(machine: Path) -> None:
    """In a script or a service nothing waits for an answer that never comes."""
    command(machine, "sudo", "exit 1")
    done = shell(machine, "if ((EUID == 0)); then sudo --non-interactive true; else as_root true; fi")
    assert done.returncode == 1
    assert calls(machine) == ["sudo --non-interactive true"]


def test_on_another_system_the_packages_are_named(machine: Path) -> None:
    """Fedora and others get a list instead of a strange error."""
    done = shell(machine, "want one 'a reason' false; install_missing_packages")
    assert done.returncode == 1
    assert "no Debian or Ubuntu: one" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(machine: Path) -> None:
    """On Ubuntu 22.04 python3 is 3.10; python3.11 beside it is found."""
    command(machine, "python3", "exit 1")
    (machine / "bin" / "python3.11").symlink_to(sys.executable)
    done = shell(machine, "is_python python3 || echo too old; is_python python3.11 && echo new enough")
    assert done.stdout == "too old\nnew enough\n"


def test_interrupted_environment_is_installed_again(machine: Path) -> None:
    """An interrupted installation is taken up again, a complete one is left alone."""
    project = machine / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / "pyproject.toml").write_text("[project]\n")
    python = project / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/bash\necho "python $*" >> {machine}/calls\n[[ ! -e {machine}/offline ]]\n')
    python.chmod(0o755)
    program = f"PROJECT={project} VENV={project}/.venv; ensure_compiler() {{ :; }}; ensure_environment test"
    (machine / "offline").touch()
    # is_python and pip have to answer, only the installation fails
    python.write_text(python.read_text().replace("[[ ! -e", "[[ $* != *--editable* || ! -e"))
    failed = shell(machine, program)
    assert failed.returncode == 1
    assert "could not be installed" in failed.stderr
    (machine / "offline").unlink()
    assert shell(machine, program).returncode == 0
    installations = [call for call in calls(machine) if "--editable" in call]
    assert len(installations) == 2
    assert installations[0].endswith(f"--editable {project}[test]")

    (machine / "calls").write_text("")
    again = shell(machine, f"{program}; ensure_environment")
    assert (again.returncode, again.stderr, calls(machine)) == (0, "", [])

    (project / "pyproject.toml").write_text("[project]\ndependencies = []\n")
    assert shell(machine, program).returncode == 0
    assert any("--editable" in call for call in calls(machine))


@pytest.mark.parametrize(
    ("arguments", "lacking"),
    [
        ((), "display: "),
        (("--display", ":987"), "display: "),
        (("--audio", "-", "--recognizer", "text"), "display: "),
    ],
)
def test_dictation_without_a_display_lacks_it(tmp_path: Path, arguments: tuple[str, ...], lacking: str) -> None:
    """The reason for which the demonstration runs instead."""
    assert what_is_lacking(tmp_path, *arguments).startswith(lacking)


def test_recording_with_display_and_model_lacks_nothing(tmp_path: Path) -> None:
    """A microphone and an installed model are asked for only where they are needed."""
    with VirtualDisplay() as display:
        environment = {name: display.environment()[name] for name in ("DISPLAY", "XAUTHORITY")}
        assert what_is_lacking(tmp_path, "--audio", "a.wav", "--model", "m", **environment) == ""
        assert what_is_lacking(tmp_path, "--audio=-", "--recognizer=text", **environment) == ""
        assert what_is_lacking(tmp_path, "--audio", "a.wav", **environment).startswith("model: ")


def test_broken_settings_are_left_to_the_dictation_to_report(tmp_path: Path) -> None:
    """Not the demonstration but the settings' own error."""
    settings = tmp_path / "broken.toml"
    settings.write_text("[")
    assert what_is_lacking(tmp_path, WINDICTATOR_CONFIG=str(settings)) == ""


def what_is_lacking(home: Path, *arguments: str, **environment: str) -> str:
    script = SCRIPTS / "what-is-lacking.py"
    kept = {name: os.environ[name] for name in ("PATH",)}
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**kept, "HOME": str(home), "PYTHONPATH": str(SCRIPTS.parent), **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
