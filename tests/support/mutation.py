"""Random mutations of real tunes."""

import random

from folkkeras.music.reading import read_tune
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing

_CHARACTERS = "ABCDEFGabcdefgxzZX|:[](){}<>-/0123456789'\",^_=~!+&\\%\n KLMQTXV.yuvHTP\x00\x1b\u2028é☃"


def mutated(text: str, chance: random.Random) -> str:
    """The text after random mutations: characters inserted, deleted, changed, repeated; parts cut or doubled."""
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
    """Put a tune through check, MIDI and MusicXML."""
    tune = read_tune(text)
    list(map(str, tune.faults))
    midi_bytes(tune, INSTRUMENTS["flute"], Playing(swing=True))
    musicxml_bytes(tune)
