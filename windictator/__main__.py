"""Entry point of ``python -m windictator``."""

from windictator.cli import main

if __name__ == "__main__":
    main()
