"""`folk score`: how well a model predicts tunes."""

import json
from typing import Annotated

import typer

from folkkeras.errors import CorpusError
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import music_begins
from folkkeras_cli.console import say, write, write_lines
from folkkeras_cli.models import MODEL_HELP, chosen_model
from folkkeras_cli.options import RUNS, Files, Runs
from folkkeras_cli.tensorflow_startup import start_tensorflow
from folkkeras_cli.tune_files import files_of, tunes_of

HANG = 16  # columns before the rest of a line that is too long

EXAMPLES = """Examples:

`folk score tunes.abc` shows how many bits a character of each tune costs the latest run's best model;

`folk score tunes.abc --model oneills-1 --json` writes it for programs.
"""


def score(
    files: Files,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", show_default=False, help=MODEL_HELP),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, a list of tunes with their figures.")] = False,
    runs: Runs = RUNS,
) -> None:
    """Show how many bits a character of each tune costs a model, in all and in the music; less is more familiar."""
    tunes = [tune for file in files_of(files) for tune in tunes_of(file)]
    chosen = chosen_model(model, runs)
    chosen.say_note()
    path = chosen.path
    start_tensorflow()
    from folkkeras.model.saving import open_model
    from folkkeras.model.scoring import Scorer

    opened = open_model(path)
    texts = [tune.text if opened.about.get("raw") else normalise(tune.text).text for tune in tunes]
    known = [number for number, text in enumerate(texts) if not opened.vocabulary.unknown(text)]
    if not known:
        raise CorpusError(f"{path} does not know the characters of any of the tunes: give tunes of its own kind")
    bits = dict(zip(known, Scorer(opened, [texts[number] for number in known]).bits(), strict=True))
    rows = []
    for number, tune in enumerate(tunes):
        row: dict[str, str | float | None] = {
            "reference": tune.reference,
            "title": tune.title,
            "all": None,
            "music": None,
        }
        if number in bits:
            music = bits[number][music_begins(texts[number]) - 1 :]
            row |= {"all": float(bits[number].mean()), "music": float(music.mean()) if music.size else None}
        rows.append(row)
    if as_json:
        write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        lines = [f"{'all':>6}  {'music':>6}  tune"]
        lines += [
            f"{_figure(row['all'])}  {_figure(row['music'])}  X:{row['reference']} {row['title']}" for row in rows
        ]
        write_lines(lines, HANG)
    if unknown := len(tunes) - len(known):
        say(f"not scored, since the model does not know all their characters: {unknown:,} of {len(tunes):,} tunes")


def _figure(value: str | float | None) -> str:
    return f"{value:6.3f}" if isinstance(value, float) else f"{'-':>6}"
