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
from folkkeras_cli.console import say
from folkkeras_cli.no_effect import say_unswung
from folkkeras_cli.options import Files, InstrumentName, Repeats, Swing, Tempo, Transpose
from folkkeras_cli.tune_files import files_of, tunes_of

EXAMPLES = """Examples:

`folk play tunes.abc` plays a file's tunes, one after another; Ctrl-C stops it;

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
) -> None:
    """Play tunes.

    Where no program plays sound, the command names a file to open.
    """
    player = instrument(instrument_name or DEFAULT_INSTRUMENT)
    playing = Playing(tempo=tempo, transpose=transpose, repeats=repeats, swing=swing)
    tunes = [tune for file in files_of(files) for tune in tunes_of(file)]
    if swing:
        say_unswung(tunes)
    folder = Path(tempfile.mkdtemp(prefix="folk-"))
    kept = False
    try:
        with RenderClient() as client:
            for number, tune in enumerate(tunes, start=1):
                path = folder / f"{number}.wav"
                write_bytes(path, client.render(tune, "wav", player, playing))
                say(f"playing X:{tune.reference} {tune.title}")
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
