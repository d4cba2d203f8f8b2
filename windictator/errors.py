"""The errors that a user sees: one line each, with the exit status they lead to."""


class WinDictatorError(Exception):
    """A failure with a one-line reason for the user.

    ``str(error)`` is printed on standard error as it is, so it must be one line, say what is wrong and,
    where it can be known, what to do. Every room derives its own errors from this class.
    """

    exit_status: int = 1


class UsageError(WinDictatorError):
    """The command line, a settings file or an option asks for something that does not exist."""

    exit_status = 2
