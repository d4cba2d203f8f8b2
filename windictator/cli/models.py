"""``windictator models``."""

from __future__ import annotations

import click


@click.group("models", short_help="Get, list, check and remove speech models.")
def models_group() -> None:
    """Get, list, check and remove speech models."""
