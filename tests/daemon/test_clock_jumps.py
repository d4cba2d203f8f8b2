"""The user or a time server sets the clock while the daemon runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow


DAY_S = 86_400


def test_a_clock_that_jumps_changes_nothing(
    user_environment: Mapping[str, str],
    raw_window: RawWindow,
    settings: Callable[[str], None],
    tmp_path: Path,
) -> None:
    """Back or forth by days, between utterances and during a wait: nothing hangs, nothing times out."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    settings("[daemon]\nidle_pause_s = 2\n")
    environment = {**user_environment, "CLOCK_OFFSET": str(offset)}
    with DaemonRun(environment, "--recognizer", "text", module="tests.daemon.jumping_clock") as daemon:
        with daemon.connect() as talk:
            talk.request("follow")
            offset.write_text(str(-DAY_S))
            talk.wait_for_event("state", state="paused")  # the wait that was under way ends in its time
            for jump, char in ((0, "é"), (-DAY_S, "ü"), (DAY_S, "ß"), (-30 * DAY_S, "ñ"), (0, "å")):
                offset.write_text(str(jump))
                # A character that the layout lacks: waits of a quarter of a second are part of it.
                assert talk.request("type", text=f"a{char}")["text"] == f"a{char}"
            times = [utterance["time"] for utterance in talk.request("history", count=5)["utterances"]]
        assert daemon.terminate() == 0
    days = [datetime.fromisoformat(time).date() for time in times]
    today = datetime.now(UTC).date()
    assert abs((today - days[0]).days) <= 1 and (days[0] - days[3]).days >= 29, "the clock did jump"
    assert raw_window.text() == "aéaüaßañaå"
