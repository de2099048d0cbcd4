"""The results of an evaluation."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from folkkeras.sampling.sampler import Sampling

_MEMORISED = 0.5  # training tunes below this fraction of the held-out tunes' bits count as memorised


@dataclass(frozen=True)
class Bits:
    """Bits per character."""

    all: float  # over all characters except each tune's first
    music: float  # over the characters after the K line


@dataclass(frozen=True)
class LikelihoodFigures:
    """How well the model predicts tunes."""

    evaluated: Bits  # of the evaluated tunes
    training: Bits  # of a sample of the training tunes
    ngrams: dict[int, Bits]  # of the evaluated tunes under n-grams, by order
    tunes: tuple[tuple[str, float], ...]  # title and bits per character of each evaluated tune
    unknown: int  # tunes left out because they have characters that the model does not know
    learned: int  # tunes left out because the model was trained on them
    memorised_from: int | None  # the run's first evaluated step at which the training tunes were memorised, if any

    @property
    def overfitting_gap(self) -> float:
        """Bits per character of the evaluated tunes, minus those of the training tunes."""
        return self.evaluated.all - self.training.all


@dataclass(frozen=True)
class Completeness:
    """Fractions of tunes that are complete."""

    generated: float  # of tunes generated without constraints
    first_attempt: float  # of tunes generated with resampling, at the first attempt
    corpus: float  # of the corpus's tunes


@dataclass(frozen=True)
class KeyFigures:
    """Fractions of tunes that keep to the requested key."""

    first_attempt: float
    accepted: float  # after rejecting tunes that leave the key
    corpus: float  # of the corpus's tunes, for their own keys


@dataclass(frozen=True)
class Overlaps:
    """How much a set of tunes shares with the training tunes."""

    longest: tuple[int, ...]  # notes in each tune's longest shared passage
    median: float
    maximum: int
    beyond_limit: float  # fraction of tunes whose longest shared passage exceeds the novelty limit
    new_passages: float  # median fraction of a tune's 8-note passages that no training tune has; nan if there are none
    variants: float  # fraction of tunes that share more than half of their 8-note passages with one training tune


@dataclass(frozen=True)
class Novelty:
    """How new the generated tunes are, compared with the held-out tunes."""

    limit: int  # notes; see `evaluate.novelty_limit`
    generated: Overlaps
    held_out: Overlaps


@dataclass(frozen=True)
class Form:
    """The form of a set of tunes, as fractions of those with notes; nan where there is nothing to count."""

    usual_parts: float  # of the tunes: each part has 8 or 16 bars
    whole_phrases: float  # of the tunes: each part has a multiple of 4 bars
    on_tonic: float  # of the tunes whose key has a tonic: it is the last note
    ends_alike: float  # of the tunes of several parts: the first and the last one end on the same three notes
    repeated_bars: float  # of all full bars: they repeat an earlier bar of their tune note for note
    same_notes: dict[int, float]  # of all notes, by lag in bars: the same pitch at the same place that many bars before
    long: float  # of the tunes: they have more than 1,000 characters


@dataclass(frozen=True)
class ToldApart:
    """How well a classifier tells tunes from the evaluated ones: areas under the ROC curve, nan with too few tunes.

    The area is 0.5 if they cannot be told apart, and 1 if they can without an error.
    """

    generated: float  # the mean over three seeds
    training: float  # of training tunes: the mean over three samples
    generated_by_seed: tuple[float, ...]
    training_by_sample: tuple[float, ...]


@dataclass(frozen=True)
class FormFigures:
    """The form of the generated tunes, compared with the evaluated ones."""

    generated: Form
    evaluated: Form
    told_apart: ToldApart


@dataclass(frozen=True)
class Style:
    """The distribution of one feature, such as the key."""

    distance: float  # between the generated and the evaluated tunes
    training_distance: float  # between the training and the evaluated tunes
    generated: dict[str, float]  # fraction of each value
    evaluated: dict[str, float]


@dataclass(frozen=True)
class GeneratedTune:
    """A generated tune."""

    title: str
    faults: tuple[str, ...]  # empty if it is complete
    longest: int  # notes in the longest passage shared with a training tune
    nearest: str  # the title of that training tune
    new_passages: float  # fraction of its 8-note passages that are new; nan if it has fewer than 8 notes


@dataclass(frozen=True)
class Evaluation:
    """The result of `evaluate`."""

    seed: int
    sampling: Sampling  # how the tunes' characters were drawn
    held_out: bool  # whether the evaluated tunes are the corpus's held-out tunes
    likelihood: LikelihoodFigures
    completeness: Completeness
    key: KeyFigures | None  # None if the model takes no key
    novelty: Novelty
    form: FormFigures
    style: dict[str, Style]
    tunes: tuple[GeneratedTune, ...]

    @property
    def memorised(self) -> bool:
        """Whether the model has memorised its training tunes rather than learned what they have in common."""
        return self.held_out and is_memorised(self.likelihood.training.all, self.likelihood.evaluated.all)

    def to_json(self) -> dict[str, Any]:
        """All figures as plain JSON values, with null for nan."""
        values: dict[str, Any] = _without_nan({**asdict(self), "memorised": self.memorised})
        return values


def is_memorised(training: float, held_out: float) -> bool:
    """Whether training tunes are memorised, given their bits per character and those of held-out tunes."""
    return training < _MEMORISED * held_out


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value
