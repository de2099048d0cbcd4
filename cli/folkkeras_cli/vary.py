"""`folk vary`: variants of a tune."""

from typing import TYPE_CHECKING, Annotated

import typer

from folkkeras.composing.options import AMOUNT, CANDIDATES, VARYING_PARTICLES
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, Sampling
from folkkeras_cli.options import RUNS, Float32, Force, Runs, Temperature, TopK, TopP
from folkkeras_cli.revising import Candidates, File, Model, Out, Particles, Seed, TuneNumber, numbers_of_bars, revise
from folkkeras_cli.sample_output import SampleOutput

if TYPE_CHECKING:
    from folkkeras.composing.candidates import Candidate
    from folkkeras.music.tune import Tune
    from folkkeras.sampling.generator import Generator

EXAMPLES = """Examples:

`folk vary tune.abc` writes four variants of a tune, each with three in ten of its bars rewritten;

`folk vary tune.abc --amount 0.1 --lock 1-4` changes less, and nothing in bars 1 to 4.
"""


def vary(
    file: File,
    amount: Annotated[float, typer.Option(metavar="SHARE", help="Share of the bars to rewrite, up to 1.")] = AMOUNT,
    lock: Annotated[
        str | None,
        typer.Option(metavar="BARS", show_default=False, help="Bars that stay as they are, such as 5-8 or 1,3,5-8."),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together/--apart", help="Vary a bar that returns the same way where it returns.")
    ] = True,
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
    particles: Particles = VARYING_PARTICLES,
    float32: Float32 = False,
) -> None:
    """Vary a tune, and keep its form.

    A share of its bars is rewritten. Bars have the numbers of `folk check`. All else stays as it is, to the character.
    """
    locked = numbers_of_bars("--lock", lock) if lock else []
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    output = SampleOutput(out, force=force)

    def revised(generator: "Generator", found: "Tune", known: int) -> "list[Candidate]":
        from folkkeras.composing.varying import vary as varied

        return varied(
            generator, found, amount, locked=locked, together=together, candidates=candidates, seed=known,
            sampling=sampling, particles=particles,
        )  # fmt: skip

    revise(file, tune, model, runs, output, candidates, seed, not float32, revised)
