"""Very many tunes into a folder: files of 1,000 tunes, each written whole, that a killed command goes on after."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from folkkeras.errors import OutputError
from folkkeras.files import reason, remove_unfinished, write_text
from folkkeras.lock import HeldError, locked
from folkkeras.notation.tunes import TUNE_START
from folkkeras.sampling.record import Recipe
from folkkeras_cli.drawing import Drawing, counted, with_recipes
from folkkeras_cli.screen import say, write

SHARD = 1_000  # tunes of a file
_ABOUT = "sampling.json"


def names_folder(out: str) -> bool:
    """Whether an --out option names a folder of tunes: it ends as a folder does, or there is one already."""
    return out.endswith(("/", os.sep)) or os.path.isfile(os.path.join(out, _ABOUT))


def seed_of(folder: Path) -> int | None:
    """The seed of the tunes that a folder has already, or None where it has none.

    Raises:
        OutputError: its sampling.json cannot be read.
    """
    about = _about(folder)
    return about["seed"] if about else None


def write_shards(folder: Path, drawing: Drawing, recipe: Recipe, count: int) -> None:
    """Draw the tunes 1 to `count` that the folder has not, and write them.

    Raises:
        OutputError: the folder cannot be written, or has other things in it, or tunes that were drawn otherwise.
    """
    _require_own(folder, {**asdict(recipe), "tunes": count})
    try:
        with locked(folder / ".lock"):
            remove_unfinished(folder)
            _write_missing(folder, drawing, recipe, count)
    except HeldError as error:
        raise OutputError(f"another process writes tunes into {folder}: wait, or stop that one") from error


def _require_own(folder: Path, about: dict[str, Any]) -> None:
    """See that the folder has these tunes or none; make it where it is missing."""
    about = json.loads(json.dumps(about))
    there = _about(folder)
    if there is None:
        if folder.exists() and any(folder.iterdir()):
            raise OutputError(f"{folder} has other files in it: give --out a new folder")
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {folder}: {reason(error)}") from error
        write_text(folder / _ABOUT, json.dumps(about, indent=2) + "\n")
    elif name := next((name for name in {**about, **there} if about.get(name) != there.get(name)), None):
        raise OutputError(
            f"{folder} has tunes with {name} {there.get(name)!r}, not {about.get(name)!r}: give --out a new folder"
        )


def _write_missing(folder: Path, drawing: Drawing, recipe: Recipe, count: int) -> None:
    shards = {first: folder / f"tunes-{first:06d}.abc" for first in range(1, count + 1, SHARD)}
    missing = next((first for first, path in shards.items() if not path.exists()), None)
    if missing is None:
        say(f"{folder} has all {count:,} tunes already")
        return
    if missing > 1:
        say(f"{folder} has {missing - 1:,} tunes: going on with X:{missing}")
    tunes = _each(counted(drawing.tunes(count - missing + 1, replace(recipe, tune=missing))))
    for first in range(missing, count + 1, SHARD):
        shard = list(islice(tunes, SHARD))
        numbers = [int(tune[len(TUNE_START) :].split("\n", 1)[0]) for tune in shard]
        if numbers != list(range(first, min(first + SHARD, count + 1))):  # one was given up
            if shard:
                write(with_recipes(chain(shard, tunes), recipe))  # what was drawn is not to be lost
            return
        if not shards[first].exists():
            write_text(shards[first], with_recipes(iter(shard), recipe).rstrip("\n") + "\n")
            say(f"wrote {shards[first]}")


def _each(pieces: Iterator[str]) -> Iterator[str]:
    """The tunes of a text that comes in pieces, each with the blank line after it."""
    text = ""
    for piece in pieces:
        text += piece
        while (end := text.find("\n" + TUNE_START)) >= 0:
            yield text[: end + 1]
            text = text[end + 1 :]
    if text:
        yield text


def _about(folder: Path) -> dict[str, Any] | None:
    path = folder / _ABOUT
    if not path.exists():
        return None
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        int(about["seed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"cannot read {path} ({error}): give --out a new folder") from error
    return about
