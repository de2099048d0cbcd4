"""`folk sample`: write text or tunes with a trained model."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from folkkeras.config import require_min
from folkkeras.errors import CorpusError, UsageError
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import TUNE_START, split_tunes
from folkkeras.sampling.conditioning import RARE, header_fields
from folkkeras.sampling.continuation import beginning_of
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, Sampling
from folkkeras.sampling.tune_text import TuneText
from folkkeras_cli import completions
from folkkeras_cli.console import say, write
from folkkeras_cli.models import ChosenModel, chosen_model
from folkkeras_cli.options import RUNS, Float32, Force, ModelName, Runs, Temperature, TopK, TopP
from folkkeras_cli.sample_output import SampleOutput
from folkkeras_cli.sampling import FEWER, Collected, say_rejected, write_shards
from folkkeras_cli.tune_files import rights_of, text_of, tunes_of

if TYPE_CHECKING:
    from folkkeras.composing.best_tunes import BestTunes
    from folkkeras.composing.reproducing import Recorded
    from folkkeras.sampling.generator import Generator
    from folkkeras.sampling.scheduler import TuneSampler

    Sampler = TuneSampler | BestTunes

_FIELDS = {"type": "R", "metre": "M", "key": "K", "title": "T"}  # for a page
INTERRUPTED = 130  # the shells' exit code for Ctrl-C

TUNE = "What to write"  # a panel of the help

EXAMPLES = """Examples:

`folk sample` writes one tune with the latest run's best model;

`folk sample --length 1000` writes 1,000 characters;

`folk sample --tunes 10 --complete --max-copy 24 --out tunes.abc` writes ten complete, new tunes;

`folk sample --type jig --metre 6/8 --key Edor --complete` writes a jig in E dorian;

`folk sample --tunes 3 --out tunes.html` makes a page with their scores and a player.
"""


class Form(StrEnum):
    """The values of --form."""

    USUAL = "usual"


def sample(
    model: ModelName = None,
    tunes: Annotated[int | None, typer.Option(metavar="N", show_default="1", help="Tunes to write.")] = None,
    length: Annotated[
        int | None, typer.Option(metavar="N", show_default=False, help="Characters to write, instead of tunes.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Resample bars that are not full; output only complete tunes.")
    ] = False,
    out_name: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE|DIR/",
            help="Write to this file: .abc, .html for a page, or a format of `folk render`; or to a folder, in files "
            "of 1,000 tunes, which the same command continues after an interruption.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", show_default="random", help="The same seed gives the same text.")
    ] = None,
    force: Force = False,
    runs: Runs = RUNS,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type", metavar="TYPE", rich_help_panel=TUNE, help="Type of the tune, such as reel, jig, hornpipe."
        ),
    ] = None,
    metre: Annotated[
        str | None,
        typer.Option("--metre", "--meter", metavar="METRE", rich_help_panel=TUNE, help="Metre, such as 6/8."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", rich_help_panel=TUNE, help="Key, such as D, Em, Edor, Amix.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TITLE", rich_help_panel=TUNE, help="Title of the tune.")] = None,
    parts: Annotated[
        int | None,
        typer.Option(metavar="N", show_default=False, rich_help_panel=TUNE, help="Parts of the tune, such as 2."),
    ] = None,
    bars: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            rich_help_panel=TUNE,
            help="Bars of each part without its repeat, such as 8.",
        ),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            metavar="usual",
            show_default=False,
            rich_help_panel=TUNE,
            help="usual: parts as long as is usual for the tune's type.",
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            rich_help_panel=TUNE,
            help="Draw N candidates for each tune, and keep the one that looks most like a real tune.",
        ),
    ] = None,
    max_copy: Annotated[
        int | None,
        typer.Option(
            metavar="NOTES",
            show_default=False,
            rich_help_panel=TUNE,
            help="Reject tunes that share a longer passage with a training tune; 24 is a good limit.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            show_default="X:1",
            rich_help_panel=TUNE,
            help=r"Text to continue; \n is a line end.",
        ),
    ] = None,
    continued: Annotated[
        str | None,
        typer.Option(
            "--continue",
            metavar="FILE",
            rich_help_panel=TUNE,
            autocompletion=completions.tune_files,
            help="Continue the tune of this file after its first part.",
        ),
    ] = None,
    reproduce: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=TUNE,
            autocompletion=completions.tune_files,
            help="Draw the tunes of a file written with --out again, by their generation records.",
        ),
    ] = None,
    temperature: Temperature = DEFAULT_TEMPERATURE,
    top_k: TopK = 0,
    top_p: TopP = DEFAULT_TOP_P,
    float32: Float32 = False,
) -> None:
    """Write new tunes.

    Only the text goes to standard output, so `folk sample > tune.abc` gives a clean file.
    """
    fields = header_fields(type=type_, metre=metre, key=key, title=title)
    constraints = [value for value in (parts, bars, form, max_copy, candidates) if value is not None]
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    if length is not None and (tunes is not None or complete or fields or constraints):
        raise UsageError("--length writes text, and cannot be combined with what is asked of tunes: leave it out")
    if sum((start is not None, continued is not None, reproduce is not None, bool(fields))) > 1:
        raise UsageError(
            "--start, --continue, --reproduce and a type, metre, key or title cannot be combined: give one"
        )
    others = tunes, seed, length, *constraints, *filter(None, (complete, float32, sampling != Sampling()))
    if reproduce is not None and any(other is not None for other in others):
        raise UsageError("--reproduce draws by the records in its file: leave out all other options for drawing")
    require_min("length", 1 if length is None else length, 1)
    out = SampleOutput(out_name, force=force)
    out.require_new(tunes or 1)
    if out.folder and (length is not None or reproduce is not None or force):
        raise UsageError(f"--out {out_name} is a folder for tunes: leave out --length, --reproduce and --force")
    text = (start or DEFAULT_START).replace("\\n", "\n")
    to_continue = _only_tune(continued) if continued else None
    if (out.folder or out.format) and not text.startswith(TUNE_START):
        raise UsageError(f"--out {out_name} takes tunes: begin --start with {TUNE_START}1")
    known_seed = out.seed if seed is None else seed
    request = TuneRequest(
        count=1 if tunes is None else tunes,
        seed=secrets.randbelow(10**6) if known_seed is None else known_seed,
        start=text if length is None else DEFAULT_START,
        sampling=sampling,
        fields=fields,
        parts=parts,
        bars=() if bars is None else (bars,),
        usual_form=form is not None,
        complete=complete,
        max_copy=max_copy,
    )
    chosen = chosen_model(model, runs)
    chosen.say_note()
    if reproduce is not None:
        out.write(_reproduced(reproduce, chosen), {"model": chosen.name})
        return
    generator = chosen.generator(int8=not float32)
    if to_continue:
        text = beginning_of(to_continue, complete=complete, chords=bool(generator.metadata.get("chords")))
        request = replace(request, start=text if length is None else DEFAULT_START)
    code = 0
    if length is not None:
        out.write_text(generator.text(length, text, sampling, request.seed))
    else:
        code = _write_tunes(_sampler(generator, request, candidates), generator.metadata, chosen, out)
    if known_seed is None:
        say(f"{chosen.name}, seed {request.seed}: reproduce it with --seed {request.seed} and the same options")
    raise typer.Exit(code)


def _only_tune(file: str) -> Tune:
    found = tunes_of(file)
    if len(found) > 1:
        raise UsageError(f"{file} has {len(found):,} tunes: give --continue a file with one tune")
    return found[0]


def _sampler(generator: "Generator", request: TuneRequest, candidates: int | None) -> "Sampler":
    """A sampler of the tunes; if the training tunes are gone, it does not check the tunes against them."""
    sampled = generator.tunes if candidates is None else _best_of(generator, candidates)
    try:
        sampler = sampled(request)
    except CorpusError as error:
        if request.max_copy is not None:
            raise
        say(f"cannot check the tunes against the training tunes: {error}")
        return sampled(replace(request, training_checks=False))
    if sampler.matching is not None and sampler.matching < RARE:
        asked = ", ".join(f"{letter}:{value}" for letter, value in sampler.request.fields.items() if letter != "T")
        number = {0: "no training tune has", 1: "only 1 training tune has"}.get(
            sampler.matching, f"only {sampler.matching} training tunes have"
        )
        say(f"{number} {asked}: results may be poor")
        if similar := generator.training_tunes.similar_type(sampler.request.fields.get("R", "")):
            say(f"no training tune has the type {sampler.request.fields['R']}: did you mean --type {similar}?")
    return sampler


def _best_of(generator: "Generator", candidates: int) -> "Callable[[TuneRequest], BestTunes]":
    from folkkeras.composing.best_tunes import BestTunes
    from folkkeras.composing.ranking import Ranking, ranking_of

    require_min("candidates", candidates, 1)
    if Ranking.from_metadata(generator.metadata) is None:
        say(f"learning a ranking from tunes of {generator.name} and from training tunes")
    ranking = ranking_of(generator)
    if ranking is None:
        raise UsageError(
            f"{generator.name} cannot rank tunes, since it learned too few of them: leave out --candidates"
        )
    return lambda request: BestTunes(generator, request, candidates, ranking)


def _write_tunes(sampler: "Sampler", metadata: dict[str, Any], chosen: ChosenModel, out: SampleOutput) -> int:
    """Write the tunes, say what was rejected, and return the exit code."""
    collected, interrupted = Collected(iter(sampler), sampler.request.count), False
    if out.folder:
        interrupted = write_shards(out.folder, sampler)
    elif out.path:
        from folkkeras.corpus.provenance import bases

        sources = [name for each in (metadata, *bases(metadata)) for name in each.get("corpus", ())]
        learned = [f"the model learned from {rights}" for rights in rights_of(sources)]
        out.write(list(collected), _description(chosen, sampler.request), learned)
    else:
        for piece in sampler.pieces():
            write(piece)
    say_rejected(sampler.statistics)
    if sampler.dropped:
        accepted = sampler.statistics.accepted
        say(f"dropped {sampler.dropped:,} of {accepted:,} candidates, which look less like real tunes")
    if interrupted or collected.interrupted:
        return INTERRUPTED
    return FEWER if sampler.statistics.gave_up else 0


def _reproduced(file: str, chosen: ChosenModel) -> Iterator["Recorded"]:
    """The tunes of a file, each reproduced from its record."""
    from folkkeras.composing.reproducing import RECORDS, Recorded, reproduced
    from folkkeras.sampling.record import records_of

    generators: dict[bool, Generator] = {}
    text = text_of(file)
    for tune, record in zip(split_tunes(text)[1], records_of(text, file, RECORDS), strict=True):
        if record.int8 not in generators:
            generators[record.int8] = chosen.generator(int8=record.int8)
        record.require(generators[record.int8], file)
        # A tune that was kept among candidates has another number than it was drawn with.
        again = reproduced(generators[record.int8], record)
        yield Recorded(TuneText(tune[: tune.index("\n")] + again[again.index("\n") :]), record)


def _description(chosen: ChosenModel, request: TuneRequest) -> dict[str, str]:
    """What a page says about how its tunes were sampled."""
    sampling = request.sampling
    values = {
        "model": chosen.name,
        "seed": request.seed,
        "temperature": sampling.temperature,
        "top-k": sampling.top_k,
        "top-p": sampling.top_p,
        "start": request.start,
        "parts": request.parts or "",
        "bars": next(iter(request.bars), ""),
        "form": Form.USUAL if request.usual_form else "",
        "complete": "yes" if request.complete else "",
        "max-copy": request.max_copy or "",
        **{name: request.fields.get(letter, "") for name, letter in _FIELDS.items()},
    }
    return {name: str(value) for name, value in values.items() if value != ""}
