"""Watch of files: every way in which a file begins to say something else is reported, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.own_reactor import OwnReactor
from windictator.app import file_watch, watched_paths
from windictator.app.file_watch import FileWatch, WatchedFiles


@pytest.fixture
def reactor() -> Iterator[OwnReactor]:
    reactor = OwnReactor()
    yield reactor
    for selectable in reactor.removeAll():
        selectable.connectionLost(None)
    assert not reactor.getDelayedCalls()


class Watch:
    """A watch of ``words.toml`` in a folder that begins to exist with ``make``, and of a folder of modules."""

    def __init__(self, reactor: OwnReactor, home: Path, **more: object) -> None:
        self.reactor = reactor
        self.folder = home / "config"
        self.file = self.folder / "words.toml"
        self.changes: list[str | None] = []
        self.watch = FileWatch(
            reactor,
            lambda: WatchedFiles((self.file, home / "other.toml"), (self.folder / "python",)),
            self._changed,
            **more,  # type: ignore[arg-type]
        )
        self.watch.files_read()
        self.watch.start()

    def _changed(self) -> None:
        self.changes.append(self.file.read_text() if self.file.exists() else None)

    def after(self, change: Callable[[], object]) -> str | None:
        """Make a change and return the content at the one report of it."""
        before = len(self.changes)
        change()
        self.reactor.run_until(lambda: len(self.changes) > before)
        return self.changes[-1]


@pytest.fixture
def watch(reactor: OwnReactor, tmp_path: Path) -> Iterator[Watch]:
    (tmp_path / "config").mkdir()
    watch = Watch(reactor, tmp_path)
    yield watch
    watch.watch.close()


def save_by_rename(file: Path, text: str) -> None:
    """Save as vim and most programs do: a new file takes the name."""
    new = file.with_name(".new")
    new.write_text(text)
    new.replace(file)


def test_each_way_to_save_is_reported(watch: Watch) -> None:
    """A file that appears, is written in place, is replaced, is removed."""
    assert watch.after(lambda: watch.file.write_text("1")) == "1"
    assert watch.after(lambda: watch.file.write_text("22")) == "22"
    assert watch.after(lambda: save_by_rename(watch.file, "33")) == "33"
    assert watch.after(watch.file.unlink) is None
    assert len(watch.changes) == 4


def test_burst_of_writes_is_one_report(watch: Watch) -> None:
    """An editor writes a copy, renames and sets the permissions; several files are saved together."""

    def burst() -> None:
        for number in range(20):
            save_by_rename(watch.file, str(number))
            watch.file.chmod(0o600)
        (watch.folder.parent / "other.toml").write_text("x")

    assert watch.after(burst) == "19"
    assert len(watch.changes) == 1


def test_folder_that_appears_later(reactor: OwnReactor, tmp_path: Path) -> None:
    """Most users have no folder of settings until they need one; a folder above may be missing too."""
    watch = Watch(reactor, tmp_path / "deep" / "home")
    (tmp_path / "deep").mkdir()

    def appear() -> None:
        watch.folder.mkdir(parents=True)
        watch.file.write_text("now")

    assert watch.after(appear) == "now"
    assert watch.after(lambda: watch.file.write_text("later")) == "later"
    watch.watch.close()


def test_links_are_followed(reactor: OwnReactor, tmp_path: Path) -> None:
    """Dotfiles: the folder is a link, the file in it is a link, and either is pointed elsewhere."""
    for name in ("one", "two"):
        (tmp_path / "dotfiles" / name).mkdir(parents=True)
        (tmp_path / "dotfiles" / name / "real.toml").write_text(name)
        (tmp_path / "dotfiles" / name / "words.toml").symlink_to("../" + name + "/real.toml")
    (tmp_path / "config").symlink_to("dotfiles/one")
    watch = Watch(reactor, tmp_path)
    assert watch.after(lambda: save_by_rename(tmp_path / "dotfiles/one/real.toml", "one again")) == "one again"

    def point_elsewhere() -> None:
        (tmp_path / "new").symlink_to("dotfiles/two")
        (tmp_path / "new").replace(tmp_path / "config")

    assert watch.after(point_elsewhere) == "two"
    assert watch.after(lambda: (tmp_path / "dotfiles/two/real.toml").write_text("two again")) == "two again"
    watch.watch.close()


def test_folder_that_is_replaced(watch: Watch, tmp_path: Path) -> None:
    """A checkout of dotfiles moves a folder away and puts another one there."""
    (tmp_path / "next").mkdir()
    (tmp_path / "next" / "words.toml").write_text("next")

    def replace_folder() -> None:
        watch.folder.rename(tmp_path / "old")
        (tmp_path / "next").rename(watch.folder)

    assert watch.after(replace_folder) == "next"
    assert watch.after(lambda: watch.file.write_text("more")) == "more"


def test_function_of_the_user_is_reported(watch: Watch) -> None:
    """Commands call functions; those are edited as often as the commands."""
    python = watch.folder / "python"

    def save() -> None:
        python.mkdir(exist_ok=True)
        (python / "greetings.py").write_text(f"count = {len(watch.changes)}")

    watch.after(save)
    watch.after(save)
    assert len(watch.changes) == 2


def test_file_that_was_read_is_not_reported(watch: Watch) -> None:
    """A reload by request reads the file before the watch looks at it."""
    watch.file.write_text("1")
    watch.watch.files_read()
    (watch.folder.parent / "other.toml").touch()
    assert watch.after(lambda: watch.file.write_text("22")) == "22"
    assert len(watch.changes) == 1


def no_inotify() -> object:
    raise OSError("no watches left")


def test_files_are_compared_where_inotify_does_not_work(
    reactor: OwnReactor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits of inotify belong to the user: another program may have taken all."""
    monkeypatch.setattr(file_watch, "POLL_INTERVAL_S", 0.01)
    (tmp_path / "config").mkdir()
    watch = Watch(reactor, tmp_path, open_inotify=no_inotify)
    assert watch.after(lambda: watch.file.write_text("1")) == "1"
    assert watch.after(lambda: save_by_rename(watch.file, "22")) == "22"
    watch.watch.close()


def test_network_folder_is_compared_too(reactor: OwnReactor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """inotify reports nothing of what another computer writes there, and does not say so."""
    (tmp_path / "config").mkdir()
    monkeypatch.setattr(file_watch, "is_remote", lambda folder: folder.name == "config")
    watch = Watch(reactor, tmp_path)
    assert [call.getTime() - reactor.seconds() > 4 for call in reactor.getDelayedCalls()] == [True]
    watch.watch.close()


def test_waiting_costs_nothing(watch: Watch) -> None:
    """No timer runs, and other files beside the watched ones wake nothing."""
    assert watch.reactor.getDelayedCalls() == []
    (watch.folder / "unrelated").write_text("x")
    (watch.folder.parent / "unrelated").write_text("x")
    watch.reactor.iterate(0.05)
    assert watch.reactor.getDelayedCalls() == []


def test_places_of_a_path(tmp_path: Path) -> None:
    """The folders that have to be watched, by the example of a link in a loop and a file as a folder."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    assert set(watched_paths.places(tmp_path / "loop" / "x")) == {(tmp_path, "loop")}
    assert list(watched_paths.places(tmp_path / "file" / "x")) == [(tmp_path, "file")]
    assert list(watched_paths.places(tmp_path / "none" / "x")) == [(tmp_path, "none")]
