"""Typed lines in place of sound: how scripts and tests speak to the program."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from twisted.internet.defer import Deferred, fail, succeed

from windictator.speech.errors import RecognizerError
from windictator.text.utterance import Final, Hypothesis, Partial, RecognizedWord

PARTIAL_PREFIX = "~"
MAX_LINE_BYTES = 1_000_000
"""Bytes. A longer line is refused, and never held in memory as a whole."""


class TextRecognizer:
    """A ``Recognizer`` (see ``ports``) of UTF-8 lines.

    Each line is one final utterance; a line beginning with ``~`` is a partial of the utterance under way, which the
    next line without it ends. Words are what spaces and tabs separate. Lines without a word are ignored, except that
    a bare ``~`` is an empty partial. Lines end with LF or CRLF; the last may lack it. A byte order mark at the
    beginning is ignored. If the input ends after a partial, an empty final takes it back.

    A line that is not UTF-8, contains a control character, or is longer than ``LONGEST_LINE`` is refused as a whole:
    a notice names it and ``refused`` counts it.
    """

    def __init__(self, on_refused: Callable[[], None] = lambda: None) -> None:
        """``on_refused``: called for each line that is refused."""
        self._on_refused = on_refused
        self.refused = 0
        """Number of lines refused so far."""
        self._on_hypothesis: Callable[[Hypothesis], None] | None = None
        self._on_notice: Callable[[str], None] | None = None
        self._fed_before_start = b""
        self._line_parts: list[bytes] = []  # of the line under way
        self._line_bytes = 0
        self._line_number = 1
        self._utterance = 0
        self._partial = ""
        self._stopped = False

    def start(self, on_hypothesis: Callable[[Hypothesis], None], on_notice: Callable[[str], None]) -> Deferred[None]:
        """Ready at once."""
        self._on_hypothesis = on_hypothesis
        self._on_notice = on_notice
        early, self._fed_before_start = self._fed_before_start, b""
        self._split_lines(early)
        return succeed(None)

    def feed(self, data: bytes) -> Deferred[None]:
        """Take bytes, cut anywhere; what came before ``start`` waits for it."""
        if self._on_hypothesis is None:
            self._fed_before_start += data
        else:
            self._split_lines(data)
        return succeed(None)

    def finish(self) -> Deferred[None]:
        """The input has ended. Fails with ``RecognizerError`` if it was never started."""
        if self._on_hypothesis is None:
            return fail(RecognizerError("the text recognizer was not started"))
        if self._line_bytes:
            self._end_line()
        if self._partial:
            self._end_utterance(())
        return succeed(None)

    def alternatives(self, utterance: int) -> Deferred[tuple[str, ...]]:
        """None: a line says what it says."""
        return succeed(())

    def stop(self) -> Deferred[None]:
        """Deliver nothing more."""
        self._stopped = True
        self._line_parts.clear()
        self._line_bytes = 0
        return succeed(None)

    def _split_lines(self, data: bytes) -> None:
        *ended, rest = data.split(b"\n")
        for piece in ended:
            if self._stopped:
                return
            self._extend_line(piece)
            self._end_line()
        self._extend_line(rest)

    def _extend_line(self, piece: bytes) -> None:
        self._line_bytes += len(piece)
        if self._line_bytes <= MAX_LINE_BYTES:
            self._line_parts.append(piece)
        else:
            self._line_parts.clear()

    def _end_line(self) -> None:
        content, length, number = b"".join(self._line_parts), self._line_bytes, self._line_number
        self._line_parts.clear()
        self._line_bytes = 0
        self._line_number += 1
        if length > MAX_LINE_BYTES:
            self._refuse(number, f"is longer than {MAX_LINE_BYTES} bytes")
            return
        content = content.removesuffix(b"\r")
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            line = content.decode()
        except UnicodeDecodeError as error:
            self._refuse(number, f"is not UTF-8 (byte {error.start + 1}, 0x{content[error.start]:02x})")
            return
        for char in line:
            if char != "\t" and unicodedata.category(char) == "Cc":
                self._refuse(number, f"contains the control character U+{ord(char):04X}")
                return
        self._recognize_line(line)

    def _recognize_line(self, line: str) -> None:
        words = line.removeprefix(PARTIAL_PREFIX).replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if line.startswith(PARTIAL_PREFIX):
            partial = " ".join(words)
            if partial != self._partial:
                self._partial = partial
                self._deliver(Partial(self._utterance, partial))
        elif words:
            self._end_utterance(tuple(RecognizedWord(word) for word in words))

    def _end_utterance(self, words: tuple[RecognizedWord, ...]) -> None:
        utterance = self._utterance
        self._utterance += 1
        self._partial = ""
        self._deliver(Final(utterance, words))

    def _deliver(self, hypothesis: Hypothesis) -> None:
        if self._on_hypothesis is not None and not self._stopped:
            self._on_hypothesis(hypothesis)

    def _refuse(self, number: int, reason: str) -> None:
        self.refused += 1
        self._on_refused()
        if self._on_notice is not None:
            self._on_notice(f"line {number} {reason}; nothing of it was typed")
