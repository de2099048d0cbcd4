"""Hold a tune to the form that is requested: how many parts it has, and how many bars each part has."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from folkkeras.music.parts import Part, parts_of
from folkkeras.music.tune import BarLine, Tune

USUAL = 0.05  # fraction of the parts, or of the tunes, that makes a length or a metre usual
FEWEST = 20  # parts or tunes, from which it can be counted


@dataclass(frozen=True)
class RequestedForm:
    """The form that a tune must have.

    Args:
        parts: the number of its parts; None allows any.
        bars: the numbers of bars that a part may have; if empty, any.
    """

    parts: int | None = None
    bars: Collection[int] = ()

    def fault(self, tune: Tune) -> str | None:
        """Why a tune that has ended does not have this form, or None."""
        found = [part.bars for part in parts_of(tune)]
        if self.parts not in (None, len(found)):
            return f"had {len(found)} part{'s' * (len(found) != 1)}"
        wrong = next((bars for bars in found if self.bars and bars not in self.bars), None)
        return f"had a part of {wrong} bars" if wrong else None

    def has_too_many_parts(self, tune: Tune) -> bool:
        """Whether the beginning of a tune has more parts already."""
        return self._is_exceeded_by(parts_of(tune, ended=False))

    def is_possible(self, tune: Tune) -> bool:
        """Whether a tune of this form may begin with these bars, the last of which has just ended."""
        found = parts_of(tune, ended=False)
        if self._is_exceeded_by(found):
            return False
        if not self.bars or not found:
            return True
        if found[-1].length < 1 or not _ends_part(tune.bars[-1].after):
            last = found.pop()  # which goes on
            if last.length >= max(self.bars):
                return False
        return all(part.bars in self.bars for part in found)

    def _is_exceeded_by(self, parts: Sequence[Part]) -> bool:
        return self.parts is not None and len(parts) > self.parts


@dataclass(frozen=True)
class UsualForms:
    """The usual lengths of parts in training tunes, and the usual metres of each type.

    Args:
        bars: numbers of bars by type and metre.
        metres: metres by type.
    """

    bars: Mapping[str, Mapping[str, Collection[int]]]
    metres: Mapping[str, Collection[str]]

    def bars_of(self, type: str, metre: str) -> Collection[int]:
        """The usual numbers of bars of a part; empty, for any, if too few training tunes have this type and metre."""
        return self.bars.get(type, {}).get(metre, ())

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> "UsualForms | None":
        """What `to_json` gave a model's metadata; None if the model was trained before there was any."""
        return cls(**metadata["usual_forms"]) if "usual_forms" in metadata else None

    def to_json(self) -> dict[str, Any]:
        """The values for a model's metadata."""
        return asdict(self)

    @classmethod
    def of(cls, tunes: Iterable[Tune]) -> "UsualForms":
        """What at least one in twenty parts, or of the metres one in twenty tunes, of training tunes have."""
        parts: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        metres: dict[str, Counter[str]] = defaultdict(Counter)
        for tune in tunes:
            parts[tune.type, tune.metre].update(part.bars for part in parts_of(tune))
            metres[tune.type][tune.metre] += 1
        bars: dict[str, dict[str, list[int]]] = defaultdict(dict)
        for (type, metre), counts in parts.items():
            if counts.total() >= FEWEST:
                bars[type][metre] = _usual(counts)
        return cls(dict(bars), {type: _usual(counts) for type, counts in metres.items() if counts.total() >= FEWEST})


def _usual(counts: Counter[Any]) -> list[Any]:
    return sorted(value for value, count in counts.items() if count >= USUAL * counts.total())


def _ends_part(line: BarLine | None) -> bool:
    return bool(line and (line.repeat_start or line.repeat_end or line.double))
