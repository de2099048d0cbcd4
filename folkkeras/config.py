"""The options of a training, their ranges and the presets.

The sizes are those of MIT's 6.S191 music lab (github.com/aamini/introtodeeplearning, lab 1, part 2).
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from folkkeras.errors import UsageError

INTERVAL = 100  # steps between two checkpoints, and between two looks at the held-out tunes
CLIP_NORM = 1.0  # bound on the gradient's global norm; also keeps Adam right on the Embedding
WARM_UP = 100  # steps over which the cosine schedule's rate rises, at most a tenth of all steps
MOST_DECAY = 10.0
SCHEDULES = ("constant", "cosine")


MOST = {
    "embedding": 65_536,
    "units": 65_536,
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
    """What determines a training, beside its corpus.

    Raises:
        UsageError: a value is out of its range; the message names the option.
    """

    raw: bool = False  # train on the text as it stands instead of the normal form
    holdout: float = 0.1  # share of the tunes that is held out
    split: int = 0  # which choice of them: it salts their hash
    steps: int = 2_000  # batches at most
    batch_size: int = 32  # windows in a batch
    seq_length: int = 100  # characters in a window
    aligned: float = 0.0  # share of the windows that begin where a tune does; the others begin anywhere
    transpose: bool = False  # train on each tune in the other keys of its mode that the corpus has, too
    learning_rate: float = 5e-3  # Adam's; the peak of the cosine schedule
    schedule: str = "cosine"  # linear warm-up, then half a cosine down to 0; or "constant"
    embedding: int = 256  # dimensions of a character's vector
    units: int = 512  # of each LSTM layer
    layers: int = 1  # LSTM layers
    dropout: float = 0.5  # share of each LSTM's outputs set to 0, one mask a sequence
    weight_drop: float = 0.3  # share of each LSTM's recurrent weights set to 0, one mask a step
    weight_decay: float = 0.0  # AdamW's, of the kernels: what a step takes off them is this times the rate
    seed: int = 0  # of the initial weights, the windows, the masks
    patience: int = 10  # intervals without a better held-out figure until the end; 0: never
    keep: int = 3  # checkpoints
    base: str = ""  # the digest of the model that training goes on from; its sizes are this one's

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "seq_length", "embedding", "units", "layers", "keep"):
            at_least(name, getattr(self, name), 1)
        for name, most in MOST.items():
            if getattr(self, name) > most:
                raise UsageError(f"{option(name)} {getattr(self, name)} is too large: give {most} or less")
        for name in ("seed", "patience", "split"):
            at_least(name, getattr(self, name), 0)
        if self.seed >= 2**31:
            raise UsageError(f"--seed {self.seed} is too large: give less than {2**31}")
        if not 0 < self.holdout < 1:
            raise UsageError(f"--holdout {self.holdout} is not between 0 and 1: a tenth is 0.1")
        if not 0 <= self.aligned <= 1:
            raise UsageError(f"--aligned {self.aligned} is not from 0 to 1")
        if self.transpose and self.raw:
            raise UsageError(
                "--transpose moves tunes in the normal form, and these are raw: leave it out, or give --no-raw"
            )
        for name in ("dropout", "weight_drop"):
            if not 0 <= getattr(self, name) < 1:
                raise UsageError(f"{option(name)} {getattr(self, name)} is not from 0 to below 1")
        if not 0 <= self.weight_decay <= MOST_DECAY:
            raise UsageError(f"--weight-decay {self.weight_decay} is not from 0 to {MOST_DECAY}")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise UsageError(f"--learning-rate {self.learning_rate} is not a number above 0")
        if self.schedule not in SCHEDULES:
            raise UsageError(f"--schedule {self.schedule!r} is not one of {', '.join(SCHEDULES)}")

    def to_json(self) -> dict[str, Any]:
        """The options as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TrainingConfig":
        """The options from plain JSON values.

        Raises:
            UsageError: an option is unknown, has another type, or is out of its range.
        """
        types = {field.name: field.type for field in fields(cls)}
        for name, value in values.items():
            if name not in types:
                raise UsageError(f"unknown option {name!r}")
            kind = types[name]
            fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)  # type: ignore[arg-type]
            if not fits or (isinstance(value, bool) and kind is not bool):
                raise UsageError(f"option {name!r} has the value {value!r}, of the wrong type")
        return cls(**values)


PRESETS: dict[str, dict[str, Any]] = {
    # The notebook's own setting. It trains until the tunes are known by heart.
    "lab": {
        "raw": True,
        "steps": 5_000,
        "schedule": "constant",
        "units": 1_024,
        "dropout": 0.0,
        "weight_drop": 0.0,
        "patience": 0,
    },
    # A model in minutes on two cores: a quarter of the units.
    "quick": {
        "steps": 1_500,
        "embedding": 64,
        "units": 256,
        "learning_rate": 1e-2,
        "dropout": 0.1,
        "weight_drop": 0.0,
    },
}

# What learning from a small book takes where a trained model is there to go on from.
FROM_A_MODEL: dict[str, Any] = {"steps": 600, "batch_size": 8, "learning_rate": 1e-3}
SMALL_BOOK = 500  # tunes; going on from a model, a book of no more is learned in all of its keys


def preset(name: str) -> dict[str, Any]:
    """The options of the preset `name`.

    Raises:
        UsageError: there is no such preset.
    """
    if name not in PRESETS:
        raise UsageError(f"--preset {name!r} is not one of {', '.join(PRESETS)}")
    return PRESETS[name]


def split_of(config: TrainingConfig) -> dict[str, Any]:
    """The options that decide which texts a corpus has, and which of them are held out."""
    return {"raw": config.raw, "holdout": config.holdout, "split": config.split}


def at_least(name: str, value: int, least: int) -> None:
    """Raise UsageError where the option `name` is below `least`."""
    if value < least:
        raise UsageError(f"{option(name)} {value} is too small: give {least} or more")


def option(name: str) -> str:
    """The terminal's name of the option `name`."""
    return "--" + name.replace("_", "-")


def require_even_shares(batch_size: int, count: int) -> None:
    """Raise UsageError where a batch cannot be shared evenly among `count` devices."""
    if batch_size % count:
        raise UsageError(f"--batch-size {batch_size} cannot be shared evenly by {count}: give a multiple of {count}")
