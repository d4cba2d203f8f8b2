"""The unit file for systemd, by systemd's own checker where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from windictator.cli.root import root

UNIT = Path(__file__).parents[2] / "config" / "windictator.service"
COMMANDS = dict(re.findall(r"^(Exec\w+)=windictator (.*)$", UNIT.read_text(), re.MULTILINE))


def test_its_commands_exist() -> None:
    """As they are written there, with their options."""
    assert set(COMMANDS) == {"ExecStart", "ExecReload"}
    assert COMMANDS["ExecStart"] == "start --foreground"
    assert any("--foreground" in parameter.opts for parameter in root.commands["start"].params)
    group, command = COMMANDS["ExecReload"].split()
    assert command in root.commands[group].commands  # type: ignore[attr-defined]


def test_it_is_told_of_readiness() -> None:
    """By sd_notify; and a crash leaves the guardian its time."""
    lines = UNIT.read_text().splitlines()
    assert {"Type=notify", "KillMode=control-group", "Restart=on-failure"} <= set(lines)
    assert not [line for line in lines if re.match("Private|ProtectSystem|ProtectHome", line)]


@pytest.mark.slow
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Unknown settings and wrong values are warnings of its own, which "systemctl" would only log."""
    checker = shutil.which("systemd-analyze")
    if checker is None:  # where there is no systemd the unit is of no use either
        assert "[Service]" in UNIT.read_text()
        return
    unit = tmp_path / "windictator.service"
    # Programs are looked for in the system's folders only.
    unit.write_text(UNIT.read_text().replace("=windictator ", f"={shutil.which('true')} "))
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([checker, "--user", "verify", str(unit)], capture_output=True, text=True, env=environ)
    # What this machine lacks is not the unit's affair.
    about_unit = [line for line in (done.stdout + done.stderr).splitlines() if "windictator" in line]
    assert about_unit == []
    broken = unit.read_text().replace("Type=notify", "Type=whatever")
    unit.write_text(broken)
    done = subprocess.run([checker, "--user", "verify", str(unit)], capture_output=True, text=True, env=environ)
    assert "windictator.service" in done.stdout + done.stderr  # it does look
