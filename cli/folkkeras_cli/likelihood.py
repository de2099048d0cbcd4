"""`folk likelihood`: measure how well a model predicts tunes."""

import json
from typing import Annotated

import typer

from folkkeras.errors import CorpusError
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import music_begins
from folkkeras_cli import completions
from folkkeras_cli.console import say, write, write_lines
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import MODEL_HELP, RUNS, Files, Runs
from folkkeras_cli.tensorflow_startup import start_tensorflow
from folkkeras_cli.tune_files import files_of, tunes_of

INDENT = 16  # columns before the continuation of a long line

EXAMPLES = """Examples:

`folk likelihood tunes.abc` shows the bits per character of each tune under the latest run's best model;

`folk likelihood tunes.abc --model oneills-1 --json` writes it for programs.
"""


def likelihood(
    files: Files,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", show_default=False, autocompletion=completions.models, help=MODEL_HELP),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    runs: Runs = RUNS,
) -> None:
    """Measure how well a model predicts each tune.

    The figures are bits per character, over the whole text and over the music: the fewer, the more familiar the tune.
    """
    tunes = [tune for file in files_of(files) for tune in tunes_of(file)]
    chosen = chosen_model(model, runs)
    chosen.say_note()
    path = chosen.path
    start_tensorflow()
    from folkkeras.model.likelihood import Likelihood
    from folkkeras.model.saving import open_model

    opened = open_model(path)
    raw, chords = (bool(opened.metadata.get(name)) for name in ("raw", "chords"))
    texts = [tune.text if raw else normalise(tune.text, chords=chords).text for tune in tunes]
    known = [number for number, text in enumerate(texts) if not opened.vocabulary.unknown(text)]
    if not known:
        raise CorpusError(
            f"{path} does not know the characters of any of the tunes: give tunes like its training tunes"
        )
    bits = dict(zip(known, Likelihood(opened, [texts[number] for number in known]).bits(), strict=True))
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
        write_lines(lines, INDENT)
    if unknown := len(tunes) - len(known):
        say(f"left out, since they have characters that the model does not know: {unknown:,} of {len(tunes):,} tunes")


def _figure(value: str | float | None) -> str:
    return f"{value:6.3f}" if isinstance(value, float) else f"{'-':>6}"
