"""Sound in, hypotheses out: microphones, recordings, models and the recognizer's process."""
