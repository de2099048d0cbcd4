"""Render tunes in a separate process, which is restarted if a native library crashes or hangs."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType

from folkkeras.errors import FolkError
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, Instrument, instrument
from folkkeras.music.render.performance import Playing
from folkkeras.music.tune import Tune

PATIENCE = 60.0  # seconds for each time that a tune is played


class RenderClient:
    """A context manager that renders tunes in a separate process.

    Args:
        patience: seconds after which rendering is aborted, for each time that a tune is played.

    Example:
        >>> with RenderClient() as client:
        ...     data = client.render(tune, "svg")
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RenderClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(
        self,
        tunes: Tune | Sequence[Tune],
        format: str,
        played_on: Instrument | None = None,
        playing: Playing | None = None,
    ) -> bytes:
        """Render a tune or a set to a file format, as `rendering.render` does.

        Raises:
            FolkError: it cannot be rendered.
        """
        order = {
            "tunes": tunes.text if isinstance(tunes, Tune) else [tune.text for tune in tunes],
            "kind": format,
            "instrument": (played_on or instrument(DEFAULT_INSTRUMENT)).name,
            "playing": asdict(playing or Playing()),
        }
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        pieces = (1 if isinstance(tunes, Tune) else len(tunes)) * (playing.times if playing else 1)
        given_up = threading.Timer(self.patience * pieces, process.kill)
        given_up.daemon = True  # after a Ctrl-C while it starts, this process must not wait for it
        try:
            given_up.start()
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            data = process.stdout.read(answer.get("size", 0))
            if len(data) < answer.get("size", 0):
                raise EOFError("the answer is cut off")
        except (OSError, ValueError, EOFError) as error:
            self.close()
            name = f"X:{tunes.reference} {tunes.title}".strip() if isinstance(tunes, Tune) else "the set"
            raise FolkError(f"{name} cannot be rendered: the library that makes {format} files failed on it") from error
        finally:
            given_up.cancel()
        if "error" in answer:
            raise FolkError(answer["error"])
        return data

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _start(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            # -P: import nothing from the current folder.
            [sys.executable, "-P", "-m", "folkkeras.music.render.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process
