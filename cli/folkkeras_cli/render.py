"""`folk render`: tunes as sound, score, MIDI and MusicXML."""

import re
from pathlib import Path
from typing import Annotated

import typer

from folkkeras.errors import FolkError, OutputError, UsageError
from folkkeras.files import reason, write_bytes
from folkkeras.music.instruments import DEFAULT_INSTRUMENT, INSTRUMENTS, instrument
from folkkeras.music.kinds import KINDS
from folkkeras.music.performance import Playing
from folkkeras.music.tune import Tune
from folkkeras.music.workshop import Workshop
from folkkeras_cli.options import Force
from folkkeras_cli.screen import say
from folkkeras_cli.tune_files import tunes_of

EXAMPLES = """Examples:

`folk render tunes.abc --to mp3` writes a sound file for each tune into the folder `tunes`;

`folk sample | folk render - --out tune.svg` engraves a new tune;

`folk render reel.abc --out reel.wav --instrument fiddle --tempo 90` plays one slowly.
"""


def render(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", show_default=False, help="A file of tunes in ABC notation; - is standard input."
        ),
    ],
    to: Annotated[str | None, typer.Option(show_default=False, help=f"The kind of file: {', '.join(KINDS)}.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            show_default=False, metavar="FILE|DIR", help="Where to write: a file for one tune, a folder for many."
        ),
    ] = None,
    instrument_name: Annotated[
        str, typer.Option("--instrument", help=f"{', '.join(INSTRUMENTS)}.")
    ] = DEFAULT_INSTRUMENT,
    tempo: Annotated[
        float | None, typer.Option(show_default="the tune's, or its dance's", help="Beats a minute.")
    ] = None,
    transpose: Annotated[int, typer.Option(help="Semitones up; negative ones down.")] = 0,
    repeats: Annotated[bool, typer.Option("--repeats/--no-repeats", help="Play repeats.")] = True,
    swing: Annotated[bool, typer.Option("--swing", help="Play a hornpipe's even eighths long and short.")] = False,
    force: Force = False,
) -> None:
    """Write tunes as sound, score, MIDI or MusicXML, one file a tune."""
    playing = Playing(tempo=tempo, transpose=transpose, repeats=repeats, swing=swing)
    player = instrument(instrument_name)
    kind = to or (out.suffix.removeprefix(".").lower() if out else "")
    if kind not in KINDS:
        named = f"{kind!r} is no kind of file" if kind else "no kind of file is given"
        raise UsageError(f"{named}: give --to {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    tunes = tunes_of(file)
    places = _places(tunes, file, kind, out)
    for path in places:
        if path.exists() and not force:
            raise OutputError(f"{path} exists already: choose another --out, or overwrite it with --force")
    failed: list[str] = []
    with Workshop() as workshop:
        for tune, path in zip(tunes, places, strict=True):
            try:
                data = workshop.render(tune, kind, player, playing)
            except FolkError as error:
                failed.append(str(error))
                continue
            _make_folder(path.parent)
            write_bytes(path, data)
            if not tune.whole:
                say(f"{path}: not whole: {tune.faults[0]}")
    done = len(tunes) - len(failed)
    if done:
        say(f"wrote {places[0] if len(tunes) == 1 else f'{done:,} files to {places[0].parent}'}")
    if failed:
        others = f"; and {len(failed) - 1:,} more" if len(failed) > 1 else ""
        raise FolkError(failed[0] + others)


def _places(tunes: list[Tune], file: str, kind: str, out: Path | None) -> list[Path]:
    """A path for each tune; made from titles, they stay within their folder."""
    stem = "tunes" if file == "-" else Path(file).stem
    if len(tunes) == 1 and not (out and out.is_dir()):
        if out and not out.parent.is_dir():
            raise OutputError(f"there is no folder {out.parent} for {out.name}: make it first")
        return [out or Path(f"{stem}.{kind}")]
    folder = out or Path(stem)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, and {file} has {len(tunes):,} tunes: give --out a folder")
    digits = len(str(len(tunes)))
    return [
        folder / f"{number:0{digits}}-{_slug(tune.title)}.{kind}".replace("-.", ".")
        for number, tune in enumerate(tunes, start=1)
    ]


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title, flags=re.ASCII).strip("-").lower()[:60].strip("-")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {reason(error)}") from error
