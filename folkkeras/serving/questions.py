"""What a request asks, read from its JSON and held to the limits."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tunes
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, Instrument, instrument
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import TUNE_START
from folkkeras.sampling.conditioning import header_fields
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, Sampling
from folkkeras.serving.limits import BOOK_TUNES, CANDIDATES, LONGEST_BOOK, LONGEST_TEXT, MOST_BARS

_MAX_SEED = 2**53  # the integers that a browser counts exactly
_MAX_LENGTH = 2_000  # characters of a tune that is drawn
_HOTTEST = 2.0  # temperature
_MOST_PARTS, _MOST_BARS_OF_A_PART = 8, 64
Value = TypeVar("Value")


def values_of(body: bytes) -> dict[str, Any]:
    """A request's JSON object.

    Raises:
        UsageError: it is none.
    """
    try:
        values = json.loads(body)
        json.dumps(values, ensure_ascii=False).encode()  # JSON can hold surrogates, which are no text
    except (ValueError, RecursionError) as error:
        raise UsageError("the request is not JSON in UTF-8") from error
    if not isinstance(values, dict):
        raise UsageError("the request is not a JSON object")
    return values


def tune_of(values: dict[str, Any]) -> Tune:
    """The tune of a request's `text`."""
    text = _one(values, "text", str, None)
    if text is None:
        raise UsageError("the request has no text")
    return _tune(text)


def tunes_of(values: dict[str, Any]) -> list[Tune]:
    """The tunes of a request's `texts`."""
    texts = values.get("texts")
    if (
        not isinstance(texts, list)
        or not 1 <= len(texts) <= BOOK_TUNES
        or not all(isinstance(each, str) for each in texts)
    ):
        raise UsageError(f"a book has from 1 to {BOOK_TUNES} tunes")
    if sum(map(len, texts)) > LONGEST_BOOK:
        raise UsageError(f"the book's tunes have more than {LONGEST_BOOK:,} characters together")
    return [_tune(text) for text in texts]


def _tune(text: str) -> Tune:
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"the tune has more than {LONGEST_TEXT:,} characters")
    tunes = read_tunes(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(tunes) != 1:
        raise UsageError(f"the text has {len(tunes)} tunes, not one: a tune begins with a line {TUNE_START}1")
    if len(tunes[0].bars) > MOST_BARS:
        raise UsageError(f"the tune has more than {MOST_BARS} bars")
    return tunes[0]


def instrument_of(values: dict[str, Any]) -> Instrument:
    """The instrument that a request names, by default that of `folk render`."""
    return instrument(_one(values, "instrument", str, None) or DEFAULT_INSTRUMENT)


@dataclass(frozen=True)
class RewriteQuestion:
    """What `/rewrite` asks."""

    tune: Tune
    bars: tuple[int, ...]
    seed: int
    sampling: Sampling

    @classmethod
    def of(cls, values: dict[str, Any]) -> "RewriteQuestion":
        """Read it from a request's JSON."""
        return cls(tune_of(values), _numbers(values, "bars"), seed_of(values), _sampling(values))


@dataclass(frozen=True)
class VaryQuestion:
    """What `/vary` asks."""

    tune: Tune
    amount: float
    locked: tuple[int, ...]
    together: bool
    seed: int
    sampling: Sampling

    @classmethod
    def of(cls, values: dict[str, Any]) -> "VaryQuestion":
        """Read it from a request's JSON."""
        return cls(
            tune_of(values),
            _number(values, "amount", 0.3),
            _numbers(values, "locked"),
            _one(values, "together", bool, True) is True,
            seed_of(values),
            _sampling(values),
        )


def tune_request_of(values: dict[str, Any]) -> TuneRequest:
    """What `/compose` asks."""
    fields = {name: _one(values, name, str, None) or None for name in ("type", "metre", "key", "title")}
    start, parts, bars = (
        _one(values, "start", str, None),
        *(_one(values, name, int, None) for name in ("parts", "bars")),
    )
    if (parts or 0) > _MOST_PARTS or (bars or 0) > _MOST_BARS_OF_A_PART:
        raise UsageError(f"a tune has at most {_MOST_PARTS} parts, each of at most {_MOST_BARS_OF_A_PART} bars")
    asked = header_fields(**fields)
    return TuneRequest(
        count=CANDIDATES,
        seed=seed_of(values),
        start=_start(start, asked) if start else DEFAULT_START,
        sampling=_sampling(values),
        fields={} if start else asked,
        parts=parts,
        bars=() if bars is None else (bars,),
        complete=True,
        max_copy=_one(values, "max_copy", int, None),
        max_length=_MAX_LENGTH,
    )


def _start(phrase: str, fields: dict[str, str]) -> str:
    """The start text of a tune with a first phrase; the phrase may bring fields of its own."""
    if len(phrase) > LONGEST_TEXT:
        raise UsageError(f"the first phrase has more than {LONGEST_TEXT:,} characters")
    if phrase.startswith(TUNE_START):
        return phrase.rstrip("\n")
    missing = [name for name, letter in (("metre", "M"), ("key", "K")) if letter not in fields]
    if missing:
        raise UsageError(f"a first phrase needs a {' and a '.join(missing)}: choose one above")
    lines = [f"{letter}:{fields[letter]}" for letter in "TRM" if letter in fields]
    return "\n".join([DEFAULT_START, *lines, "L:1/8", f"K:{fields['K']}", phrase.strip()])


def seed_of(values: dict[str, Any]) -> int:
    """The random seed, a random one if none is asked for."""
    seed = _one(values, "seed", int, None)
    if seed is not None and not 0 <= seed < _MAX_SEED:
        raise UsageError(f"seed {seed} is not a number from 0 to {_MAX_SEED - 1}")
    return secrets.randbelow(10**6) if seed is None else seed


def _sampling(values: dict[str, Any]) -> Sampling:
    temperature = _number(values, "temperature", DEFAULT_TEMPERATURE)
    if temperature > _HOTTEST:
        raise UsageError(f"temperature {temperature} is above {_HOTTEST}")
    return Sampling(temperature=temperature)


def _number(values: dict[str, Any], name: str, default: float) -> float:
    value = values.get(name)
    if value is None:
        return default
    if type(value) not in (int, float):
        raise UsageError(f"{name} is not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise UsageError(f"{name} is not a number that can be computed with") from error


def _numbers(values: dict[str, Any], name: str) -> tuple[int, ...]:
    value: Sequence[Any] = values.get(name) or []
    if not isinstance(value, list) or len(value) > MOST_BARS or not all(type(each) is int for each in value):
        raise UsageError(f"{name} is not a list of numbers of bars")
    return tuple(value)


def _one(values: dict[str, Any], name: str, type_: type[Value], default: Value | None) -> Value | None:
    value = values.get(name)
    if value is None:
        return default
    if type(value) is not type_:
        raise UsageError(
            f"{name} is not {'a text' if type_ is str else 'a number' if type_ is int else 'true or false'}"
        )
    return value
