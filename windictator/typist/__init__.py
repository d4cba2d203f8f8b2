"""Confirmed typing: one key event after the other, each seen by the observer before the next is sent."""
