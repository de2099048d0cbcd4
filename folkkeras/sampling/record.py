"""The record of a tune: everything needed to reproduce it, as a comment line in its ABC text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, Self, TypeVar, get_type_hints

from folkkeras.errors import CorpusError, UsageError
from folkkeras.notation.tunes import TUNE_START, split_tunes
from folkkeras.sampling.request import MAX_LENGTH, TuneRequest
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.sampling_model import SamplingModel

_DIGITS = 16  # hexadecimal digits of a model's digest
_MARK = "%folkkeras "

Kind = TypeVar("Kind", bound="Record")


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the records of all tunes have.

    Args:
        model: the first digits of the model's digest.
        name: the model's name, such as celtic.
        seed: the random seed.
        temperature, top_k, top_p: how characters were drawn.
        int8: whether products were computed in int8.
    """

    model: str
    name: str = ""
    seed: int
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    int8: bool = False

    @classmethod
    def with_model(cls, model: SamplingModel, sampling: Sampling, **values: Any) -> Self:
        """The record of a tune that a model drew."""
        return cls(model=model.digest[:_DIGITS], name=model.name, int8=model.int8, **{**asdict(sampling), **values})

    @property
    def sampling(self) -> Sampling:
        """How characters were drawn."""
        return Sampling(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)

    def require(self, model: SamplingModel, source: str) -> None:
        """Raise UsageError if a tune of `source` was drawn with another model."""
        if self.model != model.digest[:_DIGITS]:
            drawn_with = f"the model {self.name} of the digest {self.model}" if self.name else f"model {self.model}"
            raise UsageError(
                f"{source} was drawn with {drawn_with}, but {model.name} is another model: name the original MODEL"
            )

    def line(self) -> str:
        """The comment line without its line end: all values that differ from the defaults."""
        defaults = {
            each.name: each.default if each.default_factory is MISSING else each.default_factory()
            for each in fields(self)
        }
        values = {name: value for name, value in asdict(self).items() if value != defaults[name]}
        return _MARK + json.dumps(values, ensure_ascii=True)


@dataclass(frozen=True, kw_only=True)
class GenerationRecord(Record):
    """How a tune was drawn for a request.

    Args:
        tune: the tune's number under the seed.
        start: the text that it continues.
        parts, bars, usual_form, complete, max_copy, fields, training_checks, max_length: its constraints, as in
            `TuneRequest`.
    """

    tune: int
    start: str
    parts: int | None = None
    bars: tuple[int, ...] = ()
    usual_form: bool = False
    complete: bool = False
    max_copy: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    training_checks: bool = True
    max_length: int = MAX_LENGTH

    @classmethod
    def of(cls, model: SamplingModel, request: TuneRequest, tune: int) -> "GenerationRecord":
        """The record of the tune with the number `tune` of a request."""
        names = ("seed", "start", *_CONSTRAINTS)
        values = {name: getattr(request, name) for name in names}
        return cls.with_model(model, request.sampling, tune=tune, **values)

    @property
    def request(self) -> TuneRequest:
        """The request for this one tune."""
        constraints = {name: getattr(self, name) for name in _CONSTRAINTS}
        return TuneRequest(first=self.tune, seed=self.seed, start=self.start, sampling=self.sampling, **constraints)


_CONSTRAINTS = ("parts", "bars", "usual_form", "complete", "max_copy", "fields", "training_checks", "max_length")


def with_record(tune: str, record: Record) -> str:
    """The tune with the record below its `X:` line, or unchanged if it has no such line."""
    if not tune.startswith(TUNE_START):
        return tune
    first, _, rest = tune.partition("\n")
    return f"{first}\n{record.line()}\n{rest}"


def without_record(tune: str) -> str:
    """The tune without the lines of its records."""
    return "".join(line for line in tune.splitlines(keepends=True) if not line.startswith(_MARK))


def records_of(text: str, source: str, kinds: Sequence[type[Kind]]) -> list[Kind]:
    """The record of each tune of a text.

    Args:
        text: the text.
        source: its name, for the error.
        kinds: the kinds of records that it may have.

    Raises:
        CorpusError: a tune has no readable record; the message names the source.
    """
    records = list(_records(text, kinds))
    found = [record for record in records if record]
    if not records or len(found) < len(records):
        raise CorpusError(
            f"{source} has a tune without its generation record: give a file that `folk` wrote with --out"
        )
    return found


def _records(text: str, kinds: Sequence[type[Kind]]) -> Iterator[Kind | None]:
    for tune in split_tunes(text)[1]:
        line = next((line for line in tune.split("\n") if line.startswith(_MARK)), None)
        yield _read(line, kinds) if line else None


def _read(line: str, kinds: Sequence[type[Kind]]) -> Kind | None:
    try:
        values: dict[str, Any] = json.loads(line.removeprefix(_MARK))
        names = set(values)
    except (ValueError, TypeError, RecursionError):
        return None
    for kind in kinds:
        hints = get_type_hints(kind)
        needed = {each.name for each in fields(kind) if each.default is each.default_factory is MISSING}
        if needed <= names <= set(hints) and all(_fits(value, hints[name]) for name, value in values.items()):
            lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
            return kind(**{**values, **lists})
    return None


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value from JSON has a field's type."""
    if hint is float:
        return type(value) in (int, float)
    if hint == int | None:
        return value is None or type(value) is int
    if hint == tuple[int, ...]:
        return isinstance(value, list) and all(type(each) is int for each in value)
    if hint == Mapping[str, str]:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return type(value) is hint
