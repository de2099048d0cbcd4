"""Hurt real tunes at random and put them through check, MIDI, MusicXML, score and sound.

    make fuzz COUNT=10000

counts what crashed, hung or raised; each is kept as a file. `mutated` serves the tests too.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from folkkeras.corpus.sources import read_source
from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import Workshop
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing

HANG = 5.0  # seconds
_CHARACTERS = "ABCDEFGabcdefgxzZX|:[](){}<>-/0123456789'\",^_=~!+&\\%\n KLMQTXV.yuvHTP\x00\x1b\u2028é☃"


def mutated(text: str, chance: random.Random) -> str:
    """The text after some accidents: characters put in, taken out, changed, repeated; parts cut or doubled."""
    characters = list(text)
    for _ in range(chance.choice((1, 2, 5, 20, 100))):
        place, kind = chance.randrange(len(characters) + 1), chance.random()
        if kind < 0.4:
            times = chance.choice((1, 1, 1, 2, 5, 300 if chance.random() < 0.05 else 1))
            characters[place:place] = chance.choice(_CHARACTERS) * times
        elif kind < 0.7:
            del characters[place : place + chance.randrange(1, 5)]
        elif kind < 0.9:
            characters[place : place + 1] = chance.choice(_CHARACTERS)
        elif kind < 0.94:
            del characters[place:]
        elif kind < 0.97:
            characters += characters[:place]
        else:
            del characters[place : chance.randrange(len(characters) + 1)]
    return "".join(characters)


def through_python(text: str) -> None:
    """Check, MIDI and MusicXML."""
    tune = read_tune(text)
    list(map(str, tune.faults))
    midi_bytes(tune, INSTRUMENTS["flute"], Playing(swing=True))
    musicxml_bytes(tune)


def main() -> None:
    """Read the command line, hurt, count."""
    parser = argparse.ArgumentParser(description="Put mutated tunes through check, MIDI, score and sound.")
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"))
    arguments = parser.parse_args()
    texts = [text for name in ("oneills", "ryans", "airds") for text in read_source(name).tunes]
    chance = random.Random(arguments.seed)
    finds: dict[str, int] = {}
    slowest, rendered = 0.0, 0
    with Workshop(patience=HANG) as workshop:
        for number in range(arguments.count):
            text = mutated(chance.choice(texts), chance)
            began, find = time.monotonic(), ""
            try:
                through_python(text)
                for kind in ("svg", "wav"):
                    workshop.render(read_tune(text), kind, playing=Playing(tempo=1_000))
                rendered += 1
            except FolkError as error:
                find = "crash or hang of a library" if "failed on it" in str(error) else ""
                find = "exception of a library" if "(" in str(error) and "Error:" in str(error) else find
            except Exception as error:
                find = type(error).__name__
            took = time.monotonic() - began
            slowest = max(slowest, took)
            find = find or ("hang" if took > HANG else "")
            if find:
                finds[find] = finds.get(find, 0) + 1
                arguments.finds.mkdir(exist_ok=True)
                (arguments.finds / f"{arguments.seed}-{number}.abc").write_bytes(text.encode())
    print(f"{arguments.count:,} tunes, {rendered:,} rendered, slowest {slowest:.1f} s, finds: {finds or 'none'}")
    sys.exit(bool(finds))


if __name__ == "__main__":
    main()
