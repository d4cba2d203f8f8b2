"""Grammar of voice commands."""
