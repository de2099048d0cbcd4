"""Draw a character from logits: temperature, top-k, top-p, and the inverse of the cumulative softmax.

The uniform numbers come from NumPy and are handed in, so one seed gives one text whether the loop around
is compiled by XLA or not; TensorFlow's own stateless draws differ between the two. Sources: top-k, A. Fan
et al. (2018), arXiv:1805.04833; top-p, A. Holtzman et al. (2019), arXiv:1904.09751.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

from folkkeras.errors import UsageError

_LEAST, _MOST = 1e-30, 1e30  # temperatures that float32 still divides by


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a character is drawn.

    Args:
        temperature: divides the logits; 0 takes the likeliest character.
        top_k: keep the k likeliest characters; 0 keeps all.
        top_p: of these, keep the fewest whose probabilities add up to p; 1 keeps all.

    Raises:
        UsageError: a value is out of its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise UsageError(f"--temperature {self.temperature} is not a number from 0 up: 1 draws as learned")
        if self.top_k < 0:
            raise UsageError(f"--top-k {self.top_k} is negative: 0 keeps all characters")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"--top-p {self.top_p} is not above 0 and up to 1: 1 keeps all characters")


def draw(logits: tf.Tensor, uniforms: tf.Tensor, sampling: Sampling) -> tf.Tensor:
    """The indices of the drawn characters, int32 (...).

    Args:
        logits: float32 (..., vocabulary).
        uniforms: float32 in [0, 1), (...).
        sampling: how to draw.
    """
    if sampling.temperature == 0:
        return tf.argmax(logits, -1, output_type=tf.int32)
    # The maximum goes first: a tiny temperature must not turn logits into infinities that cancel to nan.
    # Below float32's normal range a temperature counts as 0; processors may flush such numbers.
    highest = tf.reduce_max(logits, -1, keepdims=True)
    weights = tf.exp((logits - highest) / min(max(sampling.temperature, _LEAST), _MOST))  # (..., vocabulary)
    if 0 < sampling.top_k < logits.shape[-1]:
        least = tf.math.top_k(weights, sampling.top_k).values[..., -1:]
        weights = tf.where(weights >= least, weights, 0.0)
    if sampling.top_p < 1:
        falling = tf.sort(weights, direction="DESCENDING")
        before = tf.cumsum(falling, -1, exclusive=True)
        kept = before < sampling.top_p * tf.reduce_sum(falling, -1, keepdims=True)
        least = tf.reduce_min(tf.where(kept, falling, falling[..., :1]), -1, keepdims=True)
        weights = tf.where(weights >= least, weights, 0.0)
    # Only characters of some weight take part, so rounding in the sum can never pick another.
    cumulative = tf.where(weights > 0, tf.cumsum(weights, -1), 0.0)
    reached = cumulative > uniforms[..., None] * tf.reduce_max(cumulative, -1, keepdims=True)
    return tf.argmax(reached, -1, output_type=tf.int32)
