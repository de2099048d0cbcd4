"""The recipe of a tune: all that draws it again, as a comment line in its ABC text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from folkkeras.notation.tunes import split_tunes

DIGITS = 16  # of a model's digest
_MARK = "%folkkeras "


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a tune was drawn.

    Args:
        model: the first digits of the model's digest.
        seed, tune: of the draws: the tune's number under that seed.
        start: the text that it went on from.
        temperature, top_k, top_p: how its characters were drawn.
        bfloat16: whether the weights were read in that type.
        slots: in which it was drawn, where its characters hang on that, as they do in bfloat16.
        whole, max_copy, fields: what was asked of it.
        judged: whether the tunes that the model learned from were there to tell what goes with the fields.
    """

    model: str
    seed: int
    tune: int
    start: str
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    bfloat16: bool = False
    slots: int | None = None
    whole: bool = False
    max_copy: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    judged: bool = True

    def line(self) -> str:
        """The comment line, without its end: what is not as usual."""
        usual = {each.name: each.default for each in fields(self)} | {"fields": {}}
        values = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return _MARK + json.dumps(values, ensure_ascii=True)


def with_recipe(tune: str, recipe: Recipe) -> str:
    """The tune with the recipe below its `X:` line."""
    first, end, rest = tune.partition("\n")
    return f"{first}\n{recipe.line()}{end}{rest}"


def recipes_in(text: str) -> Iterator[Recipe | None]:
    """The recipe of each tune of a text, None of one that has none."""
    for tune in split_tunes(text)[1]:
        line = next((line for line in tune.split("\n") if line.startswith(_MARK)), None)
        yield _read(line) if line else None


def _read(line: str) -> Recipe | None:
    try:
        values: dict[str, Any] = json.loads(line.removeprefix(_MARK))
        recipe = Recipe(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    kinds = {"model": str, "seed": int, "tune": int, "start": str, "top_k": int}
    kinds |= dict.fromkeys(("bfloat16", "whole", "judged"), bool)
    fits = all(type(getattr(recipe, name)) is kind for name, kind in kinds.items())
    fits &= all(type(value) in (int, float) for value in (recipe.temperature, recipe.top_p))
    fits &= all(value is None or type(value) is int for value in (recipe.slots, recipe.max_copy))
    fits &= isinstance(recipe.fields, dict) and all(isinstance(value, str) for value in recipe.fields.values())
    return recipe if fits else None
