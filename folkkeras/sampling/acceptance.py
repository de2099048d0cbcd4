"""The checks that a finished tune has to pass."""

from collections.abc import Callable

from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.music.checks.key import Endings, keeps_key
from folkkeras.music.reading import read_tune
from folkkeras.notation.keys import Key, key_of
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.training_tunes import TrainingTunes

Check = Callable[[str], str | None]  # takes a tune's text; returns the reason to reject it, or None


def checks_of(request: TuneRequest, training_tunes: TrainingTunes) -> list[Check]:
    """The checks that a request needs.

    Raises:
        CorpusError: the training tunes are needed, but are missing or have changed.
    """
    checks = []
    if request.max_copy is not None:
        checks.append(is_new(training_tunes.melody_index, request.max_copy))
    key = key_of(request.fields.get("K", ""))
    if key and request.training_checks:
        checks.append(is_in_key(key, training_tunes.endings))
    return checks


def is_new(index: MelodyIndex, max_copy: int) -> Check:
    """A check that rejects tunes that share a passage of more than `max_copy` notes with a tune in the index."""

    def check(text: str) -> str | None:
        overlap = index.overlap(text)
        return f"shared {overlap.longest} notes with {overlap.nearest}" if overlap.longest > max_copy else None

    return check


def is_in_key(key: Key, endings: Endings) -> Check:
    """A check that rejects tunes that do not keep to the key."""
    return lambda text: None if keeps_key(read_tune(text), key, endings) else f"left the key of {key}"
