"""Keysyms, keymaps and keystrokes. Pure: works on values that were read from an X connection."""
