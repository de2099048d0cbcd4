"""The processors of this machine."""

import os


def cpu_count() -> int:
    """The number of processors that this process may use; Python has it from 3.13 on, as `os.process_cpu_count`."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
