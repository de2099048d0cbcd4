"""`folk compose`: a page on which one writes a tune with a model, bar by bar."""

import socket
import webbrowser
from typing import Annotated

import typer

from folkkeras.errors import UsageError
from folkkeras.extras import require
from folkkeras.files import reason
from folkkeras_cli.console import say, write
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import RUNS, ModelName, Runs

LOOPBACK = "127.0.0.1"
PORT = 8_014
MAX_PORT = 65_535

EXAMPLES = """Examples:

`folk compose` opens the page with the latest run's best model;

`folk compose celtic --port 9000 --no-browser` serves it at another port, without opening a browser.
"""


def compose(
    model: ModelName = None,
    port: Annotated[int, typer.Option(metavar="N", help="Port; 0 takes a free one.")] = PORT,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = LOOPBACK,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", show_default=False, help="Name by which the server may be addressed; repeatable."),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    runs: Runs = RUNS,
) -> None:
    """Write a tune bar by bar, in the browser.

    The page is served from this machine, and nothing of what you write is stored or logged.
    """
    if not 0 <= port <= MAX_PORT:
        raise UsageError(f"--port {port} is not a port: give a number from 0 to {MAX_PORT}")
    require("compose")
    import uvicorn

    from folkkeras.serving.app import create_app

    chosen = chosen_model(model, runs)
    chosen.say_note()
    generator = chosen.generator(int8=True)
    listener = _listener(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    hosts = {"localhost", LOOPBACK, "[::1]", f"[{host}]" if ":" in host else host, *(name or ())}
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(generator, hosts),
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
    )
    write(f"{address}\n")
    say("Ctrl-C stops it")
    if browser:
        webbrowser.open(address)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        say("stopped")


def _listener(host: str, port: int) -> socket.socket:
    """A socket that listens at an address."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = reason(error).partition(" (while")[0]  # Python adds the address, which is here already
        raise UsageError(f"cannot listen on {host}, port {port} ({why}): give another --port or --host") from error
