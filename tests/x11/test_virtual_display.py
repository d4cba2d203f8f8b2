"""The private X server: starts anywhere, lets in only its owner, leaves nothing behind; pictures of it."""

from __future__ import annotations

import os
import select
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from Xlib import X
from Xlib.display import Display

from tests.x11.server import XServer
from windictator.x11.screenshot import ScreenshotError, write_screenshot
from windictator.x11.virtual_display import VirtualDisplay, VirtualDisplayError


def test_environment_gives_clients_access_and_size() -> None:
    """Environment() is all that a client needs."""
    with VirtualDisplay((640, 480)) as display:
        found = subprocess.run(
            ["xdpyinfo"], env=display.environment(), capture_output=True, text=True, check=True
        ).stdout
        assert f"name of display:    {display.name}" in found
        assert "640x480 pixels" in found


def test_access_needs_the_cookie_and_a_local_socket() -> None:
    """On a machine with several users, no other user can read or type along."""
    with VirtualDisplay() as display:
        stranger = {"PATH": os.environ["PATH"], "DISPLAY": display.name}
        refused = subprocess.run(["xdpyinfo"], env=stranger, capture_output=True, text=True)
        assert refused.returncode == 1
        assert "Authorization required" in refused.stderr
        assert stat.S_IMODE(display.authority.stat().st_mode) == 0o600
        with socket.socket() as network, pytest.raises(ConnectionRefusedError):
            network.connect(("127.0.0.1", 6000 + int(display.name[1:])))


def test_two_of_them_have_displays_of_their_own() -> None:
    """The server picks a free number; callers need not guess one."""
    with VirtualDisplay() as first, VirtualDisplay() as second:
        assert first.name != second.name


def test_leaving_ends_the_server_and_removes_its_files() -> None:
    """No process, no socket and no cookie stays behind."""
    with VirtualDisplay() as display:
        process, authority = display.process, display.authority
    assert process.poll() is not None
    assert not authority.parent.exists()
    assert not Path("/tmp/.X11-unix", "X" + display.name[1:]).exists()


def test_environment_of_this_process_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that reads $DISPLAY can be pointed to the private display for a while."""
    monkeypatch.setenv("DISPLAY", ":elsewhere")
    monkeypatch.delenv("XAUTHORITY", raising=False)
    with VirtualDisplay() as display:
        with display.in_this_process():
            Display().close()
        assert os.environ["DISPLAY"] == ":elsewhere"
        assert "XAUTHORITY" not in os.environ


def test_it_works_with_an_empty_environment() -> None:
    """Started from cron, a container or env -i there is neither HOME nor PATH."""
    program = "from windictator.x11.virtual_display import VirtualDisplay\nwith VirtualDisplay() as d: print(d.name)"
    done = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(":")


def test_the_server_ends_when_its_owner_is_killed() -> None:
    """Even SIGKILL leaves no server behind."""
    program = (
        "from windictator.x11.virtual_display import VirtualDisplay\nimport sys\n"
        "with VirtualDisplay() as d: print(d.process.pid, flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout is not None
        server = os.pidfd_open(int(owner.stdout.readline()))
        owner.send_signal(signal.SIGKILL)
    try:
        # A pidfd becomes readable when its process ends.
        assert select.select([server], [], [], 10)[0]
    finally:
        os.close(server)


def test_a_missing_xvfb_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user must learn what to install."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    with pytest.raises(VirtualDisplayError, match="apt-get install xvfb"), VirtualDisplay():
        pass


def test_a_server_that_does_not_start_says_why() -> None:
    """The server's own reason reaches the user, in one line."""
    with pytest.raises(VirtualDisplayError) as failure, VirtualDisplay(extra_args=["-nonsense"]):
        pass
    assert str(failure.value) == "Xvfb did not start: Unrecognized option: -nonsense"


def test_focusing_a_window_that_is_not_there_says_so(xserver: XServer) -> None:
    """One line instead of an X error's traceback."""
    with pytest.raises(VirtualDisplayError, match="0x4d"):
        xserver.virtual_display.focus(0x4D)


def test_focusing_a_window_that_never_shows_ends(xserver: XServer) -> None:
    """Waiting for a window is bounded."""
    hidden = xserver.display.screen().root.create_window(0, 0, 10, 10, 0, X.CopyFromParent)
    xserver.display.sync()
    with pytest.raises(VirtualDisplayError, match="did not take the keyboard focus"):
        xserver.virtual_display.focus(hidden.id, timeout=0.1)
    hidden.destroy()


def test_a_picture_shows_what_is_on_the_screen(xserver: XServer, tmp_path: Path) -> None:
    """Right size, right place and right colours, of the screen and of one window."""
    screen = xserver.display.screen()
    window = screen.root.create_window(
        *(100, 50, 30, 20, 0, screen.root_depth), background_pixel=0xFF8000, event_mask=X.ExposureMask
    )
    window.map()
    while xserver.display.next_event().type != X.Expose:
        pass
    try:
        write_screenshot(xserver.name, tmp_path / "new" / "screen.png")
        write_screenshot(xserver.name, tmp_path / "window.png", window.id)
    finally:
        window.destroy()
        xserver.display.sync()
    with Image.open(tmp_path / "new" / "screen.png") as picture:
        assert picture.size == (1280, 800)
        assert [picture.getpixel(at) for at in ((100, 50), (129, 69), (130, 70), (99, 50))] == [
            *[(255, 128, 0)] * 2,
            *[(0, 0, 0)] * 2,
        ]
    with Image.open(tmp_path / "window.png") as picture:
        assert picture.size == (30, 20)
        assert picture.getcolors() == [(600, (255, 128, 0))]


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # python-xlib's, where there is no display
def test_pictures_that_cannot_be_taken_or_written_say_why(xserver: XServer, tmp_path: Path) -> None:
    """One line each: no such display, no such window, no place for the file."""
    with pytest.raises(ScreenshotError, match="cannot connect to display ':987'"):
        write_screenshot(":987", tmp_path / "a.png")
    with pytest.raises(ScreenshotError, match="window 0x4d cannot be seen"):
        write_screenshot(xserver.name, tmp_path / "a.png", 0x4D)
    (tmp_path / "file").touch()
    with pytest.raises(ScreenshotError, match="cannot write the screenshot"):
        write_screenshot(xserver.name, tmp_path / "file" / "a.png")
    assert not (tmp_path / "a.png").exists()
