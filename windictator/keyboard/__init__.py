"""Keysyms, keymaps and keystrokes. Pure: no X connection, only values read from one."""
