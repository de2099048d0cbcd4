"""Make the model in the box: train it, save it in half precision, and write its card.

    python docs/box.py

trains the runs `box-short` and, from it, `box` in the folder runs, unless they are there already, and writes
folkkeras/pretrained/celtic.keras and folkkeras/pretrained/model-card.md.
"""

import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from folkkeras.model.saving import open_model, save_half
from folkkeras.pretrained import COLLECTIONS
from folkkeras.runs.run import open_run

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs"
BOX = ROOT / "folkkeras" / "box"
FOLK = Path(sys.executable).parent / "folk"
DROPS = "--dropout 0.4 --weight-drop 0.25"
# Short windows first, which learn fast, then long ones from the tunes' beginnings, which learn how tunes are made.
STAGES = {
    "box-short": f"--units 768 --batch-size 64 --steps 3000 {DROPS}",
    "box": "--from box-short --seq-length 400 --batch-size 24 --aligned 0.75 --steps 1000 --learning-rate 0.003 "
    + DROPS,
}

CARD = """# The model in the box

A character-level LSTM that writes tunes of the Irish, Scottish and American fiddle traditions in ABC notation.
`folk sample` uses it where there is no run of your own, and `box` names it as a MODEL.

## What it learned from

{learned:,} tunes of three collections that the package music21 distributes: O'Neill's Music of Ireland, Ryan's
Mammoth Collection, and Aird's Selection of Scotch, English, Irish and Foreign Airs, in folkkeras's normal form;
{held_out:,} more were held out. The tunes themselves are of 1903 and before. The files were encoded by volunteers;
music21 has them by their permission, some not for commercial use (`music21/corpus/license.txt`). No file of theirs is
part of folkkeras.
Digest of the texts: `{digest}`.

## How it was made

Embedding {embedding}, one LSTM of {units} units, {parameters:,} weights, kept in half precision. Trained with

{commands}

and cut to half precision. `make box` does all this again, and writes this card.

## How good it is

What `folk evaluate box` prints:

```text
{report}
```

"Corpus" is the collections' own rate under the same check: old books have uneven bars and missing bar lines too.

## Its limits

It knows no more of music than these books show: fiddle tunes in few keys and metres, and hardly any modal tunes but in
A and E. It reads one character at a time, so a tune may forget where it began; its second part often has little to do
with its first. Its titles are no language. Tunes are new as far as the table tells; `--max-copy` bounds what one shares
with a tune of the books, and a familiar run of a few bars may still be in it.
"""


def main() -> None:
    """Train, halve, evaluate, write."""
    commands = {name: f"train {' '.join(COLLECTIONS)} {options} --name {name}" for name, options in STAGES.items()}
    for name, command in commands.items():
        if not (RUNS / name / "result.json").exists():
            subprocess.run([FOLK, *command.split(), "--runs", RUNS], check=True)
    run = open_run(RUNS, "box")
    model = open_model(run.best)
    save_half(model, BOX / "celtic.keras")
    done = subprocess.run([FOLK, "evaluate", "box"], check=True, capture_output=True, text=True)
    from folkkeras.corpus.provenance import own_corpus

    corpus = own_corpus(model.about)
    card = CARD.format(
        learned=len(corpus.training),
        held_out=len(corpus.held_out),
        digest=corpus.digest,
        embedding=model.sizes["embedding"],
        units=model.sizes["units"],
        parameters=model.count_params(),
        commands="\n".join(f"    folk {command}" for command in commands.values()),
        report="\n".join(done.stdout.splitlines()[2:]),
    )
    (BOX / "model-card.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
