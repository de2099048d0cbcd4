"""Import TensorFlow without its noise on the screen, yet show a real failure whole.

Its native code writes to file descriptor 2 before any logging option of it is read, so the descriptor
itself is turned to a temporary file for that time; what stands there is shown if the import fails.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Silence what native libraries write to stderr, unless an error ends the block."""
    # 3: only what ends the process is told; all else that fails raises. A user's own setting wins.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    screen = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            held.seek(0)
            os.write(screen, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(screen, 2)
            os.close(screen)


def start_tensorflow() -> None:
    """Import TensorFlow and Keras, and look for GPUs, in silence."""
    with quiet_tensorflow():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices()
        tf.zeros(())  # starts the runtime, which says once more that there is no GPU
