"""The options of a run, their ranges and the presets.

The preset `lab` has the network of MIT's 6.S191 music lab (github.com/MITDeepLearning/introtodeeplearning, lab 1,
part 2).
"""

import math
from dataclasses import asdict, dataclass, fields
from numbers import Integral
from typing import Any, get_type_hints

from folkkeras.errors import UsageError
from folkkeras.features.columns import ALL, NONE, features_of
from folkkeras.importing.the_session import ALL_SETTINGS, SETTINGS
from folkkeras.processors import multiplies_bfloat16

EVALUATION_INTERVAL = 100  # steps between two checkpoints, and between two evaluations of the held-out tunes
CLIP_NORM = 1.0  # maximum of the gradient's global norm; clipping also keeps Adam correct on the Embedding
WARM_UP = 100  # maximum steps over which the cosine schedule's rate rises; at most a tenth of all steps
MAX_DECAY = 10.0
SCHEDULES = ("constant", "cosine")
AUTO, FLOAT32, BFLOAT16 = "auto", "float32", "bfloat16"
PRECISIONS = (AUTO, FLOAT32, BFLOAT16)


MAX = {
    "embedding": 65_536,
    "units": 65_536,
    "feature_embedding": 65_536,
    "layers": 64,
    "batch_size": 65_536,
    "seq_length": 65_536,
    "steps": 10**9,
    "patience": 10**9,
    "keep": 10**9,
    "split": 10**9,
}


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that determines a run besides its corpus.

    Raises:
        UsageError: a value has the wrong type or is out of range; the message names the option.
    """

    raw: bool = False  # train on the original text instead of the normal form
    chords: bool = False  # keep chord symbols in the normal form
    validation_split: float = 0.1  # fraction of the tunes that is held out
    split: int = 0  # salt of the hash that chooses the held-out tunes
    settings: str = ALL_SETTINGS  # of The Session's tunes, "all" settings of each, or only the "first"
    i_hold_the_rights: bool = False  # to train on tunes whose licence forbids it
    steps: int = 2_000  # maximum number of batches
    batch_size: int = 32  # windows in a batch
    seq_length: int = 100  # characters in a window
    tune_start_fraction: float = 0.0  # fraction of the windows that begin where a tune does; the others begin anywhere
    transpose: bool = False  # train on each tune in the corpus's keys of its mode
    learning_rate: float = 5e-3  # Adam's; the peak of the cosine schedule
    schedule: str = "cosine"  # linear warm-up, then half a cosine down to 0; or "constant"
    embedding: int = 256  # dimensions of a character's vector
    units: int = 512  # in each LSTM layer
    layers: int = 1  # LSTM layers
    features: str = ALL  # groups of features that the network reads beside the characters, or all or none
    feature_embedding: int = 64  # dimensions of the vector of a character's features
    feature_dropout: float = 0.1  # for each group of features, fraction of windows in which it is unknown
    dropout: float = 0.5  # fraction of each LSTM's outputs set to 0, one mask per sequence
    weight_drop: float = 0.5  # fraction of each LSTM's recurrent weights set to 0, one mask per step
    weight_decay: float = 0.0  # AdamW's, for the kernels: a step shrinks them by this times the learning rate
    # of the LSTMs' products in training; `auto` becomes bfloat16 where the processor multiplies it fast, else float32
    precision: str = AUTO
    seed: int = 0  # for the initial weights, the windows and the masks
    patience: int = 10  # evaluation intervals without better validation bits before training ends; 0: no limit
    keep: int = 3  # checkpoints to keep
    base: str = ""  # digest of the model to fine-tune, which has the same hyperparameters

    def __post_init__(self) -> None:
        for name, kind in get_type_hints(TrainingConfig).items():
            value = getattr(self, name)
            fits = isinstance(value, (int, float) if kind is float else kind)
            if not fits or (isinstance(value, bool) and kind is not bool):
                raise UsageError(f"option {name!r} has the value {value!r}, of the wrong type")
        for name in ("steps", "batch_size", "seq_length", "embedding", "units", "layers", "feature_embedding", "keep"):
            require_min(name, getattr(self, name), 1)
        for name, maximum in MAX.items():
            if getattr(self, name) > maximum:
                raise UsageError(f"{option(name)} {getattr(self, name)} is too large: give {maximum} or less")
        for name in ("seed", "patience", "split"):
            require_min(name, getattr(self, name), 0)
        if self.seed >= 2**31:
            raise UsageError(f"--seed {self.seed} is too large: give less than {2**31}")
        if not 0 < self.validation_split < 1:
            raise UsageError(f"--validation-split {self.validation_split} is not between 0 and 1: a tenth is 0.1")
        if not 0 <= self.tune_start_fraction <= 1:
            raise UsageError(f"--tune-start-fraction {self.tune_start_fraction} is not between 0 and 1")
        if self.chords and self.raw:
            raise UsageError(
                "--chords keeps chord symbols in the normal form, and --raw keeps all text: give one of them"
            )
        if self.transpose and self.raw:
            raise UsageError(
                "--transpose needs tunes in the normal form, and these are raw: leave it out, or give --no-raw"
            )
        for name in ("feature_dropout", "dropout", "weight_drop"):
            if not 0 <= getattr(self, name) < 1:
                raise UsageError(f"{option(name)} {getattr(self, name)} is not at least 0 and below 1")
        if not 0 <= self.weight_decay <= MAX_DECAY:
            raise UsageError(f"--weight-decay {self.weight_decay} is not between 0 and {MAX_DECAY}")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise UsageError(f"--learning-rate {self.learning_rate} is not a number above 0")
        features_of(self.features)
        if self.settings not in SETTINGS:
            raise UsageError(f"--settings {self.settings!r} is not one of {', '.join(SETTINGS)}")
        if self.schedule not in SCHEDULES:
            raise UsageError(f"--schedule {self.schedule!r} is not one of {', '.join(SCHEDULES)}")
        if self.precision not in PRECISIONS:
            raise UsageError(f"--precision {self.precision!r} is not one of {', '.join(PRECISIONS)}")
        if self.precision == AUTO:
            object.__setattr__(self, "precision", BFLOAT16 if multiplies_bfloat16() else FLOAT32)

    def to_json(self) -> dict[str, Any]:
        """The options as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TrainingConfig":
        """The options from plain JSON values.

        Raises:
            UsageError: an option is unknown, has the wrong type, or is out of range.
        """
        values = {"precision": FLOAT32, **values}  # runs of earlier versions have none
        if unknown := values.keys() - {field.name for field in fields(cls)}:
            raise UsageError(f"unknown option {min(unknown)!r}")
        return cls(**values)


PRESETS: dict[str, dict[str, Any]] = {
    # The network of the lab's notebook, trained until the tunes are memorised.
    "lab": {
        "raw": True,
        "steps": 5_000,
        "schedule": "constant",
        "units": 1_024,
        "features": NONE,
        "dropout": 0.0,
        "weight_drop": 0.0,
        "patience": 0,
    },
    # Trains in minutes on two cores, with a quarter of the lab's units.
    "quick": {
        "steps": 1_500,
        "embedding": 64,
        "units": 256,
        "learning_rate": 1e-2,
        "dropout": 0.1,
        "weight_drop": 0.0,
    },
}

# The options for fine-tuning a trained model on a small corpus.
FINE_TUNING: dict[str, Any] = {"steps": 600, "batch_size": 8, "learning_rate": 1e-3}
SMALL_CORPUS = 500  # tunes; fine-tuning on a corpus of at most this size transposes it


def preset(name: str) -> dict[str, Any]:
    """The options of the preset `name`.

    Raises:
        UsageError: there is no such preset.
    """
    if name not in PRESETS:
        raise UsageError(f"--preset {name!r} is not one of {', '.join(PRESETS)}")
    return PRESETS[name]


def split_of(config: TrainingConfig) -> dict[str, Any]:
    """The options that determine the texts of a corpus, and which of them are held out."""
    names = ("raw", "chords", "validation_split", "split", "settings")
    return {name: getattr(config, name) for name in names}


def require_min(name: str, value: int, least: int) -> None:
    """Raise UsageError if the option `name` is not a whole number, or below `least`."""
    if not isinstance(value, Integral):
        raise UsageError(f"{option(name)} {value!r} is not a whole number")
    if value < least:
        raise UsageError(f"{option(name)} {value} is too small: give {least} or more")


def option(name: str) -> str:
    """The command-line name of the option `name`."""
    return "--" + name.replace("_", "-")


def require_even_shards(batch_size: int, count: int) -> None:
    """Raise UsageError if a batch cannot be split evenly among `count` devices."""
    if batch_size % count:
        raise UsageError(
            f"--batch-size {batch_size} cannot be split evenly among {count} devices: give a multiple of {count}"
        )
