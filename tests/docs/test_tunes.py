"""The page of twenty tunes shows what the pretrained model draws."""

from html import escape
from pathlib import Path

import folkkeras
from folkkeras.notation.tunes import split_tunes

DOCS = Path(__file__).parents[2] / "docs"


def test_the_twenty_tunes_are_the_first_of_their_seeds() -> None:
    shown = split_tunes((DOCS / "tunes.abc").read_text())[1]
    generator = folkkeras.load("celtic")
    for seed, text in enumerate(shown, start=1):
        (tune,) = generator.tunes(folkkeras.TuneRequest(seed=seed, training_checks=False))
        assert text.strip() == tune.text.replace("X:1\n", f"X:{seed}\n", 1).strip()
    assert len(shown) == 20
    page = (DOCS / "tunes.html").read_text()
    assert all(escape(tune.title) in page for tune in folkkeras.read_tunes("\n".join(shown)))
