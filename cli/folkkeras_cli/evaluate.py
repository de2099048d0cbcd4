"""`folk evaluate`: how good a model is."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from folkkeras.config import at_least
from folkkeras.corpus.corpus import in_form
from folkkeras.corpus.provenance import learned_before, own_corpus
from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError, UsageError
from folkkeras.files import write_bytes
from folkkeras.runs.run import Interval, Run
from folkkeras_cli.console import say, status, write
from folkkeras_cli.models import ModelName, chosen_model
from folkkeras_cli.options import RUNS, Force, Runs
from folkkeras_cli.outputs import require_new
from folkkeras_cli.patterns import expanded
from folkkeras_cli.tensorflow_startup import start_tensorflow

if TYPE_CHECKING:
    from folkkeras.evaluation.evaluate import Evaluation

NAMED = 3  # new tunes, those with the longest shared runs
LONGEST_TITLE = 28  # characters of a title in the table
PICTURES = (".png", ".html")

EXAMPLES = """Examples:

`folk evaluate` measures the latest run's best model on its held-out tunes;

`folk evaluate oneills-1 --last` measures its last model: has it learned the tunes by heart?

`folk evaluate oneills-1 ryans --out report.html` measures it on other tunes, with a picture.
"""


def evaluate(
    model: ModelName = None,
    corpus: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CORPUS...",
            show_default=False,
            callback=lambda arguments: expanded(arguments) if arguments else arguments,
            help="Tunes to score; default: the run's held-out ones.",
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Take the run's last model instead of its best.")] = False,
    tunes: Annotated[int, typer.Option(help="Tunes to generate.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the generated tunes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, with each tune's figures.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the report into this file, .png or .html, too.")
    ] = None,
    force: Force = False,
    runs: Runs = RUNS,
) -> None:
    """Measure a model: bits per character beside an n-gram's, and whether its tunes are whole, new and in style."""
    at_least("tunes", tunes, 1)
    at_least("seed", seed, 0)
    if out is not None:
        if out.suffix not in PICTURES:
            raise UsageError(f"--out {out} is no picture: end its name in {' or '.join(PICTURES)}")
        require_new(out, force=force)
    chosen = chosen_model(model, runs, last=last)
    if last and not chosen.run:
        raise UsageError(
            f"--last takes a run's last model, and {chosen.path} is one model: name a run, or leave it out"
        )
    chosen.say_note()
    start_tensorflow()
    from folkkeras.evaluation.evaluate import evaluate as evaluate_model
    from folkkeras.model.saving import open_model

    with status.status("evaluating"):
        opened = open_model(chosen.path)
        own = own_corpus(opened.about, chosen.standard_input)
        read = (tune for source in dict.fromkeys(corpus or ()) for tune in read_source(source).tunes)
        others = in_form(read, raw=own.raw) if corpus else None
        evaluation = evaluate_model(
            opened,
            own,
            others,
            before=_before(opened.about),
            intervals=_intervals(chosen.run, opened.about),
            count=tunes,
            seed=seed,
        )
    table = report(evaluation, str(chosen.path))
    write(json.dumps(evaluation.to_json(), indent=2, ensure_ascii=False) + "\n" if as_json else table)
    if evaluation.left_out:
        found = evaluation.left_out + evaluation.scored + evaluation.unscored
        say(f"left out, since the model learned from them: {evaluation.left_out:,} of {found:,} tunes")
    if evaluation.unscored:
        say(f"not scored, since the model does not know all their characters: {evaluation.unscored:,} of the tunes")
    if out is not None:
        from folkkeras.evaluation.picture import picture

        write_bytes(out, picture(evaluation, out.suffix[1:], table))
        say(f"wrote {out}")


def _intervals(run: Run | None, about: dict) -> list[Interval]:
    step = about.get("step")
    return [row for row in run.intervals() if isinstance(step, int) and row.step <= step] if run else []


def _before(about: dict) -> list[str]:
    try:
        return learned_before(about)
    except CorpusError as error:
        say(f"what was learned before counts as new here, {error}")
        return []


def report(evaluation: "Evaluation", name: str) -> str:
    """The figures in words, at most 80 columns wide."""
    held, training = evaluation.held_out, evaluation.training
    best = min(evaluation.ngrams, key=lambda order: evaluation.ngrams[order].all)
    gap = held.all - training.all
    new, own = evaluation.originality, evaluation.held_out_originality
    lines = [
        f"model {name}",
        "",
        f"{'bits per character':34}{'all':>10}{'music':>10}",
        _row(f"{evaluation.scored:,} scored tunes", held.all, held.music),
        _row("training tunes", training.all, training.music),
        *(_row(f"{order}-gram, scored tunes", bits.all, bits.music) for order, bits in evaluation.ngrams.items()),
    ]
    if evaluation.own:
        verdict = ": this model has learned its tunes BY HEART" if evaluation.by_heart else ""
        lines.append(f"{gap:.2f} bits between training and held-out tunes are learning by heart{verdict}")
    if evaluation.by_heart_from is not None:
        lines.append(
            f"from step {evaluation.by_heart_from:,} on its run knew its tunes BY HEART: take an earlier model"
        )
    if held.all > evaluation.ngrams[best].all:
        lines.append(f"a {best}-gram, which only counts, predicts the scored tunes better than this model")
    lines += [
        "",
        f"{f'tunes (seed {evaluation.seed})':34}{f'{len(evaluation.tunes):,} new':>10}{'corpus':>10}",
        f"{'whole':34}{evaluation.whole:>10.1%}{evaluation.corpus_whole:>10.1%}",
        f"{f'whole, with --whole, of {evaluation.asked:,} drawn':34}{evaluation.whole_drawn:>10.1%}",
        *_key_rows(evaluation),
        "",
        f"{'notes shared with a training tune':34}{'new':>10}{'held-out':>10}",
        f"{'longest run, median':34}{new.longest_median:>10.0f}{own.longest_median:>10.0f}",
        f"{'longest run, most':34}{new.longest_most:>10}{own.longest_most:>10}",
        f"{f'tunes beyond {evaluation.bound} notes':34}{new.beyond:>10.1%}{own.beyond:>10.1%}",
        f"{'runs of 8 that are new, median':34}{_share(new.new_runs_median)}{_share(own.new_runs_median)}",
        f"{'variants of a training tune':34}{new.variants:>10.1%}{own.variants:>10.1%}",
        *(
            f"  {tune.longest} notes of {_shortened(tune.title or 'a tune without title')} stand in "
            f"{_shortened(tune.nearest or 'no tune')}"
            for tune in sorted(evaluation.tunes, key=lambda tune: -tune.longest)[:NAMED]
        ),
        "",
        f"{'distance to the scored tunes':34}{'new':>10}{'training':>10}",
        *(_row(feature, *pair) for feature, pair in evaluation.style.items()),
    ]
    return "\n".join(lines) + "\n"


def _key_rows(evaluation: "Evaluation") -> list[str]:
    drawn, kept = evaluation.key_drawn, evaluation.key_kept
    if drawn is None or kept is None:
        return []
    return [
        f"{f'in the key of --key, of {evaluation.asked:,} drawn':34}{drawn:>10.1%}{evaluation.corpus_key_kept:>10.1%}",
        f"{f'in the key of --key, of {evaluation.asked:,} kept':34}{kept:>10.1%}",
    ]


def _row(name: str, *values: float) -> str:
    return f"{name:34}" + "".join(f"{'-' if math.isnan(value) else f'{value:.3f}':>10}" for value in values)


def _share(value: float) -> str:
    return f"{'-' if math.isnan(value) else f'{value:.1%}':>10}"


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
