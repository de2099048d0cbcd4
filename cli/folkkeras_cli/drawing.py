"""Draw the tunes or the text that `folk sample` was asked for."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import Book
from folkkeras.errors import CorpusError, UsageError
from folkkeras.music.checks.key import Endings, endings_of
from folkkeras.music.reading import read_tune
from folkkeras.notation.keys import key_of
from folkkeras.notation.tunes import TUNE_START, split_tunes
from folkkeras.sampling.conditioning import types_with
from folkkeras.sampling.record import DIGITS, Recipe, recipes_in, with_recipe
from folkkeras_cli.quiet import start_tensorflow
from folkkeras_cli.screen import say, status
from folkkeras_cli.tune_files import text_of

if TYPE_CHECKING:
    from folkkeras.model.weights import Network
    from folkkeras.sampling.generator import Generator
    from folkkeras.sampling.request import Judge
    from folkkeras.sampling.sampler import Sampling

MOST_NAMED = 5  # reasons
COMPARED = 200_000  # characters of training tunes that tell how tunes end


@dataclass
class Drawing:
    """Draws with one model; counts what was thrown away where tunes are to be whole, new or as asked.

    Args:
        network: the model's.
        learned: reads the tunes that it has learned from.
    """

    network: "Network"
    learned: Callable[[], Sequence[str]]

    def __post_init__(self) -> None:
        from folkkeras.sampling.request import Tally

        self.tally = Tally()

    def text(self, length: int, recipe: Recipe) -> Iterator[str]:
        """So many characters, in pieces, with a line's end at the last."""
        last = ""
        for last in self._generator(recipe).stream(length, recipe.start, _sampling(recipe), recipe.seed):
            yield last
        if not last.endswith("\n"):
            yield "\n"

    def tunes(self, count: int, recipe: Recipe) -> Iterator[str]:
        """So many tunes from the recipe's number on, in pieces, a blank line between two."""
        generator = self._generator(recipe, count)
        if not (recipe.whole or recipe.fields or recipe.max_copy is not None):
            sampling = _sampling(recipe)
            yield from generator.stream_tunes(count, recipe.start, sampling, recipe.seed, first=recipe.tune)
            return
        from folkkeras.sampling.constraints import Wish
        from folkkeras.sampling.request import whole_tunes

        yield from whole_tunes(
            generator,
            count,
            recipe.start,
            _sampling(recipe),
            recipe.seed,
            wish=Wish(recipe.whole, recipe.fields, self._types(recipe)),
            tally=self.tally,
            judges=self._judges(recipe),
            first=recipe.tune,
        )

    def _generator(self, recipe: Recipe, tunes: int = 1) -> "Generator":
        from folkkeras.sampling.generator import Generator, needs_tensorflow

        if needs_tensorflow(tunes, bfloat16=recipe.bfloat16):
            start_tensorflow()
        return Generator(self.network, bfloat16=recipe.bfloat16, slots=recipe.slots)

    def _types(self, recipe: Recipe) -> Container[str]:
        """The types that go with the metre that is asked for; empty where that says nothing."""
        return types_with(recipe.fields["M"], self.learned()) if recipe.judged and "M" in recipe.fields else ()

    def _judges(self, recipe: Recipe) -> list["Judge"]:
        from folkkeras.sampling.request import in_key, no_copy

        judges = []
        if recipe.max_copy is not None:
            judges.append(no_copy(self._book, recipe.max_copy))
        key = key_of(recipe.fields.get("K", ""))
        if key and recipe.judged:
            judges.append(in_key(key, self._endings))
        return judges

    @cached_property
    def _book(self) -> Book:
        return Book(self.learned())

    @cached_property
    def _endings(self) -> Endings:
        """On which degrees the tunes end that the model learned from."""
        return endings_of(map(read_tune, sample_of(self.learned(), COMPARED)))

    def again(self, file: str) -> Iterator[str]:
        """The tunes of a file drawn once more, each by its recipe.

        Raises:
            CorpusError: a tune has no recipe.
            UsageError: the model is another one.
            CorpusError: the tunes that it learned from, by which a tune was judged, are gone or have changed.
        """
        text = text_of(file)
        digest = self.network.digest()[:DIGITS]
        recipes = list(recipes_in(text))
        if not recipes or None in recipes:
            raise CorpusError(f"{file} has a tune without its recipe: give a file that `folk sample --out` wrote")
        for number, recipe in enumerate(filter(None, recipes)):
            if recipe.model != digest:
                raise UsageError(
                    f"{file} was drawn with the model {recipe.model}, and this one is {digest}: name that MODEL"
                )
            drawn = "".join(self.tunes(1, recipe)).lstrip("\n")
            yield ("\n" if number else "") + with_recipe(drawn, recipe)

    def tell(self) -> None:
        """Say what was kept and what was thrown away."""
        tally = self.tally
        if not tally.thrown:
            return
        named = tally.thrown.most_common(MOST_NAMED)
        thrown = ", ".join(f"{count} {reason}" for reason, count in named)
        if others := tally.thrown.total() - sum(count for _, count in named):
            thrown += f", and {others} more the like"
        say(f"kept {tally.kept:,} of {tally.drawn:,}: {thrown}")


def with_recipes(pieces: Iterator[str], recipe: Recipe) -> str:
    """All tunes, each with its own recipe below its `X:` line."""
    text = "".join(pieces)
    if not text.startswith(TUNE_START):
        return text
    numbered = ((int(tune[len(TUNE_START) :].split("\n", 1)[0]), tune) for tune in split_tunes(text)[1])
    return "".join(with_recipe(tune, replace(recipe, tune=number)) for number, tune in numbered)


def counted(pieces: Iterator[str]) -> Iterator[str]:
    """Pass pieces on, with a line on a terminal's stderr that counts their characters."""
    if not status.is_terminal:
        yield from pieces
        return
    characters = 0
    with status.status("writing") as line:
        for piece in pieces:
            characters += len(piece)
            line.update(f"{characters:,} characters written")
            yield piece


def _sampling(recipe: Recipe) -> "Sampling":
    from folkkeras.sampling.sampler import Sampling

    return Sampling(temperature=recipe.temperature, top_k=recipe.top_k, top_p=recipe.top_p)
