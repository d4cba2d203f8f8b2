"""Confirmed typing: the observer sees each keystroke before the next is sent."""
