"""What a training ran on: versions, processors and the flags that change its arithmetic or its speed."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

_PACKAGES = ("folkkeras", "keras", "tensorflow", "numpy")
_FLAGS = ("XLA_", "TF_", "OMP_", "CUDA_", "KERAS_")  # the beginnings of environment variables that they obey


def versions() -> dict[str, str]:
    """The versions of Python and the packages, and the number of processors that this process may use."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {"python": platform.python_version(), "cpus": str(processors)}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # e.g. another build of TensorFlow
            found[package] = "unknown"
    return found


def flags() -> dict[str, str]:
    """The environment variables that TensorFlow, XLA, OpenMP, CUDA and Keras obey where they are set, logging aside."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith(_FLAGS) and "LOG" not in name}


def command_line() -> tuple[str, ...]:
    """The words of this process's command, the program without its folder."""
    return (Path(sys.argv[0]).name, *sys.argv[1:])
