"""Settings (being written)."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    pass
