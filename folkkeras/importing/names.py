"""The names of files that can contain tunes, for choosing among those of a folder or an archive."""

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TypeVar

ABC = (".abc", ".abc.gz")
OTHERS = (".csv", ".json", ".jsonl", ".musicxml", ".xml", ".mxl", ".mid", ".midi", ".zip", ".gz")
Name = TypeVar("Name", str, Path)


def chosen(names: Iterable[Name]) -> list[Name]:
    """The files to read, sorted. Files in ABC notation come first: files in other formats count only without them.

    Scores and MIDI files often stand beside the ABC files that they were made from, and would be the same tunes again.
    Hidden files are left out.
    """
    shown = sorted(name for name in names if not _is_hidden(name))
    return [name for name in shown if _ends(name, ABC)] or [name for name in shown if _ends(name, OTHERS)]


def _is_hidden(name: str | PurePath) -> bool:
    last = PurePath(name).name
    return last.startswith(".") or "__MACOSX" in PurePath(name).parts


def _ends(name: str | PurePath, suffixes: tuple[str, ...]) -> bool:
    return PurePath(name).name.lower().endswith(suffixes)
