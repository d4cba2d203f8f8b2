"""The code inside the recognizer's child process: Vosk, and nothing that could keep it waiting.

Run as a program of its own: Vosk is native code that can abort the process, and a crash must not reach the keys.

Standard input: messages, each one byte of kind, four bytes of length (big endian), and that many bytes:

- ``A``: audio, 16 kHz mono s16le;
- ``E``: the utterance ends here: four bytes (big endian), how many samples at its end are known to be without voice;
- ``R``: a byte that says how many readings are wanted, then the audio of an utterance, to be heard once more and by
  itself: what is being heard goes on as if nothing had been asked;
- ``W``: audio of the speaker, for a recognizer that has forgotten or never known them: whatever it has adapted to is
  forgotten, then it adapts to this. Nothing in it is an utterance. To be sent between utterances only.

Arguments: the model's absolute folder and, as ``--name=value``, changes to its ``conf/model.conf`` (see
``changed_configuration``).

Standard output: JSON lines. First ``{"ready": true}``, with a ``"notice"`` for the user if there is one; then exactly
one answer to each message, in order, which carries everything the message led to, so that a reader has either the whole
answer or none of it:

- ``{}``: nothing new;
- ``{"partial": "hello wor"}``: the guess for the utterance changed;
- ``{"final": [["hello", 0.1, 0.4, 0.98], ...]}``: the utterance ended: words with start and end (seconds since the
  first ``A`` of this process, which are all that is counted) and confidence (0..1);
- ``{"readings": ["hello word", ...]}``: what may have been said, best first.

Words are the symbols of the model, marks such as ``[unk]`` among them (``model_symbols`` tells which are said).

The process ends when standard input ends, so it cannot outlive its parent. It imports nothing but the standard library
and Vosk, and may be run by its path.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

SAMPLE_RATE = 16000
"""Samples per second of all audio that is passed on: 16-bit little-endian mono."""
BYTES_PER_SAMPLE = 2

AUDIO = b"A"
END_OF_UTTERANCE = b"E"
ALTERNATIVES = b"R"
WARM_UP = b"W"
HEADER = struct.Struct(">cI")

TRAILING_SILENCE = {
    "endpoint.rule2.min-trailing-silence": 0.5,
    "endpoint.rule3.min-trailing-silence": 1.0,
    "endpoint.rule4.min-trailing-silence": 2.0,
}
"""Kaldi's rules for the end of an utterance after words, by how sure the decoder is of them: seconds of silence, where
the model's configuration does not say otherwise (``online-endpoint.h``)."""

DEFAULT_FRAMES_PER_CHUNK = 24
"""Frames that Vosk decodes at a time where the model's configuration does not say otherwise."""

FRAME_SAMPLES = SAMPLE_RATE // 100
"""One of Kaldi's frames of 10 ms, in which it counts contexts and chunks."""

_UNKNOWN_RIGHT_CONTEXT = 60
_MAX_RIGHT_CONTEXT = 200
"""Frames of right context: taken where a network's is not found, more than that of any (18 to 42 in those known); and
a number above which what was found is no right context."""

_SPARE_FRAMES = 4
"""Frames by which the closing silence is longer than it need be: a frame's window reaches over its end, and Kaldi
rounds the chunk up."""

EXIT_MODEL_REFUSED = 3
"""Exit status where Vosk cannot load the model; its reason is on standard error."""


def write_message(kind: bytes, data: bytes = b"") -> bytes:
    """The message as it goes into the pipe."""
    return HEADER.pack(kind, len(data)) + data


def _read_message(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next message, None at the end of the stream (a message cut short by the end counts as the end)."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    data = stream.read(length)
    return (kind, data) if len(data) == length else None


def _partial_text(result: str) -> str:
    """The text of Vosk's partial result."""
    partial: str = json.loads(result).get("partial", "")
    return partial


def right_context(network: bytes) -> int:
    """Return the frames that a network looks ahead, from the end of its file (``AmNnetSimple::Write`` in Kaldi)."""
    _, name, rest = network.rpartition(b"<RightContext> \x04")
    frames = int.from_bytes(rest[:4], "little")
    return frames if name and len(rest) >= 4 and frames <= _MAX_RIGHT_CONTEXT else _UNKNOWN_RIGHT_CONTEXT


def closing_silence(model_folder: Path, changes: Mapping[str, str]) -> bytes:
    """Return the silence after which Vosk has decoded all that it was given before it.

    It decodes a chunk at a time, as far as the network's right context is known.
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
    except OSError:  # a model of the old layout, of which nothing is changed
        chunk = ""
    frames += _SPARE_FRAMES + (int(chunk) if chunk.isdecimal() else DEFAULT_FRAMES_PER_CHUNK)
    return bytes(frames * FRAME_SAMPLES * 2)


class _Decoder:
    """One Vosk recognizer and what it last said.

    An utterance ends with added ``silence``, less what was heard of it, and ``Result``. ``FinalResult``
    would drop the feature pipeline, and with it all that the recognizer has learnt of the speaker (the i-vector), which
    with a real model costs a third of the accuracy. What is given to Vosk beside what was heard is left out of the
    words' times.
    """

    def __init__(self, model: Any, silence: bytes) -> None:
        import vosk

        self._model = model
        self._silence = silence
        self._recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE)
        self._recognizer.SetWords(True)
        self._partial = ""
        self._heard_samples = 0  # samples of messages ``A``
        self._added_samples = 0  # samples given to Vosk beside them, all before the utterance under way
        self._ended_samples = (
            0  # of the samples heard, those before the end of the last utterance that was ended from outside
        )
        self._is_between_utterances = True  # nothing has been heard since then

    def decode(self, audio: bytes) -> dict[str, Any]:
        """Return the answer to a piece of audio."""
        self._is_between_utterances = False
        self._heard_samples += len(audio) // 2
        if self._recognizer.AcceptWaveform(audio):
            return self._final_answer(self._recognizer.Result())
        partial = _partial_text(self._recognizer.PartialResult())
        if partial == self._partial:
            return {}
        self._partial = partial
        return {"partial": partial}

    def end_utterance(self, silent_samples: int) -> dict[str, Any]:
        """Return the answer to the end of the utterance, all being decoded but the last samples, without voice."""
        if self._is_between_utterances:
            return {"final": []}
        if silence := self._silence[2 * silent_samples :]:
            self._recognizer.AcceptWaveform(silence)
        answer = self._final_answer(self._recognizer.Result())
        self._mark_utterance_end(len(silence) // 2)
        return answer

    def warm_up(self, audio: bytes) -> dict[str, Any]:
        """Forget the speaker, and learn them from ``sound``."""
        added = audio + self._silence
        if self._heard_samples or self._added_samples:
            # Only with sound that has no result yet does FinalResult drop the pipeline.
            self._recognizer.AcceptWaveform(self._silence)
            self._recognizer.FinalResult()
            self._added_samples += len(self._silence) // 2
        self._recognizer.AcceptWaveform(added)
        self._recognizer.Result()
        self._mark_utterance_end(len(added) // 2)
        return {}

    def find_alternatives(self, max_alternatives: int, audio: bytes) -> dict[str, Any]:
        """Return the answer to an utterance that is heard once more, with ``most`` readings at most.

        A recognizer that is asked for several readings gives no confidences of words, and their own are no
        probabilities. Between utterances this one is asked, which knows the speaker; else one for this alone.
        """
        import vosk

        between = self._is_between_utterances
        recognizer = self._recognizer if between else vosk.KaldiRecognizer(self._model, SAMPLE_RATE)
        recognizer.SetMaxAlternatives(max_alternatives)
        recognizer.AcceptWaveform(audio + self._silence)
        found = json.loads(recognizer.Result()).get("alternatives", ())
        if between:
            recognizer.SetMaxAlternatives(0)
            self._mark_utterance_end((len(audio) + len(self._silence)) // 2)
        return {"readings": [reading["text"] for reading in found]}

    def _mark_utterance_end(self, added: int) -> None:
        """All that may be voice has been decoded, and so have ``added`` samples that were not heard."""
        self._added_samples += added
        self._ended_samples = self._heard_samples
        self._is_between_utterances = True

    def _final_answer(self, result: str) -> dict[str, Any]:
        self._partial = ""
        added, ended, heard = (
            samples / SAMPLE_RATE for samples in (self._added_samples, self._ended_samples, self._heard_samples)
        )
        words = []
        for word in json.loads(result).get("result", ()):
            start, end = (min(max(round(word[side] - added, 6), ended), heard) for side in ("start", "end"))
            if start < heard and end > ended:  # else it was made of nothing but added silence
                # Vosk's confidences are sums of floats and come out as 1.000001 at times.
                words.append([word["word"], start, end, min(1.0, max(0.0, word["conf"]))])
        return {"final": words}


def _parse_options(configuration: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values in the lines of a ``model.conf``, "" for the name of a line without one."""
    for line in configuration.splitlines():
        name, _, value = line.partition("#")[0].strip().removeprefix("--").partition("=")
        yield name, value


def edit_configuration(configuration: str, changes: Mapping[str, str]) -> str:
    """The text of a ``model.conf`` with other values.

    Of the rules for the end of an utterance (``TRAILING_SILENCE``) a change is the least that the model may have,
    everything else is replaced.
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
    """A folder like the model's with another configuration: links but for one file, there while the model is loaded.

    Vosk has no other way to be told. Nobody else can look into it (0700), and nothing of it outlives the loading.
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


def _load_model(folder: Path) -> Any:
    import vosk

    vosk.SetLogLevel(-1)
    # From inside the folder Vosk gets a name that it cannot misunderstand: Kaldi reads "|" and spaces in file names
    # as pipes, and the binding cannot encode a name that is not UTF-8.
    os.chdir(folder)
    try:
        return vosk.Model(".")
    finally:
        os.chdir("/")


def _load(model_folder: Path, changes: Mapping[str, str]) -> tuple[Any, str]:
    """Load the model and hear half a second of silence with a recognizer that is thrown away; and a notice, if any.

    Vosk notices some broken models only when a recognizer is made, or crashes on the first sound: better now than
    in the middle of a sentence. Raises whatever Vosk raises (a bare ``Exception``).
    """
    import vosk

    notice = ""
    # Models of the old layout have no model.conf, nothing can be changed there.
    if changes and (model_folder / "conf/model.conf").exists():
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(linked_copy(model_folder, changes))
            except OSError as error:
                notice = f"the speech model is used with its own configuration: {error}"
                model = _load_model(model_folder)
            else:
                model = _load_model(folder)
    else:
        model = _load_model(model_folder)
    trial = vosk.KaldiRecognizer(model, SAMPLE_RATE)
    trial.AcceptWaveform(bytes(SAMPLE_RATE))
    trial.FinalResult()
    return model, notice


def main(model_folder: str, *changes: str) -> int:
    """Answer messages until standard input ends; returns the exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal to the whole process group (Ctrl-C, a service being stopped) is the parent's to obey:
        # it still wants the last words.
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was said
    messages = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever native code prints must not get among the answers

    def answer(content: dict[str, Any]) -> None:
        answers.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    try:
        options = dict(change.removeprefix("--").split("=", 1) for change in changes)
        model, notice = _load(Path(model_folder), options)
        ear = _Decoder(model, closing_silence(Path(model_folder), {} if notice else options))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_MODEL_REFUSED
    try:
        answer({"ready": True} | ({"notice": notice} if notice else {}))
        while (message := _read_message(messages)) is not None:
            kind, data = message
            if kind == ALTERNATIVES:
                answer(ear.find_alternatives(data[0], data[1:]))
            elif kind == WARM_UP:
                answer(ear.warm_up(data))
            else:
                ended = kind == END_OF_UTTERANCE
                answer(ear.end_utterance(int.from_bytes(data, "big")) if ended else ear.decode(data))
    except BrokenPipeError:
        pass  # the parent is gone
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
