"""Recognizer process: Vosk, and nothing else that could delay it.

It runs as a program of its own, because Vosk is native code that can abort the process. A crash must not affect typing.

Standard input: messages of one byte of kind, four bytes of length (big endian), and the content:

- ``A``: audio, 16 kHz mono s16le;
- ``E``: end of the utterance, with four bytes (big endian): the number of samples without voice at its end;
- ``R``: a byte with the number of alternatives, then the audio of an utterance, which is recognised once more on its
  own. The current utterance is not affected;
- ``W``: audio of the speaker. The recognizer forgets the former speaker and adapts to this one. Nothing in it is an
  utterance. It may be sent only between utterances.

Arguments: the absolute folder of the model and changes to its ``conf/model.conf`` as ``--name=value`` (see
``edit_configuration``).

Standard output: JSON lines. The first is ``{"ready": true}``, with a ``"notice"`` for the user if there is one. Then
each message has exactly one answer, in order. The answer carries everything the message led to, so a reader has all of
it or nothing:

- ``{}``: nothing new;
- ``{"partial": "hello wor"}``: the text of the current utterance changed;
- ``{"final": [["hello", 0.1, 0.4, 0.98], ...]}``: the utterance ended. Each word has its start and end (seconds of
  ``A`` since the process began) and its confidence (0 to 1);
- ``{"readings": ["hello word", ...]}``: the alternatives, best first.

Words are the symbols of the model, including marks such as ``[unk]``; ``model_symbols`` tells the words from the marks.

The process ends when standard input ends, so it cannot outlive its parent. It imports only the standard library,
Vosk and modules of this package that need nothing else, so it starts quickly.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

if __name__ == "__main__":  # run by its path and with -P: this package comes after all others in the search path
    sys.path.append(str(Path(__file__).parents[2]))

from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.vosk_configuration import closing_silence, linked_copy

AUDIO = b"A"
END_OF_UTTERANCE = b"E"
ALTERNATIVES = b"R"
WARM_UP = b"W"
HEADER = struct.Struct(">cI")

EXIT_MODEL_REFUSED = 3
"""Exit status if Vosk cannot load the model; its reason is on standard error."""


def write_message(kind: bytes, data: bytes = b"") -> bytes:
    """Return a message as bytes for the pipe."""
    return HEADER.pack(kind, len(data)) + data


def _read_message(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return the next message, or None at the end of the stream; an incomplete message counts as the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    data = stream.read(length)
    return (kind, data) if len(data) == length else None


def _partial_text(result: str) -> str:
    """Return the text of Vosk's partial result."""
    partial: str = json.loads(result).get("partial", "")
    return partial


class _Decoder:
    """Vosk recognizer, and its last partial.

    An utterance ends with added ``silence``, less the silence already received, and ``Result``. ``FinalResult`` would
    drop the feature pipeline, and with it the adaptation to the speaker (the i-vector). With a full-size model, this
    costs a third of the accuracy. The times of words do not include audio that was added.
    """

    def __init__(self, model: Any, silence: bytes) -> None:
        import vosk

        self._model = model
        self._silence = silence
        self._recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE)
        self._recognizer.SetWords(True)
        self._partial = ""
        self._heard_samples = 0  # of messages ``A``
        self._added_samples = 0  # other samples for Vosk, all before the current utterance
        self._ended_samples = 0  # heard before the end of the last utterance that a message ended
        self._is_between_utterances = True  # nothing heard since then

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
        """End the utterance, whose last ``silent_samples`` need not be decoded, and return the answer."""
        if self._is_between_utterances:
            return {"final": []}
        if silence := self._silence[2 * silent_samples :]:
            self._recognizer.AcceptWaveform(silence)
        answer = self._final_answer(self._recognizer.Result())
        self._mark_utterance_end(len(silence) // 2)
        return answer

    def warm_up(self, audio: bytes) -> dict[str, Any]:
        """Forget the speaker, adapt to that of ``audio``, and return the answer."""
        added = audio + self._silence
        if self._heard_samples or self._added_samples:
            # FinalResult drops the pipeline only if there is sound without a result.
            self._recognizer.AcceptWaveform(self._silence)
            self._recognizer.FinalResult()
            self._added_samples += len(self._silence) // 2
        self._recognizer.AcceptWaveform(added)
        self._recognizer.Result()
        self._mark_utterance_end(len(added) // 2)
        return {}

    def find_alternatives(self, max_alternatives: int, audio: bytes) -> dict[str, Any]:
        """Recognise an utterance once more, and return the answer with at most ``max_alternatives`` texts.

        With alternatives, Vosk reports no confidences of words, and those of the texts are not probabilities. Between
        utterances this recognizer is used, because it knows the speaker. Otherwise a new one is made.
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
        """Record that all voice has been decoded, and ``added`` samples that were not heard."""
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
            if start < heard and end > ended:  # otherwise it comes only from added silence
                # Vosk's confidences are sums of floats, which may be 1.000001.
                words.append([word["word"], start, end, min(1.0, max(0.0, word["conf"]))])
        return {"final": words}


def _load_model(folder: Path) -> Any:
    import vosk

    vosk.SetLogLevel(-1)
    # With the folder as the current one, its name is ".". Kaldi would treat "|" and spaces in file names as pipes, and
    # the binding cannot encode a name that is not UTF-8.
    os.chdir(folder)
    try:
        return vosk.Model(".")
    finally:
        os.chdir("/")


def _load(model_folder: Path, changes: Mapping[str, str]) -> tuple[Any, str]:
    """Load the model, try it with half a second of silence, and return it with a notice, or "".

    Vosk notices some broken models only when a recognizer is made, or crashes on the first sound. This is better now
    than in the middle of a sentence. Raises what Vosk raises (a bare ``Exception``).
    """
    import vosk

    notice = ""
    # Models of the old layout have no model.conf, so nothing can be changed.
    if changes and (model_folder / "conf/model.conf").exists():
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(linked_copy(model_folder, changes))
            except OSError as error:
                notice = f"cannot change the configuration of the speech model, using it unchanged: {error}"
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
    """Answer messages until standard input ends, and return the exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A signal to the whole process group (Ctrl-C, a stopping service) is for the parent, which still wants the
        # last words.
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain the speech
    messages = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # output of native code must not mix with the answers

    def answer(content: dict[str, Any]) -> None:
        answers.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    try:
        options = dict(change.removeprefix("--").split("=", 1) for change in changes)
        model, notice = _load(Path(model_folder), options)
        decoder = _Decoder(model, closing_silence(Path(model_folder), {} if notice else options))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return EXIT_MODEL_REFUSED
    try:
        answer({"ready": True} | ({"notice": notice} if notice else {}))
        while (message := _read_message(messages)) is not None:
            kind, data = message
            if kind == ALTERNATIVES:
                answer(decoder.find_alternatives(data[0], data[1:]))
            elif kind == WARM_UP:
                answer(decoder.warm_up(data))
            else:
                ended = kind == END_OF_UTTERANCE
                answer(decoder.end_utterance(int.from_bytes(data, "big")) if ended else decoder.decode(data))
    except BrokenPipeError:
        pass  # the parent has ended
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
