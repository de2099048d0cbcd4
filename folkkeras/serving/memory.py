"""Give freed memory back to the system."""

import ctypes
import sys


def trim() -> None:
    """Give back the memory that glibc keeps for each thread; other C libraries have no call for it.

    Otherwise each thread keeps as much memory as its largest request needed. Source: malloc_trim(3).
    """
    if sys.platform == "linux" and (malloc_trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        malloc_trim(0)
