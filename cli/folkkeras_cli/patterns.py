"""Expand patterns such as `*.abc`, since some shells, such as those of Windows, do not."""

import os
from collections.abc import Iterable
from glob import glob

from folkkeras.errors import CorpusError

_SIGNS = frozenset("*?[")


def expanded(arguments: Iterable[str]) -> list[str]:
    """The arguments, each pattern replaced by the files and folders that match it; `**` matches any folders.

    Raises:
        CorpusError: nothing matches a pattern.
    """
    return [name for argument in arguments for name in _matches(argument)]


def _matches(argument: str) -> list[str]:
    path = os.path.expanduser(argument)
    if not _SIGNS & set(path) or os.path.lexists(path):  # a file may be called `a[1].abc`
        return [argument]
    found = sorted(glob(path, recursive=True))
    if not found:
        raise CorpusError(f"no file matches {argument!r}: give a file or folder that exists")
    return found
