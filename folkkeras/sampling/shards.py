"""Very many tunes in a folder, in files of 1,000 that are written atomically, so that a killed command can continue."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from folkkeras.errors import OutputError
from folkkeras.files import reason, remove_unfinished, write_text
from folkkeras.lock import locked
from folkkeras.sampling.record import with_record
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.scheduler import SampledTune

SHARD = 1_000  # tunes in a file
_METADATA = "sampling.json"


def is_sharded(out: str | Path) -> bool:
    """Whether `out` is an existing folder of tunes."""
    return os.path.isfile(os.path.join(out, _METADATA))


class Sampler(Protocol):
    """Draws the tunes of a request, which is known by `identity`."""

    @property
    def request(self) -> TuneRequest: ...

    @property
    def identity(self) -> dict[str, Any]: ...


class Shards:
    """A folder of tunes.

    Args:
        folder: its path; it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def seed(self) -> int | None:
        """The seed of the existing tunes, or None if there are none.

        Raises:
            OutputError: the folder's sampling.json cannot be read.
        """
        metadata = self._metadata()
        return metadata["seed"] if metadata else None

    @contextmanager
    def first_missing(self, sampler: Sampler) -> Iterator[int | None]:
        """Lock the folder, and yield the number of the first missing tune, or None if it has all of them.

        Raises:
            OutputError: the folder cannot be written, it contains other files or tunes of another request, or another
                process is writing to it.
        """
        request = sampler.request
        self._require_same(sampler.identity)
        fault = f"another process is writing tunes to {self.folder}: wait, or stop it"
        with locked(self.folder / ".lock", OutputError(fault)):
            remove_unfinished(self.folder)
            starts = range(1, request.count + 1, SHARD)
            yield next((first for first in starts if not self._path(first).exists()), None)

    def write(self, tunes: Iterator[SampledTune], first: int, last: int) -> Iterator[Path | list[SampledTune]]:
        """Write the tunes numbered `first` to `last`, and yield the path of each new file.

        If `tunes` ends early, the last item is instead the list of the tunes that do not fill a file.

        Raises:
            OutputError: a file cannot be written.
        """
        for start in range(first, last + 1, SHARD):
            shard = list(islice(tunes, SHARD))
            if [tune.number for tune in shard] != list(range(start, min(start + SHARD, last + 1))):
                yield [*shard, *tunes]
                return
            path = self._path(start)
            if not path.exists():
                write_text(path, "\n".join(with_record(tune.text, tune.record) for tune in shard))
                yield path

    def _path(self, first: int) -> Path:
        return self.folder / f"tunes-{first:06d}.abc"

    def _require_same(self, metadata: dict[str, Any]) -> None:
        """Raise OutputError if the folder contains anything but tunes of this request; create it if it is missing."""
        metadata = json.loads(json.dumps(metadata))
        found = self._metadata()
        if found is None:
            if self.folder.exists() and any(self.folder.iterdir()):
                raise OutputError(f"{self.folder} has other files in it: give --out a new folder")
            try:
                self.folder.mkdir(exist_ok=True)
            except OSError as error:
                raise OutputError(f"cannot create the folder {self.folder}: {reason(error)}") from error
            write_text(self.folder / _METADATA, json.dumps(metadata, indent=2) + "\n")
            return
        for name in {**metadata, **found}:
            if metadata.get(name) != found.get(name):
                raise OutputError(
                    f"{self.folder} has tunes with {name} {found.get(name)!r}, not {metadata.get(name)!r}: "
                    "give --out a new folder"
                )

    def _metadata(self) -> dict[str, Any] | None:
        path = self.folder / _METADATA
        if not path.exists():
            return None
        try:
            metadata: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            int(metadata["seed"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutputError(f"cannot read {path} ({error}): give --out a new folder") from error
        return metadata
