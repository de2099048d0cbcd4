"""`folk render`: tunes as sound, score, MIDI, MusicXML and one web page."""

from pathlib import Path
from typing import Annotated

import typer

from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import UsageError
from folkkeras.music.instruments import DEFAULT_INSTRUMENT, instrument
from folkkeras.music.performance import Playing
from folkkeras_cli.options import Force, InstrumentName, Repeats, Swing, Tempo, Transpose, TuneFile
from folkkeras_cli.rendering import ALL_KINDS, Rendering, kind_of
from folkkeras_cli.tune_files import tunes_of

EXAMPLES = """Examples:

`folk render tunes.abc --to mp3` writes a sound file for each tune into the folder `tunes`;

`folk sample --tunes 5 | folk render - --to html` makes a page with scores and a player of new tunes;

`folk render reel.abc --out reel.wav --instrument fiddle --tempo 90` plays one slowly.
"""


def render(
    file: TuneFile,
    to: Annotated[
        str | None, typer.Option(show_default=False, help=f"The kind of file: {', '.join(ALL_KINDS)}.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            show_default=False, metavar="FILE|DIR", help="Where to write: a file for one tune, a folder for many."
        ),
    ] = None,
    instrument_name: InstrumentName = DEFAULT_INSTRUMENT,
    tempo: Tempo = None,
    transpose: Transpose = 0,
    repeats: Repeats = True,
    swing: Swing = False,
    force: Force = False,
) -> None:
    """Write tunes as sound, score, MIDI or MusicXML, one file a tune, or all as one web page."""
    playing = Playing(tempo=tempo, transpose=transpose, repeats=repeats, swing=swing)
    player = instrument(instrument_name)
    kind = to or kind_of(out)
    if to and kind_of(out) not in ("", to):
        raise UsageError(f"--to {to} and --out {out} name two kinds of file: give one of them")
    if kind not in ALL_KINDS:
        suffix = out.suffix if out else ""
        named = f"{kind or suffix!r} is no kind of file" if kind or suffix else "no kind of file is given"
        raise UsageError(f"{named}: give --to {', '.join(ALL_KINDS[:-1])} or {ALL_KINDS[-1]}")
    stem = "tunes" if file == STANDARD_INPUT else Path(file).stem
    Rendering(kind=kind, out=out, stem=stem, force=force, player=player, playing=playing).write(tunes_of(file))
