"""The desktop around the dictation, over D-Bus: other programs that are asked for something, notifications."""
