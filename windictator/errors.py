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


class InternalError(WinDictatorError):
    """A defect of WinDictator made a piece of work fail.

    The message names the kind of the error and its place in the code, never the error's own words: they may be what
    was dictated.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"internal error: {type(error).__name__} at {error_place(error)}")


def error_place(error: BaseException) -> str:
    """Return where ``error`` was raised, as "windictator/text/edit.py:12": the innermost place in this package."""
    package = __name__.partition(".")[0]
    place = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        _, ours, file = trace.tb_frame.f_code.co_filename.rpartition(f"/{package}/")
        if ours:
            place = f"{package}/{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
