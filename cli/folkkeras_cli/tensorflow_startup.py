"""Import TensorFlow fast and without noise on the screen, but show a real failure in full.

Its native code writes to file descriptor 2 before any of its logging options is read, so the descriptor
is redirected to a temporary file during the import. The file's text is shown if the import fails.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Silence what native libraries write to stderr, unless an error ends the block."""
    # 3: only fatal messages; other failures raise. A user's own setting takes precedence.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    screen = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            sys.stderr.flush()
            held.seek(0)
            os.write(screen, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(screen, 2)
            os.close(screen)


# Keras and TensorFlow import these if they are installed, and work without them. music21 installs them, and
# importing them takes a fifth of the total import time.
_NOT_NEEDED = ("matplotlib", "chardet", "sklearn")


@contextmanager
def _lean_import() -> Iterator[None]:
    """Hide the modules that are not needed, and keep the garbage collector from scanning objects that stay alive."""
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    gc.disable()
    modules: dict[str, Any] = sys.modules  # in which None makes an import fail
    try:
        for name in hidden:
            modules[name] = None
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        gc.freeze()
        gc.enable()


@cache
def start_tensorflow(*, running: bool = True) -> None:
    """Import TensorFlow and Keras, and look for GPUs, in silence.

    Args:
        running: start the runtime too; for several machines, their strategy starts it.
    """
    with quiet_tensorflow(), _lean_import():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices()
        if running:
            tf.zeros(())  # starts the runtime, which reports a missing GPU again


def gpus() -> int:
    """The number of GPUs that TensorFlow sees; does not start its runtime."""
    start_tensorflow(running=False)
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))
