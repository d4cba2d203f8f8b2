"""WinDictator: dictate into any X11 application, every key confirmed by the X server."""

__version__ = "0.1.0"
