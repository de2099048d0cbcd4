"""The entry point. What it runs is imported within it: that takes a moment, in which Ctrl-C is no error."""

import sys


def main() -> None:
    """Run `folk`."""
    try:
        from folkkeras_cli.exit_codes import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
