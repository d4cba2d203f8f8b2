"""What must stand in a window after each step of a day: simple rules that share nothing with the product's ledger.

The user's own letters are in no dictated word, so that they can be told from dictated text wherever they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.text.spoken import written
from windictator.text.context_adjust import Context

OWN_LETTERS = "zxq"
UNKNOWN = "a "
"""Stands for unknown text before the caret: no space comes after it, and no capital."""
_OWN = re.compile(f"[{OWN_LETTERS}]", re.IGNORECASE)
_TOKEN = re.compile(r"\w+|[^\w\s]")
CASES = {"cap that", "uppercase that", "lowercase that", "title case that"}


@dataclass(frozen=True)
class Said:
    """Utterance.

    kind: rule by which its effect is judged.
    line: words.
    old, new: words of a replacement, or beside an insertion.
    """

    kind: str
    line: str
    old: str = ""
    new: str = ""

    @property
    def is_correction(self) -> bool:
        """True for all but dictated words and what only cleans up."""
        return self.kind not in ("words", "drop")


@dataclass
class Page:
    """One window.

    text: current text.
    carets: places at which the caret may be; None: anywhere.
    earlier: texts that stood before the product's changes since the user's last own change, oldest first.
    undone: texts that were taken back.
    steps: for each step that "scratch that" can take back, the text before it; None where that is not known.
    known: text that the product may take to be before the caret: "" at the beginning, ``UNKNOWN`` where it is unknown;
        None: the model does not know.
    done: what the user has done since the last words: "key", "click", "wheel", "menu", "switch", "new".
    ever: the same since the window was opened.
    dictated: True once words were typed.
    floor: text at the user's last own act: older text may no longer be corrected.
    taken_back: number of steps that can be redone.
    lower: True if the application changes the case of letters: all text is read in lower case.
    inserting: words beside which the next words go; None if they go where the caret is.
    """

    terminal: bool = False
    text: str = ""
    carets: set[int] | None = field(default_factory=lambda: {0})
    earlier: list[str] = field(default_factory=list)
    steps: list[str | None] = field(default_factory=list)
    known: str | None = ""
    done: set[str] = field(default_factory=lambda: {"new"})
    ever: set[str] = field(default_factory=set)
    dictated: bool = False
    floor: str = ""
    taken_back: int = 0
    lower: bool = False
    inserting: Said | None = None

    def shown(self, text: str) -> str:
        """Return text as it is read from this window."""
        return text.lower() if self.lower else text

    def act(self, what: str) -> None:
        """Take over that the user did something of his own."""
        self.done.add(what)
        self.ever.add(what)
        if what not in ("switch", "elsewhere"):
            self.steps.clear()
        if what == "menu" or (what == "click" and (self.text or self.known)):
            self.known = UNKNOWN  # the first click into an empty window only gives it the focus
        self.floor = self.text
        self.taken_back = 0

    @property
    def places(self) -> set[int]:
        """Places at which the next text may come."""
        return set(range(len(self.text) + 1)) if self.carets is None else self.carets


def own(text: str) -> str:
    """Return the user's own letters, in their order."""
    return "".join(_OWN.findall(text))


def tokens(text: str) -> list[str]:
    """Return the words and marks, without their case and spaces."""
    return _TOKEN.findall(text.casefold())


def insertions(page: Page, new: str, after: str) -> set[int]:
    """Return the places of the caret after ``new`` was inserted, empty if the text is not that."""
    text = page.text
    return {place + len(new) for place in page.places if after == text[:place] + new + text[place:]}


def intended(page: Page, line: str) -> str | None:
    """Return the text that words must become; None where that is not known."""
    if page.terminal or page.inserting is not None or page.known is None:
        return None
    return page.shown(written(line, context=Context.after(page.known)))


def judge(  # noqa: C901  # one rule for each kind of command
    page: Page, said: Said, typed: str, erased: int, after: str
) -> str:
    """Return what is wrong after a command that was carried out; "" if nothing is.

    typed, erased: text and number of BackSpaces that the product says it has typed.
    """
    if page.terminal and len(after) != len(page.text) + len(typed) - erased:
        return f"{erased} characters should be gone, and {typed!r} be there"
    if own(after) != own(page.text):
        return f"the user's own letters {own(page.text)!r} became {own(after)!r}"
    before = page.text
    if (typed or erased) and after == before and said.kind != "list":
        return "nothing has changed"
    match said.kind:
        case "words":
            if page.inserting is not None and _added(before, after, tokens(written(said.line))):
                return ""  # the text after the caret may be typed again
            if not insertions(page, typed, after):
                return f"{typed!r} is not inserted at the caret ({_where(page)})"
            if tokens(typed) != tokens(written(said.line)):
                return f"{said.line!r} became {typed!r}"
            wanted = intended(page, said.line)
            if wanted is not None and typed != wanted:
                return f"{said.line!r} became {typed!r}, not {wanted!r}"
        case "scratch":
            wanted = page.steps[-1] if page.steps else None
            if page.inserting is not None and after == before:
                return ""  # the last thing said was where the next words go
            if wanted is None and not _removed(before, after) and after not in page.earlier:
                return "more or less than one stretch of text was removed"
            if wanted is not None and after != wanted:
                return f"taken back, there should be {wanted!r}"
        case "undo" | "redo":
            if after not in page.earlier:
                return f"this text never stood there; known are {page.earlier[-4:]}"
        case "case":
            if after.casefold() != before.casefold():
                return "more than the case has changed"
        case "replace":
            old, new, there = tokens(said.old), tokens(written(said.new)), tokens(before)
            if not _replaced(said, before, after) and not any(
                there[:n] + new + there[n + len(old) :] == tokens(after)
                for n in range(len(there))
                if there[n : n + len(old)] == old
            ):
                return f"{said.old!r} was not replaced by {said.new!r}"
        case "delete":
            if not _removed(before, after):
                return "more or less than one stretch of text was removed"
            if after == before:
                return "no word was removed"
        case _:
            if after != before:
                return "the text has changed"
    return ""


def carry_out(page: Page, said: Said, typed: str, after: str) -> None:
    """Take ``after`` as the text, after a command that was rightly carried out."""
    before = page.text
    if said.kind == "words":
        page.carets = insertions(page, typed, after) or None
        page.steps.append(before)
        was_inserting, page.inserting = page.inserting is not None, None
        page.done.clear()
        page.dictated = True
        page.taken_back = 0
        page.known = None if page.known is None or was_inserting else page.known + typed
    elif said.kind in ("before", "after"):
        page.carets, page.inserting, page.taken_back = None, said, 0
    elif after != before:
        page.inserting = None
        carets, page.carets = page.carets, _carets_after(page, after)
        page.known = _known_after(page.known, carets, before, page, after)
        if said.kind == "scratch":
            page.steps[-1:] = []
        elif said.kind in ("replace", "case"):
            page.steps.append(before)
        else:
            page.steps[:] = [None] * (len(page.steps) + 1)
        page.taken_back = max(0, page.taken_back + {"undo": 1, "redo": -1}.get(said.kind, -page.taken_back))
    elif said.kind == "scratch":
        page.inserting = None
    if after != before:
        page.earlier += [before, after]
    page.text = after


def _known_after(known: str | None, carets: set[int] | None, before: str, page: Page, after: str) -> str | None:
    """Return what the product may take to be before the caret after a change before it; None if that is not known.

    known, carets, before: the same, the places of the caret, and the text, before the change.
    """
    places = page.carets
    if known is None or carets is None or places is None or len(carets) != 1 or len(places) != 1:
        return None
    old, new = before[: min(carets)], after[: min(places)]
    same = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    changed = len(old) - same
    return known[: len(known) - changed] + new[same:] if changed <= len(known) else None


def type_own(page: Page, typed: str, after: str) -> str:
    """Take over what the user typed (a backspace: that key); return what is wrong, "" if nothing is."""
    if typed == "\b":
        carets = {n - 1 for n in page.places if n and after == page.text[: n - 1] + page.text[n:]}
        carets |= {0} if 0 in page.places and after == page.text else set()
    else:
        carets = insertions(page, typed, after)
    if not carets:
        return f"the user's own {typed!r} is not where it was typed ({_where(page)})"
    page.carets, page.text = carets, after
    page.inserting = None
    if typed == "\b":
        # The first key in a new window may have given it the focus, as far as the product can tell.
        page.known = UNKNOWN if page.dictated else None
    elif page.known is not None:
        page.known += typed
    page.act("key")
    page.earlier.clear()
    return ""


_STOPS = {
    "FOCUS_CHANGED": ("the focus moved", {"switch", "new", "click"}),
    "GRABBED": ("a menu is open", {"menu"}),
    "POINTER_HELD": ("a menu is open", {"menu"}),
}
_HARMLESS = {
    *("no-suggestions", "no-list", "list-outdated", "list-too-short", "list-elsewhere", "text-not-as-dictated"),
    *("suggestions-for-selection", "window-changed-meanwhile", "not-a-correction", "too-far-back"),
}


def classify(page: Page, said: Said, stopped: str, code: str, cause: str) -> tuple[str, bool]:  # a table
    """Return a refusal's kind, and whether the walk has given that reason.

    stopped: name of the reason why typing stopped, "" if it did not.
    code, cause: those of the refusal, see ``windictator.refusals``.
    """
    gone = not page.dictated or len(page.text.strip()) <= len(page.floor.strip())
    done = page.done | page.ever if gone or not page.steps else page.done
    if stopped:
        kind, causes = _STOPS.get(stopped, (stopped, set()))
        return kind, bool(done & causes)
    if cause == "user-input":
        return "a key or button was pressed", bool(done & {"key", "click", "menu", "new", "elsewhere"})
    if cause == "typing-stopped":
        return "the typing had stopped", "stopped" in page.ever
    if code == "words-not-found":
        return code, _count(said.old, page.text) <= _count(said.old, page.floor)
    if code == "not-that-much":
        return code, len(tokens(page.text)) - len(tokens(page.floor)) < 3
    if code == "insertion-lost":
        return code, bool(page.done) or page.inserting is None
    if code == "nothing-to-redo":
        return code, not page.taken_back
    if code.startswith("nothing-to-") and not cause:
        return code, gone or not page.steps
    if code in ("caret-keys-off", "erasing-forbidden"):
        return code, page.terminal
    if cause.startswith("text-") or code in ("text-differs", "text-unreadable", "caret-before-closer"):
        # Autocorrection may have given a word a capital.
        return "the text does not match", bool(page.done) or page.carets is None or page.lower
    return code, code in _HARMLESS


def _removed(before: str, after: str) -> bool:
    """Return True if ``after`` is ``before`` without one stretch."""
    size = len(before) - len(after)
    return size >= 0 and any(before[:n] + before[n + size :] == after for n in range(len(after) + 1))


def _carets_after(page: Page, after: str) -> set[int] | None:
    """Return the places of the caret after a change before it; None if that is not known."""
    if page.carets is None:
        return None
    tails = {page.text[place:] for place in page.carets}
    return {len(after) - len(tail) for tail in tails if after.endswith(tail)} or None


def _count(words: str, text: str) -> int:
    """Return how often the words are in the text."""
    wanted, there = tokens(words), tokens(text)
    return sum(there[n : n + len(wanted)] == wanted for n in range(len(there)))


def _replaced(said: Said, before: str, after: str) -> bool:
    """Return True if the old words, also within others, were replaced by the new."""
    old, new, there = said.old.casefold(), written(said.new).casefold(), before.casefold()
    return any(
        there[:n] + new + there[n + len(old) :] == after.casefold()
        for n in range(len(there))
        if there.startswith(old, n)
    )


def _added(before: str, after: str, new: list[str]) -> bool:
    """Return True if ``after`` is ``before`` with these words in one place."""
    size = len(after) - len(before)
    pieces = (after[n : n + size] for n in range(len(before) + 1) if before == after[:n] + after[n + size :])
    if size > 0 and any(tokens(piece) == new for piece in pieces):
        return True
    there, now = tokens(before), tokens(after)
    return any(there[:n] + new + there[n:] == now for n in range(len(there) + 1))


def _where(page: Page) -> str:
    return "anywhere" if page.carets is None else f"at {sorted(page.carets)[:5]}"
