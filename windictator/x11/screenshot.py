"""Screenshots of a display or a window, as PNG files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from Xlib import X, error
from Xlib.display import Display
from Xlib.xobject.drawable import Drawable

from windictator.errors import WinDictatorError

_BYTES_PER_REQUEST = 1 << 22
"""Size of the bands that GetImage is called for, in bytes, so that replies have a limit."""


class ScreenshotError(WinDictatorError):
    """A screenshot could not be taken or written."""


def write_screenshot(display_name: str, path: Path, window: int | None = None) -> None:
    """Write what ``window`` shows, or the whole screen, to ``path`` as PNG.

    display_name: such as ":5"; ``$XAUTHORITY`` is used as by every X client.
    path: of the file; its folder is created if missing.
    window: id of a window. Parts that are covered or off the screen contain what the server has there.

    Raises ScreenshotError.
    """
    picture = _picture(display_name, window)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, format="PNG")
    except OSError as failure:
        raise ScreenshotError(f"cannot write the screenshot {path}: {failure.strerror}") from failure


def _picture(display_name: str, window: int | None) -> Image.Image:
    with _connected(display_name) as display:
        try:
            drawable = display.create_resource_object("window", window) if window else display.screen().root
            return _read(display, drawable)
        except (error.BadWindow, error.BadDrawable, error.BadMatch) as failure:
            raise ScreenshotError(f"window {window or 0:#x} cannot be seen on display {display_name}") from failure


def _read(display: Display, drawable: Drawable) -> Image.Image:
    """Read a drawable with GetImage, in 32 bits per pixel and true colour, which is what X servers have today."""
    geometry = drawable.get_geometry()
    info = display.display.info
    bits = {pixmap.depth: pixmap.bits_per_pixel for pixmap in info.pixmap_formats}.get(geometry.depth)
    if bits != 32:
        raise ScreenshotError(f"cannot take a picture of a screen {geometry.depth} bits deep")
    order = "BGRX" if info.image_byte_order == X.LSBFirst else "XRGB"
    picture = Image.new("RGB", (geometry.width, geometry.height))
    rows = max(1, _BYTES_PER_REQUEST // (4 * geometry.width))
    for top in range(0, geometry.height, rows):
        height = min(rows, geometry.height - top)
        reply = drawable.get_image(0, top, geometry.width, height, X.ZPixmap, 0xFFFFFFFF)
        band = Image.frombytes("RGB", (geometry.width, height), bytes(reply.data), "raw", order)
        picture.paste(band, (0, top))
    return picture


@contextlib.contextmanager
def _connected(display_name: str) -> Iterator[Display]:
    try:
        display = Display(display_name)
    except (error.DisplayError, error.XauthError, OSError) as failure:
        raise ScreenshotError(f"cannot connect to display {display_name!r}") from failure
    try:
        yield display
    finally:
        display.close()
