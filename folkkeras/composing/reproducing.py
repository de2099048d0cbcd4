"""Reproduce tunes from their records."""

from dataclasses import dataclass
from functools import partial

from folkkeras.composing.record import RevisionRecord
from folkkeras.composing.rewriting import rewrite
from folkkeras.composing.varying import vary
from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tune
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.record import GenerationRecord, Record
from folkkeras.sampling.tune_text import TuneText

RECORDS = (GenerationRecord, RevisionRecord)


@dataclass(frozen=True)
class Recorded:
    """A tune with its record."""

    text: TuneText
    record: Record


def reproduced(model: Generator, record: Record) -> TuneText:
    """The tune of a record.

    Args:
        model: the model that it was drawn with; see `Record.require`.
        record: its record.

    Raises:
        UsageError: the record has a value out of range, or the model does not give this tune.
        CorpusError: the training tunes are needed, but are missing or have changed.
    """
    texts: list[TuneText] = []
    if isinstance(record, GenerationRecord):
        texts = [tune.text for tune in model.tunes(record.request)]
    elif isinstance(record, RevisionRecord):
        tune = read_tune(record.revises)
        revise = (
            partial(rewrite, bars=record.bars)
            if record.bars
            else partial(vary, amount=record.amount, locked=record.locked, together=record.together)
        )
        found = revise(
            model, tune, candidates=record.candidate, seed=record.seed, sampling=record.sampling,
            particles=record.particles,
        )  # fmt: skip
        texts = [each.text for each in found if each.record == record]
    if not texts:
        raise UsageError(f"the model does not give the tune of the record {record.line()}")
    return texts[0]
