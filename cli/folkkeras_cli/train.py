"""`folk train`: train a model."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from folkkeras.config import (
    AUTO,
    FINE_TUNING,
    PRECISIONS,
    PRESETS,
    SMALL_CORPUS,
    TrainingConfig,
    option,
    preset,
    split_of,
)
from folkkeras.corpus.collections import DEFAULT_COLLECTION
from folkkeras.corpus.corpus import Corpus, require_window, unlearned
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.provenance import learned
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError, UsageError
from folkkeras.features.columns import GROUPS
from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.runs.folder import create_run
from folkkeras.sweeps.definition import Sweep
from folkkeras.sweeps.record import begin_sweep
from folkkeras.sweeps.toml import read_sweep
from folkkeras_cli import completions
from folkkeras_cli.console import say
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import RUNS, Chords, CorpusArguments, Raw, Runs, Settings, Split, ValidationSplit
from folkkeras_cli.strategy import chosen_strategy
from folkkeras_cli.sweeping import train_sweep
from folkkeras_cli.training_session import run_training
from folkkeras_cli.tune_files import unread

EXAMPLES = """Examples:

`folk train` trains on O'Neill's Music of Ireland;

`folk train mytunes/ --from celtic` fine-tunes the pretrained model on your own tunes;

`folk train --sweep sizes.toml` tries the options in a file, see docs/sweeps.md;

`folk train irish --preset lab` trains a network of the sizes of MIT's music lab.
"""

CORPUS, MODEL, TRAINING = "Corpus", "Model", "Training"  # panels of the help
_DEFAULTS = TrainingConfig()
FEW = 10  # held-out tunes; the bits of fewer depend on which ones they are


def _option(name: str, metavar: str, help: str, panel: str | None = None, **settings: Any) -> Any:
    """An option of `TrainingConfig`; its help shows the defaults."""
    default = getattr(_DEFAULTS, name)
    shown = f"{default}; with --from, {FINE_TUNING[name]}" if name in FINE_TUNING else f"{default}"
    return typer.Option(metavar=metavar, show_default=shown, rich_help_panel=panel, help=help, **settings)


def train(
    corpus: CorpusArguments = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="RUN", show_default="from the corpus", help="Name of the run, or of the sweep."),
    ] = None,
    steps: Annotated[int | None, _option("steps", "N", "Maximum number of steps.")] = None,
    preset_name: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="|".join(PRESETS),
            show_default=False,
            autocompletion=completions.presets,
            help="lab: the sizes of MIT's music lab; quick: a model in minutes.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            show_default=False,
            autocompletion=completions.models,
            help="Fine-tune this model: a run, a .keras file, or celtic.",
        ),
    ] = None,
    sweep_file: Annotated[
        Path | None,
        typer.Option(
            "--sweep",
            metavar="FILE",
            show_default=False,
            help="Train a run for each combination of the options in this TOML file, or continue a stopped sweep.",
        ),
    ] = None,
    runs: Runs = RUNS,
    raw: Raw = None,
    chords: Chords = None,
    validation_split: ValidationSplit = None,
    split: Split = None,
    settings: Settings = None,
    i_hold_the_rights: Annotated[
        bool | None,
        typer.Option(
            "--i-hold-the-rights",
            show_default=False,
            rich_help_panel=CORPUS,
            help="Train on tunes whose licence forbids it, such as The Session's.",
        ),
    ] = None,
    transpose: Annotated[
        bool | None,
        typer.Option(
            "--transpose/--no-transpose",
            show_default=f"with --from and at most {SMALL_CORPUS} tunes",
            rich_help_panel=CORPUS,
            help="Train on eight copies of each tune, in the corpus's keys of its mode.",
        ),
    ] = None,
    embedding: Annotated[int | None, _option("embedding", "N", "Dimensions of the embedding.", MODEL)] = None,
    units: Annotated[int | None, _option("units", "N", "Units of each LSTM layer.", MODEL)] = None,
    layers: Annotated[int | None, _option("layers", "N", "LSTM layers.", MODEL)] = None,
    features: Annotated[
        str | None,
        _option(
            "features",
            "all|none|NAME,...",
            f"What the network reads beside the characters: {', '.join(GROUPS)}.",
            MODEL,
        ),
    ] = None,
    feature_embedding: Annotated[
        int | None, _option("feature_embedding", "N", "Dimensions of the features' vector.", MODEL)
    ] = None,
    feature_dropout: Annotated[
        float | None,
        _option(
            "feature_dropout",
            "FRACTION",
            "For each group of features, fraction of windows in which it is unknown.",
            MODEL,
        ),
    ] = None,
    dropout: Annotated[
        float | None, _option("dropout", "FRACTION", "Dropout of each LSTM's outputs, one mask per sequence.", MODEL)
    ] = None,
    weight_drop: Annotated[
        float | None,
        _option("weight_drop", "FRACTION", "DropConnect of the recurrent weights, one mask per step.", MODEL),
    ] = None,
    batch_size: Annotated[int | None, _option("batch_size", "N", "Windows per batch.", TRAINING)] = None,
    seq_length: Annotated[int | None, _option("seq_length", "N", "Characters per window.", TRAINING)] = None,
    tune_start_fraction: Annotated[
        float | None,
        _option("tune_start_fraction", "FRACTION", "Fraction of windows that start where a tune does.", TRAINING),
    ] = None,
    learning_rate: Annotated[
        float | None,
        _option("learning_rate", "RATE", "Adam's learning rate, or the peak of the schedule.", TRAINING),
    ] = None,
    schedule: Annotated[
        str | None,
        _option(
            "schedule",
            "NAME",
            "Learning rate schedule: constant, or cosine with a warm-up.",
            TRAINING,
            autocompletion=completions.schedules,
        ),
    ] = None,
    weight_decay: Annotated[
        float | None, _option("weight_decay", "RATE", "AdamW's weight decay, of the kernels.", TRAINING)
    ] = None,
    patience: Annotated[
        int | None,
        _option("patience", "N", "Evaluations without improvement before stopping; 0: run all steps.", TRAINING),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(PRECISIONS),
            show_default=AUTO,
            autocompletion=completions.precisions,
            rich_help_panel=TRAINING,
            help="Precision of the LSTMs' products; auto: bfloat16 if the processor has instructions for it.",
        ),
    ] = None,
    seed: Annotated[int | None, _option("seed", "N", "Seed for weights, batches and dropout.", TRAINING)] = None,
    keep: Annotated[int | None, _option("keep", "N", "Checkpoints to keep.", TRAINING)] = None,
    strategy_name: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            metavar="NAME",
            show_default=False,
            autocompletion=completions.strategies,
            rich_help_panel=TRAINING,
            help="mirrored: share batches among GPUs; multi-worker: among machines, see TF_CONFIG.",
        ),
    ] = None,
) -> None:
    """Train a model on tunes.

    Every 100 steps the model is evaluated, and a checkpoint and a TensorBoard log are written.
    """
    asked: dict[str, Any] = {
        "raw": raw,
        "chords": chords,
        "validation_split": validation_split,
        "split": split,
        "settings": settings,
        "i_hold_the_rights": i_hold_the_rights,
        "steps": steps,
        "batch_size": batch_size,
        "seq_length": seq_length,
        "tune_start_fraction": tune_start_fraction,
        "transpose": transpose,
        "learning_rate": learning_rate,
        "schedule": schedule,
        "embedding": embedding,
        "units": units,
        "layers": layers,
        "features": features,
        "feature_embedding": feature_embedding,
        "feature_dropout": feature_dropout,
        "dropout": dropout,
        "weight_drop": weight_drop,
        "weight_decay": weight_decay,
        "precision": precision,
        "seed": seed,
        "patience": patience,
        "keep": keep,
    }
    given = {key: value for key, value in asked.items() if value is not None}
    sweep = _sweep(sweep_file, given, strategy_name) if sweep_file else None
    strategy = chosen_strategy(strategy_name, base)
    options = preset(preset_name) if preset_name else {}
    base_file = chosen_model(base, runs).path if base else None
    pretrained = None
    if base_file:
        if options:
            raise UsageError("--preset and --from cannot be combined: the model of --from sets the sizes")
        from folkkeras.model.reader import read_exported
        from folkkeras.training.fine_tuning import fine_tuning_options, is_transposed

        pretrained = read_exported(base_file)
        options = fine_tuning_options(pretrained, given)
    config = TrainingConfig(**{**options, **given})
    tunes, text = _read(corpus or [DEFAULT_COLLECTION], config)
    if pretrained:
        if transpose is None:
            config = replace(config, transpose=is_transposed(tunes.training, raw=config.raw))
        _say_if_learned(tunes, pretrained.metadata)
    if sweep and sweep_file:
        record = begin_sweep(runs, name or sweep_file.stem, tunes, sweep, config, base_file)
        _say_corpus(f"sweep {record.name}", tunes, transpose=config.transpose)
        train_sweep(record, tunes, text, base_file)
        return
    require_window(tunes.training.length, config.seq_length)
    if strategy:
        run = strategy.run_of(runs, name, tunes, config, text, base_file)
    else:
        run = create_run(runs, name, tunes, config, text, base_file)
    _say_corpus(f"run {run.name}", tunes, transpose=config.transpose)
    run_training(run, tunes, runs, strategy)


def _sweep(file: Path, given: dict[str, Any], strategy: str | None) -> Sweep:
    """The sweep of a file, which varies no option that is given on the command line."""
    if strategy:
        raise UsageError("--sweep and --strategy cannot be combined: a sweep trains on one device")
    sweep = read_sweep(file)
    for key in sweep.options:
        if key in given:
            raise UsageError(f"{option(key)} is given, and {file} varies it: leave out one of them")
    return sweep


def _say_corpus(what: str, tunes: Corpus, *, transpose: bool) -> None:
    if tunes.unread:
        say(f"left out: {unread(tunes.unread)}")
    say(
        f"{what}: {len(tunes.training):,} training tunes, {len(tunes.held_out):,} held out; "
        f"{tunes.training.length:,} characters{', each tune in eight copies, transposed' if transpose else ''}"
    )
    if len(tunes.held_out) < FEW:
        say(
            f"validation bits of {len(tunes.held_out)} held-out tune{'s' * (len(tunes.held_out) > 1)} say little: "
            "hold out more tunes with --validation-split"
        )


def _say_if_learned(tunes: Corpus, metadata: dict[str, Any]) -> None:
    """Say how many held-out tunes the model was already trained on, since those lower the validation bits."""
    try:
        known = len(tunes.held_out) - len(unlearned(tunes.held_out, learned(metadata)))
    except CorpusError as error:
        say(f"cannot check whether the model of --from was trained on some of the held-out tunes: {error}")
        return
    if known:
        say(
            f"the model of --from was trained on {known:,} of the {len(tunes.held_out):,} held-out tunes, "
            "so the validation bits will be too low"
        )


def _read(arguments: list[str], config: TrainingConfig) -> tuple[Corpus, str | None]:
    """The corpus and, if it comes from standard input, its text."""
    if STANDARD_INPUT not in arguments:
        return read_corpus(arguments, **split_of(config)), None
    notes = Notes()
    text = "".join(abc_texts(sys.stdin.buffer.read(), "standard input", notes, settings=config.settings))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.abc"
        path.write_bytes(text.encode("utf-8"))
        corpus = read_corpus(arguments, **split_of(config), standard_input=path)
    return replace(
        corpus, restricted=(*corpus.restricted, *notes.restricted), unread=(*corpus.unread, *notes.unread)
    ), text
