"""The processors of this machine."""

import os
import re
from functools import cache
from pathlib import Path

# Flags of processors whose instructions multiply bfloat16: a matrix unit, or vectors.
BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}


def cpu_count() -> int:
    """The number of processors that this process may use; Python has it from 3.13 on, as `os.process_cpu_count`."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def multiplies_bfloat16() -> bool:
    """Whether products in bfloat16 are faster than in float32, by the processor's flags; False where none are known.

    It is False too where the environment keeps oneDNN, which has these products for TensorFlow, from them.
    """
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0" or "ONEDNN_MAX_CPU_ISA" in os.environ:
        return False
    try:
        flags = re.search(r"^flags\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        return False
    return bool(flags and BFLOAT16_FLAGS & set(flags[1].split()))
