"""Draw a character from logits: temperature, top-k, top-p, and the inverse of the cumulative softmax.

The caller passes the uniform numbers. Sources: top-k, A. Fan et al. (2018), arXiv:1805.04833; top-p, A. Holtzman et al.
(2019), arXiv:1904.09751.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.errors import UsageError

# Tunes are better formed than as learned, and not less new; see docs/evaluation.md.
DEFAULT_TEMPERATURE, DEFAULT_TOP_P = 0.95, 0.97
MIN, MAX = 1e-30, 1e30  # the range of temperatures that float32 can divide by

Ids = npt.NDArray[np.int32]  # indices of characters


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a character is drawn.

    Args:
        temperature: divides the logits; 1 draws as learned, 0 takes the likeliest character.
        top_k: keep the k likeliest characters; 0 keeps all.
        top_p: of these, keep the fewest whose probabilities add up to p; 1 keeps all.

    Raises:
        UsageError: a value is out of range.
    """

    temperature: float = DEFAULT_TEMPERATURE
    top_k: int = 0
    top_p: float = DEFAULT_TOP_P

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise UsageError(f"--temperature {self.temperature} is not a number from 0 up: 1 draws as learned")
        if self.top_k < 0:
            raise UsageError(f"--top-k {self.top_k} is negative: 0 keeps all characters")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"--top-p {self.top_p} is not above 0 and up to 1: 1 keeps all characters")


def draw(logits: npt.NDArray[np.float32], uniforms: npt.NDArray[np.float32], sampling: Sampling) -> Any:
    """The indices of the drawn characters, (...).

    Args:
        logits: (..., vocabulary).
        uniforms: in [0, 1), (...).
        sampling: how to draw.
    """
    if sampling.temperature == 0:
        return logits.argmax(-1)
    weights = _weights(logits, sampling)
    # Mask characters of weight 0, so that rounding in the sum can never pick one.
    cumulative = np.where(weights > 0, weights.cumsum(-1), np.float32(0))
    return (cumulative > uniforms[..., None] * cumulative.max(-1, keepdims=True)).argmax(-1)


def log_probabilities(logits: npt.NDArray[np.float32], sampling: Sampling) -> npt.NDArray[np.float32]:
    """The log of the probability of drawing each character, in nats, (..., vocabulary); -inf if it is never drawn."""
    if sampling.temperature == 0:
        weights = (logits == logits.max(-1, keepdims=True)).astype(np.float32)
    else:
        weights = _weights(logits, sampling)
    with np.errstate(divide="ignore"):
        logs: npt.NDArray[np.float32] = np.log(weights / weights.sum(-1, keepdims=True))
    return logs


def _weights(logits: npt.NDArray[np.float32], sampling: Sampling) -> npt.NDArray[np.float32]:
    """What the probabilities of the characters are proportional to, (..., vocabulary)."""
    # Subtract the maximum first: a tiny temperature must not turn logits into infinities that cancel to nan.
    # Clamp the temperature to float32's normal range, since processors may flush smaller numbers to 0.
    weights: npt.NDArray[np.float32] = logits - logits.max(-1, keepdims=True)
    weights /= np.float32(min(max(sampling.temperature, MIN), MAX))
    np.exp(weights, out=weights)
    if 0 < sampling.top_k < weights.shape[-1]:
        least = np.partition(weights, -sampling.top_k)[..., -sampling.top_k, None]
        weights[weights < least] = 0
    if sampling.top_p < 1:
        falling = np.sort(weights)[..., ::-1]
        cumulative = falling.cumsum(-1)
        kept = cumulative - falling < np.float32(sampling.top_p) * cumulative[..., -1:]
        weights[weights < np.where(kept, falling, falling[..., :1]).min(-1, keepdims=True)] = 0
    return weights
