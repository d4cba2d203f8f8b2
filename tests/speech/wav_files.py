"""WAV files of every kind, written byte by byte: what a test reads must not come from what it tests."""

import struct

import numpy as np

PCM, FLOAT, A_LAW, EXTENSIBLE = 1, 3, 6, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def encode(samples, width):
    """Samples of full scale -1..1, shape (frames, channels), as the bytes of a WAV: 8, 16, 24, 32 are integers of so
    many bits, "float32" and "float64" what they say.
    """
    if width == "float32":
        return samples.astype("<f4").tobytes()
    if width == "float64":
        return samples.astype("<f8").tobytes()
    if width == 8:
        return np.clip(np.rint(samples * 128) + 128, 0, 255).astype(np.uint8).tobytes()
    scale = 2 ** (width - 1)
    integers = np.clip(np.rint(samples.astype(np.float64) * scale), -scale, scale - 1)
    if width == 24:
        return integers.astype("<i4").reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return integers.astype(f"<i{width // 8}").tobytes()


def wav(data, rate=16000, channels=1, width=16, *, tag=None, extensible=False, claimed=None, before=b"", after=b""):
    """A whole WAV file. ``claimed``: the length that the data chunk claims; ``before``, ``after``: further chunks."""
    bits = {"float32": 32, "float64": 64}.get(width, width)
    if tag is None:
        tag = FLOAT if isinstance(width, str) else PCM
    block = channels * bits // 8
    layout = struct.pack("<HIIHH", channels, rate, rate * block, block, bits)
    if extensible:
        form = struct.pack("<H", EXTENSIBLE) + layout + struct.pack("<HHIH", 22, bits, 0, tag) + _GUID_TAIL
    else:
        form = struct.pack("<H", tag) + layout
    length = len(data) if claimed is None else claimed
    chunks = chunk(b"fmt ", form) + before + b"data" + struct.pack("<I", length) + data
    chunks += b"\0" * (len(data) % 2) + after
    return b"RIFF" + struct.pack("<I", min(4 + len(chunks), 0xFFFFFFFF)) + b"WAVE" + chunks


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
