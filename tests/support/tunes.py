"""Real tunes."""

from folkkeras.corpus.sources import read_source

TUNES = read_source("ryans").tunes[:200]
