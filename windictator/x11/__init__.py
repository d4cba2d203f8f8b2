"""X11 back end: the only package that speaks the X protocol."""
