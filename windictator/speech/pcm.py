"""Format of all audio in this package: 16 kHz mono, 16-bit little-endian samples (s16le)."""

SAMPLE_RATE = 16000
"""Samples per second."""
BYTES_PER_SAMPLE = 2
