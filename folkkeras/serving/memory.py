"""Give freed memory back to the system."""

import ctypes
import sys


def trim() -> None:
    """Give back the memory that the C library keeps for each thread after its work; only glibc can be told to.

    Without it a server keeps what its largest requests needed, once for each thread. Source: malloc_trim(3).
    """
    if sys.platform == "linux" and (malloc_trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        malloc_trim(0)
