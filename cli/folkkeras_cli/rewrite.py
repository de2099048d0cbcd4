"""`folk rewrite`: other contents for some bars of a tune."""

from typing import TYPE_CHECKING, Annotated

import typer

from folkkeras.composing.options import CANDIDATES, PARTICLES
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, Sampling
from folkkeras_cli.options import RUNS, Float32, Force, Runs, Temperature, TopK, TopP
from folkkeras_cli.revising import Candidates, File, Model, Out, Particles, Seed, TuneNumber, numbers_of_bars, revise
from folkkeras_cli.sample_output import SampleOutput

if TYPE_CHECKING:
    from folkkeras.composing.candidates import Candidate
    from folkkeras.music.tune import Tune
    from folkkeras.sampling.generator import Generator

EXAMPLES = """Examples:

`folk rewrite tune.abc --bars 5-8` writes four tunes that differ in bars 5 to 8;

`folk rewrite tunes.abc --tune 3 --bars 4,8 --candidates 2 --out new.abc` rewrites two bars of the third tune;

`folk sample | folk rewrite - --bars 1-4` changes the beginning of a new tune.
"""


def rewrite(
    file: File,
    bars: Annotated[
        str, typer.Option(metavar="BARS", show_default=False, help="The bars, such as 5-8 or 1,3,5-8; a pick-up is 0.")
    ],
    candidates: Candidates = CANDIDATES,
    tune: TuneNumber = None,
    model: Model = None,
    out: Out = None,
    seed: Seed = None,
    force: Force = False,
    runs: Runs = RUNS,
    temperature: Temperature = DEFAULT_TEMPERATURE,
    top_k: TopK = 0,
    top_p: TopP = DEFAULT_TOP_P,
    particles: Particles = PARTICLES,
    float32: Float32 = False,
) -> None:
    """Rewrite some bars of a tune.

    They will fit what comes before and after them. Bars have the numbers of `folk check`. All else stays as it is, to
    the character.
    """
    numbers = numbers_of_bars("--bars", bars)
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    output = SampleOutput(out, force=force)

    def revised(generator: "Generator", found: "Tune", known: int) -> "list[Candidate]":
        from folkkeras.composing.rewriting import rewrite as rewritten

        return rewritten(
            generator, found, numbers, candidates=candidates, seed=known, sampling=sampling, particles=particles
        )

    revise(file, tune, model, runs, output, candidates, seed, not float32, revised)
