"""Configuration of a Vosk model: changes to it, and the silence that its network needs.

The recognizer process uses this module, so it imports nothing that is slow to load.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from windictator.speech.pcm import SAMPLE_RATE

TRAILING_SILENCE = {
    "endpoint.rule2.min-trailing-silence": 0.5,
    "endpoint.rule3.min-trailing-silence": 1.0,
    "endpoint.rule4.min-trailing-silence": 2.0,
}
"""Silence by which Kaldi's rules end an utterance, in seconds, by how sure the decoder is of the words. These values
apply unless the configuration of the model has others (``online-endpoint.h``)."""

DEFAULT_FRAMES_PER_CHUNK = 24
"""Frames that Vosk decodes at a time, unless the configuration of the model has another number."""

FRAME_SAMPLES = SAMPLE_RATE // 100
"""Length of one of Kaldi's frames (10 ms), the unit of contexts and chunks."""

_UNKNOWN_RIGHT_CONTEXT = 60
_MAX_RIGHT_CONTEXT = 200
"""Frames of right context: the number assumed if it is not found, and the largest number that is plausible. The known
networks have 18 to 42."""

_SPARE_FRAMES = 4
"""Frames added to the closing silence, because the window of a frame is longer than the frame, and Kaldi rounds the
chunk up."""


def right_context(network: bytes) -> int:
    """Return the frames that a network looks ahead, from the end of its file (``AmNnetSimple::Write`` in Kaldi)."""
    _, name, rest = network.rpartition(b"<RightContext> \x04")
    frames = int.from_bytes(rest[:4], "little")
    return frames if name and len(rest) >= 4 and frames <= _MAX_RIGHT_CONTEXT else _UNKNOWN_RIGHT_CONTEXT


def closing_silence(model_folder: Path, changes: Mapping[str, str]) -> bytes:
    """Return the silence after which Vosk has decoded everything that came before.

    Vosk decodes one chunk at a time, and only audio that is followed by the right context of the network.
    """
    try:
        network = next(path for name in ("am/final.mdl", "final.mdl") if (path := model_folder / name).exists())
        with network.open("rb") as opened:
            opened.seek(-min(1 << 20, network.stat().st_size), os.SEEK_END)
            frames = right_context(opened.read())
    except (OSError, StopIteration):
        frames = _UNKNOWN_RIGHT_CONTEXT
    try:
        own = dict(_parse_options((model_folder / "conf/model.conf").read_text(errors="surrogateescape")))
        chunk = (own | dict(changes)).get("frames-per-chunk", "")
    except OSError:  # a model of the old layout, whose configuration is never changed
        chunk = ""
    frames += _SPARE_FRAMES + (int(chunk) if chunk.isdecimal() else DEFAULT_FRAMES_PER_CHUNK)
    return bytes(frames * FRAME_SAMPLES * 2)


def _parse_options(configuration: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values in the lines of a ``model.conf``, "" for the name of a line without one."""
    for line in configuration.splitlines():
        name, _, value = line.partition("#")[0].strip().removeprefix("--").partition("=")
        yield name, value


def edit_configuration(configuration: str, changes: Mapping[str, str]) -> str:
    """Return the text of a ``model.conf`` with changed values.

    For the rules in ``TRAILING_SILENCE``, the new value is a minimum; other values are replaced.
    """
    options = dict(changes)
    lines = []
    own = {name: str(value) for name, value in TRAILING_SILENCE.items()}
    for line, (name, value) in zip(configuration.splitlines(), _parse_options(configuration), strict=True):
        if name not in changes:
            lines.append(line)
        elif name in own:
            own[name] = value
    for name in options.keys() & own.keys():
        options[name] = max(options[name], own[name], key=float)
    return "\n".join([*lines, *(f"--{name}={value}" for name, value in options.items()), ""])


def _link_all(folder: Path, excluded: str, to: Path) -> None:
    for path in folder.iterdir():
        if path.name != excluded:
            (to / path.name).symlink_to(path)


@contextmanager
def linked_copy(model_folder: Path, changes: Mapping[str, str]) -> Iterator[Path]:
    """Provide a folder of links to the model, with a changed configuration, while the model is loaded.

    Vosk has no other way to change the configuration. Other users cannot read the folder (0700), and it is removed
    afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="windictator-model-"))
    try:
        _link_all(model_folder, "conf", folder)
        original, own = model_folder / "conf", folder / "conf"
        own.mkdir()
        _link_all(original, "model.conf", own)
        configuration = (original / "model.conf").read_text(errors="surrogateescape")
        changed = edit_configuration(configuration, changes)
        (own / "model.conf").write_text(changed, errors="surrogateescape")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
