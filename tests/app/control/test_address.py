"""Path of the socket, and permissions of its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from windictator.app.control.address import AddressError, control_socket, control_socket_path, make_control_folder


@pytest.mark.parametrize("display", [":0", ":0.0", ":0.1", "unix:0", "unix:0.0"])
def test_one_server_has_one_socket(display: str) -> None:
    """The screen number and the form of the name do not matter."""
    path = control_socket({"XDG_RUNTIME_DIR": "/run/user/7", "DISPLAY": display})
    assert path == "/run/user/7/windictator/:0.sock"
    assert control_socket({"XDG_RUNTIME_DIR": "/run/user/7", "DISPLAY": ":9"}, display) == path
    assert control_socket_path({"XDG_RUNTIME_DIR": "/run/user/7"}, display) == Path(path)


@pytest.mark.parametrize("runtime", [{}, {"XDG_RUNTIME_DIR": ""}, {"XDG_RUNTIME_DIR": "run"}])
def test_socket_without_runtime_folder_is_in_tmp(runtime: dict[str, str]) -> None:
    """The folder is the user's own; a relative path is ignored."""
    assert control_socket({**runtime, "DISPLAY": "far.example:10.0"}) == (
        f"/tmp/windictator-{os.getuid()}/far.example:10.sock"
    )


def test_slash_in_display_name_is_escaped() -> None:
    """The display names of launchd contain slashes."""
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
def test_missing_display_or_long_path_is_refused(environ: dict[str, str], words: str) -> None:
    """The path of a unix socket has at most 107 bytes."""
    with pytest.raises(AddressError, match=words):
        control_socket(environ)


def test_control_folder_is_private(tmp_path: Path) -> None:
    """The umask does not matter; other users lose their permissions."""
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


def test_unsafe_control_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user could put a socket there and receive dictated text."""
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
