"""The generation record of a tune: everything needed to reproduce it, as a comment line in its ABC text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from folkkeras.errors import CorpusError, UsageError
from folkkeras.notation.tunes import TUNE_START, split_tunes
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.sampling_model import SamplingModel

_DIGITS = 16  # hexadecimal digits of a model's digest
_MARK = "%folkkeras "


@dataclass(frozen=True, kw_only=True)
class GenerationRecord:
    """How a tune was drawn.

    Args:
        model: the first digits of the model's digest.
        name: the model's name, such as celtic.
        seed, tune: the random seed, and the tune's number under it.
        start: the text that it continues.
        temperature, top_k, top_p: how its characters were drawn.
        int8: whether products were computed in int8.
        parts, bars, usual_form, complete, max_copy, fields, training_checks: its constraints, as in `TuneRequest`.
    """

    model: str
    name: str = ""
    seed: int
    tune: int
    start: str
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    int8: bool = False
    parts: int | None = None
    bars: tuple[int, ...] = ()
    usual_form: bool = False
    complete: bool = False
    max_copy: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    training_checks: bool = True

    @classmethod
    def of(cls, model: SamplingModel, request: TuneRequest, tune: int) -> "GenerationRecord":
        """The record of the tune with the number `tune` of a request."""
        return cls(
            model=model.digest[:_DIGITS],
            name=model.name,
            seed=request.seed,
            tune=tune,
            start=request.start,
            **asdict(request.sampling),
            int8=model.int8,
            parts=request.parts,
            bars=request.bars,
            usual_form=request.usual_form,
            complete=request.complete,
            max_copy=request.max_copy,
            fields=request.fields,
            training_checks=request.training_checks,
        )

    @property
    def request(self) -> TuneRequest:
        """The request for this one tune."""
        return TuneRequest(
            first=self.tune,
            seed=self.seed,
            start=self.start,
            sampling=Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p),
            fields=self.fields,
            parts=self.parts,
            bars=tuple(self.bars),
            usual_form=self.usual_form,
            complete=self.complete,
            max_copy=self.max_copy,
            training_checks=self.training_checks,
        )

    def require(self, model: SamplingModel, source: str) -> None:
        """Raise UsageError if a tune of `source` was drawn with another model."""
        if self.model != model.digest[:_DIGITS]:
            drawn_with = f"the model {self.name} of the digest {self.model}" if self.name else f"model {self.model}"
            raise UsageError(
                f"{source} was drawn with {drawn_with}, but {model.name} is another model: name the original MODEL"
            )

    def line(self) -> str:
        """The comment line without its line end: all values that differ from the defaults."""
        defaults = {each.name: each.default for each in fields(self)} | {"fields": {}}
        values = {name: value for name, value in asdict(self).items() if value != defaults[name]}
        return _MARK + json.dumps(values, ensure_ascii=True)


def with_record(tune: str, record: GenerationRecord) -> str:
    """The tune with the record below its `X:` line, or unchanged if it has no such line."""
    if not tune.startswith(TUNE_START):
        return tune
    first, _, rest = tune.partition("\n")
    return f"{first}\n{record.line()}\n{rest}"


def records_of(text: str, source: str) -> list[GenerationRecord]:
    """The record of each tune of a text.

    Raises:
        CorpusError: a tune has no readable record; the message names the source.
    """
    records = list(_records(text))
    found = [record for record in records if record]
    if not records or len(found) < len(records):
        raise CorpusError(
            f"{source} has a tune without its generation record: give a file that `folk sample --out` wrote"
        )
    return found


def _records(text: str) -> Iterator[GenerationRecord | None]:
    for tune in split_tunes(text)[1]:
        line = next((line for line in tune.split("\n") if line.startswith(_MARK)), None)
        yield _read(line) if line else None


def _read(line: str) -> GenerationRecord | None:
    try:
        values: dict[str, Any] = json.loads(line.removeprefix(_MARK))
        record = GenerationRecord(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    types = {"model": str, "name": str, "seed": int, "tune": int, "start": str, "top_k": int}
    types |= dict.fromkeys(("int8", "complete", "usual_form", "training_checks"), bool)
    fits = all(type(getattr(record, name)) is each for name, each in types.items())
    fits &= all(type(value) in (int, float) for value in (record.temperature, record.top_p))
    fits &= all(value is None or type(value) is int for value in (record.max_copy, record.parts))
    fits &= isinstance(record.bars, (list, tuple)) and all(type(value) is int for value in record.bars)
    fits &= isinstance(record.fields, dict) and all(isinstance(value, str) for value in record.fields.values())
    return record if fits else None
