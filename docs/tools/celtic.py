"""Make the pretrained model `celtic`: train it, save it in half precision, and write its card.

    python docs/tools/celtic.py

trains the run `celtic` in the folder runs, or resumes it, unless it has ended. Then it trains the run `celtic-tonic`,
some more steps on those of the training tunes that end on their tonic. It writes folkkeras/pretrained/celtic.keras and
folkkeras/pretrained/model-card.md.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from folkkeras.composing.ranking import learned_ranking
from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.packed_tunes import TuneList
from folkkeras.corpus.provenance import training_corpus
from folkkeras.evaluation.card import front_matter
from folkkeras.evaluation.evaluate import evaluate
from folkkeras.evaluation.form import form_of, has_notes
from folkkeras.evaluation.report import report
from folkkeras.model.reader import read_exported
from folkkeras.model.saving import open_model, save_half
from folkkeras.music.reading import read_tune
from folkkeras.pretrained import COLLECTIONS
from folkkeras.runs.folder import create_run, open_run
from folkkeras.runs.run import Run
from folkkeras.sampling.generator import Generator
from folkkeras.training.fine_tuning import fine_tuning_options
from folkkeras.training.train import train
from folkkeras_cli.progress import TrainingProgress
from folkkeras_cli.signals import StopOnSignal

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "runs"
PRETRAINED = ROOT / "folkkeras" / "pretrained"
NAME, ON_TONIC = "celtic", "celtic-tonic"
RANKED = 1_500  # tunes of each kind, from which a ranking is learned
FOLK = Path(sys.executable).parent / "folk"
OPTIONS = (
    "--units 768 --feature-embedding 128 --batch-size 48 --seq-length 150 --steps 6000 --patience 0 "
    "--dropout 0.5 --weight-drop 0.5 --feature-dropout 0.1 --learning-rate 0.004 --transpose "
    "--precision float32"
)
COMMAND = f"train {' '.join(COLLECTIONS)} {OPTIONS} --name {NAME}"
LICENCE = "mit"  # that of the repository, with which the model comes
TONIC_OPTIONS = {
    "batch_size": 48,
    "seq_length": 150,
    "steps": 500,
    "patience": 0,
    "learning_rate": 0.0006,
    "transpose": True,
    "precision": "float32",
}

CARD = """# The pretrained model `celtic`

A character-level LSTM that writes tunes of the Irish, Scottish and American fiddle traditions in ABC notation.
`folk sample` uses it until you have trained a run of your own; `celtic` is its name as a MODEL.

## What it was trained on

{learned:,} tunes of three collections that the package music21 distributes: O'Neill's Music of Ireland, Ryan's
Mammoth Collection, and Aird's Selection of Scotch, English, Irish and Foreign Airs, in folkkeras's normal form.
{held_out:,} more tunes were held out. The tunes were published in 1903 and earlier. Volunteers encoded them; music21
distributes the files by their permission, some of them not for commercial use (`music21/corpus/license.txt`). folkkeras
contains none of these files.
Digest of the texts: `{digest}`.

## How it was made

An embedding of {embedding} dimensions, [features of the text before](../../docs/features.md) in {feature_embedding}
dimensions, and one LSTM of {units} units: {parameters:,} weights, trained with

    folk {command}

and then the best model of this run, for {steps} more steps, on the {on_tonic:,} of its training tunes that end on their
tonic, so that its own tunes do so more often. It is stored in half precision. `make celtic` repeats this and writes
this card.

## How good it is

What `folk evaluate celtic` prints:

```text
{report}
```

"Corpus" is the fraction of the collections' own tunes under the same check: old books have uneven bars and missing bar
lines too.

## Its limits

It knows only what these collections show: fiddle tunes in few keys and metres, and hardly any modal tunes except in A
and E. In most of its tunes phrases return and parts have eight bars, but a tune may end on a note that does not
close it, and some tunes repeat themselves too much. Its titles are not real language. The table shows how new its tunes
are. `--max-copy` limits what a tune shares with a training tune, but it may still contain a few familiar bars.
"""


def ends_on_tonic(text: str) -> bool:
    """Whether a tune ends on its tonic."""
    tune = read_tune(text)
    return has_notes(tune) and form_of(tune).on_tonic is True


def trained() -> Run:
    """The run on all training tunes."""
    if not (RUNS / NAME / "result.json").exists():
        words = ["resume", NAME] if (RUNS / NAME).exists() else COMMAND.split()
        subprocess.run([FOLK, *words, "--runs", RUNS], check=True)
    return open_run(RUNS, NAME)


def trained_on_tonic(first: Run, corpus: Corpus) -> Run:
    """The run that continues another on those of its training tunes that end on their tonic."""
    base = read_exported(first.best)
    if not (RUNS / ON_TONIC).exists():
        config = TrainingConfig(**{**fine_tuning_options(base, {}), **TONIC_OPTIONS})
        create_run(RUNS, ON_TONIC, corpus, config, base=first.best)
    run = open_run(RUNS, ON_TONIC)
    if run.config.base != base.digest():
        raise SystemExit(f"error: {RUNS / ON_TONIC} continues another model: remove it")
    if not (RUNS / ON_TONIC / "result.json").exists():
        with StopOnSignal() as signals, TrainingProgress(None) as progress:
            result = train(run, corpus, listener=progress, stop=signals.requested)
        if result.ended == "stopped":
            raise SystemExit(f"stopped at step {result.step}, saved: run this program again to continue")
    return run


def main() -> None:
    """Train, store in half precision, evaluate, write the card."""
    first = trained()
    corpus = training_corpus(open_model(first.best).metadata)
    # The digest stays that of all tunes: what is new is judged by all that the model was trained on.
    on_tonic = replace(corpus, training=TuneList.of(filter(ends_on_tonic, corpus.training)))
    model = open_model(trained_on_tonic(first, on_tonic).best)
    # What tells its tunes from real ones, so that `folk sample --candidates` can rank them without the collections.
    ranking = learned_ranking(Generator(model), RANKED)
    assert ranking is not None
    model.metadata["ranking"] = ranking.to_json()
    save_half(model, PRETRAINED / "celtic.keras")
    evaluation = evaluate(open_model("celtic"), corpus)
    card = front_matter(evaluation, "celtic", corpus.sources, LICENCE) + CARD.format(
        learned=len(corpus.training),
        held_out=len(corpus.held_out),
        on_tonic=len(on_tonic.training),
        steps=TONIC_OPTIONS["steps"],
        digest=corpus.digest,
        embedding=model.hyperparameters["embedding"],
        feature_embedding=model.hyperparameters["feature_embedding"],
        units=model.hyperparameters["units"],
        parameters=model.count_params(),
        command=COMMAND,
        report="\n".join(report(evaluation, "celtic").splitlines()[2:]),
    )
    (PRETRAINED / "model-card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
