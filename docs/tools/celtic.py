"""Make the pretrained model `celtic`: train it, save it in half precision, and write its card.

    python docs/tools/celtic.py

trains the runs `celtic-short` and, from it, `celtic` in the folder runs, unless they are there already, and writes
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
FOLK = Path(sys.executable).parent / "folk"
DROPS = "--dropout 0.4 --weight-drop 0.25"
# Short windows first, which learn fast, then long ones from the tunes' beginnings, which learn how tunes are made.
STAGES = {
    "celtic-short": f"--units 768 --batch-size 64 --steps 3000 {DROPS}",
    "celtic": "--from celtic-short --seq-length 400 --batch-size 24 --tune-start-fraction 0.75 --steps 1000 "
    f"--learning-rate 0.003 {DROPS}",
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

An embedding of {embedding} dimensions and one LSTM of {units} units, {parameters:,} weights, trained with

{commands}

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
and E. It reads one character at a time, so a tune may forget how it began, and its second part often has little to do
with its first. Its titles are not real language. The table shows how new its tunes are. `--max-copy` limits what a tune
shares with a training tune, but it may still contain a few familiar bars.
"""


def main() -> None:
    """Train, store in half precision, evaluate, write the card."""
    commands = {name: f"train {' '.join(COLLECTIONS)} {options} --name {name}" for name, options in STAGES.items()}
    for name, command in commands.items():
        if not (RUNS / name / "result.json").exists():
            subprocess.run([FOLK, *command.split(), "--runs", RUNS], check=True)
    run = open_run(RUNS, "celtic")
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
        units=model.hyperparameters["units"],
        parameters=model.count_params(),
        commands="\n".join(f"    folk {command}" for command in commands.values()),
        report="\n".join(done.stdout.splitlines()[2:]),
    )
    (PRETRAINED / "model-card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
