"""The optimizer and its learning rate schedule."""

from collections.abc import Callable

import keras
import tensorflow as tf

from folkkeras.config import CLIP_NORM, WARM_UP, TrainingConfig


def optimizer_of(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """The optimizer of a configuration."""
    # Clipping the norm also adds up the Embedding's gradient over repeated characters, which Adam needs and
    # Keras otherwise does not do.
    if not config.weight_decay:
        return keras.optimizers.Adam(_schedule(config), global_clipnorm=CLIP_NORM)
    optimizer = keras.optimizers.AdamW(_schedule(config), weight_decay=config.weight_decay, global_clipnorm=CLIP_NORM)
    optimizer.exclude_from_weight_decay(var_names=["bias", "embeddings"])
    return optimizer


def learning_rate_of(config: TrainingConfig) -> Callable[[int], float]:
    """The learning rate as a function of the step, counted from 0."""
    schedule = _schedule(config)
    if isinstance(schedule, float):
        return lambda step: schedule
    # As a graph, since its operations one by one would take a millisecond more at each step.
    rate = tf.function(schedule, autograph=False, input_signature=[tf.TensorSpec((), tf.int64)])
    return lambda step: float(rate(step))


def _schedule(config: TrainingConfig) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if config.schedule == "constant":
        return config.learning_rate
    warm_up = min(WARM_UP, max(1, config.steps // 10))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / warm_up,
        decay_steps=max(1, config.steps - warm_up),
        warmup_target=config.learning_rate,
        warmup_steps=warm_up,
    )
