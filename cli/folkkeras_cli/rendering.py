"""Write tunes for `folk render` and `folk sample`: one file each, or all in one file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from folkkeras.errors import FolkError, OutputError
from folkkeras.files import write_bytes, write_text
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.formats import ALL_FORMATS, DEFAULT_PAPER, MANY, PAGE, PLAYED, SCORES, TEXT
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, Instrument, instrument
from folkkeras.music.render.left_out import left_out
from folkkeras.music.render.performance import LONGEST, Playing, is_cut
from folkkeras.music.render.sets import set_title
from folkkeras.music.tune import Tune
from folkkeras_cli.console import say
from folkkeras_cli.places import made_folder, place, places

MAX_NAMED = 5  # things left out that one message names
_OTHER_NAMES = {"midi": "mid", "oga": "ogg", "xml": "musicxml", "htm": "html"}


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """How tunes are written.

    Args:
        format: the files' format, one of `ALL_FORMATS`.
        out: a file, for many tunes a folder; see `places`.
        stem: the stem of generated names.
        force: whether existing files are overwritten.
        player: the instrument.
        playing: tempo, transposition, repeats, accompaniment, times.
        as_set: whether the tunes are one set, which is one file in every format.
        metadata: what a page or book says about how its tunes were made.
        title: of a book; empty for the stem, or for the titles of a set's tunes.
        paper: of a book, one of `formats.PAPERS`.
        rights: what a book says about the rights in its tunes.
    """

    format: str
    out: str | Path | None
    stem: str
    force: bool
    player: Instrument = field(default_factory=lambda: instrument(DEFAULT_INSTRUMENT))
    playing: Playing = field(default_factory=Playing)
    metadata: Mapping[str, str] = field(default_factory=dict)
    as_set: bool = False
    title: str = ""
    paper: str = DEFAULT_PAPER
    rights: Sequence[str] = ()

    def write(self, tunes: list[Tune]) -> None:
        """Write tunes, and name those that are incomplete or cannot be rendered.

        Raises:
            UsageError: `out` is one file, but there are many tunes.
            OutputError: a file already exists or cannot be written.
            FolkError: a tune cannot be rendered; the others are written.
        """
        paths = self.paths([tune.title for tune in tunes])
        if self.format == TEXT:
            self._write_text(tunes, paths[0])
            return
        with RenderClient() as client:
            if self.format in MANY:
                with made_folder(paths[0].parent):
                    write = self._write_page if self.format == PAGE else self._write_book
                    write(tunes, paths[0], client)
                self._say_left_out(tunes)
            elif self.as_set:
                self._write_set(tunes, paths[0], client)
            else:
                self._write_files(tunes, paths, client)

    def paths(self, titles: Sequence[str]) -> list[Path]:
        """The paths for tunes of these titles: one each, or a single one if one file holds them all.

        Raises:
            UsageError: `out` is one file, but there are many tunes.
            OutputError: a file already exists.
        """
        out = None if self.out is None else str(self.out)
        if self.format in MANY or self.as_set:
            paths = [place(out, self.stem, self.format)]
        else:
            paths = places(out, self.stem, self.format, titles)
        for path in paths:
            if path.exists() and not path.is_file():  # such as a device, which a file must not replace
                raise OutputError(f"{path} is not a file: choose another --out")
            if path.exists() and not self.force:
                raise OutputError(f"{path} already exists: choose another --out, or overwrite it with --force")
        return paths

    def _write_text(self, tunes: list[Tune], path: Path) -> None:
        with made_folder(path.parent):
            write_text(path, "\n".join(tune.text.rstrip("\n") + "\n" for tune in tunes))
        say(f"wrote {path}")

    def _write_page(self, tunes: list[Tune], path: Path, client: RenderClient) -> None:
        from folkkeras.music.render.page import Entry, page_text
        from folkkeras.music.render.page.scores import MAX_IN_ALL_KEYS, Scores

        def scores_of(tune: Tune) -> Scores:
            if len(tunes) <= MAX_IN_ALL_KEYS:
                with suppress(FolkError):  # its own key alone may still engrave within the time limit
                    return Scores.unpacked(client.render(tune, "scores"))
            return Scores.unpacked(client.render(tune, "score"))

        entries = []
        for tune in tunes:
            try:
                scores = scores_of(tune)
            except FolkError as error:
                say(f"{path}: {error}; its text is on the page")
                entries.append(Entry(tune, None))
                continue
            if not tune.complete:
                say(f"{path}: {_name(tune)} is incomplete: {tune.faults[0]}")
            entries.append(Entry(tune, scores))
        times = self.playing.times if self.as_set else 0
        write_bytes(path, page_text(entries, self.title or self.stem, self.metadata, set_times=times).encode())
        say(f"wrote {path}")

    def _write_book(self, tunes: list[Tune], path: Path, client: RenderClient) -> None:
        from folkkeras.music.render.book.book import BookEntry, book_bytes
        from folkkeras.music.render.book.entry import PrintedScores

        entries = []
        for tune in tunes:
            try:
                entries.append(BookEntry(tune, PrintedScores.unpacked(client.render(tune, "print"))))
            except FolkError as error:
                say(f"{path}: {error}; it is not in the book")
                continue
            if not tune.complete:
                say(f"{path}: {_name(tune)} is incomplete: {tune.faults[0]}")
        if not entries:
            raise FolkError(f"no tune can be printed, so {path} is not written: check the tunes with `folk check`")
        lines = [*self.rights, *(f"{name}: {value}" for name, value in self.metadata.items())]
        title = self.title or (set_title([entry.tune for entry in entries]) if self.as_set else self.stem)
        times = self.playing.times if self.as_set else 0
        write_bytes(path, book_bytes(entries, title, paper=self.paper, lines=lines, set_times=times))
        say(f"wrote {path}")

    def _write_set(self, tunes: list[Tune], path: Path, client: RenderClient) -> None:
        data = client.render(tunes, self.format, self.player, self.playing)
        with made_folder(path.parent):
            write_bytes(path, data)
        for tune in tunes:
            self._say_fault(tune, f"{path}: {_name(tune)}")
        say(f"wrote {path}")
        self._say_left_out(tunes)

    def _write_files(self, tunes: list[Tune], paths: list[Path], client: RenderClient) -> None:
        written: list[Tune] = []
        failed: list[str] = []
        for tune, path in zip(tunes, paths, strict=True):
            try:
                data = client.render(tune, self.format, self.player, self.playing)
            except FolkError as error:
                failed.append(str(error))
                continue
            with made_folder(path.parent):
                write_bytes(path, data)
            written.append(tune)
            self._say_fault(tune, str(path))
        if written:
            say(f"wrote {paths[0] if len(tunes) == 1 else f'{len(written):,} files to {paths[0].parent}'}")
        self._say_left_out(written)
        if failed:
            others = f"; and {len(failed) - 1:,} more" if len(failed) > 1 else ""
            raise FolkError(failed[0] + others)

    def _say_fault(self, tune: Tune, name: str) -> None:
        if not tune.complete:
            say(f"{name}: incomplete: {tune.faults[0]}")
        if self.format not in SCORES and is_cut(tune, self.playing):
            say(f"{name}: cut off after {LONGEST * self.playing.times // 60} minutes")

    def _say_left_out(self, tunes: list[Tune]) -> None:
        """Say in one line what the files leave out of the tunes, with counts."""
        if self.format in PLAYED and not self.playing.accompaniment:
            return  # only chords can be missing from what is played, and nobody asked for them
        counts: Counter[str] = sum((left_out(tune, self.format) for tune in tunes), Counter())
        named = [f"{name} ({count:,})" for name, count in counts.most_common(MAX_NAMED)]
        if more := len(counts) - len(named):
            named.append(f"and {more:,} more")
        if named:
            say(f"left out of the file: {', '.join(named)}")


def format_named(name: str) -> str:
    """The format of a name, such as "mid" for "MIDI" or ".mid"; an unknown name is returned in lower case."""
    name = name.removeprefix(".").lower()
    return _OTHER_NAMES.get(name, name)


def format_of(out: Path | None) -> str:
    """The format that a file's suffix names, or an empty string for text and unknown ones."""
    format = format_named(out.suffix) if out else ""
    return format if format in ALL_FORMATS and format != TEXT else ""


def _name(tune: Tune) -> str:
    return f"X:{tune.reference} {tune.title}".strip()
