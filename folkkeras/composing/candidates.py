"""A candidate: a tune to choose or leave, with what is good to know about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from folkkeras.composing.record import RevisionRecord
from folkkeras.corpus.overlap import Overlap
from folkkeras.errors import CorpusError
from folkkeras.evaluation.form import TuneForm, form_of
from folkkeras.music.checks.new_tune import new_tune_faults
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Fault, Tune
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scoring import bits_per_character, readable_by
from folkkeras.sampling.training_tunes import TrainingTunes
from folkkeras.sampling.tune_text import TuneText


@dataclass(frozen=True)
class Candidate:
    """A tune to choose or leave.

    Args:
        text: the tune.
        bits: what it costs per character under the model, in the normal form; see `Likelihood`.
        record: all that reproduces it.
    """

    text: TuneText
    bits: float
    record: GenerationRecord | RevisionRecord
    training_tunes: TrainingTunes = field(repr=False, compare=False)

    @cached_property
    def tune(self) -> Tune:
        """The tune as music."""
        return read_tune(self.text)

    @cached_property
    def faults(self) -> list[Fault]:
        """Why it is not complete, or where its parts do not join."""
        return new_tune_faults(self.tune)

    @property
    def complete(self) -> bool:
        """Whether it is complete and all its parts join."""
        return not self.faults

    @cached_property
    def form(self) -> TuneForm:
        """Its form."""
        return form_of(self.tune)

    @cached_property
    def overlap(self) -> Overlap | None:
        """What it shares with the training tunes; None if these are missing or have changed."""
        try:
            return self.training_tunes.melody_index.overlap(self.text)
        except CorpusError:
            return None


def candidates_of(
    model: SamplingModel, texts: Sequence[str], records: Sequence[GenerationRecord | RevisionRecord]
) -> list[Candidate]:
    """Candidates with these texts and records."""
    bits = bits_per_character(model, [readable_by(model, text) for text in texts])
    return [
        Candidate(TuneText(text), each, record, model.training_tunes)
        for text, each, record in zip(texts, bits, records, strict=True)
    ]
