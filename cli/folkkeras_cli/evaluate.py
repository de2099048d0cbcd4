"""`folk evaluate`: measure how good a model is."""

import json
from pathlib import Path
from typing import Annotated

import typer

from folkkeras.config import require_min
from folkkeras.corpus.corpus import in_form
from folkkeras.corpus.provenance import learned_before, training_corpus
from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError, UsageError
from folkkeras.files import write_bytes
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.runs.run import Run
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, Sampling
from folkkeras_cli import completions
from folkkeras_cli.console import say, status, write
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import RUNS, Force, ModelName, Runs
from folkkeras_cli.outputs import require_new
from folkkeras_cli.patterns import expanded
from folkkeras_cli.tensorflow_startup import start_tensorflow

CARD = ".md"
REPORTS = (".png", ".html", CARD)

EXAMPLES = """Examples:

`folk evaluate` measures the latest run's best model on its held-out tunes;

`folk evaluate oneills-1 --last` measures its last model: has it memorised the tunes?

`folk evaluate oneills-1 ryans --out report.html` measures it on other tunes, with a picture;

`folk evaluate oneills-1 --out card.md` also writes a model card, to publish the model with.
"""


def evaluate(
    model: ModelName = None,
    corpus: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CORPUS",
            show_default=False,
            callback=lambda arguments: expanded(arguments) if arguments else arguments,
            autocompletion=completions.corpora,
            help="Tunes to evaluate on; default: those held out of the model's corpus.",
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Use the last model of the run instead of its best.")] = False,
    tunes: Annotated[int, typer.Option(metavar="N", help="Tunes to generate.")] = 200,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the generated tunes.")] = 0,
    temperature: Annotated[
        float, typer.Option(metavar="T", help="Temperature of the generated tunes.")
    ] = DEFAULT_TEMPERATURE,
    top_p: Annotated[
        float, typer.Option(metavar="P", help="Top-p of the generated tunes, see `folk sample --help`.")
    ] = DEFAULT_TOP_P,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, with the figures of each tune.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the report to this .png or .html file, or a model card to .md."),
    ] = None,
    force: Force = False,
    runs: Runs = RUNS,
) -> None:
    """Measure a model and the tunes it writes.

    The report has its bits per character beside those of n-grams, and says whether its tunes are complete and new, and
    like real ones in form and style.
    """
    require_min("tunes", tunes, 1)
    require_min("seed", seed, 0)
    sampling = Sampling(temperature=temperature, top_p=top_p)
    if out is not None:
        if out.suffix not in REPORTS:
            raise UsageError(f"--out {out} is not a supported report: end its name in {', '.join(REPORTS)}")
        require_new(out, force=force)
    chosen = chosen_model(model, runs, last=last)
    if last and not chosen.run:
        raise UsageError(
            f"--last takes a run's last model, and {chosen.path} is one model: name a run, or leave it out"
        )
    chosen.say_note()
    start_tensorflow()
    from folkkeras.evaluation.evaluate import evaluate as evaluate_model
    from folkkeras.evaluation.report import report
    from folkkeras.model.saving import open_model

    with status.status("reading") as line:
        opened = open_model(chosen.path)
        own = training_corpus(opened.metadata, chosen.standard_input)
        read = (tune for source in dict.fromkeys(corpus or ()) for tune in read_source(source).tunes)
        others = in_form(read, raw=own.raw, chords=own.chords) if corpus else None
        evaluation = evaluate_model(
            opened,
            own,
            others,
            before=_before(opened.metadata),
            evaluation_intervals=_evaluation_intervals(chosen.run, opened.metadata),
            count=tunes,
            seed=seed,
            sampling=sampling,
            on_stage=line.update,
        )
    table = report(evaluation, chosen.name)
    write(json.dumps(evaluation.to_json(), indent=2, ensure_ascii=False) + "\n" if as_json else table)
    likelihood = evaluation.likelihood
    if likelihood.learned:
        found = likelihood.learned + len(likelihood.tunes) + likelihood.unknown
        say(f"left out, since the model was trained on them: {likelihood.learned:,} of {found:,} tunes")
    if likelihood.unknown:
        say(f"left out, since they have characters that the model does not know: {likelihood.unknown:,} tunes")
    if out is not None:
        if out.suffix == CARD:
            from folkkeras.evaluation.card import model_card

            name = chosen.run.name if chosen.run else chosen.path.stem
            data = model_card(evaluation, name, opened, own, corpus or ()).encode("utf-8")
        else:
            from folkkeras.evaluation.picture import picture

            data = picture(evaluation, out.suffix[1:], table)
        write_bytes(out, data)
        say(f"wrote {out}")


def _evaluation_intervals(run: Run | None, metadata: dict) -> list[EvaluationInterval]:
    step = metadata.get("step")
    return [row for row in run.evaluation_intervals() if isinstance(step, int) and row.step <= step] if run else []


def _before(metadata: dict) -> list[str]:
    try:
        return learned_before(metadata)
    except CorpusError as error:
        say(f"cannot count what the model knew before fine-tuning: {error}")
        return []
