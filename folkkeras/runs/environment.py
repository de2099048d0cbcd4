"""The environment of a run: versions, processors, and the flags that change its arithmetic or speed."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from folkkeras.processors import cpu_count

_PACKAGES = ("folkkeras", "keras", "tensorflow", "numpy")
# Environment variables that change arithmetic or speed. They are listed by full name because other programs keep
# secrets in variables with the same prefixes, such as Terraform's TF_TOKEN_app_terraform_io.
_FLAGS = (
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "KERAS_BACKEND",
    "MKL_NUM_THREADS",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_NUM_THREADS",
    "OMP_PLACES",
    "OMP_PROC_BIND",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_NUM_THREADS",
    "TF_CUDNN_DETERMINISTIC",
    "TF_CUDNN_USE_AUTOTUNE",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_GPU_THREAD_MODE",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)


def versions() -> dict[str, str]:
    """The versions of Python and of the main packages, and the number of processors that this process may use."""
    found = {"python": platform.python_version(), "cpus": str(cpu_count())}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # such as with another build of TensorFlow
            found[package] = "unknown"
    return found


def flags() -> dict[str, str]:
    """The environment variables of TensorFlow, XLA, OpenMP, CUDA and Keras that are set."""
    return {name: os.environ[name] for name in _FLAGS if name in os.environ}


def command_line() -> tuple[str, ...]:
    """The words of this process's command line, with the program's name but not its folder."""
    return (Path(sys.argv[0]).name, *sys.argv[1:])
