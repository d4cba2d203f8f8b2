"""Dictation into a mail in HTML in the real Thunderbird."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.waiting import wait_until
from tests.x11.dictate_runs import LINES
from tests.x11.server import XServer

pytestmark = [pytest.mark.slow, pytest.mark.whole_matrix]

PATIENCE = 120.0
"""Seconds for anything that it does."""
#: One account that fetches nothing, and no greetings.
PREFERENCES = {
    "mail.accountmanager.accounts": '"account1"',
    "mail.accountmanager.defaultaccount": '"account1"',
    "mail.account.account1.identities": '"id1"',
    "mail.account.account1.server": '"server1"',
    "mail.identity.id1.useremail": '"a@example.org"',
    "mail.identity.id1.valid": "true",
    "mail.identity.id1.compose_html": "true",
    "mail.identity.id1.smtpServer": '"smtp1"',
    "mail.server.server1.type": '"none"',
    "mail.server.server1.hostname": '"Local Folders"',
    "mail.server.server1.userName": '"nobody"',
    "mail.smtpservers": '"smtp1"',
    "mail.smtpserver.smtp1.hostname": '"localhost"',
    "mail.provider.suppress_dialog_on_startup": "true",
    "mail.spotlight.firstRunDone": "true",
    "mail.shell.checkDefaultClient": "false",
    "mailnews.start_page.enabled": "false",
    "app.update.enabled": "false",
    "datareporting.policy.dataSubmissionPolicyBypassNotification": "true",
}


def test_mail_gets_return_and_shift_return(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """By the shipped profile, with corrections; read from the draft that it keeps."""
    profile = tmp_path / "thunderbird"
    profile.mkdir()
    lines = (f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    environment = {**user_environment, "NO_AT_BRIDGE": "1"}
    with xserver.window_manager():
        command = ["thunderbird", "--no-remote", "--profile", str(profile)]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            wait_until(lambda: '("Mail"' in _windows(environment), PATIENCE, "Thunderbird shows its main window", 0.5)

            def written() -> bool:
                xserver.tap("n", "Control_L")
                time.sleep(3)  # one window alone is to open
                return '("Msgcompose"' in _windows(environment)

            wait_until(written, PATIENCE, "Thunderbird shows a window to write in", 0.5)
            time.sleep(5)
            for key in ("b", "Tab", "Tab", "s", "Tab"):  # recipient, subject, text
                xserver.tap(key)
                time.sleep(1)
            said = "one new paragraph two new line three\nnew paragraph wrong\nscratch that\n"
            said += "new paragraph for\nreplace for with four\n"
            done = run_windictator("dictate", *LINES, env=environment, input=said)
            assert done.returncode == 0, done.stderr
            xserver.tap("s", "Control_L")
            drafts = profile / "Mail" / "Local Folders" / "Drafts"
            wait_until(
                lambda: drafts.exists() and "</body>" in drafts.read_text(),
                PATIENCE,
                "Thunderbird saves the draft",
                0.5,
            )
            body = drafts.read_text().rpartition("<body>")[2].partition("</body>")[0]
            assert "".join(body.split()) == "<p>One</p><p>Two<br>Three</p><p>Four</p>"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _windows(environment: Mapping[str, str]) -> str:
    return subprocess.run(["xwininfo", "-root", "-tree"], env=environment, capture_output=True, text=True).stdout
