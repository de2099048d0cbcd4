"""The tunes that a model was trained on, and what can be looked up in them; read on first use."""

import difflib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.provenance import learned
from folkkeras.music.checks.key import Endings, endings_of
from folkkeras.music.reading import read_tune
from folkkeras.notation.tunes import header_of
from folkkeras.sampling import conditioning

_SAMPLE = 200_000  # characters of training tunes in which to look up endings


class TrainingTunes:
    """The tunes that a model was trained on.

    Each attribute raises CorpusError if the tunes are missing or have changed.

    Args:
        metadata: the model's metadata, which names its corpus.
        standard_input: the file with the text of a corpus from standard input, which the run saved.
    """

    def __init__(self, metadata: dict[str, Any], standard_input: Path | None = None) -> None:
        self._metadata, self._standard_input = metadata, standard_input

    @classmethod
    def of(cls, tunes: Sequence[str]) -> "TrainingTunes":
        """Training tunes that have already been read."""
        found = cls({})
        found.tunes = tunes
        return found

    @cached_property
    def tunes(self) -> Sequence[str]:
        """The tunes, followed by those of the models that it was fine-tuned from."""
        return learned(self._metadata, self._standard_input)

    @cached_property
    def headers(self) -> Sequence[conditioning.Header]:
        """Their headers, without titles."""
        headers = map(header_of, self.tunes)
        return [{letter: value for letter, value in header.items() if letter != "T"} for header in headers]

    @cached_property
    def melody_index(self) -> MelodyIndex:
        """A search index of their melodies."""
        return MelodyIndex(self.tunes)

    @cached_property
    def endings(self) -> Endings:
        """The scale degrees on which they end."""
        return endings_of(map(read_tune, sample_of(self.tunes, _SAMPLE)))

    def spelled(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields as these tunes spell them."""
        return conditioning.spelled_as_in(self.headers, fields)

    def matching(self, fields: Mapping[str, str]) -> int:
        """The number of these tunes that have the fields."""
        return conditioning.matching(self.headers, fields)

    def similar_type(self, type: str) -> str | None:
        """The type of these tunes with the most similar spelling, such as reel for riel; None if they have the type."""
        types = conditioning.types_of(self.headers)
        return None if type in types else next(iter(difflib.get_close_matches(type, types, 1)), None)

    def types_with(self, metre: str) -> frozenset[str]:
        """The types that go with a metre in these tunes."""
        return conditioning.types_with(self.headers, metre)
