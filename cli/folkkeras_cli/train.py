"""`folk train`: learn tunes."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from folkkeras.config import FROM_A_MODEL, SMALL_BOOK, TrainingConfig, option, preset, split_of
from folkkeras.corpus.collections import DEFAULT_COLLECTION
from folkkeras.corpus.corpus import Corpus, require_window, unlearned
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.provenance import learned
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError, UsageError
from folkkeras.notation.decoding import decode
from folkkeras.runs.run import create_run
from folkkeras_cli.console import say
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import RUNS, CorpusArguments, Holdout, Raw, Runs
from folkkeras_cli.strategy import chosen_strategy
from folkkeras_cli.training_session import run_training

EXAMPLES = """Examples:

`folk train` learns O'Neill's Music of Ireland;

`folk train mytunes/ --from box` learns your own, from the model in the box on;

`folk train irish --preset lab` does what the MIT lab's notebook does.
"""


def train(
    corpus: CorpusArguments = None,
    raw: Raw = None,
    holdout: Holdout = None,
    split: Annotated[
        int | None,
        typer.Option(show_default="0", help="Another choice of held-out tunes, to see how much hangs on it."),
    ] = None,
    steps: Annotated[int | None, typer.Option(show_default="2000; with --from, 600", help="Steps at most.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(show_default="32; with --from, 8", help="Windows in a batch.")
    ] = None,
    seq_length: Annotated[int | None, typer.Option(show_default="100", help="Characters in a window.")] = None,
    aligned: Annotated[
        float | None, typer.Option(show_default="0", help="Share of the windows that begin where a tune does.")
    ] = None,
    transpose: Annotated[
        bool | None,
        typer.Option(
            "--transpose/--no-transpose",
            show_default="no; with --from and at most 500 tunes, yes",
            help="Learn each tune in the other keys of its mode that the corpus has, too; for small books.",
        ),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(show_default="0.005; with --from, 0.001", help="Adam's; the peak of a cosine.")
    ] = None,
    schedule: Annotated[
        str | None, typer.Option(show_default="cosine", help="cosine with warm-up down to 0, or constant.")
    ] = None,
    embedding: Annotated[
        int | None, typer.Option(show_default="256", help="Dimensions of a character's vector.")
    ] = None,
    units: Annotated[int | None, typer.Option(show_default="512", help="Units of each LSTM layer.")] = None,
    layers: Annotated[int | None, typer.Option(show_default="1", help="LSTM layers.")] = None,
    dropout: Annotated[
        float | None,
        typer.Option(show_default="0.5", help="Share of each LSTM's outputs dropped, one mask a sequence."),
    ] = None,
    weight_drop: Annotated[
        float | None, typer.Option(show_default="0.3", help="Share of each LSTM's recurrent weights dropped at a step.")
    ] = None,
    weight_decay: Annotated[float | None, typer.Option(show_default="0", help="AdamW's, of the kernels.")] = None,
    seed: Annotated[int | None, typer.Option(show_default="0", help="Of weights, windows and masks.")] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            show_default="10", help="Intervals of 100 steps without a better held-out figure until the end; 0: never."
        ),
    ] = None,
    preset_name: Annotated[
        str | None, typer.Option("--preset", help="lab: the notebook's own setting; quick: a model in minutes.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="MODEL", help="Go on from this run's best model, or .keras file; for small books."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The run's name; made up where none is given.")] = None,
    runs: Runs = RUNS,
    keep: Annotated[int | None, typer.Option(show_default="3", help="Checkpoints to keep.")] = None,
    strategy_name: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            help="mirrored: share each batch among this machine's GPUs; multi-worker: among the machines of TF_CONFIG.",
        ),
    ] = None,
) -> None:
    """Learn tunes: train a model, with checkpoints and a TensorBoard log every 100 steps."""
    asked: dict[str, Any] = {
        "raw": raw,
        "holdout": holdout,
        "split": split,
        "steps": steps,
        "batch_size": batch_size,
        "seq_length": seq_length,
        "aligned": aligned,
        "transpose": transpose,
        "learning_rate": learning_rate,
        "schedule": schedule,
        "embedding": embedding,
        "units": units,
        "layers": layers,
        "dropout": dropout,
        "weight_drop": weight_drop,
        "weight_decay": weight_decay,
        "seed": seed,
        "patience": patience,
        "keep": keep,
    }
    strategy = chosen_strategy(strategy_name, base)
    options = preset(preset_name) if preset_name else {}
    given = {key: value for key, value in asked.items() if value is not None}
    base_file = chosen_model(base, runs).path if base else None
    if base_file:
        options, base_about = _from_model(base_file, options, given)
    config = TrainingConfig(**{**options, **given})
    tunes, text = _read(corpus or [DEFAULT_COLLECTION], config)
    if base_file and transpose is None and not config.raw:
        config = replace(config, transpose=len(tunes.training) <= SMALL_BOOK)
    if base_file:
        _tell_learned(tunes, base_about)
    require_window(tunes.training.length, config.seq_length)
    if strategy:
        run = strategy.run_of(runs, name, tunes, config, text, base_file)
    else:
        run = create_run(runs, name, tunes, config, text, base_file)
    say(
        f"run {run.name}: {len(tunes.training):,} tunes to learn from, {len(tunes.held_out):,} held out; "
        f"{tunes.training.length:,} characters{', in all keys that the tunes have' if config.transpose else ''}"
    )
    run_training(run, tunes, runs, strategy)


def _from_model(path: Path, options: dict[str, Any], given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options for going on from a model, and how that was trained."""
    if options:
        raise UsageError("--preset and --from exclude each other: the sizes are the model's")
    from folkkeras.model.reader import read_network

    network = read_network(path)
    own = {**network.sizes, "raw": bool(network.about.get("raw"))}
    for name, value in given.items():
        if own.get(name, value) != value:
            raise UsageError(f"{option(name)} {value} does not fit the model of --from, which has {own[name]}")
    return {**FROM_A_MODEL, **own, "base": network.digest()}, network.about


def _tell_learned(tunes: Corpus, about: dict[str, Any]) -> None:
    """Say how many held-out tunes were learned before, since their figure is not to be trusted."""
    try:
        known = len(tunes.held_out) - len(unlearned(tunes.held_out, learned(about)))
    except CorpusError as error:
        say(f"whether the model of --from has learned some of the held-out tunes cannot be told: {error}")
        return
    if known:
        say(
            f"the model of --from has learned {known:,} of the {len(tunes.held_out):,} held-out tunes, "
            "so their figure will be too good"
        )


def _read(arguments: list[str], config: TrainingConfig) -> tuple[Corpus, str | None]:
    """The corpus and, where it comes from standard input, its text."""
    if STANDARD_INPUT not in arguments:
        return read_corpus(arguments, **split_of(config)), None
    text = decode(sys.stdin.buffer.read(), "standard input")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.abc"
        path.write_bytes(text.encode("utf-8"))
        return read_corpus(arguments, **split_of(config), standard_input=path), text
