"""Make the pretrained model `celtic`: train it, save it in half precision, and write its card.

    python docs/tools/celtic.py

trains the run `celtic` in the folder runs, or resumes it, unless it has ended, and writes
folkkeras/pretrained/celtic.keras and folkkeras/pretrained/model-card.md.
"""

import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from folkkeras.model.saving import open_model, save_half
from folkkeras.pretrained import COLLECTIONS
from folkkeras.runs.folder import open_run

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "runs"
PRETRAINED = ROOT / "folkkeras" / "pretrained"
NAME = "celtic"
FOLK = Path(sys.executable).parent / "folk"
OPTIONS = (
    "--units 768 --feature-embedding 128 --batch-size 48 --seq-length 150 --steps 6000 --patience 0 "
    "--dropout 0.5 --weight-drop 0.5 --feature-dropout 0.1 --learning-rate 0.004 --transpose"
)

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

and stored in half precision. `make celtic` repeats this and writes this card.

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


def main() -> None:
    """Train, store in half precision, evaluate, write the card."""
    command = f"train {' '.join(COLLECTIONS)} {OPTIONS} --name {NAME}"
    if not (RUNS / NAME / "result.json").exists():
        words = ["resume", NAME] if (RUNS / NAME).exists() else command.split()
        subprocess.run([FOLK, *words, "--runs", RUNS], check=True)
    run = open_run(RUNS, NAME)
    model = open_model(run.best)
    save_half(model, PRETRAINED / "celtic.keras")
    done = subprocess.run([FOLK, "evaluate", "celtic"], check=True, capture_output=True, text=True)
    from folkkeras.corpus.provenance import training_corpus

    corpus = training_corpus(model.metadata)
    card = CARD.format(
        learned=len(corpus.training),
        held_out=len(corpus.held_out),
        digest=corpus.digest,
        embedding=model.hyperparameters["embedding"],
        feature_embedding=model.hyperparameters["feature_embedding"],
        units=model.hyperparameters["units"],
        parameters=model.count_params(),
        command=command,
        report="\n".join(done.stdout.splitlines()[2:]),
    )
    (PRETRAINED / "model-card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
