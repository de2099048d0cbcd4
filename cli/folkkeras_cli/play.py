"""`folk play`: play tunes with a sound player that the desktop has."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from folkkeras.errors import FolkError
from folkkeras.files import write_bytes
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, instrument
from folkkeras.music.render.performance import Playing
from folkkeras.music.render.sets import set_title, times_played
from folkkeras.music.tune import Tune
from folkkeras_cli.console import say
from folkkeras_cli.no_effect import say_unswung
from folkkeras_cli.options import Accompaniment, AsSet, Files, InstrumentName, Repeats, Swing, Tempo, Times, Transpose
from folkkeras_cli.tune_files import files_of, tunes_of

EXAMPLES = """Examples:

`folk play tunes.abc` plays a file's tunes, one after another; Ctrl-C stops it;

`folk play kesh.abc drowsy.abc --set` plays a set, each tune three times;

`folk sample | folk play -` plays a new tune.
"""

# Programs that play a WAV file, those of the desktops first.
_PLAYERS = (
    ("pw-play",),
    ("paplay",),
    ("afplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpv", "--no-video", "--really-quiet"),
)


def play(
    files: Files,
    instrument_name: InstrumentName = None,
    tempo: Tempo = None,
    transpose: Transpose = 0,
    repeats: Repeats = True,
    swing: Swing = False,
    accompaniment: Accompaniment = True,
    as_set: AsSet = False,
    times: Times = None,
) -> None:
    """Play tunes.

    Where no program plays sound, the command names a file to open.
    """
    player = instrument(instrument_name or DEFAULT_INSTRUMENT)
    playing = Playing(
        tempo=tempo,
        transpose=transpose,
        repeats=repeats,
        swing=swing,
        accompaniment=accompaniment,
        times=times_played(times, as_set=as_set),
    )
    tunes = [tune for file in files_of(files) for tune in tunes_of(file)]
    if swing:
        say_unswung(tunes)
    pieces: list[list[Tune]] = [tunes] if as_set else [[tune] for tune in tunes]
    folder = Path(tempfile.mkdtemp(prefix="folk-"))
    kept = False
    try:
        with RenderClient() as client:
            for number, piece in enumerate(pieces, start=1):
                path = folder / f"{number}.wav"
                write_bytes(path, client.render(piece, "wav", player, playing))
                say(f"playing {set_title(piece) if as_set else f'X:{piece[0].reference} {piece[0].title}'}")
                if not _sounded(path):
                    kept = True
                    raise FolkError(f"found no program that plays sound: open {path} yourself")
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _sounded(path: Path) -> bool:
    """Whether a program played the file to its end."""
    for words in _PLAYERS:
        program = shutil.which(words[0])
        if program and subprocess.run([program, *words[1:], str(path)], capture_output=True).returncode == 0:
            return True
    return False
