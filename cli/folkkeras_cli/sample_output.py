"""Where `folk sample` writes: standard output, a file of text, a page or another format, a folder of tunes."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from folkkeras.errors import FolkError, UsageError
from folkkeras.files import write_text
from folkkeras.music.reading import read_tunes
from folkkeras.music.render.formats import ALL_FORMATS, MANY
from folkkeras_cli.console import say, write
from folkkeras_cli.outputs import require_new
from folkkeras_cli.rendering import Rendering, format_of

if TYPE_CHECKING:
    from folkkeras.composing.candidates import Candidate
    from folkkeras.composing.reproducing import Recorded
    from folkkeras.sampling.scheduler import SampledTune

_TEXTS = ("", ".abc", ".txt")  # suffixes of files that get the tunes as text


class SampleOutput:
    """What the option --out names.

    Args:
        name: the option's value; None for standard output.
        force: whether an existing file is overwritten.
    """

    def __init__(self, name: str | None, *, force: bool) -> None:
        from folkkeras.sampling.shards import is_sharded

        is_folder = name is not None and (name.endswith(("/", os.sep)) or is_sharded(name))
        self.folder = Path(name) if name and is_folder else None
        self.path = Path(name) if name and not is_folder else None
        self.format = format_of(self.path)
        self._force = force

    @property
    def seed(self) -> int | None:
        """The seed of the tunes that the folder already has, or None."""
        from folkkeras.sampling.shards import Shards

        return Shards(self.folder).seed if self.folder else None

    def require_new(self, tunes: int) -> None:
        """Raise UsageError or OutputError if that many tunes cannot be written there."""
        if self.path is None:
            return
        require_new(self.path, force=self._force)
        suffix = self.path.suffix
        if suffix.lower() not in _TEXTS and not self.format:
            formats = ", ".join(f".{format}" for format in ALL_FORMATS)
            raise UsageError(f"--out {self.path}: {suffix} is not a supported file type: give one of {formats}")
        if self.format not in ("", *MANY) and tunes > 1:
            raise UsageError(
                f"--out {self.path} is one file, but {tunes:,} tunes are asked for: give a page, such as "
                f"--out {self.path.with_suffix('.html')}, or pipe them into `folk render - --to {self.format}`"
            )

    def write_text(self, pieces: Iterable[str]) -> None:
        """Write a text, ending it with a newline."""
        if self.path is None:
            last = ""
            for last in pieces:
                write(last)
            if not last.endswith("\n"):
                write("\n")
            return
        text = "".join(pieces)
        self._write(text if text.endswith("\n") else f"{text}\n", {})

    def write(
        self,
        tunes: Iterable["SampledTune | Candidate | Recorded"],
        description: dict[str, str],
        rights: Sequence[str] = (),
    ) -> None:
        """Write tunes with their generation records.

        Args:
            tunes: the tunes.
            description: what a page or book says about them.
            rights: what a book says about rights.
        """
        from folkkeras.sampling.record import with_record

        texts = (with_record(tune.text, tune.record) for tune in tunes)
        if self.path is None:
            for number, text in enumerate(texts):
                write(("\n" if number else "") + text)
        elif text := "\n".join(texts):
            self._write(text, description, rights)

    def _write(self, text: str, description: dict[str, str], rights: Sequence[str] = ()) -> None:
        if self.path is None:
            write(text)
        elif self.format:
            try:
                rendering = Rendering(
                    format=self.format,
                    out=self.path,
                    stem=self.path.stem,
                    force=self._force,
                    metadata=description,
                    rights=rights,
                )
                rendering.write(read_tunes(text))
            except FolkError:
                write(text)  # the sampled tunes must not be lost
                raise
        else:
            write_text(self.path, text)
            say(f"wrote {self.path}")
