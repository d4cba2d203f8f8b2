"""Where the socket is, and that its folder is nobody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from windictator.control.address import AddressError, control_socket, control_socket_path, make_control_folder


@pytest.mark.parametrize("display", [":0", ":0.0", ":0.1", "unix:0", "unix:0.0"])
def test_one_server_has_one_socket(display: str) -> None:
    """Whatever its screen, and however it is named."""
    path = control_socket({"XDG_RUNTIME_DIR": "/run/user/7", "DISPLAY": display})
    assert path == "/run/user/7/windictator/:0.sock"
    assert control_socket({"XDG_RUNTIME_DIR": "/run/user/7", "DISPLAY": ":9"}, display) == path
    assert control_socket_path({"XDG_RUNTIME_DIR": "/run/user/7"}, display) == Path(path)


@pytest.mark.parametrize("runtime", [{}, {"XDG_RUNTIME_DIR": ""}, {"XDG_RUNTIME_DIR": "run"}])
def test_without_a_runtime_folder(runtime: dict[str, str]) -> None:
    """A folder of the user's own in /tmp; a relative path is to be ignored."""
    assert control_socket({**runtime, "DISPLAY": "far.example:10.0"}) == (
        f"/tmp/windictator-{os.getuid()}/far.example:10.sock"
    )


def test_a_display_cannot_lead_out_of_the_folder() -> None:
    """A slash in its name (launchd's displays have some) is no folder."""
    path = control_socket_path({"XDG_RUNTIME_DIR": "/run"}, "../../x/y:0")
    assert path.parent == Path("/run/windictator")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"XDG_RUNTIME_DIR": "/run"}, "--display"),
        ({"XDG_RUNTIME_DIR": "/run", "DISPLAY": ""}, "--display"),
        ({"XDG_RUNTIME_DIR": "/" + "r" * 100, "DISPLAY": ":0"}, "too long"),
    ],
)
def test_no_address(environ: dict[str, str], words: str) -> None:
    """Without a display there is no daemon to talk to; a unix socket's path has at most 107 bytes."""
    with pytest.raises(AddressError, match=words):
        control_socket(environ)


def test_the_folder_is_made_and_closed_to_others(tmp_path: Path) -> None:
    """Whatever the umask; one that others may read is closed to them."""
    folder = tmp_path / "windictator"
    before = os.umask(0)
    try:
        make_control_folder(folder)
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o7777 == 0o700
    folder.chmod(0o755)
    make_control_folder(folder)
    assert folder.stat().st_mode & 0o7777 == 0o700


def test_folders_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others could put their own socket there, and be told what is dictated."""
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o770)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for path, words in [
        (open_to_all, "written by other users"),
        (tmp_path / "file", "not a folder"),
        (tmp_path / "link", "not a folder"),
        (tmp_path / "missing" / "windictator", "No such file"),
    ]:
        with pytest.raises(AddressError, match=words):
            make_control_folder(path)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(AddressError, match="another user"):
        make_control_folder(tmp_path)
