"""The only room that speaks the X protocol."""
