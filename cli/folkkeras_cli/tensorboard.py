"""`folk tensorboard`: the dashboard of all runs."""

import signal
import sys
import time
from types import FrameType
from typing import Annotated

import typer

from folkkeras.errors import FolkError, RunError
from folkkeras_cli.console import say, write
from folkkeras_cli.options import RUNS, Runs
from folkkeras_cli.tensorflow_startup import quiet_tensorflow, start_tensorflow

EXAMPLES = "Examples: `folk tensorboard`, `folk tensorboard --port 7000`."


def tensorboard(
    runs: Runs = RUNS,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N", show_default="6006, or the next free one", min=0, max=65_535, help="Port; 0: any free one."
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
) -> None:
    """Show all runs in TensorBoard.

    The command prints its address; Ctrl-C stops it.
    """
    if not runs.is_dir():
        raise RunError(f"no folder {runs}: train a run with `folk train`, or name the folder of the runs with --runs")
    start_tensorflow()
    from tensorboard import program

    board = program.TensorBoard()
    words = ["tensorboard", "--logdir", str(runs), "--host", host, "--reload_interval", "5"]
    # All points and tunes, not TensorBoard's sample of them.
    words += ["--samples_per_plugin", "scalars=1000000,text=1000,images=1000,audio=1000"]
    if port is not None:
        words += ["--port", str(port)]
    board.configure(argv=words)
    refused: BaseException | None = None
    with quiet_tensorflow():  # TensorBoard prints a note of its own here
        try:
            address = board.launch()
        except (program.TensorBoardServerException, OSError, SystemExit) as error:  # an unknown host raises SystemExit
            refused = error
    if refused is not None:
        why = "" if isinstance(refused, SystemExit) else f" ({refused})"
        raise FolkError(f"cannot listen on {host}:{port or 6006}{why}: choose another --port or --host")
    write(f"{address}\n")
    say("Ctrl-C stops the dashboard")
    signal.signal(signal.SIGTERM, _end)
    try:
        while True:  # Windows has no signal.pause, and Ctrl-C there interrupts only a sleep
            time.sleep(3_600)
    except KeyboardInterrupt:
        say("stopped")


def _end(number: int, frame: FrameType | None) -> None:
    # An ordinary exit, so that TensorBoard's own helper process ends too.
    sys.exit(128 + number)
