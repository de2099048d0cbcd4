"""The tunes that a model was trained on, and what they show; read when it is first asked for."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.provenance import learned
from folkkeras.music.checks.key import Endings, endings_of
from folkkeras.music.reading import read_tune
from folkkeras.sampling import conditioning

_SAMPLE = 200_000  # characters of training tunes that show how tunes end


class TrainingTunes:
    """The tunes that a model was trained on.

    Each attribute raises CorpusError where the tunes are gone or have changed.

    Args:
        metadata: the model's, which names its corpus.
        standard_input: the text of a corpus from standard input, which the run keeps.
    """

    def __init__(self, metadata: dict[str, Any], standard_input: Path | None = None) -> None:
        self._metadata, self._standard_input = metadata, standard_input

    @classmethod
    def of(cls, tunes: Sequence[str]) -> "TrainingTunes":
        """Tunes that were read already."""
        found = cls({})
        found.tunes = tunes
        return found

    @cached_property
    def tunes(self) -> Sequence[str]:
        """The tunes, those of the models that it was fine-tuned from last."""
        return learned(self._metadata, self._standard_input)

    @cached_property
    def melody_index(self) -> MelodyIndex:
        """Their melodies, searchable."""
        return MelodyIndex(self.tunes)

    @cached_property
    def endings(self) -> Endings:
        """On which degrees they end."""
        return endings_of(map(read_tune, sample_of(self.tunes, _SAMPLE)))

    def spelled(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields as these tunes spell them."""
        return conditioning.spelled_as_in(self.tunes, fields)

    def matching(self, fields: Mapping[str, str]) -> int:
        """How many of them have the fields."""
        return conditioning.matching(self.tunes, fields)

    def types_with(self, metre: str) -> frozenset[str]:
        """The types that go with a metre in them."""
        return conditioning.types_with(self.tunes, metre)
