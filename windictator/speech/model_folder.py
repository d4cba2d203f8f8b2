"""Verification of model folders, before Vosk loads them.

Vosk reports "Failed to create a model" for every fault, accepts some broken folders and crashes on others. This module
checks the files that ``Model::ConfigureV1``, ``ConfigureV2`` and ``ReadDataFiles`` of vosk 0.3.45 (``src/model.cc``)
read, in both layouts, as far as possible without loading the model.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Layout:
    """Paths of the files in a layout, relative to the folder of the model."""

    acoustic_model: str
    configuration: str | None
    features: str
    graph: str
    words: str
    fbank: str

    def in_graph(self, name: str) -> str:
        return f"{self.graph}{name}"


_NEW_LAYOUT = _Layout(
    "am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/", "graph/words.txt", "conf/fbank.conf"
)
_OLD_LAYOUT = _Layout("final.mdl", None, "mfcc.conf", "", "words.txt", "fbank.conf")

_IVECTOR_FILES = ("final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
_RNNLM_FILES = ("feat_embedding.final.mat", "word_feats.txt", "special_symbol_opts.conf")

FST_MAGIC = 2125659606
FST_HAS_INPUT_SYMBOLS, FST_HAS_OUTPUT_SYMBOLS = 1, 2
_FST_BYTES = {b"const": (20, 16), b"vector": (12, 16)}
"""Bytes per state and per arc in the file, for the OpenFst types whose size follows from the header."""


def is_model_folder(folder: Path) -> bool:
    """Return True if Vosk would treat the folder as a model, complete or not."""
    return (folder / _NEW_LAYOUT.acoustic_model).is_file() or (
        (folder / _OLD_LAYOUT.acoustic_model).is_file() and (folder / _OLD_LAYOUT.features).is_file()
    )


def verify_model(folder: Path) -> list[str]:
    """Return the problems of the model, one line each; an empty list if Vosk should load it."""
    try:
        if not folder.exists():
            return ["there is no such folder"]
        if not folder.is_dir():
            return ["it is not a folder" + (" (unzip it first)" if folder.suffix == ".zip" else "")]
        if not is_model_folder(folder):
            return [_describe_non_model(folder)]
        return list(_find_problems(folder))
    except OSError as error:
        return [f"{error.filename or folder} cannot be read: {error.strerror}"]


def _describe_non_model(folder: Path) -> str:
    inner = sorted(child.name for child in folder.iterdir() if child.is_dir() and is_model_folder(child))
    if inner:
        return f"it contains no speech model itself, but its folder {inner[0]} does"
    return f"it contains no Vosk speech model ({_NEW_LAYOUT.acoustic_model} is missing)"


def _find_problems(folder: Path) -> Iterator[str]:
    layout = _NEW_LAYOUT if (folder / _NEW_LAYOUT.acoustic_model).is_file() else _OLD_LAYOUT
    if layout.configuration is not None:
        yield from _check_configuration(folder, layout.configuration)
    features = layout.features
    if not (folder / features).exists() and (folder / layout.fbank).exists():
        features = layout.fbank
    yield from _check_configuration(folder, features)
    yield from _check_acoustic_model(folder, layout.acoustic_model)
    yield from _check_graph(folder, layout)
    if (folder / "ivector/final.ie").exists():
        yield from _check_present(folder, "ivector", _IVECTOR_FILES)
    if (folder / "rescore/G.carpa").exists():
        yield from _check_present(folder, "rescore", ("G.carpa", "G.fst"))
    if (folder / "rnnlm/final.raw").exists():
        yield from _check_present(folder, "rnnlm", _RNNLM_FILES)


def _describe_missing(folder: Path, name: str) -> str | None:
    """Return why the file cannot be used (missing, not a file, empty), or None."""
    path = folder / name
    if not path.exists():
        return f"{name} is missing"
    if not path.is_file():
        return f"{name} is not a file"
    return f"{name} is empty" if path.stat().st_size == 0 else None


def _check_present(folder: Path, part: str, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if lacking := _describe_missing(folder, f"{part}/{name}"):
            yield lacking


def _check_configuration(folder: Path, name: str) -> Iterator[str]:
    """Check a Kaldi configuration: one ``--name=value`` per line; it may be empty, because all values have defaults."""
    if not (folder / name).is_file():
        yield f"{name} is missing"
        return
    for number, line in enumerate((folder / name).read_text(errors="replace").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line and not line.startswith("--"):
            yield f"{name}, line {number}, is not of the form --name=value"
            return


def _check_acoustic_model(folder: Path, name: str) -> Iterator[str]:
    """Check an nnet3 model: a transition model, the network, and at the end a vector of priors, often empty."""
    if lacking := _describe_missing(folder, name):
        yield lacking
        return
    with (folder / name).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not content[:32].removeprefix(b"\0B").startswith(b"<TransitionModel>"):
            yield f"{name} is not a Kaldi acoustic model"
            return
        network = content.find(b"<Nnet3>")
        priors = content.rfind(b"<Priors>")
        if network < 0 or priors < 0 or not _is_whole_vector(content[priors + len(b"<Priors>") :]):
            yield f"{name} is truncated"
            return
        # The inputs of the network are listed as text before its components.
        components = content.find(b"<NumComponents>", network)
        wants_ivector = content.find(b"input-node name=ivector", network, max(components, network)) >= 0
    if wants_ivector and not (folder / "ivector/final.ie").is_file():
        yield "ivector/final.ie is missing, and the acoustic model needs it"


def _is_whole_vector(content: bytes) -> bool:
    """Return True for a complete Kaldi vector: " FV " or " DV ", the byte 4, a count, the numbers; or its text."""
    content = content.removeprefix(b" ")
    size = {b"FV ": 4, b"DV ": 8}.get(content[:3])
    if size is None:
        return b"]" in content
    if len(content) < 8:
        return False
    (count,) = struct.unpack_from("<i", content, 4)
    return len(content) >= 8 + size * int(count)


def _check_graph(folder: Path, layout: _Layout) -> Iterator[str]:
    whole, lexicon, grammar = (layout.in_graph(name) for name in ("HCLG.fst", "HCLr.fst", "Gr.fst"))
    if (folder / whole).exists():
        graphs = [whole]
    elif (folder / lexicon).exists() or (folder / grammar).exists():
        graphs = [lexicon, grammar]
    else:
        yield f"{whole} is missing (or {lexicon} and {grammar} instead of it)"
        return
    symbols = False
    for name in graphs:
        problem, symbols = _check_fst(folder, name)
        if problem:
            yield problem
    if len(graphs) == 2:
        # Vosk crashes if this list is empty.
        disambiguation = layout.in_graph("disambig_tid.int")
        if lacking := _describe_missing(folder, disambiguation):
            yield lacking
        elif not all(line.strip().isdigit() for line in (folder / disambiguation).read_bytes().splitlines()):
            yield f"{disambiguation} is not a list of numbers"
    if not symbols:
        yield from _check_words(folder, layout.words)


def _check_fst(folder: Path, name: str) -> tuple[str | None, bool]:
    """Return the problem of the transducer, or None, and whether it contains its own table of words."""
    if lacking := _describe_missing(folder, name):
        return lacking, False
    path = folder / name
    with path.open("rb") as file:
        header = file.read(200)
    try:
        magic, length = struct.unpack_from("<ii", header)
        if magic != FST_MAGIC or not 0 < length < 64:
            return f"{name} is not an OpenFst transducer", False
        kind = header[8 : 8 + length]
        at = 8 + length
        (length,) = struct.unpack_from("<i", header, at)
        if not 0 < length < 64:
            return f"{name} is not an OpenFst transducer", False
        _version, flags, _properties, _start, states, arcs = struct.unpack_from("<iiQqqq", header, at + 4 + length)
    except struct.error:
        return f"{name} is truncated", False
    state_bytes, arc_bytes = _FST_BYTES.get(kind, (0, 0))
    if path.stat().st_size < max(0, states) * state_bytes + max(0, arcs) * arc_bytes:
        return f"{name} is truncated", False
    return None, bool(flags & FST_HAS_OUTPUT_SYMBOLS)


def _check_words(folder: Path, name: str) -> Iterator[str]:
    """Check the table of words: a word and its number per line."""
    if lacking := _describe_missing(folder, name):
        yield lacking
        return
    last = (folder / name).read_bytes().rstrip().rsplit(b"\n", 1)[-1].split()
    if len(last) != 2 or not last[1].isdigit():
        yield f"{name} is truncated"
