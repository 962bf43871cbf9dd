"""`python -m campaigns` is the program `campaigns`."""

import sys

from campaigns import cli


def main() -> None:
    """Run the program and end the process with its exit code."""
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
