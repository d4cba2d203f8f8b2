"""Errors on the way from sound to words; each message is one line for the user."""

from windictator.errors import WinDictatorError


class ModelError(WinDictatorError):
    """A speech model is missing, broken, or cannot be installed."""


class RecognizerError(WinDictatorError):
    """The recognizer cannot start or cannot continue."""
