"""Import TensorFlow fast and without its noise on the screen, but show a real failure in full.

Its native code writes to file descriptor 2 before any logging option of it is read, so the descriptor
is redirected to a temporary file for that time. Its text is shown if the import fails.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Silence what native libraries write to stderr, unless an error ends the block."""
    # 3: only messages of what ends the process; other failures raise. A user's own setting takes precedence.
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


# Keras and TensorFlow import these where they find them, and do without them where they do not. They are
# there, since music21 brings them, and a fifth of the time that the import takes is theirs.
_NOT_NEEDED = ("matplotlib", "chardet")


@contextmanager
def _lean_import() -> Iterator[None]:
    """Hide the modules that are not needed, and keep the garbage collector from searching what will all stay."""
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    gc.disable()
    try:
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # which makes an import of it fail
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
        running: start its runtime too; that of several machines is started by their strategy.
    """
    with quiet_tensorflow(), _lean_import():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices()
        if running:
            tf.zeros(())  # starts the runtime, which says once more that there is no GPU


def gpus() -> int:
    """How many GPUs TensorFlow sees; its runtime is not started."""
    start_tensorflow(running=False)
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))
