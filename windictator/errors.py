"""Errors that the user sees: a one-line message and an exit status."""


class WinDictatorError(Exception):
    """Failure with a one-line message for the user; the errors of every package derive from it.

    ``str(error)`` is printed to standard error unchanged. It is one line that says what failed, why, and if possible
    what to do.
    """

    exit_status: int = 1
    """Exit status of the command that fails with this error."""


class UsageError(WinDictatorError):
    """Request of the command line, an option or a settings file that is not valid."""

    exit_status = 2


class InternalError(WinDictatorError):
    """Failure caused by a defect in WinDictator.

    The message names the type of the error and its place in the code. It never contains the message of that error,
    which may be dictated text.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"internal error: {type(error).__name__} at {error_place(error)}")


def error_place(error: BaseException) -> str:
    """Return where in WinDictator ``error`` was raised, innermost first, as "windictator/text/edit.py:12"."""
    package = __name__.partition(".")[0]
    place = "an unknown place"
    trace = error.__traceback__
    while trace is not None:
        _, ours, file = trace.tb_frame.f_code.co_filename.rpartition(f"/{package}/")
        if ours:
            place = f"{package}/{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
