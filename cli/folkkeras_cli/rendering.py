"""What `folk render` and `folk sample` share: tunes written as files of a kind, or as one page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from folkkeras.errors import FolkError, OutputError
from folkkeras.files import reason, write_bytes
from folkkeras.music.instruments import DEFAULT_INSTRUMENT, Instrument, instrument
from folkkeras.music.kinds import KINDS, SCORES
from folkkeras.music.performance import LONGEST, Playing, is_cut
from folkkeras.music.tune import Tune
from folkkeras.music.workshop import Workshop
from folkkeras_cli.screen import say

PAGE = "html"
ALL_KINDS = (*KINDS, PAGE)


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """How tunes are written.

    Args:
        kind: of file, one of `ALL_KINDS`.
        out: a file, for many tunes a folder; None is made up from `stem`.
        stem: of names that are made up.
        force: whether what exists is overwritten.
        player: the instrument.
        playing: tempo, transposition, repeats.
        about: what a page tells of how its tunes were made.
    """

    kind: str
    out: Path | None
    stem: str
    force: bool
    player: Instrument = field(default_factory=lambda: instrument(DEFAULT_INSTRUMENT))
    playing: Playing = field(default_factory=Playing)
    about: Mapping[str, str] = field(default_factory=dict)

    def write(self, tunes: list[Tune]) -> None:
        """Write tunes; those that are not whole are named, and so are those that cannot be rendered.

        Raises:
            OutputError: a file exists already or cannot be written.
            FolkError: a tune cannot be rendered; the others are.
        """
        places = self._places(tunes)
        for path in places:
            if path.exists() and not self.force:
                raise OutputError(f"{path} exists already: choose another --out, or overwrite it with --force")
        with Workshop() as workshop:
            if self.kind == PAGE:
                self._write_page(tunes, places[0], workshop)
            else:
                self._write_files(tunes, places, workshop)

    def _write_page(self, tunes: list[Tune], path: Path, workshop: Workshop) -> None:
        from folkkeras.music.page import Entry, page_text

        entries = []
        for tune in tunes:
            try:
                score = workshop.render(tune, "score").decode()
            except FolkError as error:
                say(f"{path}: {error}; its text is on the page")
                entries.append(Entry(tune, None))
                continue
            if not tune.whole:
                say(f"{path}: {_name(tune)} is not whole: {tune.faults[0]}")
            entries.append(Entry(tune, score))
        write_bytes(path, page_text(entries, self.stem, self.about).encode())
        say(f"wrote {path}")

    def _write_files(self, tunes: list[Tune], places: list[Path], workshop: Workshop) -> None:
        failed: list[str] = []
        for tune, path in zip(tunes, places, strict=True):
            try:
                data = workshop.render(tune, self.kind, self.player, self.playing)
            except FolkError as error:
                failed.append(str(error))
                continue
            _make_folder(path.parent)
            write_bytes(path, data)
            if not tune.whole:
                say(f"{path}: not whole: {tune.faults[0]}")
            if self.kind not in SCORES and is_cut(tune, self.playing):
                say(f"{path}: cut off after {LONGEST // 60} minutes")
        done = len(tunes) - len(failed)
        if done:
            say(f"wrote {places[0] if len(tunes) == 1 else f'{done:,} files to {places[0].parent}'}")
        if failed:
            others = f"; and {len(failed) - 1:,} more" if len(failed) > 1 else ""
            raise FolkError(failed[0] + others)

    def _places(self, tunes: list[Tune]) -> list[Path]:
        """A path for each tune, or for the page; made from titles, they stay within their folder."""
        if self.kind == PAGE or (len(tunes) == 1 and not (self.out and self.out.is_dir())):
            if self.out and not self.out.parent.is_dir():
                raise OutputError(f"there is no folder {self.out.parent} for {self.out.name}: make it first")
            if self.out and self.out.is_dir():
                raise OutputError(f"{self.out} is a folder: give --out a file's name")
            return [self.out or Path(f"{self.stem}.{self.kind}")]
        folder = self.out or Path(self.stem)
        if folder.suffix and not folder.is_dir():
            folder = folder.with_suffix("")
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file, and there are {len(tunes):,} tunes: give --out a folder")
        digits = len(str(len(tunes)))
        names = [f"{number:0{digits}}-{_slug(tune.title)}".rstrip("-") for number, tune in enumerate(tunes, start=1)]
        return [folder / f"{name}.{self.kind}" for name in names]


def kind_of(out: Path | None) -> str:
    """The kind that a file's suffix names, or an empty string."""
    kind = out.suffix.removeprefix(".").lower() if out else ""
    return kind if kind in ALL_KINDS else ""


def _name(tune: Tune) -> str:
    return f"X:{tune.reference} {tune.title}".strip()


def _slug(title: str) -> str:
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode()  # accents go, their letters stay
    return re.sub(r"[^\w]+", "-", plain, flags=re.ASCII).strip("-").lower()[:60].strip("-")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {reason(error)}") from error
