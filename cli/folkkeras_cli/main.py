"""The entry point. It imports the app inside `main`, so that Ctrl-C during the import ends without a traceback."""

import sys


def main() -> None:
    """Run `folk`."""
    try:
        from folkkeras_cli.exit_codes import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
