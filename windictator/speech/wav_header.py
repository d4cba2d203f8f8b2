"""Check for truncated WAV files, which libsndfile plays without a warning."""

from __future__ import annotations

import struct
from pathlib import Path

from windictator.speech.interfaces import AudioError

MIN_STREAMED_BYTES = 0x7FFF0000
"""Smallest length that stands for an unknown one. A program that writes a WAV file into a pipe cannot know the length
and writes about this or more (0xFFFFFFFF, 0x80000000 and 0x7FFFF000 are in use)."""


def check_whole_wav(path: Path) -> None:
    """Raise AudioError if the file is a WAV file without sound, or with less than its header says.

    Files of other kinds pass. Raises OSError if the file cannot be read. Sources: Microsoft's RIFF and EBU's RF64 (tech
    3306). A file consists of chunks: a four-letter name, a 32-bit length, the content, and a byte of padding if the
    length is odd.
    """
    with path.open("rb") as file:
        available = path.stat().st_size
        magic, _, form = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
        if magic not in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
            return
        if form != b"WAVE":
            raise AudioError("it is not a WAV file (RIFF of another kind)")
        order = ">" if magic == b"RIFX" else "<"
        long_length = None
        position = 12
        while True:
            file.seek(position)
            header = file.read(8)
            if len(header) < 8:
                raise AudioError("it is truncated: it ends before its sound begins")
            name, length = struct.unpack(f"{order}4sI", header)
            position += 8
            if name == b"ds64":
                _, long_length = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))
            if name == b"data":
                break
            position += length + length % 2
        if long_length is not None and length == 0xFFFFFFFF:
            length = long_length
        elif length >= MIN_STREAMED_BYTES:
            return
        if length == 0:
            raise AudioError("it contains no sound")
        if (there := available - position) < length:
            raise AudioError(f"it is truncated: {there} of {length} bytes of sound are there")
