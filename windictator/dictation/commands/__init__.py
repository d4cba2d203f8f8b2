"""Voice commands, by kind."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred

from windictator.dictation.live_text import LiveText
from windictator.dictation.result import CommandResult
from windictator.text.grammar import Command

CommandHandler = Callable[[LiveText, Command], Deferred[CommandResult]]
"""Executes a command in the window of a text."""
