"""The render process: it isolates native libraries, so that their crashes cost one file and not a training run.

It reads orders from standard input, one line of JSON each, and writes answers to standard output: a line of
JSON, followed by the file's bytes. It ends when its standard input does, and so with its parent.
"""

import json
import os
import sys
from typing import BinaryIO

from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.instruments import instrument
from folkkeras.music.render.performance import Playing
from folkkeras.music.render.rendering import render


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until they end."""
    for line in orders:
        order = json.loads(line)
        data = b""
        try:
            text = order["tunes"]
            tunes = read_tune(text) if isinstance(text, str) else list(map(read_tune, text))
            data = render(tunes, order["kind"], instrument(order["instrument"]), Playing(**order["playing"]))
            answer: dict[str, int | str] = {"size": len(data)}
        except FolkError as error:
            answer = {"error": str(error)}
        except Exception as error:  # an exception in a library costs only this file
            answer = {"error": f"it cannot be rendered ({type(error).__name__}: {error})"}
        answers.write(json.dumps(answer).encode() + b"\n" + data)
        answers.flush()


if __name__ == "__main__":
    # Output that native libraries print must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)
