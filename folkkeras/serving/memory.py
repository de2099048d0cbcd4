"""Keep a server's memory small: glibc's pools of freed memory, one for each thread.

Each thread's pool would keep as much memory as that thread's largest request needed. Sources: mallopt(3) and
malloc_trim(3).
"""

import ctypes
import sys
from typing import Any

_M_ARENA_MAX = -8


def share_pool() -> None:
    """Let all threads that begin from now on share one pool; other C libraries have no call for it."""
    if mallopt := _glibc("mallopt"):
        mallopt(_M_ARENA_MAX, 1)


def trim() -> None:
    """Give the freed memory of all pools back to the system; other C libraries have no call for it."""
    if malloc_trim := _glibc("malloc_trim"):
        malloc_trim(0)


def _glibc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
